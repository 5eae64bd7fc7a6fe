"""Sessions, accounts and their cookies for the admin only.

On a public page, Django would answer a stale session cookie with Set-Cookie, and the page would no
longer be the same for everyone.
"""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django_otp.middleware import OTPMiddleware

from iomlaos.delivery.headers import is_admin_page


class AdminOnlyMixin:
    """Skip a middleware on public pages."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_admin_page(request):
            return super().__call__(request)  # type: ignore[misc]
        return self.get_response(request)


class AdminSessionMiddleware(AdminOnlyMixin, SessionMiddleware):
    pass


class AdminCsrfMiddleware(AdminOnlyMixin, CsrfViewMiddleware):
    """Public forms have a check of their own, which needs no cookie."""


class AdminAuthMiddleware(AdminOnlyMixin, AuthenticationMiddleware):
    pass


class AdminOtpMiddleware(AdminOnlyMixin, OTPMiddleware):
    pass


class AdminMessageMiddleware(AdminOnlyMixin, MessageMiddleware):
    pass
