"""Revisions: every saved state of a record, with who saved it and when."""

import copy
import datetime

from django.contrib import admin
from django.core import signing
from django.db import models
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import format_deadline
from iomlaos.publishing.merge import EMPTY, Snapshot
from iomlaos.publishing.models.events import Event, is_public
from iomlaos.publishing.models.revision_queryset import RevisionQuerySet
from iomlaos.publishing.models.workflow import GenericRecordModel

#: Begins the form key of a state that was not saved.
UNSAVED = "data:"


def unsaved_data(key: str) -> Snapshot | None:
    """The data in the form key of a state that was not saved; empty where this site did not sign it."""
    if not key.startswith(UNSAVED):
        return None
    try:
        return signing.loads(key.removeprefix(UNSAVED))
    except signing.BadSignature:
        return copy.deepcopy(EMPTY)


class Revision(GenericRecordModel):
    """One state of one record, with all that it owns."""

    #: Public pages depend on those that are published by themselves.
    is_content = True
    content_condition = "kind = 'scheduled'"

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

    Event = Event
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
        about = cls.objects.describe(record, None)
        return cls(**about, kind=cls.Kind.STATE, number=0, base=before, data=data)

    @property
    def form_key(self) -> str:
        """What a form sends back to say what it was drawn from: the key, or the data if that is not saved."""
        return UNSAVED + signing.dumps(self.data, compress=True) if self._state.adding else str(self.pk)

    def has_form_key(self, key: str) -> bool:
        return key == str(self.pk) or unsaved_data(key) == self.data

    @property
    def waiting_note(self) -> str:
        """The note of a draft or a scheduled change, which a later draft keeps."""
        return self.note if self.kind in self.WAITING else ""

    def is_public_at(self, at: datetime.datetime) -> bool:
        """Whether the row, in this state, is what visitors see at a moment."""
        return is_public(self.data, at)

    @property
    @admin.display(description=_("event"), ordering="event")
    def event_label(self) -> str:
        """The event, with the time of what was scheduled."""
        words = self.get_event_display()
        if self.event != self.Event.SCHEDULED:
            return words
        moment = self.publish_at or datetime.datetime.fromisoformat(self.data["fields"]["publish_from"])
        return f"{words}: {format_deadline(moment)}"


class PublishingLogManager(models.Manager.from_queryset(RevisionQuerySet)):
    def get_queryset(self) -> RevisionQuerySet:
        return super().get_queryset().exclude(event="")


class PublishingLogEntry(Revision):
    """The log of publishing: what became public, was changed while it was, or went. Nobody edits it."""

    objects = PublishingLogManager()

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("publishing log entry")
        verbose_name_plural = _("publishing log")
        ordering = ["-at", "-number"]
