"""TwoFactorAdminSite: the admin site with two-step sign-in."""

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from iomlaos.accounts import lockout, otp, views
from iomlaos.accounts.entry import has_entry
from iomlaos.accounts.forms import SignInForm
from iomlaos.accounts.models import SignInEvent
from iomlaos.accounts.refusal import refuse
from iomlaos.accounts.retry import retry_once
from iomlaos.accounts.sessions import RENEW_EVERY
from iomlaos.delivery.headers import BACKGROUND_HEADER


class TwoFactorAdminSite(AdminSite):
    """Open to whoever has a role and has passed the second step, if they have set it up or must.

    Unlike OTPAdminSite of django-otp, it asks for the code on a page of its own.
    """

    login_form = SignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        return has_entry(request.user) and otp.is_passed(request)

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable:
        """Answer a request that is not allowed with a page that names the roles.

        A background request gets a bare 403, also without a session.
        """
        admin_view = super().admin_view(retry_once(view), cacheable)
        owner = getattr(view, "__self__", None)
        model_admin = owner if isinstance(owner, ModelAdmin) else None

        @functools.wraps(admin_view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            is_background = BACKGROUND_HEADER in request.headers
            if is_background and not self.has_permission(request):
                return JsonResponse({}, status=403)
            try:
                return admin_view(request, *args, **kwargs)
            except PermissionDenied:
                return JsonResponse({}, status=403) if is_background else refuse(request, model_admin)

        return inner

    def get_urls(self) -> list:
        return [
            # Before the second step.
            path("code/", views.code, name="code"),
            path("second-factor/set-up/", views.set_up, name="set_up"),
            path("session/", views.session, name="session"),
            path("logout/", views.sign_out, name="logout"),
            # After it.
            path("second-factor/", self.admin_view(views.second_factor), name="second_factor"),
            path(
                "second-factor/recovery-codes/", self.admin_view(views.recovery_codes), name="recovery_codes"
            ),
            path("signed-in/", self.admin_view(views.signed_in), name="signed_in"),
            # Django's redirect to a public page would tell anyone the address of a draft.
            *(url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"),
        ]

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if request.method == "GET" and has_entry(request.user) and not otp.is_passed(request):
            name = "admin:code" if otp.is_enrolled(request.user) else "admin:set_up"
            return views.redirect_with_next(name, request)
        return super().login(request, {"title": _("Sign in"), **(extra_context or {})})

    def password_change(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if request.method == "POST":
            # A first try that the database refused has set the new one on this object.
            request.user.refresh_from_db(fields=["password"])
            # Counts a wrong password; Django's form says that it is wrong.
            lockout.verify_password(request, request.POST.get("old_password", ""))
            if getattr(request, "axes_locked_out", False):
                return HttpResponse(status=429)  # AxesMiddleware replaces it.
        response = super().password_change(request, extra_context)
        if response.status_code == 302:
            SignInEvent.objects.record(SignInEvent.Kind.PASSWORD_CHANGED, request, request.user)
        return response

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {"session_seconds": settings.SESSION_COOKIE_AGE - RENEW_EVERY}
