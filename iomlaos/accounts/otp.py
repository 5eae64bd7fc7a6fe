"""Two-step sign-in: an authenticator app, and ten recovery codes."""

import base64
import datetime
import math
import re
import time

import django_otp
import segno
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

RECOVERY_CODES = 10
#: Each wrong code doubles the wait of a second for the next one, up to 2^9 seconds: under nine minutes.
MAX_FAILURES = 10


class OtpRejected(Exception):
    """A code that is wrong, or that is not looked at for the next `wait` minutes."""

    def __init__(self, wait: int = 0) -> None:
        self.wait = wait


def is_enrolled(user: AbstractUser) -> bool:
    """Whether somebody has set up a phone."""
    if not hasattr(user, "has_second_factor"):
        user.has_second_factor = TOTPDevice.objects.filter(user=user, confirmed=True).exists()
    return user.has_second_factor


def is_required(user: AbstractUser) -> bool:
    """Whether a password alone does not open the admin to this person."""
    return settings.STAFF_SECOND_FACTOR == "required" or is_enrolled(user)


def is_passed(request: HttpRequest) -> bool:
    """Whether this session has passed the second factor, or needs none."""
    return request.user.is_verified() or not is_required(request.user)


# --- Setting up -------------------------------------------------------------------------------


def new_key() -> str:
    return random_hex(20)


def group_secret(key: str) -> str:
    """A key as an app takes it when it is typed: base 32, in groups of four."""
    letters = base64.b32encode(bytes.fromhex(key)).decode()
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def qr_svg(user: AbstractUser, key: str) -> str:
    """The QR code that an app reads, as SVG without any style of its own."""
    address = TOTPDevice(user=user, key=key).config_url
    return segno.make(address, micro=False).svg_inline(
        omitsize=True, border=4, light="#fff", svgclass="qr", lineclass=None, title="QR"
    )


@transaction.atomic
def enable(user: AbstractUser, key: str, code: str) -> tuple[TOTPDevice, list[str]]:
    """The phone that made this code from this key, in the place of any other; and new recovery codes."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time()
    if not re.fullmatch(r"[0-9]{6}", code) or not totp.verify(int(code), tolerance=1):
        raise OtpRejected
    disable(user)
    device = TOTPDevice.objects.create(
        user=user, name="phone", key=key, last_t=totp.t(), drift=totp.drift, last_used_at=timezone.now()
    )
    user.has_second_factor = True
    return device, new_codes(user)


@transaction.atomic
def new_codes(user: AbstractUser) -> list[str]:
    """Ten codes in the place of the former ones. Nobody is shown them again."""
    StaticDevice.objects.filter(user=user).delete()
    paper = StaticDevice.objects.create(user=user, name="paper")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=paper, token=code) for code in codes)
    return codes


def codes_left(user: AbstractUser) -> int:
    return StaticToken.objects.filter(device__user=user, device__confirmed=True).count()


def disable(user: AbstractUser) -> None:
    """Phone and codes are worth nothing from now on."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    user.has_second_factor = False


def end_sessions(user: AbstractUser) -> None:
    """Wherever this person is signed in, they are so no more. Staff are few: their sessions are read."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


# --- Signing in -------------------------------------------------------------------------------


def verify(user: AbstractUser, typed: str, *, on_paper: bool) -> django_otp.models.Device:
    """The device that a code is of. Each code is good for once."""
    kind, shape = (StaticDevice, "[a-z2-7]{8}") if on_paper else (TOTPDevice, "[0-9]{6}")
    code = re.sub(r"[\s-]", "", typed).lower()
    device = kind.objects.filter(user=user, confirmed=True).first()
    if device is None:
        raise OtpRejected
    allowed, why = device.verify_is_allowed()
    if not allowed:
        raise OtpRejected(_minutes(why["locked_until"] - timezone.now()))
    # What cannot be a code is none, and costs no wait.
    if re.fullmatch(shape, code) and django_otp.verify_token(user, device.persistent_id, code):
        return device
    kind.objects.filter(pk=device.pk, throttling_failure_count__gt=MAX_FAILURES).update(
        throttling_failure_count=MAX_FAILURES
    )
    raise OtpRejected


def _minutes(wait: datetime.timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds() / 60))
