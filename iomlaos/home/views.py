"""Public pages that bring programmes, careers and the office together."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from careers.lists.overview import last_closed, next_to_close, open_notices
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.home.province_map import draw_map
from iomlaos.home.sitemap import closing_years
from iomlaos.office.models import Page
from iomlaos.publishing.dates import max_or_none
from iomlaos.publishing.shortcuts import record_view
from programmes.listings import (
    country_figures,
    live_programmes,
    office_counterparts,
    places_of_programmes,
    public_donors,
)
from programmes.models import Counterpart, group_figures


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    at = request.at
    programmes, places = live_programmes(at), places_of_programmes(at)
    is_open, next_now = open_notices(at), next_to_close(at)
    context = {
        "at": at,
        "programmes": programmes,
        "figures": group_figures(country_figures(at)),
        "next_to_close": next_now,
        "job_count": is_open[Vacancy].count,
        "tender_count": is_open[ProcurementNotice].count,
        "last_closed": None if next_now else last_closed(at),
        "donors": public_donors(at),
        "counterparts": office_counterparts(at),
        "information_date": max_or_none(programme.information_date for programme in programmes),
        "map": draw_map((row, places[row.pk]) for row in programmes if row.pk in places),
        "section": "home",
    }
    return render(request, "home/home.html", context)


@record_view(Page)
def about(request: HttpRequest, page: Page) -> HttpResponse:
    figures = country_figures(request.at)
    context = {
        "page": page,
        "counterparts": Counterpart.objects.filter(is_internal=True).with_work(request.at),
        "figures": group_figures(figures),
        "figures_without_caption": [figure for figure in figures if not figure.caption_en],
        "information_date": page.information_date,
        "reviewed_on": page.reviewed_on,
        "section": "about",
    }
    return render(request, "home/about.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    years = [reverse("sitemap_of_year", args=[year]) for year in closing_years(request.at)]
    sitemaps = [f"Sitemap: {settings.SITE_URL}{path}" for path in (reverse("sitemap"), *years)]
    lines = ["User-agent: *", "Disallow: /admin/", *sitemaps, ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
