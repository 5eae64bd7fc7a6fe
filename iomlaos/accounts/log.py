"""Write the log of sign-ins."""

import datetime
import ipaddress
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from iomlaos.accounts.models import SignInEvent
from iomlaos.accounts.otp import is_required
from iomlaos.accounts.sessions import ACTIVE_AT

Kind = SignInEvent.Kind
KEPT_FOR = datetime.timedelta(days=365)


def client_address(request: HttpRequest) -> str | None:
    """The client's address: delivery has believed the trusted proxies already, and nobody else."""
    try:
        return str(ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None


def record(
    kind: SignInEvent.Kind, request: HttpRequest, *, user: AbstractUser | None = None, username: str = ""
) -> None:
    """One line more. `user` is whose account it is about; who did it is asked of the request."""
    if user is None and username:
        user = get_user_model().objects.filter(username=username).first()
    doer = getattr(request, "user", None)
    SignInEvent.objects.create(
        at=timezone.now(),
        kind=kind,
        user=user,
        username=user.get_username() if user else "",
        by=doer.get_username() if doer is not None and doer.is_authenticated else "",
        address=client_address(request),
    )


def record_sign_in(sender: Any, request: HttpRequest, user: AbstractUser, **kwargs: Any) -> None:
    """A right password. It is also the moment at which what is too old to keep goes."""
    record(Kind.PASSWORD_RIGHT if is_required(user) else Kind.SIGNED_IN, request, user=user)
    now = timezone.now()
    request.session[ACTIVE_AT] = int(now.timestamp())
    SignInEvent.objects.filter(at__lt=now - KEPT_FOR).delete()
    Session.objects.filter(expire_date__lt=now).delete()
