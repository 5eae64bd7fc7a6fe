"""Public pages of notices and application forms."""

from collections.abc import Iterable
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from careers.filters import NoticeFilterForm, ProcurementFilterForm, VacancyFilterForm
from careers.models.application_form import ApplicationForm, FormVersion
from careers.models.notice import Notice
from careers.models.notice_event import NoticeEvent
from careers.models.notice_queryset import NoticeQuerySet
from careers.models.procurement import ProcurementDocument, ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.delivery.pagination import get_keyset_page
from iomlaos.media.views import serve_file
from iomlaos.office.models import StandardText
from iomlaos.publishing.dates import max_or_none
from iomlaos.publishing.models import Publishable
from iomlaos.publishing.shortcuts import get_published_or_raise

#: Tenders on the careers page: the next to close.
TENDERS_ON_CAREERS = 5


@require_safe
def career_list(request: HttpRequest) -> HttpResponse:
    """Open positions, filtered by the query string, and the tenders that close next."""
    at = request.at
    vacancies, filters = Vacancy.objects.select_related("duty_station"), VacancyFilterForm(request.GET, at)
    tenders = ProcurementNotice.objects.open(at)[:TENDERS_ON_CAREERS]
    return _render_open(request, "careers/career_list.html", vacancies, filters, tenders=tenders)


@require_safe
def procurement_list(request: HttpRequest) -> HttpResponse:
    """Open tenders, filtered by the query string."""
    tenders, filters = ProcurementNotice.objects.all(), ProcurementFilterForm(request.GET, request.at)
    return _render_open(request, "careers/procurement_list.html", tenders, filters)


def _render_open(
    request: HttpRequest, template: str, notices: NoticeQuerySet, filters: NoticeFilterForm, **context: Any
) -> HttpResponse:
    page = get_keyset_page(request, filters.narrow(notices.open(request.at)), "closes_at")
    context |= {
        "stretch": page,
        "filters": filters,
        "query": filters.query,
        "last_closed": notices.closed(request.at).first(),
        "standard": StandardText.by_slug(),
    }
    return _render(request, template, page.rows, **context)


@require_safe
def vacancy_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = request.at
    rows = Vacancy.objects.select_related("duty_station").with_form(at).with_readvertised(at).with_history()
    notice = get_published_or_raise(Vacancy, slug, at, rows)
    return _render_notice(request, "careers/vacancy_detail.html", notice)


@require_safe
def procurement_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = request.at
    rows = ProcurementNotice.objects.with_readvertised(at).with_history()
    rows = rows.prefetch_related("documents", "awards")
    notice = get_published_or_raise(ProcurementNotice, slug, at, rows)
    takes_questions = notice.takes_questions(at)
    return _render_notice(request, "careers/procurement_detail.html", notice, takes_questions=takes_questions)


def _render_notice(request: HttpRequest, template: str, notice: Notice, **context: Any) -> HttpResponse:
    at, changes = request.at, notice.changes(request.at)
    context |= {
        "notice": notice,
        "status": notice.status(at),
        "changes": changes,
        "is_followed": notice.is_followed(at),
        "deadline_was_changed": any(change.kind is NoticeEvent.Kind.DEADLINE for change in changes),
        "standard": StandardText.by_slug(),
        "reviewed_on": notice.reviewed_on,
    }
    return _render(request, template, [notice], **context)


@require_safe
def closed_list(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """Closed positions, of one year where the address names one; the last to close first."""
    rows = Vacancy.objects.closed(request.at).select_related("duty_station")
    return _render_archive(request, "careers/closed_list.html", rows, year)


@require_safe
def procurement_closed_list(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """Closed tenders, of one year where the address names one; the last to close first."""
    rows = ProcurementNotice.objects.closed(request.at)
    return _render_archive(request, "careers/procurement_closed_list.html", rows, year)


@require_safe
def award_list(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """Awarded tenders, with supplier and value where the office gives them."""
    rows = ProcurementNotice.objects.awarded(request.at).prefetch_related("awards")
    return _render_archive(request, "careers/award_list.html", rows, year)


def _render_archive(
    request: HttpRequest, template: str, notices: NoticeQuerySet, year: int | None
) -> HttpResponse:
    years = notices.closing_years()
    if year is not None:
        if year not in years:
            raise Http404
        notices = notices.closing_in(year)
    page = get_keyset_page(request, notices, "closes_at", latest_first=True)
    return _render(request, template, page.rows, stretch=page, year=year, years=years)


@require_safe
def form_list(request: HttpRequest) -> HttpResponse:
    forms = ApplicationForm.objects.live(request.at).prefetch_related("versions")
    return _render(request, "careers/form_list.html", forms, forms=forms)


def _render(
    request: HttpRequest, template: str, records: Iterable[Publishable], **context: Any
) -> HttpResponse:
    """Render with the newest information date of the records that the page shows."""
    information_date = max_or_none(record.information_date for record in records)
    context |= {"at": request.at, "information_date": information_date, "section": "careers"}
    return render(request, template, context)


@require_safe
def form_file(request: HttpRequest, pk: str, name: str) -> FileResponse:
    version = FormVersion.objects.select_related("form").filter(pk=pk).first()
    return serve_file(version, request.at)


@require_safe
def procurement_document(request: HttpRequest, pk: str, name: str) -> FileResponse:
    document = ProcurementDocument.objects.select_related("notice").filter(pk=pk).first()
    return serve_file(document, request.at)
