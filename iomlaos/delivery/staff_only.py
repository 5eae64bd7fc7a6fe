"""Sessions, accounts and their cookies exist behind the admin alone.

On a public page they would be asked for nothing, and yet a stale cookie of a session would be
answered with Set-Cookie: a page that is no longer the same for everyone.
"""

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django_otp.middleware import OTPMiddleware

from .headers import is_staff_page


class StaffOnly:
    """A middleware that is not there for public pages."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return super().__call__(request) if is_staff_page(request) else self.get_response(request)


class Sessions(StaffOnly, SessionMiddleware):
    pass


class ForgedForms(StaffOnly, CsrfViewMiddleware):
    """Public forms have a check of their own, which needs no cookie."""


class Accounts(StaffOnly, AuthenticationMiddleware):
    pass


class SecondFactor(StaffOnly, OTPMiddleware):
    pass


class Messages(StaffOnly, MessageMiddleware):
    pass
