"""Public pages that bring programmes, careers and the office together."""

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from careers.models.notice import last_closed, next_to_close
from iomlaos.home.province_map import draw_map
from iomlaos.office.models import Page, Place
from iomlaos.publishing.dates import max_or_none
from iomlaos.publishing.shortcuts import record_view
from programmes.models import Counterpart, Document, Donor, Figure, Programme, Project


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    at = request.at
    projects = Prefetch("projects", Project.objects.live(at).prefetch_related("places"))
    programmes = Programme.objects.live(at).prefetch_related("figures", "places", projects)
    places_named = [(programme, _places(programme)) for programme in programmes]
    context = {
        "programmes": programmes,
        "figures": Figure.objects.filter(programme=None),
        "next_closing": next_to_close(at),
        "last_closed": last_closed(at),
        "document_count": Document.objects.live(at).count(),
        "donor_groups": Donor.by_kind(Donor.objects.public(at)),
        "counterparts": Counterpart.objects.filter(is_internal=True),
        "information_date": max_or_none(programme.information_date for programme in programmes),
        "named_places": [(programme, places) for programme, places in places_named if places],
        "map": draw_map(dict.fromkeys(place for _, places in places_named for place in places)),
        "section": "home",
    }
    return render(request, "home/home.html", context)


def _places(programme: Programme) -> list[Place]:
    """The places of a programme and of its projects."""
    projects = (project.places.all() for project in programme.projects.all())
    return sorted({*programme.places.all()}.union(*projects), key=lambda place: place.name)


@record_view(Page)
def about(request: HttpRequest, page: Page) -> HttpResponse:
    counterparts = Counterpart.objects.filter(is_internal=True).with_work(request.at)
    context = {
        "page": page,
        "counterparts": counterparts,
        "information_date": page.information_date,
        "reviewed_on": page.reviewed_on,
        "section": "about",
    }
    return render(request, "home/about.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    sitemap_url = settings.SITE_URL + reverse("home:sitemap")
    text = f"User-agent: *\nDisallow: /admin/\nSitemap: {sitemap_url}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
