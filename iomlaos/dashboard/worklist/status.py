"""The words of the work list about how a record stands."""

import datetime

from django.utils.translation import gettext as _

from careers.models.notice import Notice
from iomlaos.dashboard.worklist.base import Status
from iomlaos.publishing.models import Publishable, Revision, Submission


def statuses_of(
    record: Publishable, draft: Revision | None, submission: Submission | None, at: datetime.datetime
) -> tuple[Status, ...]:
    """What visitors see, and what waits beside it."""
    if record.state == Publishable.State.DRAFT:
        return (_of_submission(submission, is_beside=False) or Status("draft", _("Draft")),)
    beside = _of_submission(submission, is_beside=True) or _of_draft(draft)
    return tuple(filter(None, [*_of_page(record, at), beside]))


def _of_page(record: Publishable, at: datetime.datetime) -> list[Status]:
    if record.state == Publishable.State.WITHDRAWN:
        return [Status("withdrawn", _("Withdrawn"))]
    if record.publish_from and record.publish_from > at:
        return [Status("scheduled", _("Scheduled"))]
    if not record.is_live(at):
        return [Status("ended", _("Ended"))]
    if not isinstance(record, Notice) or record.status(at) == Notice.Status.OPEN:
        return [Status("live", _("Live"))]
    if record.status(at) == Notice.Status.CLOSING:
        return [Status("live", _("Live")), Status("closing", _("Closing soon"))]
    if record.outcome:
        return [Status("closed", _("Closed"))]
    return [Status("todo", _("Closed, no outcome"))]


def _of_submission(submission: Submission | None, *, is_beside: bool) -> Status | None:
    if submission is None:
        return None
    if submission.returned_at:
        return Status("returned", _("+ returned") if is_beside else _("Returned"))
    return Status("submitted", _("+ submitted") if is_beside else _("Submitted"))


def _of_draft(draft: Revision | None) -> Status | None:
    if draft is None:
        return None
    if draft.failure_reason:
        return Status("failed", _("Schedule failed"))
    if draft.publish_at:
        return Status("scheduled", _("+ scheduled"))
    return Status("draft", _("+ draft"))
