"""Lock-out after wrong passwords, and the log of passwords, with django-axes.

Counted are the attempts for one account from one client, so that a stranger locks nobody else out, and
more widely those for all accounts from one client, so that it cannot try one password on many names.
"""

import datetime
import math
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import authenticate
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.models import Session
from django.db.models import Case, F, Max, Sum, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from iomlaos.accounts import otp
from iomlaos.accounts.models import SignInEvent
from iomlaos.accounts.sessions import ACTIVE_AT
from iomlaos.delivery.client_ip import client_network


class LockoutBackend(AxesStandaloneBackend):
    """Skip the lock-out where there is no request, as in a shell."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        if request is not None:
            super().authenticate(request, **credentials)


class LockoutHandler(AxesDatabaseHandler):
    """Count each attempt before its password is checked, so that simultaneous attempts do not pass
    the limit. A right password resets the count for its account, and starts the idle time."""

    def is_allowed(self, request: HttpRequest, credentials: dict | None = None) -> bool:
        attempts = LoginAttempts(request, get_client_username(request, credentials))
        if attempts.remaining <= 0:
            return False
        attempts.add_one()
        return attempts.remaining >= 0

    def user_login_failed(self, sender: Any, credentials: dict, request: Any = None, **kwargs: Any) -> None:
        if request is None:
            return
        request.axes_credentials = credentials
        if request.axes_locked_out:
            return
        username = get_client_username(request, credentials)
        SignInEvent.objects.record(SignInEvent.Kind.PASSWORD_WRONG, request, username=username)
        if LoginAttempts(request, username).remaining <= 0:
            request.axes_locked_out = True
            SignInEvent.objects.record(SignInEvent.Kind.LOCKED, request, username=username)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: AbstractUser, **kwargs: Any) -> None:
        kind = SignInEvent.Kind.PASSWORD_RIGHT if otp.is_required(user) else SignInEvent.Kind.SIGNED_IN
        SignInEvent.objects.record(kind, request, user)
        attempts = LoginAttempts(request, user.get_username())
        request.session[ACTIVE_AT] = int(attempts.now.timestamp())
        attempts.for_account.delete()
        AccessAttempt.objects.filter(attempt_time__lte=attempts.since).delete()
        SignInEvent.objects.expired(attempts.now).delete()
        Session.objects.filter(expire_date__lt=attempts.now).delete()

    def user_logged_out(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        pass


class LoginAttempts:
    """The attempts within AXES_COOLOFF_TIME for an account, and for all accounts, from one client."""

    def __init__(self, request: HttpRequest, username: str | None) -> None:
        self.now = timezone.now()
        self.since = self.now - settings.AXES_COOLOFF_TIME
        self.username = username or ""
        self.network = client_network(request)
        self.for_client = AccessAttempt.objects.filter(ip_address=self.network)
        self.for_account = self.for_client.filter(username=self.username)

    def _limits(self) -> list[tuple[int, datetime.datetime | None]]:
        """For the account and for the client: the attempts that remain, and the time of the last one."""
        limits = []
        for attempts, limit in (
            (self.for_account, settings.AXES_FAILURE_LIMIT),
            (self.for_client, settings.LOGIN_FAILURES_PER_IP),
        ):
            recent = attempts.filter(attempt_time__gt=self.since)
            totals = recent.aggregate(count=Sum("failures_since_start"), last=Max("attempt_time"))
            limits.append((limit - (totals["count"] or 0), totals["last"]))
        return limits

    @property
    def remaining(self) -> int:
        return min(remaining for remaining, _last in self._limits())

    @property
    def seconds_locked(self) -> int:
        last = max((last for remaining, last in self._limits() if remaining <= 0), default=self.since)
        return max(1, math.ceil((last - self.since).total_seconds()))

    def add_one(self) -> None:
        count = Case(When(attempt_time__lte=self.since, then=1), default=F("failures_since_start") + 1)
        AccessAttempt.objects.update_or_create(
            username=self.username,
            ip_address=self.network,
            user_agent="",
            defaults={"failures_since_start": count, "attempt_time": self.now},
            create_defaults={"failures_since_start": 1},
        )


def verify_password(request: HttpRequest, password: str) -> bool:
    """Whether this is the password of the signed-in user.

    Attempts count and are logged as at sign-in. During a lock-out no password is checked, and
    AxesMiddleware replaces the response of the view by `lockout_response`.
    """
    username = request.user.get_username()
    if authenticate(request, username=username, password=password) is None:
        return False
    LoginAttempts(request, username).for_account.delete()
    return True


def lockout_response(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """A page that says how long to wait, the same for a name without an account."""
    seconds = LoginAttempts(request, get_client_username(request, credentials)).seconds_locked
    context = admin.site.each_context(request)
    context |= {"minutes": math.ceil(seconds / 60), "by_mail": settings.PASSWORD_RESET_ENABLED}
    page = render(request, "accounts/locked.html", context, status=429)
    page.headers["Retry-After"] = str(seconds)
    return page
