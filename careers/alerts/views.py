"""The pages of the alerts: asking for them, confirming, stopping. They use no cookie.

Without a cookie there is nothing that another site could misuse in a visitor's name: a form proves
that it comes from this site by the browser's own headers, and a link in a message by its token.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from careers.alerts.forms import SubscribeForm
from careers.alerts.rate_limit import HOUR, is_rate_limited, is_same_origin
from careers.exports.share import find_notice, moved_notice
from careers.models.notice import Notice
from careers.models.subscription import Subscription
from iomlaos.delivery.exceptions import PermanentlyMoved

allowed_methods = require_http_methods(["GET", "HEAD", "POST"])


@csrf_exempt
@allowed_methods
def alerts(request: HttpRequest) -> HttpResponse:
    """What is new, of a kind or of both."""
    return _form(request, None)


@csrf_exempt
@allowed_methods
def notice_alerts(request: HttpRequest, slug: str) -> HttpResponse:
    """The changes of one notice. Where its address changed, so did that of its form; what was sent counts."""
    try:
        notice = find_notice(slug, request.at)
    except PermanentlyMoved as moved:
        notice = moved_notice(moved, request.at)
        if request.method != "POST":
            return HttpResponsePermanentRedirect(reverse("careers:notice_alerts", args=[notice.slug]))
    return _form(request, notice)


def _form(request: HttpRequest, notice: Notice | None) -> HttpResponse:
    context = {"notice": notice, "section": "careers"}
    is_over = notice is not None and not notice.is_followed(request.at)
    if not settings.ALERTS_ENABLED or is_over:
        template = f"careers/alerts/{'ended' if settings.ALERTS_ENABLED else 'unavailable'}.html"
        if request.method == "POST":
            return _unkept(render(request, template, context, status=404))
        return render(request, template, context)
    if request.method == "POST":
        return _sent(request, SubscribeForm(request.POST, notice=notice), context)
    return render(request, "careers/alerts/form.html", context | {"form": SubscribeForm(notice=notice)})


def _sent(request: HttpRequest, form: SubscribeForm, context: dict[str, Any]) -> HttpResponse:
    """What is answered is the same whether or not the address was known.

    The page is the answer itself, not one that is redirected to: it names the address, so that a
    slip is noticed, and an address that carried it would stand in logs. Reloading asks once more,
    which is what the limits are for.
    """
    if not is_same_origin(request):
        return _say(
            request, 403, _("This form was not sent from this site"),
            _("Nothing was stored. Please open the form here and fill it in again."),
        )  # fmt: skip
    context |= {"form": form}
    if not form.is_valid():
        return _unkept(render(request, "careers/alerts/form.html", context))
    if not form.is_of_a_program:
        if is_rate_limited(request):
            response = _say(
                request, 429, _("Too many have asked within this hour"),
                _("Nothing was stored. Please try again in an hour; the feeds tell you the same meanwhile."),
            )  # fmt: skip
            response.headers["Retry-After"] = str(int(HOUR.total_seconds()))
            return response
        form.save(request.at)
    return _unkept(render(request, "careers/alerts/confirmation_sent.html", context))


@csrf_exempt
@allowed_methods
def confirm_alerts(request: HttpRequest, token: str) -> HttpResponse:
    """Only the button confirms: programs that check the links of a message open them, too."""
    subscription = Subscription.objects.active(request.at).filter(token=token).first()
    if subscription is None:
        return _unknown(request)
    about = subscription.scope_label(request.at)
    if request.method == "POST":
        subscription.confirm(request.at)
        return _say(
            request, 200, _("Your alerts are on"),
            _("You asked for: %(about)s. Each message has a link that stops them.") % {"about": about},
        )  # fmt: skip
    return _question(request, _("Do you want these alerts?"), about, _("Yes, send me these alerts"))


@csrf_exempt
@allowed_methods
def stop_alerts(request: HttpRequest, token: str) -> HttpResponse:
    """By the button, or by the one click that a mail program offers (RFC 8058), which is a POST, too.

    Who stops twice is told the same again, for a mail program may repeat itself.
    """
    subscription = Subscription.objects.filter(token=token).first()
    if request.method == "POST":
        Subscription.objects.filter(token=token).delete()
        return _say(
            request, 200, _("Your alerts are stopped"),
            _("No more messages are sent, and your address is deleted as far as these alerts go."),
        )  # fmt: skip
    if subscription is None:
        return _unknown(request)
    about = subscription.scope_label(request.at)
    return _question(request, _("Do you want to stop these alerts?"), about, _("Stop these alerts"))


def _question(request: HttpRequest, title: str, about: str, button: str) -> HttpResponse:
    context = {"title": title, "about": about, "button": button} | _nameless()
    return _private(render(request, "careers/alerts/confirm.html", context))


def _unknown(request: HttpRequest) -> HttpResponse:
    return _say(
        request, 404, _("This link is not known any more"),
        _("It may have been used already, it may be older than two days, or a part of it is missing."),
    )  # fmt: skip


def _say(request: HttpRequest, status: int, title: str, lead: str) -> HttpResponse:
    context = {"title": title, "lead": lead} | _nameless()
    return _private(render(request, "careers/alerts/message.html", context, status=status))


def _nameless() -> dict[str, str]:
    """A page behind a token names the form as its address, not itself."""
    return {"canonical": settings.SITE_URL + reverse("careers:alerts"), "section": "careers"}


def _unkept(response: HttpResponse) -> HttpResponse:
    """For one pair of eyes. Told not to say from where, a browser would send the next form, a
    corrected one for instance, with the Origin "null"."""
    patch_cache_control(response, no_store=True, private=True)
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _private(response: HttpResponse) -> HttpResponse:
    """For one pair of eyes, and no other page learns its address."""
    patch_cache_control(response, no_store=True, private=True)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
