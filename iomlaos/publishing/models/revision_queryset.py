"""RevisionQuerySet: the versions of a record, and how states, drafts and schedules are recorded."""

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.db import IntegrityError, models
from django.db.models.functions import Cast
from django.utils import timezone

from iomlaos.delivery.next_change import ClockMoments
from iomlaos.publishing import serialization
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models.events import Event, event_of
from iomlaos.publishing.models.review_link import ReviewLink
from iomlaos.publishing.models.workflow import GenericRecordQuerySet, Submission

if TYPE_CHECKING:
    from iomlaos.publishing.models.revision import Revision


@dataclass
class RecordVersions:
    """The latest state of a record's row, its open draft, its scheduled change, and the last number.

    A draft beside a scheduled change was typed upon it, and holds its text. Each version that is added gets
    the next number. Being unique, that is the lock: of two saves from the same versions, one raises
    IntegrityError.
    """

    revisions: "RevisionQuerySet"
    record: models.Model
    current: Any = None  # Revision; None for a record that was never saved.
    draft: "Revision | None" = None
    scheduled: "Revision | None" = None
    number: int = 0

    @property
    def latest(self) -> "Revision":
        """What a form begins with: the draft, else the scheduled change, else the row as it is."""
        return self.draft or self.scheduled or self.current

    def catch_up(self, *, by: Any = None) -> Self:
        """Record a change that was made outside the admin. `by` is whoever made it, if known."""
        if self.current._state.adding:
            data, self.current = self.current.data, self.current.base
            self.add_state(data, by=by, note="")
        return self

    def add_state(
        self, data: Snapshot, *, by: Any, note: str, at: datetime.datetime | None = None
    ) -> "Revision":
        """Record the next state of the row."""
        at, before = at or timezone.now(), self.current
        event = event_of(before.data if before else None, data, at)
        was_public = before is not None and before.is_public_at(at)
        self.current = state = self._add("state", data, base=before, by=by, note=note, event=event, at=at)
        if event in (Event.PUBLISHED, Event.SCHEDULED):
            Submission.objects.end(self.record, at)
        # Review links end when the record stops being public, also by the clock alone.
        ceased = event == Event.WITHDRAWN or (was_public and not state.is_public_at(at))
        if event == Event.PUBLISHED or ceased:
            ReviewLink.objects.end(self.record, at)
        return state

    def save_draft(
        self, data: Snapshot, *, by: Any, note: str, event: str = "", base: Any = None
    ) -> "Revision":
        """Save a draft in the place of the one before. `base` is what it changes: else the current state."""
        if self.draft:
            self.close(self.draft, self.draft.Ending.SUPERSEDED)
        elif not self.scheduled:
            # Review links of an earlier draft do not open a new one.
            ReviewLink.objects.end(self.record, timezone.now())
        self.draft = self._add("draft", data, base=base or self.current, by=by, note=note, event=event)
        return self.draft

    def save_scheduled(
        self, data: Snapshot, *, by: Any, note: str, publish_at: datetime.datetime, base: Any = None
    ) -> "Revision":
        """Save a scheduled change in the place of the one before. `base` is as for a draft."""
        if self.scheduled:
            self.close(self.scheduled, self.scheduled.Ending.SUPERSEDED)
        values = {"by": by, "note": note, "publish_at": publish_at, "event": Event.SCHEDULED}
        self.scheduled = self._add("scheduled", data, base=base or self.current, **values)
        return self.scheduled

    def _add(self, kind: str, data: Snapshot, *, note: str, **values: Any) -> "Revision":
        number = self.number + 1
        added = self.revisions.add(
            self.record, kind=kind, number=number, data=data, note=note[:300], **values
        )
        self.number = number
        return added

    def close(self, revision: "Revision", ending: str) -> None:
        """Close the draft or the scheduled change. Raises IntegrityError where somebody else closed it."""
        open_ones = self.revisions.waiting().filter(pk=revision.pk)
        if not open_ones.update(closed_at=timezone.now(), ending=ending):
            raise IntegrityError("It was closed by somebody else.")
        setattr(self, revision.kind, None)

    def close_all(self, ending: str) -> None:
        """Close the draft and the scheduled change, with their submission and their review links."""
        for revision in filter(None, (self.draft, self.scheduled)):
            self.close(revision, ending)
            Submission.objects.end(self.record, timezone.now())
            ReviewLink.objects.end(self.record, timezone.now())


class RevisionQuerySet(GenericRecordQuerySet):
    def containing(self, text: str) -> Self:
        """Revisions whose data hold this text anywhere: the name of a file, the address of an image."""
        return self.annotate(_as_text=Cast("data", models.TextField())).filter(_as_text__contains=text)

    def states(self) -> Self:
        """States of the row itself, the latest first."""
        return self.filter(kind=self.model.Kind.STATE).order_by("-number")

    def saved(self) -> Self:
        """States of the row, drafts and scheduled changes of it, the latest first."""
        return self.filter(kind__in=self.model.NUMBERED).order_by("-number")

    def waiting(self) -> Self:
        """Open drafts and scheduled changes. Each record has one of each at most."""
        return self.filter(kind__in=self.model.WAITING, closed_at=None)

    def last_and_waiting(self) -> Self:
        """What was saved last of each record, which comes first, and what waits of it."""
        same = {name: models.OuterRef(name) for name in ("model", "object_key")}
        later = self.model.objects.saved().filter(**same, number__gt=models.OuterRef("number"))
        is_waiting = models.Q(kind__in=self.model.WAITING, closed_at=None)
        return self.saved().filter(is_waiting | ~models.Exists(later))

    def drafts(self) -> Self:
        return self.filter(kind=self.model.Kind.DRAFT, closed_at=None)

    def scheduled(self) -> Self:
        """Open scheduled changes, also those that could not be published at their moment."""
        return self.filter(kind=self.model.Kind.SCHEDULED, closed_at=None)

    def due(self, at: datetime.datetime) -> Self:
        """Scheduled changes whose moment has come, the earliest first."""
        return self.scheduled().filter(failure_reason="", publish_at__lte=at).order_by("publish_at", "pk")

    def clock_moments(self, at: datetime.datetime) -> list[ClockMoments]:
        """When a scheduled change is due; see `delivery.next_change`."""
        return [ClockMoments(self.scheduled().filter(failure_reason="", publish_at__gt=at), "publish_at")]

    def peek(self, record: models.Model) -> RecordVersions:
        """The versions of a record that was just read, without writing.

        Where the row was changed outside the admin, the current state is a Revision that is not saved. The
        related rows of the record are read once, and stay loaded.
        """
        serialization.load_related(record)
        versions, now = self.saved_versions(record), serialization.snapshot_of(record)
        if versions.current is None or versions.current.data != now:
            versions.current = self.model.of_row(record, now, before=versions.current)
        return versions

    def saved_versions(self, record: models.Model) -> RecordVersions:
        """The versions that were recorded of a record, whether or not its row is still there."""
        saved = self.of(record).saved().select_related("by", "base")
        # Read first: whatever comes after it makes the next number taken.
        last = saved.first()
        if last is None:
            return RecordVersions(self, record)
        current = last if last.kind == self.model.Kind.STATE else saved.states().first()
        waiting = {each.kind: each for each in saved.waiting()}
        return RecordVersions(self, record, current, **waiting, number=last.number)

    def versions(self, record: models.Model, *, by: Any = None) -> RecordVersions:
        """The versions of a record, which is read again. See `catch_up`."""
        return self.peek(type(record)._base_manager.get(pk=record.pk)).catch_up(by=by)

    def record_deletion(self, record: models.Model, *, by: Any) -> "Revision":
        """Record the last state of what is about to be deleted."""
        versions = self.versions(record)
        versions.close_all(self.model.Ending.DISCARDED)
        Submission.objects.end(record, timezone.now())
        ReviewLink.objects.end(record, timezone.now())
        last = versions.current
        values = {"number": last.number, "base": last, "data": last.data, "event": Event.DELETED}
        return self.add(record, by=by, kind=self.model.Kind.DELETED, **values)
