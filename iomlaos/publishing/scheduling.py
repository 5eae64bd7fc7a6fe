"""Publish scheduled changes on the first request after their due time."""

import datetime
import logging
from collections.abc import Callable
from typing import cast

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, OperationalError, models, transaction
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from iomlaos.delivery.locks import without_waiting
from iomlaos.publishing.drafts import publish_scheduled
from iomlaos.publishing.models import Publishable, Revision
from iomlaos.publishing.serialization import locked

logger = logging.getLogger(__name__)

#: Health checks, which ask the database for nothing else.
EXEMPT_PATHS = ("/healthz", "/readyz")

#: Sent in the transaction in which a change was published, or could not be: `record` and `scheduled`.
change_was_due = Signal()


def publish_due(at: datetime.datetime) -> None:
    """Publish each scheduled change that is due. What cannot be published keeps the reason, for staff.

    Never waits for a lock: the next request tries again.
    """
    for scheduled in Revision.objects.due(at):
        try:
            with without_waiting(), transaction.atomic():
                _publish_one(scheduled)
        except OperationalError as error:
            logger.warning(
                "Due, but not published yet: %s %s: %s", scheduled.model, scheduled.object_key, error
            )


def _publish_one(scheduled: Revision) -> None:
    """Raises OperationalError where somebody else has locked the record."""
    record = locked(apps.get_model(scheduled.model), scheduled.object_key, nowait=True)
    try:
        with transaction.atomic():
            if record is None:
                raise ValidationError(_("It was deleted."))
            versions = Revision.objects.catch_up(Revision.objects.peek(record), record)
            if versions.scheduled and versions.scheduled.pk == scheduled.pk:
                publish_scheduled(versions, cast(Publishable, record))
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

    One query looks for due drafts. A database error is logged: the page itself will report it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in EXEMPT_PATHS:
            try:
                publish_due(request.at)
            except DatabaseError:
                logger.exception("What is due could not be published; the next request tries again.")
        return self.get_response(request)
