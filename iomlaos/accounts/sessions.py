"""Sessions of staff: they end after a time without activity."""

import logging

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from iomlaos.delivery.headers import BACKGROUND_HEADER, is_admin_page
from iomlaos.delivery.locks import without_waiting

logger = logging.getLogger(__name__)

ACTIVE_AT = "active_at"
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
    """Start the idle time again. Never waits for a lock: the next request tries again."""
    session, now = request.session, int(request.at.timestamp())
    before, is_changed = session.get(ACTIVE_AT, 0), session.modified
    if now - before < min_age:
        return
    session[ACTIVE_AT] = now
    if is_changed:
        # The session middleware saves it, with what else changed.
        return
    try:
        with without_waiting():
            session.save()
    except UpdateError as error:
        if not isinstance(error.__context__, OperationalError):
            # Signed out meanwhile: the session middleware says so.
            return
        logger.info("A session was not renewed: the database is busy.")
        session[ACTIVE_AT] = before
    session.modified = False


def seconds_left(request: HttpRequest) -> int:
    """Until the session ends; up to RENEW_EVERY less than the true number."""
    passed = int(request.at.timestamp()) - request.session.get(ACTIVE_AT, 0)
    return settings.SESSION_COOKIE_AGE - min(max(passed, 0), settings.SESSION_COOKIE_AGE)
