"""The sitemap: every public page, and when what it shows was last changed."""

import datetime
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html_join
from django.views.decorators.http import require_safe

from careers.lists.archives import AWARDS, CLOSED_JOBS, CLOSED_TENDERS, PAGE_SIZE
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.delivery.language import alternates
from iomlaos.office.models import current_office, standard_texts
from iomlaos.publishing.dates import iso_utc
from iomlaos.publishing.models import Publishable, publishables
from programmes.listings import donors_for_pages
from programmes.models import Document, Donor, Programme, Project

#: The moments at which staff or the clock change what a page shows of a record.
MOMENTS = ("updated_at", "publish_from", "closes_at", "clarifications_until")
#: The columns that are read, of those that a model has.
COLUMNS = {*MOMENTS, "slug", "tier", "programme"}
TWIN = '<xhtml:link rel="alternate" hreflang="{}" href="{}"/>'
KINDS = (Vacancy, ProcurementNotice)
#: With the names of the list of all years, and of that of one.
ARCHIVES = (
    (CLOSED_JOBS, "careers:closed_list", "careers:closed_year"),
    (CLOSED_TENDERS, "careers:procurement_closed_list", "careers:procurement_closed_year"),
    (AWARDS, "careers:award_list", "careers:award_year"),
)

#: Live records by their model, and pages by their address with the records that each shows.
Live = dict[type[Publishable], list]
Pages = dict[str, list[models.Model]]


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every page but those of closed notices, which each year has in a sitemap of its own."""
    return _render(request, _pages(request.at))


@require_safe
def sitemap_of_year(request: HttpRequest, year: int) -> HttpResponse:
    """The notices that closed in a year and, where there are several years, its archives."""
    at = request.at
    if year not in closing_years(at):
        raise Http404
    pages: Pages = {}
    for archive, _whole, of_year in ARCHIVES:
        notices = [*_columns(archive.notices(at, year))] if year in archive.years(at) else []
        if notices and len(archive.years(at)) > 1:
            pages[reverse(of_year, args=[year])] = notices
        pages |= {notice.get_absolute_url(): [notice] for notice in notices if notice.in_sitemap}
    return _render(request, pages)


def closing_years(at: datetime.datetime) -> list[int]:
    """The years that have a sitemap of their own, the latest first."""
    return sorted({*CLOSED_JOBS.years(at), *CLOSED_TENDERS.years(at)}, reverse=True)


def last_change(rows: Iterable[models.Model], at: datetime.datetime) -> datetime.datetime | None:
    moments = (getattr(row, name, None) for row in rows for name in MOMENTS)
    return max((moment for moment in moments if moment and moment <= at), default=None)


def _render(request: HttpRequest, pages: Pages) -> HttpResponse:
    """Each page with the moment at which what it shows was last changed. Every page shows the office."""
    at = request.at
    office = [*filter(None, [current_office(at)])]
    dates = {page: last_change(rows, at) or last_change(office, at) for page, rows in pages.items()}
    entries = [(*_in_languages(page), changed and iso_utc(changed)) for page, changed in dates.items()]
    return render(request, "home/sitemap.xml", {"entries": entries}, content_type="application/xml")


def _in_languages(page: str) -> tuple[list[str], str]:
    """The addresses of a page, one in each language, and the links that each of them has to all."""
    pages = [(code, settings.SITE_URL + path) for code, path in alternates(page)]
    return list(dict.fromkeys(address for _code, address in pages)), format_html_join("", TWIN, pages)


def _pages(at: datetime.datetime) -> Pages:
    others = [model for model in publishables() if model not in KINDS]
    live: Live = {model: [*_columns(model.objects.live(at))] for model in others}
    open_notices: Live = {kind: [*_columns(kind.objects.open(at))] for kind in KINDS}
    # A list shows the last ones that closed; pages of the others are in the sitemaps of years.
    closed = {whole: [*_columns(archive.find(at))[:PAGE_SIZE]] for archive, whole, _of_year in ARCHIVES}
    donors, texts = donors_for_pages(at), standard_texts(at).values()
    every = [row for rows in (*live.values(), *open_notices.values(), *closed.values()) for row in rows]
    pages: Pages = {
        reverse("home:home"): every,
        reverse("programmes:donor_list"): [*donors, *live[Programme], *live[Project]],
        reverse("careers:check"): [*texts],
        reverse("careers:alerts"): [*texts],
        reverse("office:contact"): [],
    }
    for model, rows in (live | open_notices).items():
        if model.list_url_name:
            pages.setdefault(reverse(model.list_url_name), []).extend(rows)
    jobs, tenders = reverse("careers:career_list"), reverse("careers:procurement_list")
    pages[jobs] += [*closed["careers:closed_list"], *open_notices[ProcurementNotice]]
    pages[tenders] += closed["careers:procurement_closed_list"]
    pages |= {reverse(whole): rows for whole, rows in closed.items()}
    named = [row for rows in (live | open_notices).values() for row in rows]
    shown = {row: [row] for row in named if row.in_sitemap}
    shown |= {donor: [donor, *donor.work] for donor in donors}
    for whole, part in _parts(live, donors):
        if whole in shown:
            shown[whole].append(part)
    return pages | {row.get_absolute_url(): rows for row, rows in shown.items()}


def _columns(rows: models.QuerySet) -> models.QuerySet:
    """Read only the columns that say what the page is, and when it changed."""
    columns = COLUMNS & {field.name for field in rows.model._meta.concrete_fields}
    return rows.prefetch_related(None).only(*columns)


def _parts(live: Live, donors: Iterable[Donor]) -> Iterator[tuple[Publishable | None, models.Model]]:
    """Programmes and projects, each with what its page shows beside it."""
    programmes = {programme.pk: programme for programme in live[Programme]}
    models.prefetch_related_objects(live[Document], "projects")
    yield from ((programmes.get(part.programme_id), part) for part in (*live[Project], *live[Document]))
    yield from ((project, document) for document in live[Document] for project in document.projects.all())
    for donor in donors:
        yield from ((work, donor) for work in donor.work)
