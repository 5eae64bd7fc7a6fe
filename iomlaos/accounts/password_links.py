"""Links to set a password: asked for by e-mail, or made by an administrator.

The views are Django's, as pages of the admin.
"""

import datetime
import logging
import threading
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import forms as auth_forms
from django.contrib.auth import views as auth_views
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from iomlaos.accounts.entry import has_entry
from iomlaos.accounts.models import SignInEvent
from iomlaos.delivery.client_ip import client_address

logger = logging.getLogger(__name__)

#: From one address; several people of an office may share one.
RESETS_PER_HOUR = 10
#: Of a sign-in link.
VALID_FOR = datetime.timedelta(days=7)


def send_in_background(template: str, context: dict, to: str) -> None:
    """Send `<template>_subject.txt` and `<template>_email.txt` in a thread.

    The response takes as long as one without a message.
    """
    subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
    message = EmailMessage(subject, render_to_string(f"{template}_email.txt", context), to=[to])
    threading.Thread(target=_send, args=[message], daemon=True).start()


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except OSError as error:
        # Without the traceback, which may name the recipient.
        logger.error("A message with a link to set a password could not be sent: %s", type(error).__name__)


class SignInLinkTokenGenerator(PasswordResetTokenGenerator):
    """Tokens that end with the password, as Django's do, and are valid for longer."""

    key_salt = "iomlaos.accounts.password_links.SignInLinkTokenGenerator"

    def make_token(self, user: User) -> str:
        """Dated ahead, because Django has one time limit for all kinds of links."""
        ahead = int(VALID_FOR.total_seconds()) - settings.PASSWORD_RESET_TIMEOUT
        return self._make_token_with_timestamp(user, self._num_seconds(self._now()) + ahead, self.secret)


def make_sign_in_link(user: User) -> str:
    """The address of a page where the user sets a password. It works once."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = SignInLinkTokenGenerator().make_token(user)
    return settings.SITE_URL + reverse("sign_in_link", args=[uid, token])


def send_sign_in_link(user: User, url: str) -> bool:
    """Send the link, where the site sends mail and the user has an address."""
    if not (settings.PASSWORD_RESET_ENABLED and user.email):
        return False
    context = {"user": user, "url": url, "until": timezone.now() + VALID_FOR}
    transaction.on_commit(partial(send_in_background, "accounts/sign_in_link", context, user.email))
    return True


class PasswordResetForm(auth_forms.PasswordResetForm):
    """Sends the mail in a thread: the response takes as long for an address without an account."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def get_users(self, email: str) -> Any:
        return (user for user in super().get_users(email) if has_entry(user))

    def send_mail(self, subject: str, template: str, context: dict, sender: Any, to: str, **kwargs) -> None:
        send_in_background("accounts/password_reset", context, to)


class NewPasswordForm(auth_forms.SetPasswordForm):
    new_password1, new_password2 = auth_forms.SetPasswordForm.create_password_fields(
        label1=_("New password"), label2=_("New password again")
    )


class AdminContextMixin:
    """Add the context of admin pages to a view of django.contrib.auth."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return admin.site.each_context(self.request) | super().get_context_data(**kwargs)


class PasswordResetView(AdminContextMixin, auth_views.PasswordResetView):
    """Send a link by mail. The response is the same for every address.

    Without a mail server the page has no form, and says who can help.
    """

    title = _("Forgotten your password?")
    form_class = PasswordResetForm
    template_name = "accounts/password_reset.html"
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
        if requests.filter(at__gt=request.at - datetime.timedelta(hours=1)).count() >= RESETS_PER_HOUR:
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


class SignInLinkView(PasswordResetConfirmView):
    title = _("Choose your password")
    template_name = "accounts/sign_in_link.html"
    token_generator = SignInLinkTokenGenerator()
