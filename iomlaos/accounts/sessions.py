"""Sessions of staff: they end after a time without activity."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from iomlaos.delivery.headers import is_admin_page

GetResponse = Callable[[HttpRequest], HttpResponse]

ACTIVE_AT = "active_at"
#: What a script sends that asks by itself, so that nobody stays signed in by being away.
BACKGROUND_HEADER = "X-Background-Request"
#: Seconds. A session is stored anew no more often.
RENEW_EVERY = 60


class IdleSessionMiddleware:
    """Each staff page that somebody opens begins the wait anew. Public pages touch no session."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            is_admin_page(request)
            and BACKGROUND_HEADER not in request.headers
            and SESSION_KEY in request.session
        ):
            renew(request, at_least_after=RENEW_EVERY)
        return response


def renew(request: HttpRequest, at_least_after: int = 0) -> None:
    """Store the session anew: its end is moved by that."""
    now = int(request.at.timestamp())
    if now - request.session.get(ACTIVE_AT, 0) >= at_least_after:
        request.session[ACTIVE_AT] = now


def seconds_left(request: HttpRequest) -> int:
    """Of this session, rounded down by what a session may have been stored ago."""
    passed = int(request.at.timestamp()) - request.session.get(ACTIVE_AT, 0)
    return settings.SESSION_COOKIE_AGE - min(max(passed, 0), settings.SESSION_COOKIE_AGE)
