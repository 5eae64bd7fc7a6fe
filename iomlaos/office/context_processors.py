"""Template context of every page: the office and the current site notices."""

from functools import partial

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from iomlaos.office.models import current_office, current_site_notices, needs_english


def office(request: HttpRequest) -> dict[str, object]:
    """All are read when a template first uses them."""
    return {
        "office": SimpleLazyObject(partial(current_office, request.at)),
        "site_notices": SimpleLazyObject(partial(current_site_notices, request.at)),
        "needs_english": SimpleLazyObject(partial(needs_english, request.at)),
    }
