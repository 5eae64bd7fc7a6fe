"""Roles, and the log of sign-ins."""

import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import models
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iomlaos.delivery.client_ip import client_address


class Role(Group):
    """A group, under the name that staff know."""

    class Meta:
        proxy = True
        verbose_name = _("role")
        verbose_name_plural = _("roles")


class SignInEventQuerySet(models.QuerySet):
    def expired(self, at: datetime.datetime) -> Self:
        return self.filter(at__lt=at - datetime.timedelta(days=365))

    def record(self, kind: str, request: HttpRequest, user: Any = None, username: str | None = None) -> None:
        """Add an entry about an account, given as `user` or as `username`. `by` is who is signed in."""
        # Django's test client signs in with a request that has no user.
        signed_in_user = getattr(request, "user", None)
        if user is None and username:
            user = get_user_model().objects.filter(username=username).first()
        self.create(
            at=timezone.now(),
            kind=kind,
            user=user,
            username=user.get_username() if user else "",
            by=signed_in_user.get_username() if signed_in_user else "",
            address=client_address(request),
        )


class SignInEvent(models.Model):
    """One entry of the log, kept for a year.

    The name stays when the account is deleted. A name without an account is not stored: people type
    their password into the wrong field.
    """

    is_content = False

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", _("Signed in")
        PASSWORD_RIGHT = "password_right", _("Password correct, code asked for")
        PASSWORD_WRONG = "password_wrong", _("Wrong password")
        CODE_WRONG = "code_wrong", _("Wrong code")
        RECOVERY_CODE = "recovery_code", _("Recovery code used")
        LOCKED = "locked", _("Locked after too many wrong passwords")
        ENROLLED = "enrolled", _("Two-step sign-in set up")
        NEW_CODES = "new_codes", _("New recovery codes made")
        FACTOR_RESET = "factor_reset", _("Two-step sign-in reset")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        RESET_REQUESTED = "reset_requested", _("Password reset requested")
        LINK_MADE = "link_made", _("Sign-in link made")

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
    username = models.CharField(_("username"), max_length=150, blank=True)
    by = models.CharField(_("by"), max_length=150, blank=True)
    address = models.GenericIPAddressField(_("network address"), null=True, blank=True)

    objects = SignInEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["address", "kind", "at"], name="signin_by_address")]

    def __str__(self) -> str:
        return f"{self.username or '–'}: {self.get_kind_display()}"
