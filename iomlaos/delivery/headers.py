"""Middleware for the headers that Django and its packages do not set."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

GetResponse = Callable[[HttpRequest], HttpResponse]

ADMIN_PREFIX = "/admin/"


def is_admin_page(request: HttpRequest) -> bool:
    """Whether an address is behind the admin: its own policy, cookies, never cached."""
    return request.path_info.startswith(ADMIN_PREFIX)


class CrossOriginHeadersMiddleware:
    """Cross-Origin-Resource-Policy: no other site embeds what this one serves."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class AdminCspMiddleware:
    """The admin's own Content-Security-Policy; public pages keep the one without any script.

    Whatever the admin answers is for one pair of eyes, and nowhere stored.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_admin_page(request):
            # django-csp reads this attribute.
            response._csp_config = settings.STAFF_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]
            patch_cache_control(response, no_store=True, private=True)
        return response


class CacheControlMiddleware:
    """Public pages may be held by any cache, which asks again each time: what is open or closed
    is a matter of seconds. Pages that set a header of their own keep it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not is_admin_page(request) and not response.has_header("Cache-Control"):
            patch_cache_control(response, public=True, no_cache=True)
        return response
