"""What the link dialog of the rich-text editor asks: what an address means, and which pages have a title."""

from functools import reduce
from operator import and_, or_

from django.contrib.admin import site
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.utils.text import capfirst
from django.views.decorators.http import require_GET

from iomlaos.media.richtext.links import NOT_AN_ADDRESS, link_address
from iomlaos.publishing.models import Publishable, publishables
from iomlaos.publishing.permissions import can_view
from iomlaos.translations.lao import search_spellings

MOST_PAGES = 8


@require_GET
def link_search(request: HttpRequest) -> JsonResponse:
    """Answer with the address that the words mean, or why they are none, and with pages of such a title.

    What is not public is found by those alone who may see it in the admin.
    """
    words = request.GET.get("q", "").strip()[:500]
    address = link_address(words)
    pages = find_pages(words, request) if words else []
    return JsonResponse(
        {
            "address": address or "",
            "error": "" if address else NOT_AN_ADDRESS,
            "pages": [_as_json(page, request) for page in pages],
        }
    )


def find_pages(words: str, request: HttpRequest) -> list[Publishable]:
    """The records whose English or Lao title holds all these words: the live ones first."""
    holds_all = reduce(and_, (_holds(word) for word in words.split()))
    at, found = request.at, []
    for model in publishables():
        titled = model.objects.filter(holds_all).order_by("title_en")
        live = list(titled.live(at)[:MOST_PAGES])
        found += live
        if can_view(site, model, request):
            found += titled.exclude(pk__in=[record.pk for record in live])[:MOST_PAGES]
    start = words.casefold()
    found.sort(
        key=lambda record: (
            not record.is_live(at),
            not record.title_en.casefold().startswith(start),
            record.title_en.casefold(),
        )
    )
    return found[:MOST_PAGES]


def _holds(word: str) -> Q:
    spellings = search_spellings(word)
    return reduce(or_, (Q(title_en__icontains=each) | Q(title_lo__icontains=each) for each in spellings))


def _as_json(page: Publishable, request: HttpRequest) -> dict[str, str]:
    in_lao = request.GET.get("language") == "lo"
    return {
        "title": page.title_en,
        "name": (in_lao and page.title_lo) or page.title_en,
        "address": page.get_absolute_url(),
        "kind": capfirst(page._meta.verbose_name),
        "status": str(page.public_status(request.at)[1]),
    }
