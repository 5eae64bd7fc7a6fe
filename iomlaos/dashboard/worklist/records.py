"""What the work list reads: drafts, submissions and the records that need something, in a query each."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import models

from careers.models.notice import Notice
from iomlaos.publishing.dates import local_date
from iomlaos.publishing.models import Publishable, Revision, Submission
from iomlaos.publishing.status import Waiting

#: A page that is taken down within this time is listed.
ENDS_WITHIN = datetime.timedelta(days=30)
#: A notice that closes within these days is listed.
CLOSING_WITHIN = 7

Key = tuple[str, str]


class OfficeRecords:
    """The drafts and submissions of some models, and their records that need something.

    One query for the drafts, one for the submissions, one a model for its records, one for who saved
    those that were never public. A record has `needs`, the names of `conditions` that hold of it.
    """

    def __init__(self, models_: Iterable[type[Publishable]], at: datetime.datetime) -> None:
        self.at = at
        labels = {model._meta.label_lower: model for model in models_}
        waiting = Revision.objects.waiting().filter(model__in=labels).defer("data").select_related("by")
        self.drafts: dict[Key, Revision] = {}
        self.scheduled: dict[Key, Revision] = {}
        for revision in waiting.order_by("at"):
            is_draft = revision.kind == Revision.Kind.DRAFT
            (self.drafts if is_draft else self.scheduled)[key_of(revision)] = revision
        submissions = Submission.objects.filter(ended_at=None, model__in=labels).select_related("by")
        self.submissions = {key_of(submission): submission for submission in submissions.order_by("at")}
        self.records: dict[Key, Publishable] = {}
        for label, model in labels.items():
            self.records |= {(label, str(record.pk)): record for record in self._load(label, model)}
        self.saves = self._load_saves()

    def _load(self, label: str, model: type[Publishable]) -> models.QuerySet:
        waiting = [*self.drafts, *self.scheduled, *self.submissions]
        keys = {key for found, key in waiting if found == label}
        found = conditions(model, self.at)
        flags = {
            f"needs_{name}": models.Exists(rows.filter(pk=models.OuterRef("pk")))
            for name, rows in found.items()
        }
        needed = models.Q(pk__in=keys)
        for flag in flags:
            needed |= models.Q(**{flag: True})
        return model.objects.annotate(**flags).filter(needed)

    def _load_saves(self) -> dict[Key, Revision]:
        """The last save of each record that was never public."""
        keys = [key for key, record in self.records.items() if record.state == Publishable.State.DRAFT]
        states = Revision.objects.filter(
            kind=Revision.Kind.STATE,
            model__in={label for label, _key in keys},
            object_key__in={key for _label, key in keys},
        )
        states = states.select_related("by").defer("data").order_by("number")
        return {key_of(state): state for state in states}

    def waiting_for(self, key: Key) -> Waiting:
        return Waiting(self.drafts.get(key), self.scheduled.get(key), self.submissions.get(key))

    def needing(self, name: str) -> list[Publishable]:
        """The records of which a condition holds."""
        return [record for record in self.records.values() if getattr(record, f"needs_{name}", False)]


def key_of(row: Any) -> Key:
    return row.model, row.object_key


def key_of_record(record: models.Model) -> Key:
    return record._meta.label_lower, str(record.pk)


def conditions(model: type[Publishable], at: datetime.datetime) -> dict[str, models.QuerySet]:
    """By name, the records of a model that need something."""
    rows = model.objects.order_by()
    published = rows.filter(state=Publishable.State.PUBLISHED)
    found = {
        "first_publication": rows.filter(state=Publishable.State.DRAFT),
        "start": published.filter(publish_from__gt=at),
        "end": published.filter(publish_until__gt=at, publish_until__lte=at + ENDS_WITHIN),
        "review": rows.filter(review_due__lte=local_date(at)).exclude(state=Publishable.State.WITHDRAWN),
    }
    if issubclass(model, Notice):
        found |= {
            "result": rows.results_overdue(at),
            "outcome": rows.without_outcome(at),
            "reason": rows.changed_without_reason(at),
            "more_time": rows.open(at).closing_within(CLOSING_WITHIN, at),
        }
    return {name: rows.order_by() for name, rows in found.items()}
