"""Template context of every page: the office and the current site notices."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from iomlaos.office.models import Office, SiteNotice


def office(request: HttpRequest) -> dict[str, object]:
    """Both are read when a template first uses them. Warnings come first, then the newest notice."""
    return {
        "office": SimpleLazyObject(Office.get_current),
        "site_notices": SiteNotice.objects.public(request.at).order_by("-kind", "-pk"),
    }
