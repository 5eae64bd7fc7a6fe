"""Revisions: every saved state of a record, with who saved it and when."""

import datetime
from dataclasses import dataclass
from typing import Any, Self

from django.db import IntegrityError, models
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing import serialization
from iomlaos.publishing.dates import format_deadline
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models.review_link import ReviewLink
from iomlaos.publishing.models.workflow import GenericRecordModel, GenericRecordQuerySet, Submission


class RevisionQuerySet(GenericRecordQuerySet):
    def holding(self, text: str) -> Self:
        """Those whose data hold this text anywhere: the name of a file, the address of a picture."""
        return self.annotate(_as_text=Cast("data", models.TextField())).filter(_as_text__contains=text)

    def states(self) -> Self:
        """The states that the row itself was in, the latest first."""
        return self.filter(kind=Revision.Kind.STATE).order_by("-number")

    def saved(self) -> Self:
        """What somebody saved: states of the row and drafts of it, the latest first."""
        return self.filter(kind__in=[Revision.Kind.STATE, Revision.Kind.DRAFT]).order_by("-number")

    def waiting(self) -> Self:
        """Drafts of what is there already, of which each record has one at most."""
        return self.filter(kind=Revision.Kind.DRAFT, closed_at=None)

    def due(self, at: datetime.datetime) -> Self:
        """Drafts whose moment has come, in its order."""
        return self.waiting().filter(failure_reason="", publish_at__lte=at).order_by("publish_at", "pk")

    def log_entries(self) -> Self:
        """What the public saw of it: published, changed, withdrawn, deleted. The latest first."""
        return self.exclude(event="").order_by("-at", "-number")

    # --- What is added -----------------------------------------------------------------------

    def standing(self, record: models.Model, *, by: Any = None) -> "Standing":
        """Where a record stands, after a look at its row: what was changed elsewhere becomes a state.

        A command or the seed may have changed it since; and the first state of what was never edited
        here is what it is now. `by` is whoever changed it elsewhere, where that is known.
        """
        numbered = self.of(record).saved()
        # Read first: whatever comes after it makes the next number taken.
        number = numbered.aggregate(last=models.Max("number"))["last"] or 0
        now = serialization.serialize(record)
        head = self.of(record).states().first()
        draft = self.of(record).waiting().first()
        standing = Standing(head, draft, number)
        if head is None or head.data != now:
            self.follow(standing, record, now, by=by, note="")
        return standing

    def latest(self, record: models.Model) -> "Standing":
        """Where a record stood when it was last saved here, whatever became of its row."""
        last = self.of(record).saved().first()
        return Standing(self.of(record).states().first(), None, last.number if last else 0)

    def sync_state(self, record: models.Model) -> "Revision":
        """The latest state of the row; see `standing`."""
        return self.standing(record).head

    def follow(
        self,
        standing: "Standing",
        record: models.Model,
        data: Snapshot,
        *,
        by: Any,
        note: str,
        at: datetime.datetime | None = None,
    ) -> "Revision":
        """The state that comes next. Raises IntegrityError where somebody was faster.

        The unique number is the lock: of two that began where it stood the same, one gets the next.
        """
        at = at or timezone.now()
        before = standing.head
        event = _event(before.data if before else None, data, at)
        was_seen = before is not None and before.is_seen(at)
        values = {"number": standing.number + 1, "base": before, "data": data, "note": note[:300]}
        state = self.add(record, by=by, kind=Revision.Kind.STATE, event=event, at=at, **values)
        standing.head, standing.number = state, state.number
        if event in (Revision.Event.PUBLISHED, Revision.Event.SCHEDULED):
            Submission.objects.end(record, at)
        # What was public, also by the clock alone, is not shown by those of before when it is one no more.
        ceased = event == Revision.Event.WITHDRAWN or (was_seen and not state.is_seen(at))
        if event == Revision.Event.PUBLISHED or ceased:
            ReviewLink.objects.end(record, at)
        return state

    def keep_draft(
        self,
        standing: "Standing",
        record: models.Model,
        data: Snapshot,
        *,
        by: Any,
        note: str,
        publish_at: datetime.datetime | None = None,
        **more: Any,
    ) -> "Revision":
        """What the record is to become; it takes the place of the draft before it. Raises as `follow`."""
        event = Revision.Event.NONE
        if publish_at != (standing.draft.publish_at if standing.draft else None):
            event = Revision.Event.SCHEDULED if publish_at else Revision.Event.TAKEN_OFF
        if standing.draft:
            self.close(standing, Revision.Ending.SUPERSEDED)
        else:
            # Those of an earlier draft do not open a new one.
            ReviewLink.objects.end(record, timezone.now())
        values = {"number": standing.number + 1, "base": standing.head, "data": data, "note": note[:300]}
        values |= {"publish_at": publish_at, "event": event, **more}
        draft = self.add(record, by=by, kind=Revision.Kind.DRAFT, **values)
        standing.draft, standing.number = draft, draft.number
        return draft

    def close(self, standing: "Standing", ending: str) -> None:
        """The draft no longer waits. Raises IntegrityError where somebody else closed it."""
        draft, at = standing.draft, timezone.now()
        if not self.waiting().filter(pk=draft.pk).update(closed_at=at, ending=ending):
            raise IntegrityError("The draft was closed by somebody else.")
        if ending != Revision.Ending.SUPERSEDED:
            Submission.objects.end(draft, at)
            ReviewLink.objects.end(draft, at)
        standing.draft = None

    def park(
        self, upon: "Revision", record: models.Model, data: Snapshot, *, by: Any, note: str
    ) -> "Revision":
        """Unsaved form contents, stored relative to the state or draft that the form started from."""
        values = {"number": upon.number, "base": upon, "data": data, "note": note[:300]}
        return self.add(record, by=by, kind=Revision.Kind.PARKED, **values)

    def record_deletion(self, record: models.Model, *, by: Any) -> "Revision":
        """The last state of what is about to be deleted."""
        standing = self.standing(record)
        if standing.draft:
            self.close(standing, Revision.Ending.DISCARDED)
        Submission.objects.end(record, timezone.now())
        ReviewLink.objects.end(record, timezone.now())
        head = standing.head
        values = {"number": head.number, "base": head, "data": head.data, "event": Revision.Event.DELETED}
        return self.add(record, by=by, kind=Revision.Kind.DELETED, **values)


def _event(before: Snapshot | None, after: Snapshot, at: datetime.datetime) -> str:
    """What a new state means to the public. What has no state of its own is never named."""
    was = before["fields"].get("state") if before else None
    state = after["fields"].get("state")
    if before is None or state is None or before == after:
        return Revision.Event.NONE
    was_seen = _is_seen(before, at)
    if state == "withdrawn":
        return Revision.Event.WITHDRAWN if was != "withdrawn" else Revision.Event.NONE
    if state == "draft":
        if was_seen:
            return Revision.Event.TAKEN_BACK
        return Revision.Event.TAKEN_OFF if was == "published" else Revision.Event.NONE
    if begins_after(after, at):
        return Revision.Event.SCHEDULED
    return Revision.Event.CHANGED if was_seen else Revision.Event.PUBLISHED


def _is_seen(data: Snapshot, at: datetime.datetime) -> bool:
    """Whether it is public, or was until its time was over."""
    return data["fields"].get("state") == "published" and not begins_after(data, at)


def begins_after(data: Snapshot, at: datetime.datetime) -> bool:
    begins = data["fields"].get("publish_from")
    return bool(begins) and datetime.datetime.fromisoformat(begins) > at


@dataclass
class Standing:
    """Where a record stands: the state of its row, the draft that waits, and the last number given."""

    head: "Revision | None"
    draft: "Revision | None"
    number: int


class Revision(GenericRecordModel):
    """One state of one record, with all that it owns."""

    class Kind(models.TextChoices):
        STATE = "state", _("What the record was")
        DRAFT = "draft", _("What the record is to become, once this is published")
        PARKED = "parked", _("What somebody typed while another was faster")
        DELETED = "deleted", _("What the record was when it was deleted")

    class Ending(models.TextChoices):
        SUPERSEDED = "superseded", _("a later draft took its place")
        PUBLISHED = "published", _("it was published")
        DISCARDED = "discarded", _("it was discarded")

    class Event(models.TextChoices):
        """What a state meant to the public, for the log of publishing."""

        NONE = "", _("not public")
        PUBLISHED = "published", _("published")
        CHANGED = "changed", _("changed while public")
        WITHDRAWN = "withdrawn", _("withdrawn")
        SCHEDULED = "scheduled", _("scheduled")
        TAKEN_OFF = "taken_off", _("taken off the schedule")
        TAKEN_BACK = "taken_back", _("made a draft again, and taken off the site")
        DELETED = "deleted", _("deleted")

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    base = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", help_text=_("What its form started from.")
    )
    data = models.JSONField()
    note = models.CharField(max_length=300, blank=True)
    event = models.CharField(max_length=10, choices=Event, blank=True)
    # Of drafts alone.
    publish_at = models.DateTimeField(null=True, help_text=_("When it comes true by itself."))
    failure_reason = models.CharField(
        max_length=500, blank=True, help_text=_("Why it did not come true then.")
    )
    closed_at = models.DateTimeField(null=True, help_text=_("When it ceased to wait."))
    ending = models.CharField(max_length=10, choices=Ending, blank=True)
    carries = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text=_("The draft that it took along when the public page changed under it."),
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "object_key", "number"],
                condition=models.Q(kind__in=["state", "draft"]),
                name="revision_number_is_the_lock",
            ),
            models.UniqueConstraint(
                fields=["model", "object_key"],
                condition=models.Q(kind="draft", closed_at=None),
                name="revision_one_draft_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["model", "kind", "-at"], name="revision_by_kind"),
            models.Index(
                fields=["publish_at"],
                condition=models.Q(kind="draft", closed_at=None, failure_reason=""),
                name="revision_due",
            ),
            models.Index(fields=["-at"], condition=~models.Q(event=""), name="revision_log_of_publishing"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.number}"

    @property
    def started_from(self) -> "Revision":
        """The state or draft that its form started from: itself, unless it is parked."""
        return self.base if self.kind == self.Kind.PARKED and self.base else self

    def is_seen(self, at: datetime.datetime) -> bool:
        """Whether the row, in this state, is what visitors see at a moment."""
        return _is_seen(self.data, at)

    @property
    def public_state(self) -> "Revision":
        """The state of the row upon which it stands, which is itself unless it is a draft or a form."""
        started = self.started_from
        return started.base if started.kind == self.Kind.DRAFT and started.base else started

    @property
    def publish_at_in_words(self) -> str:
        return format_deadline(self.publish_at) if self.publish_at else ""

    @property
    def event_in_words(self) -> str:
        """What it meant to the public; of what was scheduled, for when."""
        words = self.get_event_display()
        if self.event != self.Event.SCHEDULED:
            return words
        moment = self.publish_at or datetime.datetime.fromisoformat(self.data["fields"]["publish_from"])
        return f"{words}: {format_deadline(moment)}"
