"""Revisions: every saved state of a record, with who saved it and when."""

import datetime
from dataclasses import dataclass
from typing import Any, Self

from django.core import signing
from django.db import IntegrityError, models
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing import serialization
from iomlaos.publishing.dates import format_deadline
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models.review_link import ReviewLink
from iomlaos.publishing.models.workflow import GenericRecordModel, GenericRecordQuerySet, Submission

#: Begins the form key of a state that was not saved.
UNSAVED = "data:"


def is_unsaved_key(key: str | None) -> bool:
    return key is not None and key.startswith(UNSAVED)


def unsaved_data(key: str) -> Snapshot:
    """The data in a form key; nothing, where it was not signed by this site."""
    try:
        return signing.loads(key.removeprefix(UNSAVED))
    except signing.BadSignature:
        return {"fields": {}, "many": {}, "owned": {}}


class RevisionQuerySet(GenericRecordQuerySet):
    def containing(self, text: str) -> Self:
        """Revisions whose data hold this text anywhere: the name of a file, the address of an image."""
        return self.annotate(_as_text=Cast("data", models.TextField())).filter(_as_text__contains=text)

    def states(self) -> Self:
        """States of the row itself, the latest first."""
        return self.filter(kind=Revision.Kind.STATE).order_by("-number")

    def saved(self) -> Self:
        """States of the row, drafts and scheduled changes of it, the latest first."""
        return self.filter(kind__in=Revision.NUMBERED).order_by("-number")

    def waiting(self) -> Self:
        """Open drafts and scheduled changes. Each record has one of each at most."""
        return self.filter(kind__in=Revision.WAITING, closed_at=None)

    def drafts(self) -> Self:
        return self.filter(kind=Revision.Kind.DRAFT, closed_at=None)

    def scheduled(self) -> Self:
        """Open scheduled changes, also those that could not be published at their moment."""
        return self.filter(kind=Revision.Kind.SCHEDULED, closed_at=None)

    def due(self, at: datetime.datetime) -> Self:
        """Scheduled changes whose moment has come, the earliest first."""
        return self.scheduled().filter(failure_reason="", publish_at__lte=at).order_by("publish_at", "pk")

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
        is_state = last is not None and last.kind == Revision.Kind.STATE
        current = last if is_state or last is None else saved.states().first()
        waiting = {each.kind: each for each in saved.waiting()} if last else {}
        now = serialization.snapshot_of(record)
        if current is None or current.data != now:
            current = Revision.of_row(record, now, before=current)
        draft, scheduled = waiting.get(Revision.Kind.DRAFT), waiting.get(Revision.Kind.SCHEDULED)
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
        return RecordVersions(self.of(record).states().first(), None, None, last.number if last else 0)

    def sync_state(self, record: models.Model) -> "Revision":
        """The latest state of the row; see `versions`."""
        return self.versions(record).current

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
        event = _event(before.data if before else None, data, at)
        was_public = before is not None and before.is_public_at(at)
        values = {"number": versions.number + 1, "base": before, "data": data, "note": note[:300]}
        state = self.add(record, by=by, kind=Revision.Kind.STATE, event=event, at=at, **values)
        versions.current, versions.number = state, state.number
        if event in (Revision.Event.PUBLISHED, Revision.Event.SCHEDULED):
            Submission.objects.end(record, at)
        # Review links end when the record stops being public, also by the clock alone.
        ceased = event == Revision.Event.WITHDRAWN or (was_public and not state.is_public_at(at))
        if event == Revision.Event.PUBLISHED or ceased:
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
            self.close(versions, versions.draft, Revision.Ending.SUPERSEDED)
        elif not versions.scheduled:
            # Review links of an earlier draft do not open a new one.
            ReviewLink.objects.end(record, timezone.now())
        values = {"number": versions.number + 1, "base": versions.current, "data": data, "note": note[:300]}
        draft = self.add(record, by=by, kind=Revision.Kind.DRAFT, event=event, **values)
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
            self.close(versions, versions.scheduled, Revision.Ending.SUPERSEDED)
        values = {"number": versions.number + 1, "base": base or versions.current, "data": data}
        values |= {"note": note[:300], "publish_at": publish_at, "event": Revision.Event.SCHEDULED}
        scheduled = self.add(record, by=by, kind=Revision.Kind.SCHEDULED, **values)
        versions.scheduled, versions.number = scheduled, scheduled.number
        return scheduled

    def close(self, versions: "RecordVersions", revision: "Revision", ending: str) -> None:
        """Close a draft or a scheduled change. Raises IntegrityError where somebody else closed it."""
        if not self.waiting().filter(pk=revision.pk).update(closed_at=timezone.now(), ending=ending):
            raise IntegrityError("It was closed by somebody else.")
        if revision.kind == Revision.Kind.DRAFT:
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
        return self.add(record, by=by, kind=Revision.Kind.PARKED, **values)

    def record_deletion(self, record: models.Model, *, by: Any) -> "Revision":
        """Record the last state of what is about to be deleted."""
        versions = self.versions(record)
        self.close_all(versions, Revision.Ending.DISCARDED)
        Submission.objects.end(record, timezone.now())
        ReviewLink.objects.end(record, timezone.now())
        last = versions.current
        values = {"number": last.number, "base": last, "data": last.data, "event": Revision.Event.DELETED}
        return self.add(record, by=by, kind=Revision.Kind.DELETED, **values)


def _event(before: Snapshot | None, after: Snapshot, at: datetime.datetime) -> str:
    """What a new state means to the public. Models without a `state` have no events."""
    was = before["fields"].get("state") if before else None
    state = after["fields"].get("state")
    if before is None or state is None or before == after:
        return Revision.Event.NONE
    was_public = _is_public(before, at)
    if state == "withdrawn":
        return Revision.Event.WITHDRAWN if was != "withdrawn" else Revision.Event.NONE
    if state == "draft":
        if was_public:
            return Revision.Event.TAKEN_BACK
        return Revision.Event.TAKEN_OFF if was == "published" else Revision.Event.NONE
    if starts_after(after, at):
        return Revision.Event.SCHEDULED
    if not _is_public(after, at):
        return Revision.Event.TAKEN_DOWN if was_public else Revision.Event.NONE
    return Revision.Event.CHANGED if was_public else Revision.Event.PUBLISHED


def _is_public(data: Snapshot, at: datetime.datetime) -> bool:
    """Whether visitors see a snapshot at a moment."""
    is_published = data["fields"].get("state") == "published"
    return is_published and not starts_after(data, at) and not ends_before(data, at)


def starts_after(data: Snapshot, at: datetime.datetime) -> bool:
    begins = data["fields"].get("publish_from")
    return bool(begins) and datetime.datetime.fromisoformat(begins) > at


def ends_before(data: Snapshot, at: datetime.datetime) -> bool:
    ends = data["fields"].get("publish_until")
    return bool(ends) and datetime.datetime.fromisoformat(ends) <= at


@dataclass
class RecordVersions:
    """The latest state of a record's row, its open draft, its scheduled change, and the last number.

    A draft beside a scheduled change was typed upon it, and holds its text.
    """

    current: Any  # Revision; None for a record that was never saved.
    draft: "Revision | None"
    scheduled: "Revision | None"
    number: int

    @property
    def latest(self) -> "Revision":
        """What a form begins with: the draft, else the scheduled change, else the row as it is."""
        return self.draft or self.scheduled or self.current


class Revision(GenericRecordModel):
    """One state of one record, with all that it owns."""

    class Kind(models.TextChoices):
        STATE = "state", _("What the record was")
        DRAFT = "draft", _("What the record is to become, once this is published")
        SCHEDULED = "scheduled", _("What the record becomes at a moment, by itself")
        PARKED = "parked", _("What somebody typed while another was faster")
        DELETED = "deleted", _("What the record was when it was deleted")

    class Ending(models.TextChoices):
        SUPERSEDED = "superseded", _("a later draft took its place")
        PUBLISHED = "published", _("it was published")
        SCHEDULED = "scheduled", _("it was scheduled")
        CANCELLED = "cancelled", _("its schedule was cancelled")
        DISCARDED = "discarded", _("it was deleted")

    class Event(models.TextChoices):
        """What a state meant to the public, for the log of publishing."""

        NONE = "", _("Not public")
        PUBLISHED = "published", _("Published")
        CHANGED = "changed", _("Live version changed")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        SCHEDULED = "scheduled", _("Scheduled")
        TAKEN_OFF = "taken_off", _("Schedule cancelled")
        TAKEN_BACK = "taken_back", _("Made a draft again")
        TAKEN_DOWN = "taken_down", _("Taken down")
        DELETED = "deleted", _("Deleted")

    #: Kinds with a number of their own, and those that wait to be published.
    NUMBERED = (Kind.STATE, Kind.DRAFT, Kind.SCHEDULED)
    WAITING = (Kind.DRAFT, Kind.SCHEDULED)

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=9, choices=Kind)
    base = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", help_text=_("What its form started from.")
    )
    data = models.JSONField()
    note = models.CharField(max_length=300, blank=True)
    event = models.CharField(max_length=10, choices=Event, blank=True)
    # Of scheduled changes, and of drafts.
    publish_at = models.DateTimeField(null=True, help_text=_("When it is published by itself."))
    failure_reason = models.CharField(
        max_length=500, blank=True, help_text=_("Why it could not be published then.")
    )
    closed_at = models.DateTimeField(null=True, help_text=_("When it ceased to wait."))
    ending = models.CharField(max_length=10, choices=Ending, blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "object_key", "number"],
                condition=models.Q(kind__in=["state", "draft", "scheduled"]),
                name="revision_number_is_the_lock",
            ),
            models.UniqueConstraint(
                fields=["model", "object_key", "kind"],
                condition=models.Q(kind__in=["draft", "scheduled"], closed_at=None),
                name="revision_one_waiting_of_a_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["model", "kind", "-at"], name="revision_by_kind"),
            models.Index(
                fields=["publish_at"],
                condition=models.Q(kind="scheduled", closed_at=None, failure_reason=""),
                name="revision_due",
            ),
            models.Index(fields=["-at"], condition=~models.Q(event=""), name="revision_log_of_publishing"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.number}"

    @classmethod
    def of_row(cls, record: models.Model, data: Snapshot, *, before: "Revision | None") -> "Revision":
        """A state that is not saved: what the row of a record holds now."""
        return cls(
            model=record._meta.label_lower,
            object_key=str(record.pk),
            title=str(record)[:200],
            kind=cls.Kind.STATE,
            number=0,
            base=before,
            data=data,
        )

    @property
    def form_key(self) -> str:
        """What a form sends back to say what it was drawn from: the key or, of a state that was not saved,
        its data."""
        return UNSAVED + signing.dumps(self.data, compress=True) if self._state.adding else str(self.pk)

    def has_form_key(self, key: str | None) -> bool:
        return key == str(self.pk) or (is_unsaved_key(key) and unsaved_data(key) == self.data)

    def is_public_at(self, at: datetime.datetime) -> bool:
        """Whether the row, in this state, is what visitors see at a moment."""
        return _is_public(self.data, at)

    @property
    def publish_at_label(self) -> str:
        return format_deadline(self.publish_at) if self.publish_at else ""

    @property
    def event_label(self) -> str:
        """The event, with the time of what was scheduled."""
        words = self.get_event_display()
        if self.event != self.Event.SCHEDULED:
            return words
        moment = self.publish_at or datetime.datetime.fromisoformat(self.data["fields"]["publish_from"])
        return f"{words}: {format_deadline(moment)}"
