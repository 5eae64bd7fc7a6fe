"""Template context of every page: its address."""

from django.conf import settings
from django.http import HttpRequest


def address(request: HttpRequest) -> dict[str, str]:
    """`canonical`: the absolute address of the page, without a query."""
    return {"canonical": settings.SITE_URL + request.path}
