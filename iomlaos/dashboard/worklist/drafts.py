"""Tasks about drafts: submitted, returned, scheduled, failed."""

import datetime
from typing import Any

from django.utils.translation import gettext as _

from iomlaos.dashboard.worklist.base import Task, TaskRow, format_datetime, join_notes
from iomlaos.publishing.models import Publishable, Revision, Submission, publishables

#: A page that is taken down within this time is listed.
ENDS_WITHIN = datetime.timedelta(days=30)


class DraftTasks:
    """Tasks about what is not public yet. `user` narrows a task to one person."""

    def __init__(self, at: datetime.datetime) -> None:
        self.at = at
        drafts = Revision.objects.filter(kind=Revision.Kind.DRAFT, closed_at=None).defer("data")
        self.drafts = list(drafts.select_related("by").order_by("at"))
        self.submissions = list(Submission.objects.filter(ended_at=None).select_related("by").order_by("at"))
        self.submitted_keys = {(submission.model, submission.object_key) for submission in self.submissions}

    def returned(self, user: Any = None) -> Task:
        rows = []
        for submission in self.submissions:
            if submission.returned_at and (user is None or submission.by_id == user.pk):
                names = {"who": submission.returned_by_name, "note": submission.return_note}
                rows.append(TaskRow.for_draft(submission, _("%(who)s: %(note)s") % names))
        return Task(
            "returned",
            _("Returned") if user is None else _("Returned to you"),
            _("Read the note, change the draft, and hand it in again."),
            rows,
        )

    def submitted(self, user: Any = None) -> Task:
        """What others submitted; `visible_to` leaves what `user` may publish."""
        return Task(
            "handed-in",
            _("Handed in, to be published") if user is None else _("Handed in, and waiting for you"),
            _("Read it, then publish it or return it with a note."),
            [row for by_id, row in self._waiting() if user is None or by_id != user.pk],
            is_for_publishers=True,
        )

    def own_submissions(self, user: Any) -> Task:
        return Task(
            "own-handed-in",
            _("You handed these in"),
            _("Somebody who may publish them has yet to look at them."),
            [row for by_id, row in self._waiting() if by_id == user.pk],
        )

    def _waiting(self) -> list[tuple[int | None, TaskRow]]:
        """Submissions that nobody has returned, with the key of who submitted them."""
        waiting = []
        for submission in self.submissions:
            if submission.returned_at is None:
                names = {"who": submission.who, "moment": format_datetime(submission.at)}
                note = join_notes(_("from %(who)s, %(moment)s") % names, submission.note)
                waiting.append((submission.by_id, TaskRow.for_draft(submission, note, at=submission.at)))
        return waiting

    def failed_schedules(self) -> Task:
        rows = []
        for draft in self.drafts:
            if draft.failure_reason:
                due = draft.publish_at and _("due %(moment)s") % {"moment": format_datetime(draft.publish_at)}
                note = join_notes(draft.failure_reason, due)
                rows.append(TaskRow.for_draft(draft, note, at=draft.publish_at))
        return Task(
            "failed_schedules",
            _("Held: a change that did not come true"),
            _("Its page is as it was. Open the draft, put it right, then publish it or set another time."),
            rows,
        )

    def scheduled(self) -> Task:
        rows = [
            TaskRow.for_draft(draft, _schedule(_("the change"), draft.publish_at), at=draft.publish_at)
            for draft in self.drafts
            if draft.publish_at and not draft.failure_reason
        ]
        for model in publishables():
            published = model.objects.filter(state=Publishable.State.PUBLISHED)
            for record in published.filter(publish_from__gt=self.at):
                note = _schedule(_("becomes public"), record.publish_from)
                rows.append(TaskRow.for_record(record, note, at=record.publish_from))
            ends = published.filter(publish_until__gt=self.at, publish_until__lte=self.at + ENDS_WITHIN)
            for record in ends:
                note = _schedule(_("is taken down"), record.publish_until)
                rows.append(TaskRow.for_record(record, note, at=record.publish_until))
        return Task(
            "scheduled",
            _("Scheduled"),
            _("This happens by itself. To change it, open the form and set another time."),
            sorted(rows, key=lambda row: row.at),
        )

    def changes(self) -> Task:
        """Drafts of public records that are neither scheduled nor submitted."""
        rows = []
        for draft in self.drafts:
            is_scheduled = draft.publish_at or draft.failure_reason
            if not is_scheduled and (draft.model, draft.object_key) not in self.submitted_keys:
                names = {"who": draft.who, "moment": format_datetime(draft.at)}
                note = join_notes(_("by %(who)s, %(moment)s") % names, draft.note)
                rows.append(TaskRow.for_draft(draft, note, at=draft.at))
        return Task(
            "drafts-of-pages",
            _("Changes that wait as a draft"),
            _("The public page is as it was. Publish the draft, set a time for it, or discard it."),
            rows,
        )

    def new_records(self) -> Task:
        rows = [
            TaskRow.for_record(record)
            for model in publishables()
            for record in model.objects.filter(state=Publishable.State.DRAFT)
            if (model._meta.label_lower, str(record.pk)) not in self.submitted_keys
        ]
        return Task(
            "drafts",
            _("New texts that are drafts"),
            _("Nobody but staff sees them. Finish and publish them, or delete what is not needed."),
            rows,
        )


def _schedule(what: str, at: datetime.datetime) -> str:
    return _("%(what)s: %(moment)s") % {"what": what, "moment": format_datetime(at)}
