"""Signal receivers of the accounts app."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from iomlaos.accounts import otp
from iomlaos.accounts.models import SignInEvent
from iomlaos.accounts.sessions import ACTIVE_AT


def record_sign_in(sender: Any, request: HttpRequest, user: AbstractUser, **kwargs: Any) -> None:
    """Log a right password, start the idle time, and delete old log entries and sessions."""
    kind = SignInEvent.Kind.PASSWORD_RIGHT if otp.is_required(user) else SignInEvent.Kind.SIGNED_IN
    SignInEvent.objects.record(kind, request, user=user)
    now = timezone.now()
    request.session[ACTIVE_AT] = int(now.timestamp())
    SignInEvent.objects.expired(now).delete()
    Session.objects.filter(expire_date__lt=now).delete()
