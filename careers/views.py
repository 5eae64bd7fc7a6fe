"""Public pages of notices and application forms."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from careers.filters import NoticeFilterSet, procurement_filters, vacancy_filters
from careers.models.application_form import ApplicationForm, FormVersion
from careers.models.notice import Notice, NoticeQuerySet
from careers.models.notice_event import NoticeEvent
from careers.models.procurement import ProcurementDocument, ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.delivery.pagination import get_keyset_page
from iomlaos.media.views import serve_file
from iomlaos.office.models import StandardText
from iomlaos.publishing.dates import max_or_none
from iomlaos.publishing.shortcuts import get_published_or_raise

#: The careers page names the tenders that close first, and leads to the others.
TENDERS_ON_CAREERS = 5


@require_safe
def career_list(request: HttpRequest) -> HttpResponse:
    """Open positions, narrowed as the address says; and the tenders that close next."""
    at = request.at
    filters = vacancy_filters(request.GET, at)
    rows = filters.narrow(Vacancy.objects.open(at)).select_related("duty_station")
    context = _open_list(request, rows, filters)
    context["tenders"] = ProcurementNotice.objects.open(at)[:TENDERS_ON_CAREERS]
    context["last_closed"] = Vacancy.objects.closed(at).select_related("duty_station").first()
    return render(request, "careers/career_list.html", context)


@require_safe
def procurement_list(request: HttpRequest) -> HttpResponse:
    """Open tenders, narrowed as the address says."""
    at = request.at
    filters = procurement_filters(request.GET, at)
    context = _open_list(request, filters.narrow(ProcurementNotice.objects.open(at)), filters)
    context["last_closed"] = ProcurementNotice.objects.closed(at).first()
    return render(request, "careers/procurement_list.html", context)


def _open_list(request: HttpRequest, rows: NoticeQuerySet, filters: NoticeFilterSet) -> dict[str, Any]:
    stretch = get_keyset_page(request, rows, "closes_at")
    return {
        "stretch": stretch,
        "filters": filters,
        "query": filters.query,
        "at": request.at,
        "standard": StandardText.by_slug(),
        "information_date": max_or_none(row.information_date for row in stretch.rows),
        "section": "careers",
    }


@require_safe
def vacancy_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = request.at
    rows = Vacancy.objects.select_related("duty_station").with_form(at).with_readvertised(at).with_history()
    return _notice(request, get_published_or_raise(Vacancy, slug, at, rows), "careers/vacancy_detail.html")


@require_safe
def procurement_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = request.at
    rows = ProcurementNotice.objects.with_readvertised(at).with_history()
    rows = rows.prefetch_related("documents", "awards")
    notice = get_published_or_raise(ProcurementNotice, slug, at, rows)
    questions = {"takes_questions": notice.takes_questions(at)}
    return _notice(request, notice, "careers/procurement_detail.html", **questions)


def _notice(request: HttpRequest, notice: Notice, template: str, **context: object) -> HttpResponse:
    at, changes = request.at, notice.changes(request.at)
    context |= {
        "notice": notice,
        "status": notice.status(at),
        "changes": changes,
        "is_followed": notice.is_followed(at),
        "deadline_was_changed": any(change.kind is NoticeEvent.Kind.DEADLINE for change in changes),
        "at": at,
        "standard": StandardText.by_slug(),
        "information_date": notice.information_date,
        "reviewed_on": notice.reviewed_on,
        "section": "careers",
    }
    return render(request, template, context)


@require_safe
def closed_list(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """Positions that have closed, the latest first; of one year where the address names one."""
    rows = Vacancy.objects.closed(request.at).select_related("duty_station")
    return render(request, "careers/closed_list.html", _archive(request, rows, year))


@require_safe
def procurement_closed_list(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """Tenders that have closed, the latest first; of one year where the address names one."""
    rows = ProcurementNotice.objects.closed(request.at)
    return render(request, "careers/procurement_closed_list.html", _archive(request, rows, year))


@require_safe
def award_list(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """Tenders that were awarded, with supplier and value where the office gives them."""
    rows = ProcurementNotice.objects.awarded(request.at).prefetch_related("awards")
    return render(request, "careers/award_list.html", _archive(request, rows, year))


def _archive(request: HttpRequest, closed: NoticeQuerySet, year: int | None) -> dict[str, Any]:
    years = closed.closing_years()
    if year is not None and year not in years:
        raise Http404
    rows = closed.closing_in(year) if year else closed
    stretch = get_keyset_page(request, rows, "closes_at", latest_first=True)
    information_date = max_or_none(row.information_date for row in stretch.rows)
    return {
        "stretch": stretch,
        "year": year,
        "years": years,
        "information_date": information_date,
        "section": "careers",
    }


@require_safe
def form_list(request: HttpRequest) -> HttpResponse:
    forms = ApplicationForm.objects.live(request.at).prefetch_related("versions")
    context = {
        "forms": forms,
        "information_date": max_or_none(form.information_date for form in forms),
        "section": "careers",
    }
    return render(request, "careers/form_list.html", context)


@require_safe
def form_file(request: HttpRequest, pk: str, name: str) -> FileResponse:
    version = FormVersion.objects.select_related("form").filter(pk=pk).first()
    return serve_file(version, request.at)


@require_safe
def procurement_document(request: HttpRequest, pk: str, name: str) -> FileResponse:
    document = ProcurementDocument.objects.select_related("notice").filter(pk=pk).first()
    return serve_file(document, request.at)
