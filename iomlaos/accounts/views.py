"""Admin pages of the second step of signing in, its set-up, and the session."""

from typing import Any
from urllib.parse import urlencode

import django_otp
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.models import Device

from iomlaos.accounts import otp
from iomlaos.accounts.entry import entry_required
from iomlaos.accounts.forms import CodeForm, PasswordForm, RecoveryCodeForm
from iomlaos.accounts.models import SignInEvent
from iomlaos.accounts.sessions import renew, seconds_left
from iomlaos.delivery.headers import BACKGROUND_HEADER

Kind = SignInEvent.Kind

#: Session key of the recovery codes, until they are saved.
SESSION_CODES = "recovery_codes"


def _next_url(request: HttpRequest) -> str:
    """The page of this site that the user came for, or the front page of the admin."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    is_own = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_own else reverse("admin:index")


def redirect_with_next(name: str, request: HttpRequest) -> HttpResponseRedirect:
    """Redirect to another page of signing in, which then leads to the page that the user came for."""
    return redirect(f"{reverse(name)}?{urlencode({'next': _next_url(request)})}")


def _render_page(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    context = admin.site.each_context(request) | {"next": _next_url(request)} | context
    return render(request, f"accounts/{name}.html", context, status=status)


# --- The code ---------------------------------------------------------------------------------


@sensitive_post_parameters()
@entry_required
def code(request: HttpRequest) -> HttpResponse:
    """The second step of signing in."""
    if otp.is_passed(request):
        return redirect(_next_url(request))
    if not otp.is_enrolled(request.user):
        return redirect_with_next("admin:set_up", request)
    is_recovery_code = "recovery_code" in request.POST
    form = CodeForm(request.POST if request.method == "POST" and not is_recovery_code else None)
    recovery_form = RecoveryCodeForm(request.POST if is_recovery_code else None)
    submitted, status = recovery_form if is_recovery_code else form, 200
    if submitted.is_valid():
        (submitted_code,) = submitted.cleaned_data.values()
        try:
            device = otp.verify(request.user, submitted_code, is_recovery_code=is_recovery_code)
        except ValidationError as error:
            submitted.add_error(None, error)
            if error.code == "wait":
                status = 429
            else:
                SignInEvent.objects.record(Kind.CODE_WRONG, request, request.user)
        else:
            return _complete_login(request, device, is_recovery_code)
    return _render_page(
        request,
        "code",
        status,
        title=_("Enter the code from your phone"),
        form=form,
        recovery_form=recovery_form,
        is_recovery_code=is_recovery_code,
    )


def _complete_login(request: HttpRequest, device: Device, is_recovery_code: bool) -> HttpResponse:
    django_otp.login(request, device)
    request.session.cycle_key()
    if is_recovery_code:
        SignInEvent.objects.record(Kind.RECOVERY_CODE, request, request.user)
        message = _(
            "You have used a recovery code. Codes left: %(left)s. If your phone is lost, set up another one."
        )
        messages.warning(request, message % {"left": otp.codes_left(request.user)})
    SignInEvent.objects.record(Kind.SIGNED_IN, request, request.user)
    return redirect(_next_url(request))


# --- Setting up -------------------------------------------------------------------------------


def _key_to_set_up(request: HttpRequest) -> str:
    """The secret for the phone that is set up in this session: a page that shows it need not store it."""
    value = f"{request.user.pk}:{request.session.session_key}"
    return salted_hmac("iomlaos.accounts.set_up", value).hexdigest()


@sensitive_post_parameters()
@entry_required
def set_up(request: HttpRequest) -> HttpResponse:
    """Set up a phone: the first one, or with the password a new one in place of the last."""
    if not otp.is_passed(request) and otp.is_enrolled(request.user):
        return redirect_with_next("admin:code", request)
    key = _key_to_set_up(request)
    form = CodeForm(request.POST or None)
    password_form = PasswordForm(request) if otp.is_enrolled(request.user) else None
    if form.is_valid() and (password_form is None or password_form.is_valid()):
        try:
            device, codes = otp.enable(request.user, key, form.cleaned_data["code"].replace(" ", ""))
        except ValidationError as error:
            form.add_error("code", error)
        else:
            return _complete_set_up(request, device, codes)
    return _render_page(
        request,
        "set_up",
        title=_("Set up two-step sign-in"),
        form=form,
        password_form=password_form,
        qr_code=otp.qr_svg(request.user, key),
        secret=otp.group_secret(key),
        is_required=not otp.is_passed(request),
    )


def _complete_set_up(request: HttpRequest, device: Device, codes: list[str]) -> HttpResponse:
    was_passed = otp.is_passed(request)
    django_otp.login(request, device)
    request.session[SESSION_CODES] = codes
    request.session.cycle_key()
    SignInEvent.objects.record(Kind.ENROLLED, request, request.user)
    if not was_passed:
        SignInEvent.objects.record(Kind.SIGNED_IN, request, request.user)
    return redirect_with_next("admin:recovery_codes", request)


def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show the new codes until the user confirms that they are saved."""
    if SESSION_CODES not in request.session:
        return redirect("admin:second_factor")
    if request.method == "POST":
        del request.session[SESSION_CODES]
        return redirect(_next_url(request))
    codes = request.session[SESSION_CODES]
    return _render_page(request, "recovery_codes", title=_("Your recovery codes"), codes=codes)


@sensitive_post_parameters()
def second_factor(request: HttpRequest) -> HttpResponse:
    """What the user has set up, and new recovery codes after the password."""
    form = PasswordForm(request)
    if request.user.is_verified() and form.is_valid():
        request.session[SESSION_CODES] = otp.new_codes(request.user)
        # The session may have been opened with a recovery code, whose device is gone now.
        if device := otp.TOTPDevice.objects.filter(user=request.user, confirmed=True).first():
            django_otp.login(request, device)
        SignInEvent.objects.record(Kind.NEW_CODES, request, request.user)
        return redirect("admin:recovery_codes")
    return _render_page(
        request,
        "second_factor",
        title=_("Two-step sign-in"),
        form=form,
        is_enrolled=otp.is_enrolled(request.user),
        codes_left=otp.codes_left(request.user),
    )


# --- Sessions ---------------------------------------------------------------------------------


def session(request: HttpRequest) -> JsonResponse:
    """For the script that warns: the seconds left, a current CSRF token ("seal"), and who is signed in.

    Renews the session, except for a background request.
    """
    if not admin.site.has_permission(request):
        return JsonResponse({"seconds": 0}, status=403)
    if BACKGROUND_HEADER not in request.headers:
        renew(request)
    person = str(request.user.pk)
    return JsonResponse({"seconds": seconds_left(request), "seal": get_token(request), "person": person})


def signed_in(request: HttpRequest) -> HttpResponse:
    """The end of signing in again in a second tab: back to the first."""
    return _render_page(request, "signed_in", title=_("You are signed in"))


def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out, also before the second step."""
    if request.method != "POST":
        return redirect("admin:index")
    if admin.site.has_permission(request):
        return admin.site.logout(request)
    logout(request)
    return redirect("admin:login")
