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

    A draft beside a scheduled change was typed upon it, and holds its text.
    """

    current: Any = None  # Revision; None for a record that was never saved.
    draft: "Revision | None" = None
    scheduled: "Revision | None" = None
    number: int = 0

    @property
    def latest(self) -> "Revision":
        """What a form begins with: the draft, else the scheduled change, else the row as it is."""
        return self.draft or self.scheduled or self.current


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

    def log_entries(self) -> Self:
        """Revisions that the public noticed, for the publishing log. The latest first."""
        return self.exclude(event="").order_by("-at", "-number")

    def peek(self, record: models.Model) -> "RecordVersions":
        """The current state and the draft of a record that was just read, without writing.

        Where the row was changed outside the admin, the current state is a Revision that is not saved. The
        related rows of the record are read once, and stay loaded.
        """
        serialization.load_related(record)
        saved = self.of(record).saved().select_related("by", "base")
        # Read first: whatever comes after it makes the next number taken.
        last = saved.first()
        number = last.number if last else 0
        is_state = last is not None and last.kind == self.model.Kind.STATE
        current = last if is_state or last is None else saved.states().first()
        waiting = {each.kind: each for each in saved.waiting()} if last else {}
        now = serialization.snapshot_of(record)
        if current is None or current.data != now:
            current = self.model.of_row(record, now, before=current)
        draft, scheduled = waiting.get(self.model.Kind.DRAFT), waiting.get(self.model.Kind.SCHEDULED)
        return RecordVersions(current, draft, scheduled, number)

    def versions(self, record: models.Model, *, by: Any = None) -> "RecordVersions":
        """The current state and the draft of a record, which is read again. See `catch_up`."""
        stored = type(record)._base_manager.get(pk=record.pk)
        return self.catch_up(self.peek(stored), stored, by=by)

    def catch_up(
        self, versions: "RecordVersions", record: models.Model, *, by: Any = None
    ) -> "RecordVersions":
        """Record a change that was made outside the admin. `by` is whoever made it, if known."""
        if versions.current._state.adding:
            data, versions.current = versions.current.data, versions.current.base
            self.add_state(versions, record, data, by=by, note="")
        return versions

    def saved_versions(self, record: models.Model) -> "RecordVersions":
        """The last recorded state of a record, whether or not its row is still there."""
        last = self.of(record).saved().first()
        return RecordVersions(self.of(record).states().first(), number=last.number if last else 0)

    def add_state(
        self,
        versions: "RecordVersions",
        record: models.Model,
        data: Snapshot,
        *,
        by: Any,
        note: str,
        at: datetime.datetime | None = None,
    ) -> "Revision":
        """Record the next state of a row. Raises IntegrityError on a concurrent save.

        The unique number is the lock: of two saves from the same versions, one gets the next number.
        """
        at = at or timezone.now()
        before = versions.current
        event = event_of(before.data if before else None, data, at)
        was_public = before is not None and before.is_public_at(at)
        values = {"number": versions.number + 1, "base": before, "data": data, "note": note[:300]}
        state = self.add(record, by=by, kind=self.model.Kind.STATE, event=event, at=at, **values)
        versions.current, versions.number = state, state.number
        if event in (Event.PUBLISHED, Event.SCHEDULED):
            Submission.objects.end(record, at)
        # Review links end when the record stops being public, also by the clock alone.
        ceased = event == Event.WITHDRAWN or (was_public and not state.is_public_at(at))
        if event == Event.PUBLISHED or ceased:
            ReviewLink.objects.end(record, at)
        return state

    def save_draft(
        self,
        versions: "RecordVersions",
        record: models.Model,
        data: Snapshot,
        *,
        by: Any,
        note: str,
        event: str = "",
    ) -> "Revision":
        """Save a draft of the current state in the place of the one before.

        Raises IntegrityError on a concurrent save.
        """
        if versions.draft:
            self.close(versions, versions.draft, self.model.Ending.SUPERSEDED)
        elif not versions.scheduled:
            # Review links of an earlier draft do not open a new one.
            ReviewLink.objects.end(record, timezone.now())
        values = {"number": versions.number + 1, "base": versions.current, "data": data, "note": note[:300]}
        draft = self.add(record, by=by, kind=self.model.Kind.DRAFT, event=event, **values)
        versions.draft, versions.number = draft, draft.number
        return draft

    def save_scheduled(
        self,
        versions: "RecordVersions",
        record: models.Model,
        data: Snapshot,
        *,
        by: Any,
        note: str,
        publish_at: datetime.datetime,
        base: "Revision | None" = None,
    ) -> "Revision":
        """Save a scheduled change in the place of the one before. Raises IntegrityError on a concurrent save.

        `base` is the state that it changes: the current one, unless nobody looked at that.
        """
        if versions.scheduled:
            self.close(versions, versions.scheduled, self.model.Ending.SUPERSEDED)
        values = {"number": versions.number + 1, "base": base or versions.current, "data": data}
        values |= {"note": note[:300], "publish_at": publish_at, "event": Event.SCHEDULED}
        scheduled = self.add(record, by=by, kind=self.model.Kind.SCHEDULED, **values)
        versions.scheduled, versions.number = scheduled, scheduled.number
        return scheduled

    def close(self, versions: "RecordVersions", revision: "Revision", ending: str) -> None:
        """Close a draft or a scheduled change. Raises IntegrityError where somebody else closed it."""
        if not self.waiting().filter(pk=revision.pk).update(closed_at=timezone.now(), ending=ending):
            raise IntegrityError("It was closed by somebody else.")
        if revision.kind == self.model.Kind.DRAFT:
            versions.draft = None
        else:
            versions.scheduled = None

    def close_all(self, versions: "RecordVersions", ending: str) -> None:
        """Close the draft and the scheduled change, with their submission and their review links."""
        for revision in filter(None, (versions.draft, versions.scheduled)):
            self.close(versions, revision, ending)
            Submission.objects.end(revision, timezone.now())
            ReviewLink.objects.end(revision, timezone.now())

    def add_pending(
        self, upon: "Revision", record: models.Model, data: Snapshot, *, by: Any, note: str
    ) -> "Revision":
        """Store unsaved form contents, relative to the state or draft that they were loaded from."""
        values = {"number": upon.number, "base": upon, "data": data, "note": note[:300]}
        return self.add(record, by=by, kind=self.model.Kind.PARKED, **values)

    def record_deletion(self, record: models.Model, *, by: Any) -> "Revision":
        """Record the last state of what is about to be deleted."""
        versions = self.versions(record)
        self.close_all(versions, self.model.Ending.DISCARDED)
        Submission.objects.end(record, timezone.now())
        ReviewLink.objects.end(record, timezone.now())
        last = versions.current
        values = {"number": last.number, "base": last, "data": last.data, "event": Event.DELETED}
        return self.add(record, by=by, kind=self.model.Kind.DELETED, **values)
