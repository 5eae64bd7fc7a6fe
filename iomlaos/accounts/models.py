"""The log of sign-ins."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SignInEvent(models.Model):
    """One line of the log: kept for a year, written by the portal, changed by nobody.

    The name stays when the account goes. A name that no account has is not kept: people type their
    password into the wrong field.
    """

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", _("Signed in")
        PASSWORD_RIGHT = "password_right", _("Right password; the code was asked for")
        PASSWORD_WRONG = "password_wrong", _("Wrong password")
        CODE_WRONG = "code_wrong", _("Wrong code")
        RECOVERY_CODE = "recovery_code", _("A recovery code was used")
        LOCKED = "locked", _("Locked out for a while")
        ENROLLED = "enrolled", _("Second factor set up")
        NEW_CODES = "new_codes", _("New recovery codes made")
        FACTOR_RESET = "factor_reset", _("Second factor reset")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        RESET_ASKED = "reset_asked", _("A new password was asked for by mail")

    at = models.DateTimeField(_("when"), db_default=Now(), db_index=True)
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    username = models.CharField(_("name of the account"), max_length=150, blank=True)
    by = models.CharField(_("by"), max_length=150, blank=True)
    address = models.GenericIPAddressField(_("network address"), null=True, blank=True)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins and failures")
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["address", "kind", "at"], name="signin_by_address")]

    def __str__(self) -> str:
        return f"{self.username or '–'}: {self.get_kind_display()}"
