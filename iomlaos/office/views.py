"""Public pages of the office."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from iomlaos.office.models import Page
from iomlaos.publishing.shortcuts import record_view


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    return render(request, "office/contact.html", {"section": "contact"})


@record_view(Page)
def page(request: HttpRequest, page: Page) -> HttpResponse:
    context = {"page": page, "information_date": page.information_date, "reviewed_on": page.reviewed_on}
    return render(request, "office/page.html", context)
