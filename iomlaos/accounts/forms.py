"""Forms to sign in, and the form of an account."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from iomlaos.accounts import lockout
from iomlaos.accounts.entry import has_entry


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("The username or the password is wrong."),
        "no_role": _("Your account has no role yet. Ask an administrator."),
    }

    def confirm_login_allowed(self, user: User) -> None:
        """Runs after the right password only."""
        super().confirm_login_allowed(user)
        if not has_entry(user):
            raise ValidationError(self.error_messages["no_role"], code="no_role")


class UserForm(forms.ModelForm):
    class Meta:
        labels = {
            "username": _("Username"),
            "email": _("E-mail address"),
            "groups": _("Roles"),
            "is_superuser": _("Full access"),
        }
        help_texts = {
            "username": _("To sign in with. Letters, digits and @ . + - _, without spaces."),
            "email": _("For sign-in links and messages from this site."),
            "groups": _("Without a role nobody can sign in."),
            "is_active": _("Untick this when somebody leaves. What they wrote stays."),
            "is_superuser": _("May do everything, without a role. Only people with full access can give it."),
        }


class CodeForm(forms.Form):
    """The six digits of an authenticator app."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "size": 8}
        ),
    )


class RecoveryCodeForm(forms.Form):
    recovery_code = forms.CharField(
        label=_("Recovery code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "size": 12}
        ),
    )


class PasswordForm(forms.Form):
    """The password of the signed-in user, once more, before a change to the second step."""

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
