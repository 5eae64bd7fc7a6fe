"""What is open, what is closed, and the forms: as applicants and bidders read them."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from iomlaos.delivery.paging import page_of
from iomlaos.office.models import StandardText
from iomlaos.publishing.addresses import find
from iomlaos.publishing.dates import latest
from iomlaos.publishing.editions import serve_file

from .models import ApplicationForm, FormVersion, Vacancy


@require_safe
def career_list(request: HttpRequest) -> HttpResponse:
    at = request.at
    page = page_of(request, Vacancy.objects.open(at).select_related("duty_station"))
    last_closed = Vacancy.objects.closed(at).select_related("duty_station").first()
    rows = [*page, last_closed] if last_closed else page
    context = {"page": page, "last_closed": last_closed, "at": at, "standard": StandardText.by_slug()}
    context |= {"as_of": latest(row.as_of for row in rows), "section": "careers"}
    return render(request, "careers/career_list.html", context)


@require_safe
def vacancy_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = request.at
    vacancy = find(Vacancy, slug, at, Vacancy.objects.select_related("duty_station").with_form(at))
    context = {"vacancy": vacancy, "status": vacancy.status(at), "at": at, "standard": StandardText.by_slug()}
    context |= {"as_of": vacancy.as_of, "section": "careers"}
    return render(request, "careers/vacancy_detail.html", context)


@require_safe
def procurement_list(request: HttpRequest) -> HttpResponse:
    context = {"standard": StandardText.by_slug(), "section": "careers"}
    return render(request, "careers/procurement_list.html", context)


@require_safe
def closed_list(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """What has closed, the latest first; of one year where the address names one."""
    closed = Vacancy.objects.closed(request.at)
    years = closed.closing_years()
    if year is not None and year not in years:
        raise Http404
    rows = closed.closing_in(year) if year else closed
    page = page_of(request, rows.select_related("duty_station"))
    context = {"page": page, "year": year, "years": years}
    context |= {"as_of": latest(row.as_of for row in page), "section": "careers"}
    return render(request, "careers/closed_list.html", context)


@require_safe
def form_list(request: HttpRequest) -> HttpResponse:
    forms = ApplicationForm.objects.live(request.at).prefetch_related("versions")
    context = {"forms": forms, "as_of": latest(form.as_of for form in forms), "section": "careers"}
    return render(request, "careers/form_list.html", context)


@require_safe
def form_file(request: HttpRequest, pk: str, name: str) -> FileResponse:
    version = FormVersion.objects.select_related("form").filter(pk=pk).first()
    return serve_file(version, request.at)
