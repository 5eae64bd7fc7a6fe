"""Public pages of the office."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from iomlaos.office.models import Page
from iomlaos.publishing.shortcuts import get_published_or_raise


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    return render(request, "office/contact.html", {"section": "contact"})


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    page = get_published_or_raise(Page, slug, request.at)
    context = {"page": page, "information_date": page.information_date, "reviewed_on": page.reviewed_on}
    return render(request, "office/page.html", context)
