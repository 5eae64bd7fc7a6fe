"""Public pages that bring programmes, careers and the office together."""

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from careers.models.notice import last_closed, next_to_close
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.home.province_map import draw_map
from iomlaos.office.models import Page, Place
from iomlaos.publishing.dates import max_or_none
from iomlaos.publishing.models import publishables
from iomlaos.publishing.shortcuts import record_view
from programmes.models import Counterpart, Document, Donor, Figure, Programme, Project

#: Pages of the sitemap beside those that models name.
STATIC_PAGES = (
    "home:home", "programmes:donor_list", "careers:closed_list", "careers:procurement_closed_list",
    "careers:award_list", "careers:check", "office:contact",
)  # fmt: skip


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
def sitemap(request: HttpRequest) -> HttpResponse:
    at = request.at
    entries = [(reverse(name), None) for name in STATIC_PAGES]
    if settings.ALERTS_ENABLED:
        entries.append((reverse("careers:alerts"), None))
    for name, closed in (
        ("careers:closed_year", Vacancy.objects.closed(at)),
        ("careers:procurement_closed_year", ProcurementNotice.objects.closed(at)),
        ("careers:award_year", ProcurementNotice.objects.awarded(at)),
    ):
        entries += [(reverse(name, args=[year]), None) for year in closed.closing_years()]
    entries += [(donor.get_absolute_url(), None) for donor in Donor.objects.public(at)]
    for model in publishables():
        if model.list_url_name:
            entries.append((reverse(model.list_url_name), None))
        entries += [(row.get_absolute_url(), row.information_date) for row in model.in_sitemap(at)]
    context = {"site_url": settings.SITE_URL, "entries": entries}
    return render(request, "home/sitemap.xml", context, content_type="application/xml")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    sitemap_url = settings.SITE_URL + reverse("home:sitemap")
    text = f"User-agent: *\nDisallow: /admin/\nSitemap: {sitemap_url}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
