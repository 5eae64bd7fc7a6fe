"""The office's own pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from iomlaos.publishing.addresses import find

from .models import Page


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    return render(request, "office/contact.html", {"section": "contact"})


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    found = find(Page, slug, request.at)
    context = {"page": found, "as_of": found.as_of, "checked_on": found.checked_on, "section": ""}
    return render(request, "office/page.html", context)
