"""Error pages: 404 and 410 as templates, the others as static pages that need no database."""

import contextlib
import sys
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.delivery.addresses import find_meant_page
from iomlaos.delivery.exceptions import GoneError, PermanentlyMoved
from iomlaos.delivery.faults import find_fault
from iomlaos.delivery.headers import is_admin_page
from iomlaos.delivery.language import in_language
from iomlaos.delivery.unsaved import unavailable_to_staff

CSRF_FAILURE = "csrf"

#: Title and advice of the pages that need neither database nor template engine, by status.
STATIC_ERRORS: dict[int | str, tuple[str | Promise, str | Promise]] = {
    400: (
        _("We could not read this request"),
        _(
            "The address or a cookie has characters that we cannot read. Start at the home page. If that "
            "fails, delete the cookies of this site in your browser."
        ),
    ),
    403: (_("You cannot open this page"), _("Nothing was changed.")),
    CSRF_FAILURE: (
        _("This form was not accepted"),
        _("It was open for too long, and nothing was saved. Go back, reload the page and send it again."),
    ),
    405: (_("You cannot send anything to this page"), _("We stored nothing.")),
    411: (_("This request was not accepted"), _("It does not give its length. We stored nothing.")),
    413: (_("This is too large"), _("We cannot accept what you sent. Send a smaller file.")),
    414: (_("This address is too long"), _("Start at the home page.")),
    503: (_("We cannot show this page right now"), _("Try again in a few minutes.")),
    500: (_("Something went wrong"), _("This is our fault, not yours. Try again in a few minutes.")),
}


@cache
def _page_source() -> str:
    return (settings.BASE_DIR / "templates" / "delivery" / "static_error.html").read_text(encoding="utf-8")


def static_error(status: int, page: str = "") -> HttpResponse:
    """A page in the language of the request."""
    title, advice = STATIC_ERRORS[page or status]
    language = get_language() or settings.LANGUAGE_CODE
    texts = {
        'lang="en"': f'lang="{language}"',
        "[[title]]": title,
        "[[advice]]": advice,
        "[[home]]": in_language("/", language),
        "[[home_page]]": gettext("IOM Lao PDR: home page"),
    }
    body = _page_source()
    for name, text in texts.items():
        body = body.replace(name, str(text))
    response = HttpResponse(body, status=status)
    patch_cache_control(response, no_store=True)
    return response


def unavailable_page() -> Path:
    """The page in the active language with the telephone numbers of the office.

    nginx sends it, too, while the portal restarts.
    """
    language = get_language()
    name = "503.html" if language == settings.LANGUAGE_CODE else f"503.{language}.html"
    return settings.DATA_DIR / "public" / name


def unavailable() -> HttpResponse:
    """503 for a public page, made without a database."""
    response = static_error(503)
    # Until the file was written for the first time, without the numbers.
    with contextlib.suppress(OSError):
        response.content = unavailable_page().read_bytes()
    response.headers["Retry-After"] = "60"
    return response


def fault(request: HttpRequest) -> HttpResponse:
    """503 for any page where the database or the disk does not do its work."""
    if not connection.in_atomic_block:
        # The next request opens another one.
        connection.close()
    return unavailable_to_staff(request) if is_admin_page(request) else unavailable()


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    # A session that could not be saved counts as broken, whatever the reason.
    return fault(request) if find_fault(exception) else static_error(400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return static_error(403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return static_error(403, CSRF_FAILURE)


def server_error(request: HttpRequest) -> HttpResponse:
    return fault(request) if find_fault(sys.exc_info()[1]) else static_error(500)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.method in ("GET", "HEAD") and (path := find_meant_page(request)):
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)
    context = {
        "title": gettext("Page not found"),
        "lead": gettext("Check the address, or start from one of these pages."),
    }
    return render(request, "delivery/error.html", context, status=404)


def gone(request: HttpRequest, error: GoneError) -> HttpResponse:
    """What was withdrawn names its title: people look for it, and others still offer it."""
    context = {"record": error.record, "reason": error.reason, "is_withdrawn": error.is_withdrawn}
    if error.is_withdrawn:
        context["title"] = gettext("Withdrawn: %(title)s") % {"title": error.record}
        context["lead"] = gettext("We published this here and have since withdrawn it.")
    else:
        context["title"] = gettext("This page was taken down")
        context["lead"] = gettext("We no longer publish this page.")
    return render(request, "delivery/error.html", context, status=410)


class RedirectAndGoneMiddleware(MiddlewareMixin):
    """Turn PermanentlyMoved and GoneError into 301 and 410."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, PermanentlyMoved):
            return HttpResponsePermanentRedirect(exception.to)
        if isinstance(exception, GoneError):
            return gone(request, exception)
        return None
