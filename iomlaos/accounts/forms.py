"""Forms to sign in and to reset a password."""

import logging
import threading
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import PasswordResetForm
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template import loader
from django.utils.translation import gettext_lazy as _

from iomlaos.accounts import lockout

log = logging.getLogger(__name__)


class SignInForm(AdminAuthenticationForm):
    """The name and the password of staff."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _("The name or the password is wrong."),
    }


class CodeForm(forms.Form):
    """The six digits that a phone shows."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "size": 8}
        ),
    )


class PasswordForm(forms.Form):
    """Who is signed in proves to be the owner of the account, before a door of it is changed."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "size": 20}),
    )

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        self.request = request

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if not lockout.verify_password(self.request, password):
            raise ValidationError(_("This is not your password."))
        return password


class RecoveryCodeForm(forms.Form):
    """One of the ten codes on paper."""

    recovery_code = forms.CharField(
        label=_("Recovery code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "size": 12}
        ),
    )


class PasswordResetForm(PasswordResetForm):
    """Mail goes out beside the answer, so that the answer takes as long for an address that nobody has."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def get_users(self, email: str) -> Any:
        return (user for user in super().get_users(email) if user.is_staff)

    def send_mail(
        self, subject_template_name: str, email_template_name: str, context: dict, from_email: str | None,
        to_email: str, html_email_template_name: str | None = None,
    ) -> None:  # fmt: skip
        subject = " ".join(loader.render_to_string(subject_template_name, context).split())
        body = loader.render_to_string(email_template_name, context)
        message = EmailMultiAlternatives(subject, body, from_email, [to_email])
        threading.Thread(target=_send, args=[message], daemon=True).start()


def _send(message: EmailMultiAlternatives) -> None:
    try:
        message.send()
    except OSError as error:
        # Whom it was for stays out of the log.
        log.error("A message with a link for a new password could not be sent: %s", type(error).__name__)
