"""What a new state of a record means to the public."""

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.merge import Snapshot


class Event(models.TextChoices):
    """What a state meant to the public, for the log of publishing."""

    NONE = "", _("Not public")
    PUBLISHED = "published", _("Published")
    CHANGED = "changed", _("Live version changed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SCHEDULED = "scheduled", _("Scheduled")
    TAKEN_OFF = "taken_off", _("Schedule cancelled")
    TAKEN_DOWN = "taken_down", _("Taken down")
    DELETED = "deleted", _("Deleted")


def event_of(before: Snapshot | None, after: Snapshot, at: datetime.datetime) -> str:
    """What a new state means to the public. Models without a `state` have no events."""
    was = before["fields"].get("state") if before else None
    state = after["fields"].get("state")
    if before is None or state is None or before == after:
        return Event.NONE
    was_public = is_public(before, at)
    if state == "withdrawn":
        return Event.WITHDRAWN if was != "withdrawn" else Event.NONE
    if state == "draft" and not was_public:
        return Event.TAKEN_OFF if was == "published" else Event.NONE
    if starts_after(after, at):
        return Event.SCHEDULED
    if not is_public(after, at):
        return Event.TAKEN_DOWN if was_public else Event.NONE
    return Event.CHANGED if was_public else Event.PUBLISHED


def is_public(data: Snapshot, at: datetime.datetime) -> bool:
    """Whether visitors see a snapshot at a moment."""
    is_published = data["fields"].get("state") == "published"
    return is_published and not starts_after(data, at) and not ends_before(data, at)


def starts_after(data: Snapshot, at: datetime.datetime) -> bool:
    begins = data["fields"].get("publish_from")
    return bool(begins) and datetime.datetime.fromisoformat(begins) > at


def ends_before(data: Snapshot, at: datetime.datetime) -> bool:
    ends = data["fields"].get("publish_until")
    return bool(ends) and datetime.datetime.fromisoformat(ends) <= at
