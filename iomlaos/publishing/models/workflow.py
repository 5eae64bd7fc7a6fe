"""The review workflow: drafts that were submitted for review."""

import datetime
import uuid
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Cast, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class GenericRecordQuerySet(models.QuerySet):
    def add(self, record: models.Model, *, by: Any, **values: Any) -> Any:
        """Create a row about a record."""
        return self.create(**self.describe(record, by), **values)

    @staticmethod
    def describe(record: models.Model, by: Any) -> dict[str, Any]:
        """The values of a row about a record."""
        return {
            "model": record._meta.label_lower,
            "object_key": str(record.pk),
            "title": str(record)[:200],
            "by": by,
            "by_name": by.get_username() if by else "",
        }

    def of(self, record: models.Model) -> Self:
        return self.filter(model=record._meta.label_lower, object_key=str(record.pk))

    def of_each(self, model: type[models.Model]) -> Self:
        """Of each record of a model with numbers as keys: for a subquery of a query for these records."""
        key = Cast(models.OuterRef("pk"), models.TextField())
        return self.filter(model=model._meta.label_lower, object_key=key)

    def of_many(self, records: list[models.Model]) -> Self:
        """Of some records of one kind."""
        labels = {record._meta.label_lower for record in records}
        return self.filter(model__in=labels, object_key__in=[str(record.pk) for record in records])


class GenericRecordModel(models.Model):
    """Something about a record of any model, with who made it and when."""

    is_content = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.CharField(max_length=80)
    object_key = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def who(self) -> str:
        """Whose doing it was; what was changed by a command has nobody's name."""
        return (self.by.get_full_name() or self.by.get_username()) if self.by else self.by_name


def existing_keys(rows: Iterable[GenericRecordModel]) -> set[tuple[str, str]]:
    """Of the records that these rows are about, the model and the key of those that are still there."""
    found: set[tuple[str, str]] = set()
    for label, of_model in groupby(sorted(rows, key=attrgetter("model")), key=attrgetter("model")):
        records = apps.get_model(label)._base_manager.filter(pk__in=[row.object_key for row in of_model])
        found |= {(label, str(key)) for key in records.values_list("pk", flat=True)}
    return found


class SubmissionQuerySet(GenericRecordQuerySet):
    def waiting(self) -> Self:
        """Submitted, and not yet returned or published."""
        return self.filter(ended_at=None, returned_at=None)

    def returned(self) -> Self:
        """Returned to the writer, and not yet submitted again."""
        return self.filter(ended_at=None).exclude(returned_at=None)

    def end(self, record: models.Model, at: datetime.datetime) -> None:
        """End the submission of a record that is published, deleted or submitted again."""
        self.of(record).filter(ended_at=None).update(ended_at=at)

    def submit(self, record: models.Model, *, by: Any, note: str, at: datetime.datetime) -> "Submission":
        self.end(record, at)
        return self.add(record, by=by, note=note[:300], at=at)


class Submission(GenericRecordModel):
    """A draft submitted for review. An editor publishes it, or returns it with a note."""

    note = models.CharField(max_length=300, blank=True)
    returned_at = models.DateTimeField(null=True)
    returned_by_name = models.CharField(max_length=150, blank=True)
    return_note = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft that was handed in")
        verbose_name_plural = _("drafts that were handed in")
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "object_key"],
                condition=models.Q(ended_at=None),
                name="submission_one_at_a_time",
            )
        ]
