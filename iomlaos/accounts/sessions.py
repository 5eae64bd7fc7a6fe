"""Sessions of staff: they end after a time without activity."""

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from iomlaos.delivery.headers import is_admin_page

ACTIVE_AT = "active_at"
#: Sent by scripts that poll without the user, so that polling keeps nobody signed in.
BACKGROUND_HEADER = "X-Background-Request"
#: Seconds. A session is saved no more often.
RENEW_EVERY = 60


class IdleSessionMiddleware(MiddlewareMixin):
    """Renew the session on each request for an admin page. Public pages touch no session."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_background = BACKGROUND_HEADER in request.headers
        if is_admin_page(request) and not is_background and SESSION_KEY in request.session:
            renew(request, min_age=RENEW_EVERY)
        return response


def renew(request: HttpRequest, min_age: int = 0) -> None:
    """Start the idle time again, and so save the session."""
    now = int(request.at.timestamp())
    if now - request.session.get(ACTIVE_AT, 0) >= min_age:
        request.session[ACTIVE_AT] = now


def seconds_left(request: HttpRequest) -> int:
    """Until the session ends; up to RENEW_EVERY less than the true number."""
    passed = int(request.at.timestamp()) - request.session.get(ACTIVE_AT, 0)
    return settings.SESSION_COOKIE_AGE - min(max(passed, 0), settings.SESSION_COOKIE_AGE)
