"""Public pages of notices and application forms."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from careers.exports.share import ShareLinks
from careers.lists import archives
from careers.lists.archives import Archive, find_archive_query
from careers.lists.filters import NoticeFilterForm, ProcurementFilterForm, VacancyFilterForm
from careers.lists.overview import has_internal, live_forms, load_history, open_notices, set_live_forms
from careers.models.application_form import ApplicationForm, FormVersion
from careers.models.notice import Notice
from careers.models.notice_event import NoticeEvent
from careers.models.procurement import ProcurementDocument, ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.delivery.cacheability import canonical_query
from iomlaos.delivery.headers import set_expiry
from iomlaos.delivery.pagination import PAGE_SIZE, KeysetPage, get_keyset_page
from iomlaos.media.views import serve_file
from iomlaos.office.models import places, standard_texts
from iomlaos.publishing.dates import max_or_none, next_midnight
from iomlaos.publishing.models import Publishable
from iomlaos.publishing.shortcuts import previewed_by, record_view

#: Tenders on the careers page: the next to close.
TENDERS_ON_CAREERS = 5


@canonical_query(VacancyFilterForm.find_canonical_query)
@require_safe
def career_list(request: HttpRequest) -> HttpResponse:
    """Open positions, filtered by the query string, and the tenders that close next."""
    at, filters = request.at, VacancyFilterForm(request.GET, request.at)
    tenders = open_notices(at)[ProcurementNotice].first[:TENDERS_ON_CAREERS]
    context = {"tenders": tenders, "has_internal": has_internal(at)}
    return _render_open(request, "careers/career_list.html", filters, **context)


@canonical_query(ProcurementFilterForm.find_canonical_query)
@require_safe
def procurement_list(request: HttpRequest) -> HttpResponse:
    """Open tenders, filtered by the query string."""
    filters = ProcurementFilterForm(request.GET, request.at)
    return _render_open(request, "careers/procurement_list.html", filters, section="tenders")


def _render_open(
    request: HttpRequest, template: str, filters: NoticeFilterForm, **context: Any
) -> HttpResponse:
    notices = filters.notices.for_list()
    if request.GET:
        page = get_keyset_page(request, filters.narrow(notices.open(request.at)), "closes_at", PAGE_SIZE)
    else:
        page = KeysetPage.of_rows(open_notices(request.at)[notices.model].first, "closes_at", PAGE_SIZE)
    is_empty = not (page.rows or filters.chosen)
    context |= {
        "pager": page,
        "filters": filters,
        "query": filters.query,
        "last_closed": notices.closed(request.at).first() if is_empty else None,
    }
    return _render(request, template, page.rows, **context)


@record_view(Vacancy)
def vacancy_detail(request: HttpRequest, notice: Vacancy) -> HttpResponse:
    set_live_forms([notice], request.at)
    notice.duty_station = places(request.at).get(notice.duty_station_id)
    return _render_notice(request, "vacancy", notice)


@record_view(ProcurementNotice)
def procurement_detail(request: HttpRequest, notice: ProcurementNotice) -> HttpResponse:
    prefetch_related_objects([notice], "documents")
    context = {"takes_questions": notice.takes_questions(request.at), "section": "tenders"}
    return _render_notice(request, "procurement", notice, **context)


def _render_notice(request: HttpRequest, kind: str, notice: Notice, **context: Any) -> HttpResponse:
    """The page of an open notice, or the short one of a closed notice."""
    at = request.at
    if notice.readvertised_as_id:
        prefetch_related_objects([notice], Prefetch("readvertised_as", type(notice).objects.live(at)))
    load_history([notice], at)
    changes = notice.changes(at)
    context |= {
        "notice": notice,
        "share": ShareLinks(notice, at),
        "changes": changes,
        "is_followed": notice.is_followed(at),
        "deadline_was_changed": any(change.kind is NoticeEvent.Kind.DEADLINE for change in changes),
        "reviewed_on": notice.reviewed_on,
    }
    if notice.is_open(at):
        template = f"careers/{kind}_detail.html"
        context["standard"] = standard_texts(at)
    else:
        template = f"careers/{kind}_closed.html"
        if notice.outcome == Notice.Outcome.AWARDED:
            prefetch_related_objects([notice], "awards")
        is_open = open_notices(at)[type(notice)]
        context |= {"open_count": is_open.count, "next_to_close": next(iter(is_open.first), None)}
    response = _render(request, template, [notice], **context)
    # A printout says of which day it is.
    set_expiry(response, at, next_midnight(at))
    return response


@canonical_query(find_archive_query)
@require_safe
def archive_list(request: HttpRequest, archive: Archive, year: int | None = None) -> HttpResponse:
    """Closed notices of all years, or of the one that the address names."""
    years = archive.years(request.at)
    if year is not None and year not in years:
        raise Http404
    notices = archive.notices(request.at, year).for_list()
    page = get_keyset_page(request, notices, "closes_at", archives.PAGE_SIZE, latest_first=True)
    context = {"pager": page, "year": year, "years": years, "section": archive.section}
    return _render(request, f"careers/{archive.template}.html", page.rows, **context)


def _render_forms(request: HttpRequest, forms: list[ApplicationForm]) -> HttpResponse:
    return _render(request, "careers/form_list.html", forms, forms=forms)


# A form is a row of the list, not a page: its preview is the list with this form alone.
@previewed_by(lambda request, form: _render_forms(request, [form]))
@require_safe
def form_list(request: HttpRequest) -> HttpResponse:
    return _render_forms(request, live_forms(request.at))


def _render(
    request: HttpRequest, template: str, records: Iterable[Publishable], **context: Any
) -> HttpResponse:
    """Render with the newest information date of the records that the page shows."""
    information_date = max_or_none(record.information_date for record in records)
    context = {"at": request.at, "information_date": information_date, "section": "jobs"} | context
    return render(request, template, context)


@require_safe
def form_file(request: HttpRequest, pk: str, name: str) -> FileResponse:
    version = FormVersion.objects.select_related("form").filter(pk=pk).first()
    return serve_file(version, request.at)


@require_safe
def procurement_document(request: HttpRequest, pk: str, name: str) -> FileResponse:
    document = ProcurementDocument.objects.select_related("notice").filter(pk=pk).first()
    return serve_file(document, request.at)
