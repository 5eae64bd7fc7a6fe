"""The sitemap: every public page, and when what it shows was last changed."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from careers.models.notice import Notice
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.office.models import Office, StandardText
from iomlaos.publishing.dates import iso_utc
from iomlaos.publishing.models import Publishable, publishables
from programmes.models import Document, Donor, Programme, Project

#: The moments at which staff or the clock change what a page shows of a record.
MOMENTS = ("updated_at", "publish_from", "closes_at", "clarifications_until")
#: The columns that are read, of those that a model has. There may be thousands of closed notices.
COLUMNS = {*MOMENTS, "slug", "outcome", "tier", "programme"}

#: Live records by their model, and pages by their address with the records that each shows.
Live = dict[type[Publishable], list]
Pages = dict[str, list[models.Model]]


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    at = request.at
    office = [*Office.objects.all()]
    # Every page shows the office.
    dates = {page: last_change(rows, at) or last_change(office, at) for page, rows in _pages(at).items()}
    entries = [(settings.SITE_URL + page, changed and iso_utc(changed)) for page, changed in dates.items()]
    return render(request, "home/sitemap.xml", {"entries": entries}, content_type="application/xml")


def last_change(rows: Iterable[models.Model], at: datetime.datetime) -> datetime.datetime | None:
    moments = (getattr(row, name, None) for row in rows for name in MOMENTS)
    return max((moment for moment in moments if moment and moment <= at), default=None)


def _pages(at: datetime.datetime) -> Pages:
    live: Live = {model: _live(model, at) for model in publishables()}
    every = [row for rows in live.values() for row in rows]
    donors = Donor.objects.public(at).with_work(at)
    texts = [*StandardText.objects.all()]
    pages: Pages = {
        reverse("home:home"): every,
        reverse("programmes:donor_list"): [*donors, *live[Programme], *live[Project]],
        reverse("careers:check"): texts,
        reverse("office:contact"): [],
    }
    if settings.ALERTS_ENABLED:
        pages[reverse("careers:alerts")] = texts
    for model, rows in live.items():
        if model.list_url_name:
            pages.setdefault(reverse(model.list_url_name), []).extend(rows)
    pages[reverse("careers:career_list")] += live[ProcurementNotice]
    pages |= _archives(live[Vacancy], live[ProcurementNotice], at)
    shown = {row: [row] for row in every if row.in_sitemap}
    shown |= {donor: [donor, *donor.work] for donor in donors}
    for whole, part in _parts(live, donors):
        if whole in shown:
            shown[whole].append(part)
    return pages | {row.get_absolute_url(): rows for row, rows in shown.items()}


def _live(model: type[Publishable], at: datetime.datetime) -> list[Publishable]:
    columns = COLUMNS & {field.name for field in model._meta.concrete_fields}
    return [*model.objects.live(at).only(*columns)]


def _parts(live: Live, donors: Iterable[Donor]) -> Iterator[tuple[Publishable | None, models.Model]]:
    """Programmes and projects, each with what its page shows beside it."""
    models.prefetch_related_objects(live[Project], "programme")
    models.prefetch_related_objects(live[Document], "programme", "projects")
    yield from ((project.programme, project) for project in live[Project])
    for document in live[Document]:
        yield from ((whole, document) for whole in (document.programme, *document.projects.all()))
    for donor in donors:
        yield from ((work, donor) for work in donor.work)


def _archives(vacancies: list[Notice], tenders: list[Notice], at: datetime.datetime) -> Pages:
    """The lists of closed notices, of all years and of each."""
    pages: Pages = {}
    awarded = [tender for tender in tenders if tender.outcome == Notice.Outcome.AWARDED]
    for whole, of_year, notices in (
        ("careers:closed_list", "careers:closed_year", vacancies),
        ("careers:procurement_closed_list", "careers:procurement_closed_year", tenders),
        ("careers:award_list", "careers:award_year", awarded),
    ):
        closed, years = [notice for notice in notices if not notice.is_open(at)], defaultdict(list)
        for notice in closed:
            years[notice.closing_day.year].append(notice)
        pages[reverse(whole)] = closed
        pages |= {reverse(of_year, args=[year]): rows for year, rows in years.items()}
    return pages
