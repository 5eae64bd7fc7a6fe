"""NoticeEvent: what happened to a notice, for its page, its feed and its alerts."""

import datetime
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import iso_utc


@dataclass(frozen=True)
class NoticeEvent:
    """One thing that happened to a notice. `name` is stable, and names it within its notice."""

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("Published")
        DEADLINE = "deadline", _("Deadline changed")
        MOMENT = "moment", _("Date changed")
        AMENDMENT = "amendment", _("Amended")
        CLARIFICATION = "clarification", _("Question answered")
        CLOSED = "closed", _("Closed")
        OUTCOME = "outcome", _("Outcome")

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
        """By what alerts know whether it was told: a correction is told again, and so is an outcome
        that was taken back and said once more."""
        moment = self.at if self.kind is self.Kind.OUTCOME else self.corrected_at
        return f"{self.name}:{iso_utc(moment)}" if moment else self.name
