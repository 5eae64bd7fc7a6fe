"""Two-step sign-in: an authenticator app on a phone, and ten recovery codes."""

import base64
import math
import re

import django_otp
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

RECOVERY_CODES = 10
#: Each wrong code doubles the wait of a second for the next one, up to 2^9 seconds: under nine minutes.
MAX_FAILURES = 10
WRONG_CODE = _(
    "This code is wrong or was already used. Wait for the next one. If that is wrong too, turn on "
    "automatic date and time on your phone."
)
WRONG_RECOVERY_CODE = _("This recovery code is not valid or was already used.")
NOT_THE_CODE_OF_THE_KEY = _("This code does not match the QR code. Type the code that the app shows now.")


def is_enrolled(user: AbstractUser) -> bool:
    """Whether the user has set up a phone."""
    if not hasattr(user, "has_second_factor"):
        user.has_second_factor = TOTPDevice.objects.filter(user=user, confirmed=True).exists()
    return user.has_second_factor


def is_required(user: AbstractUser) -> bool:
    """Whether the user needs a code besides the password."""
    return settings.STAFF_SECOND_FACTOR == "required" or is_enrolled(user)


def is_passed(request: HttpRequest) -> bool:
    """Whether this session has passed the second step, or needs none."""
    return request.user.is_verified() or not is_required(request.user)


def group_secret(key: str) -> str:
    """A key as people type it into an app: base 32, in groups of four."""
    letters = base64.b32encode(bytes.fromhex(key)).decode()
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def qr_svg(user: AbstractUser, key: str) -> str:
    """The QR code that an app reads, as SVG without inline styles."""
    import segno  # noqa: PLC0415  1 MB, for this page alone

    address = TOTPDevice(user=user, key=key).config_url
    return segno.make(address, micro=False).svg_inline(
        omitsize=True, border=4, light="#fff", svgclass="qr", lineclass=None, title="QR"
    )


@transaction.atomic
def enable(user: AbstractUser, key: str, code: str) -> tuple[TOTPDevice, list[str]]:
    """Replace the user's phone by the one that made this code from this key, and the recovery codes.

    Raises ValidationError.
    """
    device = TOTPDevice(user=user, name="phone", key=key)
    if not re.fullmatch("[0-9]{6}", code) or not device.verify_token(code):
        raise ValidationError(NOT_THE_CODE_OF_THE_KEY)
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    user.has_second_factor = True
    return device, new_codes(user)


@transaction.atomic
def new_codes(user: AbstractUser) -> list[str]:
    """Replace the recovery codes. The new ones are returned once."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="paper")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def codes_left(user: AbstractUser) -> int:
    return StaticToken.objects.filter(device__user=user, device__confirmed=True).count()


def reset(user: AbstractUser) -> None:
    """Delete the phone and the recovery codes, and end all sessions of the user."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


def verify(user: AbstractUser, code: str, *, is_recovery_code: bool) -> django_otp.models.Device:
    """The device that accepts a code. Each code works once.

    Raises ValidationError: for a wrong code, or with the code "wait" for one that is not checked.
    """
    model, pattern = (StaticDevice, "[a-z2-7]{8}") if is_recovery_code else (TOTPDevice, "[0-9]{6}")
    code = re.sub(r"[\s-]", "", code).lower()
    if device := model.objects.filter(user=user, confirmed=True).first():
        is_allowed, details = device.verify_is_allowed()
        if not is_allowed:
            seconds = (details["locked_until"] - timezone.now()).total_seconds()
            raise _must_wait(max(1, math.ceil(seconds / 60)))
        # What cannot be a code costs no wait.
        if re.fullmatch(pattern, code) and django_otp.verify_token(user, device.persistent_id, code):
            return device
        model.objects.filter(pk=device.pk, throttling_failure_count__gt=MAX_FAILURES).update(
            throttling_failure_count=MAX_FAILURES
        )
    raise ValidationError(WRONG_RECOVERY_CODE if is_recovery_code else WRONG_CODE)


def _must_wait(minutes: int) -> ValidationError:
    message = ngettext(
        "Too many wrong codes. Wait %(wait)s minute, then try again.",
        "Too many wrong codes. Wait %(wait)s minutes, then try again.",
        minutes,
    )
    return ValidationError(message, "wait", {"wait": minutes})
