"""Template context: the office and the current site notices."""

import datetime

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from iomlaos.office.models import Office, SiteNotice


def office(request: HttpRequest) -> dict[str, object]:
    """`office`, read when a template first asks for it, and the notices of this moment with it."""
    return {"office": SimpleLazyObject(lambda: with_notices(request.at))}


def the_office() -> Office | None:
    return Office.objects.prefetch_related("contact_points").first()


def with_notices(at: datetime.datetime) -> Office | None:
    """The notices come along in the query that reads the office: they cost no page one of its own."""
    shown = SiteNotice.objects.shown(at).as_list()
    found = Office.objects.annotate(shown_now=shown).prefetch_related("contact_points").first()
    if found is not None:
        found.notices = SiteNotice.from_list(found.shown_now)
    return found
