"""TwoFactorAdminSite: the admin site with two-step sign-in."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _

from iomlaos.accounts import lockout, log, otp, views
from iomlaos.accounts.forms import SignInForm
from iomlaos.accounts.retry import retry_once
from iomlaos.accounts.sessions import BACKGROUND_HEADER, RENEW_EVERY


class TwoFactorAdminSite(AdminSite):
    """Open to staff who have passed the second factor, where they have one or must.

    As django-otp's OTPAdminSite, with a page of its own for the code, and the setting up on the way.
    """

    login_form = SignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        return self.is_staff(request) and otp.is_passed(request)

    @staticmethod
    def is_staff(request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable:
        """A script without a session is answered 403, and not led to the sign-in page."""
        guarded = super().admin_view(retry_once(view, self), cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if BACKGROUND_HEADER in request.headers and not self.has_permission(request):
                return JsonResponse({}, status=403)
            return guarded(request, *args, **kwargs)

        return _copy_attributes(guarded, inner)

    def get_urls(self) -> list:
        own = [
            ("code/", views.code, "code"),
            ("second-factor/", views.own_second_factor, "second_factor"),
            ("second-factor/set-up/", views.set_up, "set_up"),
            ("second-factor/recovery-codes/", views.recovery_codes, "recovery_codes"),
            ("session/", views.session, "session"),
            ("signed-in/", views.signed_in, "signed_in"),
        ]

        def of_site(view: Callable[..., HttpResponse]) -> Callable:
            def inner(request: HttpRequest) -> HttpResponse:
                request.current_app = self.name
                return view(request, self)

            return views.no_store(inner)

        return [
            *(path(address, of_site(view), name=name) for address, view, name in own),
            # Whoever has given the password alone may leave, too.
            path("logout/", of_site(_sign_out), name="logout"),
            # Django's short way to a public page tells the address of any draft to whoever asks.
            *(each for each in super().get_urls() if getattr(each, "name", "") != "view_on_site"),
        ]

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if request.method == "GET" and self.is_staff(request) and not otp.is_passed(request):
            enrolled = otp.is_enrolled(request.user)
            return views.redirect_next("admin:code" if enrolled else "admin:set_up", request)
        words = {"title": _("Sign in"), "by_mail": settings.PASSWORD_RESET_ENABLED}
        return super().login(request, {**words, **(extra_context or {})})

    def password_change(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if request.method == "POST":
            # The form says what is wrong; here it counts.
            lockout.verify_password(request, request.POST.get("old_password", ""))
            if getattr(request, "axes_locked_out", False):
                return lockout.locked(request, credentials=request.axes_credentials)
        response = super().password_change(request, extra_context)
        if response.status_code == 302:
            log.record(log.Kind.PASSWORD_CHANGED, request, user=request.user)
        return response

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {"session_seconds": settings.SESSION_COOKIE_AGE - RENEW_EVERY}


def _sign_out(request: HttpRequest, site: TwoFactorAdminSite) -> HttpResponse:
    if request.method != "POST":
        return redirect("admin:index")
    if site.has_permission(request):
        return AdminSite.logout(site, request)
    logout(request)
    return redirect("admin:login")


def _copy_attributes(view: Callable, inner: Callable) -> Callable:
    inner.__dict__.update(view.__dict__)
    return inner
