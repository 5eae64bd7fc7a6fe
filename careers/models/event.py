"""What happened to a notice: told alike by its page, its feed and its alerts."""

import datetime
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Event:
    """One thing that happened to a notice. `key` is stable, and names it within its notice."""

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("Published")
        DEADLINE = "deadline", _("Deadline changed")
        AMENDMENT = "amendment", _("Amended")
        CLARIFICATION = "clarification", _("Question answered")
        CLOSED = "closed", _("Closed")
        OUTCOME = "outcome", _("Outcome")

    key: str
    kind: Kind
    at: datetime.datetime
    #: Plain text.
    text: str
