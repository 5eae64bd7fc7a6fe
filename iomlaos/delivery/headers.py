"""Response headers that Django and its packages do not set."""

import datetime

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import http_date

ADMIN_PREFIX = "/admin/"
#: The Cache-Control of public pages. The page cache allows more where it knows until when a page holds.
ASK_EACH_TIME = "public, no-cache"
#: Sent by scripts that poll without the user, so that polling keeps nobody signed in.
BACKGROUND_HEADER = "X-Background-Request"


def is_admin_page(request: HttpRequest) -> bool:
    """Whether a request is for the admin: with its own policy and cookies, never cached."""
    return request.path_info.startswith(ADMIN_PREFIX)


def set_expiry(response: HttpResponse, at: datetime.datetime, *moments: datetime.datetime | None) -> None:
    """Say until when a response holds, where the clock changes it before `delivery.next_change`."""
    if ahead := [moment for moment in moments if moment and moment > at]:
        response.headers["Expires"] = http_date(min(ahead).timestamp())


class ResponseHeadersMiddleware(MiddlewareMixin):
    """Cross-Origin-Resource-Policy, Cache-Control, and the Content-Security-Policy of the admin.

    Admin responses are private and never stored. Public pages may be cached if the cache asks again
    each time: deadlines pass within a second. Pages that set a Cache-Control of their own keep it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if is_admin_page(request):
            # django-csp reads this attribute.
            response._csp_config = settings.ADMIN_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]
            patch_cache_control(response, no_store=True, private=True)
        else:
            response.headers.setdefault("Cache-Control", ASK_EACH_TIME)
        return response


class SortedCSPMiddleware(CSPMiddleware):
    """django-csp's, with directives in one order: it depends on the process otherwise."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response = super().process_response(request, response)
        if policy := response.headers.get("Content-Security-Policy"):
            response.headers["Content-Security-Policy"] = "; ".join(sorted(policy.split("; ")))
        return response
