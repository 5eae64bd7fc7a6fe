"""Tasks about drafts: submitted, returned, scheduled, failed."""

import datetime
from typing import Any

from django.utils.translation import gettext as _

from iomlaos.dashboard.worklist.base import Task, TaskItem, format_datetime, sentence
from iomlaos.publishing.models import Publishable, Revision, Submission, publishables

#: How far ahead the end of a page is news.
ENDS_WITHIN = datetime.timedelta(days=30)


class DraftTasks:
    """All that is not public yet, read once."""

    def __init__(self, at: datetime.datetime) -> None:
        self.at = at
        of_live_pages = Revision.objects.filter(kind=Revision.Kind.DRAFT, closed_at=None).defer("data")
        self.of_live_pages = list(of_live_pages.select_related("by").order_by("at"))
        hand_ins = Submission.objects.filter(ended_at=None).select_related("by").order_by("at")
        self.waiting = [each for each in hand_ins if each.returned_at is None]
        self.returned = [each for each in hand_ins if each.returned_at is not None]
        self._handed_in = {(each.model, each.object_key) for each in hand_ins}

    def _is_with_nobody(self, model: str, key: str) -> bool:
        return (model, key) not in self._handed_in

    def returned_to(self, user: Any = None) -> Task:
        """Of one person; of everybody where none is named."""
        rows = [
            TaskItem.named(
                each, _("%(who)s: %(note)s") % {"who": each.returned_by_name, "note": each.return_note}
            )
            for each in self.returned
            if user is None or each.by_id == user.pk
        ]
        return Task(
            "returned",
            _("Returned") if user is None else _("Returned to you"),
            _("Read the note, change the draft, and hand it in again."),
            rows,
        )

    def handed_in(self, user: Any = None) -> Task:
        """What waits for somebody who may publish it: not for whoever wrote it."""
        return Task(
            "handed-in",
            _("Handed in, to be published") if user is None else _("Handed in, and waiting for you"),
            _("Read it, then publish it or return it with a note."),
            [self._of_hand_in(each) for each in self.waiting if user is None or each.by_id != user.pk],
            is_for_publishers=True,
        )

    def own_waiting(self, user: Any) -> Task:
        return Task(
            "own-handed-in",
            _("You handed these in"),
            _("Somebody who may publish them has yet to look at them."),
            [self._of_hand_in(each) for each in self.waiting if each.by_id == user.pk],
        )

    @staticmethod
    def _of_hand_in(each: Submission) -> TaskItem:
        words = _("from %(who)s, %(moment)s") % {"who": each.who, "moment": format_datetime(each.at)}
        return TaskItem.named(each, sentence(words, each.note), each.at)

    def failed_schedules(self) -> Task:
        rows = []
        for draft in self.of_live_pages:
            if draft.failure_reason:
                due = draft.publish_at and _("due %(moment)s") % {"moment": format_datetime(draft.publish_at)}
                rows.append(
                    TaskItem.named(draft, sentence(draft.failure_reason, due or ""), draft.publish_at)
                )
        return Task(
            "failed_schedules",
            _("Held: a change that did not come true"),
            _("Its page is as it was. Open the draft, put it right, then publish it or set another time."),
            rows,
        )

    def scheduled(self) -> Task:
        """What comes true by itself, and when."""
        rows = []
        for draft in self.of_live_pages:
            if draft.publish_at and not draft.failure_reason:
                rows.append(self._happens(TaskItem.named(draft), _("the change"), draft.publish_at))
        for model in publishables():
            published = model.objects.filter(state=Publishable.State.PUBLISHED)
            for record in published.filter(publish_from__gt=self.at):
                rows.append(self._happens(TaskItem.of(record), _("becomes public"), record.publish_from))
            ends = published.filter(publish_until__gt=self.at, publish_until__lte=self.at + ENDS_WITHIN)
            for record in ends:
                rows.append(self._happens(TaskItem.of(record), _("is taken down"), record.publish_until))
        return Task(
            "scheduled",
            _("Scheduled"),
            _("This happens by itself. To change it, open the form and set another time."),
            sorted(rows, key=lambda row: row.at),
        )

    @staticmethod
    def _happens(row: TaskItem, what: str, at: datetime.datetime) -> TaskItem:
        words = _("%(what)s: %(moment)s") % {"what": what, "moment": format_datetime(at)}
        return TaskItem(row.model, row.key, row.label, words, at)

    def of_pages(self) -> Task:
        rows = []
        for draft in self.of_live_pages:
            if (
                not draft.publish_at
                and not draft.failure_reason
                and self._is_with_nobody(draft.model, draft.object_key)
            ):
                words = _("by %(who)s, %(moment)s") % {"who": draft.who, "moment": format_datetime(draft.at)}
                rows.append(TaskItem.named(draft, sentence(words, draft.note), draft.at))
        return Task(
            "drafts-of-pages",
            _("Changes that wait as a draft"),
            _("The public page is as it was. Publish the draft, set a time for it, or discard it."),
            rows,
        )

    def new(self) -> Task:
        rows = [
            TaskItem.of(record)
            for model in publishables()
            for record in model.objects.filter(state=Publishable.State.DRAFT)
            if self._is_with_nobody(model._meta.label_lower, str(record.pk))
        ]
        return Task(
            "drafts",
            _("New texts that are drafts"),
            _("Nobody but staff sees them. Finish and publish them, or delete what is not needed."),
            rows,
        )


def withdrawn() -> Task:
    rows = [
        TaskItem.of(record, record.withdrawal_reason or _("no reason is given"))
        for model in publishables()
        for record in model.objects.filter(state=Publishable.State.WITHDRAWN).order_by("-updated_at")
    ]
    return Task(
        "withdrawn",
        _("Withdrawn"),
        _("Their addresses say that they were taken down, and why. Publish them again, or leave them so."),
        rows,
    )
