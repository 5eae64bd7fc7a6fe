"""How many wrong passwords are taken, and from where.

django-axes keeps the count, asks us first when somebody signs in, and turns the refusal into a page.
Counted is each pair of account and address, so that a stranger elsewhere locks nobody out; and each
address by itself, more widely, so that one client cannot try one password on many names.
"""

import datetime
import ipaddress
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
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Max, QuerySet, Sum, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from iomlaos.accounts.log import Kind, client_address, record


class LockoutBackend(AxesStandaloneBackend):
    """Stands before the check of passwords. What signs in without a request is the portal itself."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        if request is not None:
            super().authenticate(request, **credentials)


class LockoutHandler(AxesDatabaseHandler):
    """Each try is counted before its password is looked at: of many at the same moment, no more than
    the limit are looked at. A right password takes the tries of its pair back."""

    def is_allowed(self, request: HttpRequest, credentials: dict | None = None) -> bool:
        tries = LoginAttempts(request, credentials)
        if tries.are_used_up:
            return False
        tries.count()
        return not tries.are_exceeded

    def user_login_failed(
        self, sender: Any, credentials: dict, request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        if request is None:
            return
        request.axes_credentials = credentials
        if request.axes_locked_out:
            return
        username = get_client_username(request, credentials) or ""
        record(Kind.PASSWORD_WRONG, request, username=username)
        if LoginAttempts(request, credentials).are_used_up:
            request.axes_locked_out = True
            record(Kind.LOCKED, request, username=username)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: AbstractUser, **kwargs: Any) -> None:
        tries = LoginAttempts(request, {settings.AXES_USERNAME_FORM_FIELD: user.get_username()})
        tries.of_pair.delete()
        AccessAttempt.objects.filter(attempt_time__lte=tries.since).delete()

    def user_logged_out(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        pass


class LoginAttempts:
    """The tries of the pair and of the address that a request speaks of."""

    def __init__(self, request: HttpRequest, credentials: dict | None) -> None:
        self.now = timezone.now()
        self.since = self.now - settings.AXES_COOLOFF_TIME
        self.username = get_client_username(request, credentials) or ""
        self.network = client_network(request)

    @property
    def of_address(self) -> QuerySet:
        return AccessAttempt.objects.filter(ip_address=self.network)

    @property
    def of_pair(self) -> QuerySet:
        return self.of_address.filter(username=self.username)

    def _counted(self) -> list[tuple[int, int, datetime.datetime | None]]:
        """For the pair and for the address: how many, of how many, and when the last one was."""
        counted = []
        limits = (
            (self.of_pair, settings.AXES_FAILURE_LIMIT),
            (self.of_address, settings.LOGIN_FAILURES_PER_IP),
        )
        for tries, limit in limits:
            of_now = tries.filter(attempt_time__gt=self.since)
            sums = of_now.aggregate(number=Sum("failures_since_start"), last=Max("attempt_time"))
            counted.append((sums["number"] or 0, limit, sums["last"]))
        return counted

    @property
    def are_used_up(self) -> bool:
        return any(number >= limit for number, limit, _last in self._counted())

    @property
    def are_exceeded(self) -> bool:
        return any(number > limit for number, limit, _last in self._counted())

    @property
    def end(self) -> datetime.datetime:
        """When the next try will be looked at."""
        last = [last for number, limit, last in self._counted() if number >= limit]
        return max(last, default=self.now) + settings.AXES_COOLOFF_TIME

    def count(self) -> None:
        """One more, in one statement: those of an earlier quarter of an hour are forgotten by it."""
        if not self._add():
            try:
                with transaction.atomic():
                    AccessAttempt.objects.create(
                        username=self.username, ip_address=self.network, user_agent="", failures_since_start=1
                    )
            except IntegrityError:
                self._add()

    def _add(self) -> int:
        return self.of_pair.update(
            failures_since_start=Case(
                When(attempt_time__lte=self.since, then=Value(1)), default=F("failures_since_start") + 1
            ),
            attempt_time=self.now,
        )


def verify_password(request: HttpRequest, password: str) -> bool:
    """Whether this is the password of whoever is signed in, asked once more.

    Tries count and are noted as at the door. After one too many none is looked at, and whatever the
    view answers becomes the page that says so.
    """
    username = request.user.get_username()
    if authenticate(request, username=username, password=password) is None:
        return False
    LoginAttempts(request, {settings.AXES_USERNAME_FORM_FIELD: username}).of_pair.delete()
    return True


def client_network(request: HttpRequest) -> str:
    """What counts as one client: an address, or the whole /64 that an IPv6 client has to itself."""
    address = ipaddress.ip_address(client_address(request) or "0.0.0.0")
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(getattr(address, "ipv4_mapped", None) or address)


def locked(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict | None = None
) -> HttpResponse:
    """What is said, and for how long. It is the same for a name that no account has."""
    tries = LoginAttempts(request, credentials)
    seconds = max(1, math.ceil((tries.end - tries.now).total_seconds()))
    context = admin.site.each_context(request)
    context |= {"minutes": math.ceil(seconds / 60), "by_mail": settings.PASSWORD_RESET_ENABLED}
    answer = render(request, "accounts/locked.html", context, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer
