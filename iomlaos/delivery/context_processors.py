"""Template context of every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """`canonical`: the absolute address of the page, without a query.

    `review`: the link that somebody followed to a draft, else None.
    """
    return {"canonical": settings.SITE_URL + request.path, "review": getattr(request, "review", None)}
