"""The pages to subscribe to alerts, to confirm and to stop them.

They use no cookie, so another site cannot misuse one. A form proves by the browser's headers that it comes
from this site, and a link in a message by its token.
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
from careers.alerts.models import Subscription
from careers.alerts.rate_limit import is_rate_limited
from careers.exports.share import find_notice, moved_notice
from careers.models.deadline import HOUR
from careers.models.notice import Notice
from iomlaos.delivery.exceptions import PermanentlyMoved
from iomlaos.delivery.origin import is_same_origin

allowed_methods = require_http_methods(["GET", "HEAD", "POST"])


@csrf_exempt
@allowed_methods
def alerts(request: HttpRequest) -> HttpResponse:
    """Subscribe to all new notices, or to those of one kind."""
    return _subscribe(request, None)


@csrf_exempt
@allowed_methods
def notice_alerts(request: HttpRequest, slug: str) -> HttpResponse:
    """Subscribe to the changes of one notice. A form sent to its former slug counts."""
    try:
        notice = find_notice(slug, request.at)
    except PermanentlyMoved as moved:
        notice = moved_notice(moved, request.at)
        if request.method != "POST":
            return HttpResponsePermanentRedirect(reverse("careers:notice_alerts", args=[notice.slug]))
    return _subscribe(request, notice)


def _subscribe(request: HttpRequest, notice: Notice | None) -> HttpResponse:
    context = {"notice": notice}
    is_over = notice is not None and not notice.is_followed(request.at)
    if not settings.ALERTS_ENABLED or is_over:
        template = f"careers/alerts/{'ended' if settings.ALERTS_ENABLED else 'unavailable'}.html"
        if request.method == "POST":
            return _no_store(render(request, template, context, status=404), "same-origin")
        return render(request, template, context)
    if request.method == "POST":
        return _submit(request, SubscribeForm(request.POST, notice=notice), context)
    return render(request, "careers/alerts/form.html", context | {"form": SubscribeForm(notice=notice)})


def _submit(request: HttpRequest, form: SubscribeForm, context: dict[str, Any]) -> HttpResponse:
    """Handle the sent form. The response does not tell whether the address was known.

    There is no redirect after the POST: the page shows the address, so that a typing error is noticed, and
    in a URL the address would be logged. A reload sends the form again, within the rate limits.
    """
    if not is_same_origin(request):
        lead = _("We stored nothing. Open the form on this site and fill it in again.")
        title = _("This form was not sent from our site")
        return _private_page(request, "message", 403, title=title, lead=lead)
    context |= {"form": form}
    if not form.is_valid():
        return _no_store(render(request, "careers/alerts/form.html", context), "same-origin")
    if not form.is_spam:
        if is_rate_limited(request):
            return _too_many_requests(request)
        form.save(request.at)
    return _no_store(render(request, "careers/alerts/confirmation_sent.html", context), "same-origin")


def _too_many_requests(request: HttpRequest) -> HttpResponse:
    lead = _("We stored nothing. Try again in an hour, or use our RSS feeds.")
    title = _("Too many requests in the last hour")
    response = _private_page(request, "message", 429, title=title, lead=lead)
    response.headers["Retry-After"] = str(int(HOUR.total_seconds()))
    return response


@csrf_exempt
@allowed_methods
def confirm_alerts(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm by the button only: programs that check the links in a message open this page too."""
    subscription = Subscription.objects.active(request.at).filter(token=token).first()
    if subscription is None:
        lead = _("It may already have been used, be more than two days old, or be incomplete.")
        return _private_page(request, "message", 404, title=_("This link no longer works"), lead=lead)
    scope = subscription.scope_label(request.at)
    if request.method == "POST":
        subscription.confirm(request.at)
        lead = _("You signed up for: %(about)s. Every e-mail has an unsubscribe link.") % {"about": scope}
        return _private_page(request, "message", title=_("You are subscribed"), lead=lead)
    title, button = _("Confirm your e-mail alerts"), _("Confirm")
    return _private_page(request, "confirm", title=title, about=scope, button=button)


@csrf_exempt
@allowed_methods
def stop_alerts(request: HttpRequest, token: str) -> HttpResponse:
    """Stop by the button, or by the POST of a mail program's one-click unsubscribe (RFC 8058).

    A second POST gets the same answer: mail programs may repeat it.
    """
    subscription = Subscription.objects.filter(token=token).first()
    if request.method == "POST":
        Subscription.objects.filter(token=token).delete()
        lead = _("We send no more of these e-mails, and have deleted your address from their list.")
        return _private_page(request, "message", title=_("You have unsubscribed"), lead=lead)
    if subscription is None:
        lead = _(
            "You have already unsubscribed, or the link is incomplete. If e-mails still come, use the link "
            "in the newest one."
        )
        return _private_page(request, "message", 404, title=_("You are not subscribed"), lead=lead)
    title, button = _("Unsubscribe from these alerts?"), _("Unsubscribe")
    scope = subscription.scope_label(request.at)
    return _private_page(request, "confirm", title=title, about=scope, button=button)


def _private_page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page whose URL may hold a token: it names the form as canonical, and sends no referrer."""
    context |= {"canonical": settings.SITE_URL + reverse("careers:alerts")}
    response = render(request, f"careers/alerts/{template}.html", context, status=status)
    return _no_store(response, "no-referrer")


def _no_store(response: HttpResponse, referrer_policy: str) -> HttpResponse:
    """Forbid all caches. After "no-referrer", browsers send the next form of the page with `Origin: null`."""
    patch_cache_control(response, no_store=True, private=True)
    response.headers["Referrer-Policy"] = referrer_policy
    return response
