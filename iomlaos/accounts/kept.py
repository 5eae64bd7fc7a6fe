"""A form that was sent too late: the answer holds what was typed, so that it can be sent again."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from iomlaos.delivery import errors
from iomlaos.delivery.headers import is_staff_page

from .sessions import BY_ITSELF

SEAL = "csrfmiddlewaretoken"
#: What is written into no page. Passwords are told by their names.
CODES = {"code", "recovery_code"}
#: Fields that a form has for the machine: of no use to whoever wants to copy their words.
MACHINE = ("_FORMS", "-id", "_selected_action")


def is_kept(request: HttpRequest) -> bool:
    """Whether a request is a form that somebody sent, with words in it, and none of them secret."""
    return (
        request.method == "POST"
        and BY_ITSELF not in request.headers
        and bool(set(request.POST) - {SEAL})
        and not any("password" in name or name in CODES for name in request.POST)
    )


def kept(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """What was typed, and a button that sends it to where it was going."""
    fields = [(name, value) for name, values in request.POST.lists() if name != SEAL for value in values]
    words = [
        (name, value)
        for name, value in fields
        if len(value) > 1 and not name.endswith(MACHINE) and " " in value
    ]
    context |= {
        "title": _("Nothing that you typed is lost"),
        "fields": fields,
        "words": words,
        "files": list(request.FILES),
        "is_signed_in": context["has_permission"],
        "back": request.get_full_path(),
    }
    return render(request, "accounts/kept.html", context, status=403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with an old seal: signing in makes a new one for the whole browser.

    The browser's word that one of our own pages sent it (Origin, which no other site can write) is
    needed to hand the words back: they stand beside a button that works.
    """
    if is_staff_page(request) and _is_from_here(request) and is_kept(request):
        return kept(request, admin.site.each_context(request))
    return errors.forbidden(request, reason=reason)


def _is_from_here(request: HttpRequest) -> bool:
    own = {
        f"{request.scheme}://{request.get_host()}",
        "{0.scheme}://{0.netloc}".format(urlsplit(settings.SITE_URL)),
    }
    return request.headers.get("Origin") in own
