"""Password reset by e-mail: Django's views, as pages of the admin."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import forms as auth_forms
from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from iomlaos.accounts.entry import has_entry
from iomlaos.accounts.mail import send_in_background
from iomlaos.accounts.models import SignInEvent
from iomlaos.delivery.client_ip import client_address

#: From one address; several people of an office may share one.
RESETS_PER_HOUR = 10


class PasswordResetForm(auth_forms.PasswordResetForm):
    """Sends the mail in a thread: the response takes as long for an address without an account."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def get_users(self, email: str) -> Any:
        return (user for user in super().get_users(email) if has_entry(user))

    def send_mail(
        self, subject_template_name: str, email_template_name: str, context: dict, from_email: str | None,
        to_email: str, html_email_template_name: str | None = None,
    ) -> None:  # fmt: skip
        send_in_background("accounts/password_reset", context, to_email)


class NewPasswordForm(auth_forms.SetPasswordForm):
    new_password1, new_password2 = auth_forms.SetPasswordForm.create_password_fields(
        label1=_("New password"), label2=_("New password again")
    )


class AdminContextMixin:
    """Add the context of admin pages to a view of django.contrib.auth, and keep the view's title."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = admin.site.each_context(self.request) | super().get_context_data(**kwargs)
        return context | {"title": self.title}


class PasswordResetView(AdminContextMixin, auth_views.PasswordResetView):
    """Send a link by mail. The response is the same for every address.

    Without a mail server the page has no form, and says who can help.
    """

    title = _("Forgotten your password?")
    form_class = PasswordResetForm
    template_name = "accounts/password_reset.html"
    success_url = reverse_lazy("password_reset_done")
    #: Never from the Host header.
    extra_email_context = {
        "protocol": "https" if settings.HTTPS else "http",
        "domain": settings.SITE_URL.partition("://")[2],
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.PASSWORD_RESET_ENABLED:
            return self.render_to_response(self.get_context_data(form=None))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        kind, request = SignInEvent.Kind.RESET_REQUESTED, self.request
        requests = SignInEvent.objects.filter(address=client_address(request), kind=kind)
        if requests.filter(at__gt=request.at - timedelta(hours=1)).count() >= RESETS_PER_HOUR:
            context = self.get_context_data(form=form, too_often=True)
            return self.render_to_response(context, status=429, headers={"Retry-After": "3600"})
        user = next(form.get_users(form.cleaned_data["email"]), None)
        SignInEvent.objects.record(kind, request, user)
        return super().form_valid(form)


class PasswordResetDoneView(AdminContextMixin, auth_views.PasswordResetDoneView):
    title = _("Check your e-mail")
    template_name = "accounts/password_reset_done.html"


class PasswordResetConfirmView(AdminContextMixin, auth_views.PasswordResetConfirmView):
    """Set a new password. The next sign-in still asks for the code."""

    title = _("Choose a new password")
    form_class = NewPasswordForm
    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("admin:login")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context if self.validlink else context | {"title": _("This link no longer works")}

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        response = super().form_valid(form)
        SignInEvent.objects.record(SignInEvent.Kind.PASSWORD_CHANGED, self.request, self.user)
        messages.success(self.request, _("Your password is saved. Sign in with it."))
        return response
