"""Publish scheduled changes on the first request after their due time."""

import datetime
import logging
import math
import threading
import time
import uuid
from collections.abc import Callable

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, Error, IntegrityError, OperationalError, models, transaction
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from iomlaos.delivery.locks import without_waiting
from iomlaos.delivery.validity import cached_per_version, future_moment
from iomlaos.publishing.drafts import publish_scheduled
from iomlaos.publishing.models import Revision
from iomlaos.publishing.serialization import locked

logger = logging.getLogger(__name__)

#: Health checks, which ask the database for nothing else.
EXEMPT_PATHS = ("/healthz", "/readyz")

#: Seconds. A worker tries a change that somebody else has locked no sooner again.
RETRY_AFTER = 1
#: Seconds. What is due beyond it is published in the requests that follow.
TIME_FOR_PUBLISHING = 0.3

#: Sent in the transaction in which a change was published, or could not be: `record` and `scheduled`.
change_was_due = Signal()


def publish_due(at: datetime.datetime) -> list[Revision]:
    """Publish each scheduled change that is due. Returns those that somebody else has locked.

    What cannot be published keeps the reason, for staff.
    """
    return [scheduled for scheduled in Revision.objects.due(at) if not try_to_publish(scheduled)]


def try_to_publish(scheduled: Revision) -> bool:
    """Publish a change whose moment has come. False where somebody else has locked what it needs."""
    try:
        with without_waiting(), transaction.atomic():
            _publish_one(scheduled)
    except OperationalError as error:
        name, reason = f"{scheduled.model} {scheduled.object_key}", str(error).strip()
        logger.warning("Due, but not published yet: %s: %s", name, reason)
        return False
    return True


@cached_per_version
def is_anything_due(at: datetime.datetime) -> bool:
    """Asked once in a validity period, which ends at the moment of the next scheduled change."""
    return Revision.objects.due(at).exists()


def _publish_one(scheduled: Revision) -> None:
    """Raises OperationalError where somebody else has locked the record."""
    record = locked(apps.get_model(scheduled.model), scheduled.object_key, nowait=True)
    try:
        with transaction.atomic():
            if record is None:
                raise ValidationError(_("It was deleted."))
            versions = Revision.objects.peek(record).catch_up()
            if versions.scheduled and versions.scheduled.pk == scheduled.pk:
                publish_scheduled(versions)
                change_was_due.send(Revision, record=record, scheduled=scheduled)
    except ValidationError as error:
        _mark_failed(record, scheduled, " ".join(error.messages))
    except IntegrityError:
        _mark_failed(record, scheduled, _("Another record has its address or name now."))
    except DatabaseError:
        raise
    except Exception:
        # A broken draft must not make an unrelated page fail.
        logger.exception("A change could not be published: %s %s", scheduled.model, scheduled.object_key)
        _mark_failed(record, scheduled, _("The site had a fault. Whoever runs it finds it in the log."))


def _mark_failed(record: models.Model | None, scheduled: Revision, reason: str) -> None:
    scheduled.failure_reason = reason[:500]
    waiting = Revision.objects.scheduled().filter(pk=scheduled.pk)
    if waiting.update(failure_reason=scheduled.failure_reason) and record is not None:
        change_was_due.send(Revision, record=record, scheduled=scheduled)


class PublishDueMiddleware:
    """Publish what is due at the time of the request, before it is answered.

    No visitor waits for it. While somebody else has locked a change, or publishes it, pages show the old
    text, and no cache may keep them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._turn = threading.Lock()
        #: When a change was last found locked, by its key.
        self._tried: dict[uuid.UUID, float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_late = request.path_info not in EXEMPT_PATHS and not self._publish(request.at)
        response = self.get_response(request)
        if is_late:
            response.headers["Cache-Control"] = "no-store"
        return response

    def _publish(self, at: datetime.datetime) -> bool:
        """Whether all that is due is public now, as far as anybody knows."""
        try:
            if future_moment() or not is_anything_due(at):
                return True
            if not self._turn.acquire(blocking=False):
                return False
            try:
                return self._take_turn(at)
            finally:
                self._turn.release()
        except Error as error:
            logger.warning("What is due could not be published; the next request tries again: %s", error)
            return False

    def _take_turn(self, at: datetime.datetime) -> bool:
        due, began = list(Revision.objects.due(at)), time.monotonic()
        self._tried = {change.pk: self._tried.get(change.pk, -math.inf) for change in due}
        published = 0
        for change in due:
            now = time.monotonic()
            if now - began > TIME_FOR_PUBLISHING:
                break
            if now - self._tried[change.pk] < RETRY_AFTER:
                continue
            self._tried[change.pk] = now
            published += try_to_publish(change)
        return published == len(due)
