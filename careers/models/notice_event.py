"""What happened to a notice, for its page, its feed and its alerts."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import iso_utc


@dataclass(frozen=True)
class NoticeEvent:
    class Kind(models.TextChoices):
        PUBLISHED = "published", _("Published")
        DEADLINE = "deadline", _("Deadline changed")
        MOMENT = "moment", _("Date changed")
        AMENDMENT = "amendment", _("Amended")
        DOCUMENT = "document", _("Documents changed")
        CLARIFICATION = "clarification", _("Question answered")
        CLOSED = "closed", _("Closed")
        OUTCOME = "outcome", _("Outcome")

    #: Unique within its notice, and stable.
    name: str
    kind: Kind
    at: datetime.datetime
    #: Plain text.
    text: str
    corrected_at: datetime.datetime | None = None

    @property
    def updated_at(self) -> datetime.datetime:
        return self.corrected_at or self.at

    @property
    def key(self) -> str:
        """Identifies it in alerts. A correction, or an outcome given again, is a new alert."""
        moment = self.at if self.kind is self.Kind.OUTCOME else self.corrected_at
        return f"{self.name}:{iso_utc(moment)}" if moment else self.name


class NoticeEventsMixin:
    """The events of a notice. Load its rows with `with_history`."""

    #: Relations to its dated entries.
    DATED_ENTRIES: ClassVar[tuple[str, ...]] = ("amendments",)
    #: Relations to the records of its changes.
    CHANGES: ClassVar[tuple[str, ...]] = ("deadline_changes",)

    @classmethod
    def history_relations(cls) -> tuple[str, ...]:
        """The relations that `events` reads."""
        return (*cls.CHANGES, *cls.DATED_ENTRIES)

    @property
    def history_rows(self) -> list[models.Model]:
        return [row for name in self.history_relations() for row in getattr(self, name).all()]

    @property
    def announced_at(self) -> datetime.datetime:
        """When visitors could first read it. `NoticeQuerySet.newest_first` has the same rule."""
        return self.first_published_at or self.publish_from or self.created_at

    def events(self, at: datetime.datetime) -> list[NoticeEvent]:
        """What happened until `at`, newest first."""
        entries = [entry for name in self.DATED_ENTRIES for entry in getattr(self, name).all()]
        events = [
            NoticeEvent("published", NoticeEvent.Kind.PUBLISHED, self.announced_at, self.title),
            *(change.event() for name in self.CHANGES for change in getattr(self, name).all()),
            *(entry.event(at) for entry in entries if entry.is_complete),
            *self._closing_events(at),
        ]
        past = (event for event in events if event.at <= at)
        return sorted(past, key=lambda event: event.updated_at, reverse=True)

    def _closing_events(self, at: datetime.datetime) -> Iterator[NoticeEvent]:
        if self.is_open(at):
            return
        text = f"{self.deadline}. {self.closed_message}"
        yield NoticeEvent(f"closed:{self.deadline_iso}", NoticeEvent.Kind.CLOSED, self.closes_at, text)
        if self.outcome:
            decided_at = max(self.outcome_at or self.closes_at, self.closes_at)
            text = " ".join(filter(None, [f"{self.get_outcome_display()}.", self.outcome_note]))
            yield NoticeEvent(f"outcome:{self.outcome}", NoticeEvent.Kind.OUTCOME, decided_at, text)

    def changes(self, at: datetime.datetime) -> list[NoticeEvent]:
        """Its corrections until `at`, newest first."""
        kinds = NoticeEvent.Kind
        corrections = (kinds.DEADLINE, kinds.MOMENT, kinds.AMENDMENT, kinds.DOCUMENT)
        return [event for event in self.events(at) if event.kind in corrections]

    def last_updated(self, at: datetime.datetime) -> datetime.datetime:
        """When its page last changed, by staff or by an event."""
        moments = [self.updated_at, *(event.updated_at for event in self.events(at))]
        return max([moment for moment in moments if moment <= at] + [self.announced_at])
