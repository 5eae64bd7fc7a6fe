"""What the link dialog of the rich-text editor asks: what an address means, and which pages have a title."""

import datetime
from functools import reduce
from operator import and_

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from iomlaos.media.richtext import NOT_AN_ADDRESS, link_address
from iomlaos.publishing.models import Publishable, publishables

MOST_PAGES = 8


@require_GET
def link_search(request: HttpRequest) -> JsonResponse:
    """Answer with the address that the words mean, or why they are none, and with pages of such a title.

    Any member of staff may ask: a title and a status are no secret among them.
    """
    words = request.GET.get("q", "").strip()[:500]
    address = link_address(words)
    pages = find_pages(words, request.at) if words else []
    return JsonResponse(
        {
            "address": address or "",
            "error": "" if address else NOT_AN_ADDRESS,
            "pages": [_as_json(page, request) for page in pages],
        }
    )


def find_pages(words: str, at: datetime.datetime) -> list[Publishable]:
    """The records whose English or Lao title holds all these words: the live ones first."""
    holds_all = reduce(
        and_, (Q(title_en__icontains=word) | Q(title_lo__icontains=word) for word in words.split())
    )
    found = []
    for model in publishables():
        titled = model.objects.filter(holds_all).order_by("title_en")
        live = list(titled.live(at)[:MOST_PAGES])
        others = titled.exclude(pk__in=[record.pk for record in live])[:MOST_PAGES]
        found += [*live, *others]
    start = words.casefold()
    found.sort(
        key=lambda record: (
            not record.is_live(at),
            not record.title_en.casefold().startswith(start),
            record.title_en.casefold(),
        )
    )
    return found[:MOST_PAGES]


def _as_json(page: Publishable, request: HttpRequest) -> dict[str, str]:
    in_lao = request.GET.get("language") == "lo"
    return {
        "title": page.title_en,
        "name": (in_lao and page.title_lo) or page.title_en,
        "address": page.get_absolute_url(),
        "kind": capfirst(page._meta.verbose_name),
        "status": _status(page, request.at),
    }


def _status(page: Publishable, at: datetime.datetime) -> str:
    if page.is_live(at):
        return _("Live")
    if page.state == Publishable.State.DRAFT:
        return _("Draft")
    if page.state == Publishable.State.WITHDRAWN:
        return _("Withdrawn")
    return _("Scheduled") if page.publish_from and at < page.publish_from else _("Ended")
