"""Blocks of the front page about drafts, deadlines and reviews."""

import datetime
from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from iomlaos.dashboard.worklist.base import Action, Block, Row, admin_url, join_notes, kind_of
from iomlaos.dashboard.worklist.records import OfficeRecords, key_of_record
from iomlaos.publishing.dates import format_day, format_when, local_date
from iomlaos.publishing.models import Publishable, Revision, Submission
from iomlaos.publishing.status import status_of


class Blocks:
    """What there is to do, for one reader or, without `user`, for the whole office.

    `publishable` are the models whose records the reader may publish.
    """

    def __init__(
        self, office: OfficeRecords, publishable: Collection[type[Publishable]], user: Any = None
    ) -> None:
        self.office, self.at, self.publishable, self.user = office, office.at, publishable, user

    def to_review(self) -> Block:
        """What others submitted, and the reader may publish."""
        rows = []
        for record, submission in self._submissions(is_returned=False):
            if type(record) in self.publishable and not self._is_own(submission):
                note = join_notes(kind_of(record), self._submitted(submission), _quote(submission.note))
                action = _link(_("Review"), record, "publish")
                rows.append(self._row(record, note, at=submission.at, action=action))
        return Block("review", _("For you to review") if self.user else _("To review"), rows)

    def returned(self) -> Block:
        """Own drafts that came back with a note."""
        rows = []
        for record, submission in self._submissions(is_returned=True):
            if self.user is None or self._is_own(submission):
                names = {"who": submission.returned_by_name, "note": submission.return_note}
                note, action = _("%(who)s: “%(note)s”") % names, _link(_("Edit"), record)
                rows.append(self._row(record, note, at=submission.returned_at, action=action))
        return Block("returned", _("Returned to you") if self.user else _("Returned"), rows)

    def waiting(self) -> Block:
        """Own drafts that somebody else has yet to look at."""
        rows = [
            self._row(record, join_notes(kind_of(record), self._submitted(submission)), at=submission.at)
            for record, submission in self._submissions(is_returned=False)
            if self._is_own(submission)
        ]
        return Block("waiting", _("Waiting for review"), rows)

    def due(self) -> Block:
        """What was promised to the public, and what is out of date soon."""
        rows = [
            *self._failed(),
            *self._due("result", self._result_overdue, _("Record outcome"), "outcome", is_urgent=True),
            *self._due("more_time", self._closing, _("Extend"), "deadline"),
            *self._due("outcome", self._closed, _("Record outcome"), "outcome"),
            *self._due("reason", self._without_reason, _("Give the reason"), "reasons"),
            *self._due("review", self._review_by, _("Still correct"), "mark_reviewed"),
        ]
        return Block("due", _("Due"), rows)

    def drafts(self) -> Block:
        """What happens by itself, the next first; then drafts, the latest first."""
        drafts = sorted(self._drafts(), key=lambda row: row.at or self.at, reverse=True)
        scheduled = sorted(self._scheduled(), key=lambda row: row.at)
        title = _("Drafts and schedules") if self.publishable else _("Your drafts")
        return Block("drafts", title, [*scheduled, *drafts])

    # --- Rows -------------------------------------------------------------------------------------

    def _row(self, record: Publishable, note: str, **fields: Any) -> Row:
        key = key_of_record(record)
        waiting = self.office.waiting_for(key)
        fields["status"] = status_of(record, waiting, self.at)
        # Under the title that it is to have.
        if latest := waiting.draft or waiting.submission or waiting.scheduled:
            return Row.for_draft(latest, note, **fields)
        return Row.for_record(record, note, **fields)

    def _submissions(self, *, is_returned: bool) -> Iterator[tuple[Publishable, Submission]]:
        for key, submission in self.office.submissions.items():
            if bool(submission.returned_at) == is_returned and (record := self.office.records.get(key)):
                yield record, submission

    def _failed(self) -> Iterator[Row]:
        for key, change in self.office.scheduled.items():
            record = self.office.records.get(key)
            if change.failure_reason and record and type(record) in self.publishable:
                when = _("due %(when)s") % {"when": format_when(change.publish_at, self.at)}
                yield self._row(
                    record,
                    join_notes(kind_of(record), when),
                    due=change.failure_reason,
                    at=change.publish_at,
                    action=_link(_("Open"), record),
                    is_urgent=True,
                )

    def _due(
        self, name: str, due: Callable[[Any], str], label: str, page: str, *, is_urgent: bool = False
    ) -> Iterator[Row]:
        for record in self.office.needing(name):
            if type(record) in self.publishable:
                fields = {"action": _link(label, record, page), "at": getattr(record, "closes_at", None)}
                yield self._row(record, kind_of(record), due=due(record), is_urgent=is_urgent, **fields)

    def _drafts(self) -> Iterator[Row]:
        """Drafts that are neither submitted nor scheduled, and records that were never public."""
        for key, record in self.office.records.items():
            is_new = record.state == Publishable.State.DRAFT
            draft = self.office.drafts.get(key) or (self.office.saves.get(key) if is_new else None)
            if (
                (draft or is_new)
                and key not in self.office.submissions
                and self._concerns_reader(record, draft)
            ):
                note = join_notes(kind_of(record), self._saved(draft), _quote(draft.note) if draft else "")
                yield self._row(record, note, at=draft.at if draft else record.updated_at)

    def _scheduled(self) -> Iterator[Row]:
        for key, change in self.office.scheduled.items():
            record = self.office.records.get(key)
            if record and not change.failure_reason and self._concerns_reader(record, change):
                yield self._schedule(record, _("Changes %(when)s"), change.publish_at)
        for name, words, field in (
            ("start", _("Goes public %(when)s"), "publish_from"),
            ("end", _("Is taken down %(when)s"), "publish_until"),
        ):
            for record in self.office.needing(name):
                if type(record) in self.publishable:
                    yield self._schedule(record, words, getattr(record, field))

    def _concerns_reader(self, record: Publishable, draft: Revision | None) -> bool:
        return type(record) in self.publishable or self._is_own(draft)

    def _schedule(self, record: Publishable, words: str, moment: datetime.datetime) -> Row:
        due = words % {"when": format_when(moment, self.at)}
        return self._row(record, kind_of(record), due=due, at=moment)

    # --- Words ------------------------------------------------------------------------------------

    def _is_own(self, row: Any) -> bool:
        return self.user is not None and row is not None and row.by_id == self.user.pk

    def _submitted(self, submission: Submission) -> str:
        names = {"who": submission.who, "when": format_when(submission.at, self.at)}
        return (_("submitted %(when)s") if self._is_own(submission) else _("from %(who)s, %(when)s")) % names

    def _saved(self, draft: Revision | None) -> str:
        if draft is None:
            return ""
        names = {"who": draft.who, "when": format_when(draft.at, self.at)}
        if self._is_own(draft):
            return _("your draft, saved %(when)s") % names
        return (_("saved by %(who)s, %(when)s") if draft.who else _("saved %(when)s")) % names

    def _without_reason(self, notice: Any) -> str:
        return _("deadline changed without a reason")

    def _result_overdue(self, notice: Any) -> str:
        day = format_day(notice.results_expected_by, local_date(self.at))
        return _("result promised by %(day)s") % {"day": day}

    def _closing(self, notice: Any) -> str:
        return _("closes %(day)s") % {"day": self._closing_day(notice)}

    def _closed(self, notice: Any) -> str:
        return _("closed %(day)s") % {"day": self._closing_day(notice)}

    def _closing_day(self, notice: Any) -> str:
        day = format_day(notice.closing_day, local_date(self.at))
        return day if notice.closing_hour is None else f"{day}, {notice.closing_hour:%H:%M}"

    def _review_by(self, record: Publishable) -> str:
        return _("review by %(day)s") % {"day": format_day(record.review_due, local_date(self.at))}


def _link(label: str, record: Publishable, page: str = "change") -> Action:
    """A link to a page of the admin; to mark a record as reviewed, a button."""
    if page == "mark_reviewed":
        return Action(label, reverse("admin:mark_reviewed", args=key_of_record(record)), is_post=True)
    return Action(label, admin_url(type(record), page, record.pk))


def _quote(note: str) -> str:
    return _("“%(note)s”") % {"note": note} if note else ""
