"""Pages to sign in: code, set-up of the app, recovery codes, password reset."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import django_otp
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from iomlaos.accounts import otp
from iomlaos.accounts.forms import CodeForm, PasswordForm, PasswordResetForm, RecoveryCodeForm
from iomlaos.accounts.log import Kind, client_address, record
from iomlaos.accounts.models import SignInEvent
from iomlaos.accounts.otp import OtpRejected
from iomlaos.accounts.sessions import BACKGROUND_HEADER, renew, seconds_left

#: What is kept in a session, for the time that it takes.
KEY, CODES = "second_factor_key", "recovery_codes"


def no_store(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return sensitive_post_parameters()(never_cache(csrf_protect(view)))


def _next(request: HttpRequest) -> str:
    """Where somebody was going: an address of this site, else the front page."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_own = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_own else reverse("admin:index")


def redirect_next(name: str, request: HttpRequest) -> HttpResponseRedirect:
    """To another page of the door, which then leads where somebody was going."""
    return redirect(f"{reverse(name)}?{urlencode({'next': _next(request)})}")


def _redirect_to_login(request: HttpRequest) -> HttpResponseRedirect:
    """And from there back to this page."""
    return auth_views.redirect_to_login(request.get_full_path(), reverse("admin:login"))


def _staff_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For staff who have given their password."""

    @wraps(view)
    def inner(request: HttpRequest, site: Any) -> HttpResponse:
        return view(request, site) if site.is_staff(request) else _redirect_to_login(request)

    return inner


def _render_page(
    request: HttpRequest, site: AdminSite, name: str, status: int = 200, **context: Any
) -> HttpResponse:
    context = site.each_context(request) | {"next": _next(request)} | context
    return render(request, f"accounts/{name}.html", context, status=status)


# --- The code ---------------------------------------------------------------------------------


@_staff_required
def code(request: HttpRequest, site: Any) -> HttpResponse:
    """The second step of signing in."""
    if otp.is_passed(request):
        return redirect(_next(request))
    if not otp.is_enrolled(request.user):
        return redirect_next("admin:set_up", request)
    on_paper = "recovery_code" in request.POST
    form, recovery, status = CodeForm(), RecoveryCodeForm(), 200
    if request.method == "POST":
        sent = RecoveryCodeForm(request.POST) if on_paper else CodeForm(request.POST)
        form, recovery = (form, sent) if on_paper else (sent, recovery)
        if sent.is_valid():
            typed = sent.cleaned_data["recovery_code" if on_paper else "code"]
            try:
                device = otp.verify(request.user, typed, on_paper=on_paper)
            except OtpRejected as refused:
                status = 429 if refused.wait else 200
                if not refused.wait:
                    record(Kind.CODE_WRONG, request, user=request.user)
                sent.add_error(None, _otp_error(refused, on_paper))
            else:
                return _complete_login(request, device, on_paper)
    context = {
        "title": _("The code from your phone"),
        "form": form,
        "recovery": recovery,
        "on_paper": on_paper,
    }
    return _render_page(request, site, "code", status, **context)


def _otp_error(refused: OtpRejected, on_paper: bool) -> str:
    if refused.wait:
        return ngettext(
            "Too many wrong codes. Wait %(wait)s minute, then try again.",
            "Too many wrong codes. Wait %(wait)s minutes, then try again.",
            refused.wait,
        ) % {"wait": refused.wait}
    if on_paper:
        return _now("This is none of your recovery codes, or it was used before.")
    return _now(
        "This code is wrong, or was used before. Wait until the phone shows the next one. If it goes on "
        "being wrong, see whether the phone sets its clock by itself."
    )


def _complete_login(request: HttpRequest, device: django_otp.models.Device, on_paper: bool) -> HttpResponse:
    django_otp.login(request, device)
    request.session.cycle_key()
    if on_paper:
        record(Kind.RECOVERY_CODE, request, user=request.user)
        left = otp.codes_left(request.user)
        words = _now(
            "This recovery code is used up. Codes left: %(left)s. If your phone is lost, set up another one."
        )
        messages.warning(request, words % {"left": left})
    record(Kind.SIGNED_IN, request, user=request.user)
    return redirect(_next(request))


# --- Setting up -------------------------------------------------------------------------------


@_staff_required
def set_up(request: HttpRequest, site: Any) -> HttpResponse:
    """A phone: at the first sign-in, or a new one in the place of the last, which asks for the password."""
    if not otp.is_passed(request) and otp.is_enrolled(request.user):
        return redirect_next("admin:code", request)
    key = request.session.setdefault(KEY, otp.new_key())
    form = CodeForm(request.POST or None)
    proof = PasswordForm(request) if otp.is_enrolled(request.user) else None
    if request.method == "POST" and form.is_valid() and (proof is None or proof.is_valid()):
        typed = form.cleaned_data["code"].replace(" ", "")
        try:
            device, codes = otp.enable(request.user, key, typed)
        except OtpRejected:
            form.add_error(
                "code", _("This is not the code that belongs to the picture. Type the one that shows now.")
            )
        else:
            return _enrolled(request, device, codes)
    context = {
        "title": _("Set up your phone for signing in"),
        "form": form,
        "proof": proof,
        "picture": otp.qr_svg(request.user, key),
        "letters": otp.group_secret(key),
        "is_required": not otp.is_passed(request),
    }
    return _render_page(request, site, "set_up", **context)


def _enrolled(request: HttpRequest, device: django_otp.models.Device, codes: list[str]) -> HttpResponse:
    was_open = otp.is_passed(request)
    django_otp.login(request, device)
    del request.session[KEY]
    request.session[CODES] = codes
    request.session.cycle_key()
    record(Kind.ENROLLED, request, user=request.user)
    if not was_open:
        record(Kind.SIGNED_IN, request, user=request.user)
    return redirect_next("admin:recovery_codes", request)


@_staff_required
def recovery_codes(request: HttpRequest, site: Any) -> HttpResponse:
    """The new codes, until their owner has said that they are kept; then never again."""
    if not request.user.is_verified():
        return _redirect_to_login(request)
    if CODES not in request.session:
        return redirect("admin:second_factor")
    if request.method == "POST":
        del request.session[CODES]
        return redirect(_next(request))
    context = {"title": _("Your recovery codes"), "codes": request.session[CODES]}
    return _render_page(request, site, "recovery_codes", **context)


@_staff_required
def own_second_factor(request: HttpRequest, site: Any) -> HttpResponse:
    """What somebody has set up, and new recovery codes for whoever knows the password."""
    if not site.has_permission(request):
        return _redirect_to_login(request)
    proof = PasswordForm(request)
    if request.user.is_verified() and proof.is_valid():
        request.session[CODES] = otp.new_codes(request.user)
        # New codes are no device that this session could have been opened with.
        if device := otp.TOTPDevice.objects.filter(user=request.user, confirmed=True).first():
            django_otp.login(request, device)
        record(Kind.NEW_CODES, request, user=request.user)
        return redirect("admin:recovery_codes")
    context = {
        "title": _("Second factor"),
        "proof": proof,
        "is_enrolled": otp.is_enrolled(request.user),
        "codes_left": otp.codes_left(request.user),
    }
    return _render_page(request, site, "second_factor", **context)


# --- Sessions ---------------------------------------------------------------------------------


def session(request: HttpRequest, site: Any) -> JsonResponse:
    """For the script that warns: how long is left, the seal that forms have now, and who is signed in.

    It renews the session unless it says that it asks by itself.
    """
    if not site.has_permission(request):
        return JsonResponse({"seconds": 0}, status=403)
    if BACKGROUND_HEADER not in request.headers:
        renew(request)
    return JsonResponse(
        {
            "seconds": seconds_left(request),
            "seal": get_token(request),
            "person": str(request.user.pk),
        }
    )


@_staff_required
def signed_in(request: HttpRequest, site: Any) -> HttpResponse:
    """Where signing in from a second tab ends: back to the first."""
    if not site.has_permission(request):
        return _redirect_to_login(request)
    return _render_page(request, site, "signed_in", title=_("You are signed in"))


# --- A forgotten password ---------------------------------------------------------------------

#: Of one address, within the hour; people of an office share one.
RESETS_PER_HOUR = 10


class AdminContextMixin:
    """A page of Django's, with what every page of the admin is given."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return admin.site.each_context(self.request) | super().get_context_data(**kwargs) | self.extra_context


class PasswordResetView(AdminContextMixin, auth_views.PasswordResetView):
    """A link by mail; where no mail is sent, who can help. The answer is the same for every address."""

    form_class = PasswordResetForm
    template_name = "accounts/password_reset.html"
    email_template_name = "accounts/password_reset_email.txt"
    subject_template_name = "accounts/password_reset_subject.txt"
    success_url = reverse_lazy("password_reset_done")
    extra_context = {"title": _("A forgotten password")}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.PASSWORD_RESET_ENABLED:
            return render(request, self.template_name, admin.site.each_context(request) | self.extra_context)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        request = self.request
        since = request.at - timedelta(hours=1)
        asked = SignInEvent.objects.filter(
            address=client_address(request), kind=Kind.RESET_ASKED, at__gt=since
        )
        if asked.count() >= RESETS_PER_HOUR:
            response = self.render_to_response(self.get_context_data(form=form, too_often=True), status=429)
            response.headers["Retry-After"] = "3600"
            return response
        user = next(iter(form.get_users(form.cleaned_data["email"])), None)
        record(Kind.RESET_ASKED, request, user=user)
        form.save(
            domain_override=settings.SITE_URL.partition("://")[2],
            use_https=settings.HTTPS,
            subject_template_name=self.subject_template_name,
            email_template_name=self.email_template_name,
            from_email=None,
            request=request,
        )
        return HttpResponseRedirect(self.get_success_url())


class PasswordResetDoneView(AdminContextMixin, auth_views.PasswordResetDoneView):
    template_name = "accounts/password_reset_done.html"
    extra_context = {"title": _("Look into your mail")}


class PasswordResetConfirmView(AdminContextMixin, auth_views.PasswordResetConfirmView):
    """Behind the link. The second factor is still asked for at the next sign-in."""

    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("password_reset_complete")
    extra_context = {"title": _("A new password")}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        record(Kind.PASSWORD_CHANGED, self.request, user=self.user)
        return response


class PasswordResetCompleteView(AdminContextMixin, auth_views.PasswordResetCompleteView):
    template_name = "accounts/password_reset_complete.html"
    extra_context = {"title": _("The new password is kept")}
