"""The history of a record: every state that it was saved in, with who and when."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import snapshots
from .snapshots import Snapshot


class RevisionQuerySet(models.QuerySet):
    def of(self, record: models.Model) -> Self:
        return self.filter(model=record._meta.label_lower, object_key=str(record.pk))

    def states(self) -> Self:
        """The states that the row itself was in, the latest first."""
        return self.filter(kind=Revision.Kind.STATE).order_by("-number")

    def catch_up(self, record: models.Model) -> "Revision":
        """The latest state, after a look at the row: what was changed elsewhere becomes one, too.

        A command, an import or the seed may have changed it since; and the first state of what was
        never edited here is what it is now.
        """
        now = snapshots.take(record)
        head = self.of(record).states().first()
        if head is not None and head.data == now:
            return head
        return self.follow(head, record, now, by=None, note="")

    def follow(
        self, head: "Revision | None", record: models.Model, data: Snapshot, *, by: Any, note: str
    ) -> "Revision":
        """The state that follows another. Raises IntegrityError where somebody was faster.

        The unique number is the lock: of two that began at the same state, one gets the next.
        """
        return self._add(record, Revision.Kind.STATE, head.number + 1 if head else 1, head, data, by, note)

    def park(
        self, head: "Revision", record: models.Model, data: Snapshot, *, by: Any, note: str
    ) -> "Revision":
        """What somebody has in a form that is not saved: it stands upon a state, and is none itself."""
        return self._add(record, Revision.Kind.PARKED, head.number, head, data, by, note)

    def bury(self, record: models.Model, *, by: Any) -> "Revision":
        """The last state of what is about to be deleted."""
        head = self.catch_up(record)
        return self._add(record, Revision.Kind.DELETED, head.number, head, head.data, by, "")

    def _add(
        self,
        record: models.Model,
        kind: str,
        number: int,
        base: "Revision | None",
        data: Snapshot,
        by: Any,
        note: str,
    ) -> "Revision":
        return self.create(
            model=record._meta.label_lower,
            object_key=str(record.pk),
            number=number,
            kind=kind,
            base=base,
            data=data,
            title=str(record)[:200],
            by=by,
            by_name=by.get_username() if by else "",
            note=note[:300],
        )


class Revision(models.Model):
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
        DELETED = "deleted", _("deleted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.CharField(max_length=80)
    object_key = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    base = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", help_text=_("What its form started from.")
    )
    data = models.JSONField()
    title = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=timezone.now, db_default=Now())
    note = models.CharField(max_length=300, blank=True)
    event = models.CharField(max_length=10, choices=Event, blank=True)
    # Of drafts alone.
    publish_at = models.DateTimeField(null=True, help_text=_("When it comes true by itself."))
    held = models.CharField(max_length=500, blank=True, help_text=_("Why it did not come true then."))
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
                condition=models.Q(kind="draft", closed_at=None, held=""),
                name="revision_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.number}"

    @property
    def started_from(self) -> "Revision":
        """The state of the row that its form started from: itself, unless it is parked."""
        return self.base if self.kind == self.Kind.PARKED and self.base else self

    @property
    def who(self) -> str:
        """Who saved it; what was changed by a command has nobody's name."""
        return (self.by.get_full_name() or self.by.get_username()) if self.by else self.by_name
