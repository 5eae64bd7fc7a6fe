"""The deadline of a notice: its moment, how it reads, and the record of its changes."""

import datetime
from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import formats
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import (
    VIENTIANE,
    format_date,
    format_deadline,
    format_deadline_parts,
    is_end_of_day,
    iso_utc,
    local_date,
)
from iomlaos.publishing.serialization import as_queryset

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
YEAR = 365 * DAY
CLOSING_SOON = 3 * DAY
SATURDAY = 5
#: How long after its closing a notice can still be followed.
FOLLOWED_AFTER_CLOSING = YEAR


def time_unit(left: datetime.timedelta) -> datetime.timedelta:
    """The unit in which the time left is given: days from two days on, then hours, then minutes."""
    return next((unit for unit in (DAY, HOUR) if left >= 2 * unit), MINUTE)


def next_text_change(closes_at: datetime.datetime, at: datetime.datetime) -> datetime.datetime | None:
    """The next moment at which the status or the time left of an open notice changes; None once closed.

    Exactly three days before the closing the words are still "3 days". They change just after that, and the
    status with them.
    """
    left = closes_at - at
    if left <= datetime.timedelta():
        return None
    unit = time_unit(left)
    moments = [closes_at, closes_at - left // unit * unit + left.resolution]
    return min(moment for moment in moments if moment > at)


class DeadlineMixin:
    """What `closes_at` means. Once visitors have seen a deadline, it changes with a reason and a record."""

    class Status(models.TextChoices):
        """Derived from the clock, never stored."""

        OPEN = "open", _("Open")
        CLOSING = "closing", _("Closing soon")
        CLOSED = "closed", _("Closed")

    #: Fields of other moments that people go by. Their changes are recorded as those of `closes_at`.
    MILESTONES: ClassVar[tuple[str, ...]] = ()

    closes_at: datetime.datetime
    #: Why the deadline changes. A save stores it in the DeadlineChange.
    deadline_reason: str = ""
    #: The version that visitors see, set by a form whose rows hold a draft.
    public_version: Self | None = None

    @staticmethod
    def closing_moment(day: datetime.date, hour: datetime.time | None = None) -> datetime.datetime:
        """The moment of a date and an hour in Vientiane. Without an hour: the end of the day (24:00)."""
        if hour is None:
            day, hour = day + DAY, datetime.time()
        return datetime.datetime.combine(day, hour, VIENTIANE)

    @property
    def closing_day(self) -> datetime.date:
        return local_date(self.closes_at)

    @property
    def closing_hour(self) -> datetime.time | None:
        """The hour in Vientiane; None for the end of the day."""
        return None if is_end_of_day(self.closes_at) else self.closes_at.astimezone(VIENTIANE).time()

    def describe_deadline(self, at: datetime.datetime) -> str:
        """For staff who set it: "Closes Sunday 20 December 2026 at 17:00. In 20 days. Sunday is not a …"."""
        day = formats.date_format(self.closing_day, "WEEKDAY_DATE_FORMAT")
        if self.closing_hour:
            hour = formats.time_format(self.closing_hour)
            closes = gettext("Closes %(day)s at %(hour)s.") % {"day": day, "hour": hour}
        else:
            closes = gettext("Closes at the end of %(day)s.") % {"day": day}
        days = (self.closing_day - at.astimezone(VIENTIANE).date()).days
        soon = {0: gettext("Today."), 1: gettext("Tomorrow.")}
        later = gettext("This date is past.") if days < 0 else gettext("In %(days)s days.") % {"days": days}
        parts = [closes, soon.get(days, later)]
        if self.closing_day.weekday() >= SATURDAY:
            weekday = formats.date_format(self.closing_day, "l")
            parts.append(gettext("%(weekday)s is not a working day.") % {"weekday": weekday})
        return " ".join(parts)

    @property
    def short_deadline(self) -> str:
        """The day, with the hour unless it is the end of the day."""
        day = format_date(self.closing_day, "WEEKDAY_DATE_FORMAT")
        return f"{day}, {formats.time_format(self.closing_hour)}" if self.closing_hour else day

    def describe_time_left(self, at: datetime.datetime) -> str:
        """For staff: "3 days left", "closed 17 days ago"; empty where that is more than a year ago."""
        if self.is_open(at):
            return gettext("%(time)s left") % {"time": self.time_left(at)}
        days = (local_date(at) - self.closing_day).days
        if days == 0:
            return gettext("closed today")
        words = ngettext("closed %(days)d day ago", "closed %(days)d days ago", days) % {"days": days}
        return words if days < YEAR.days else ""

    @property
    def closing_date(self) -> str:
        """The date alone, as text."""
        return format_date(self.closing_day, "DATE_FORMAT")

    @property
    def deadline(self) -> str:
        """The deadline in one line, for sentences."""
        return format_deadline(self.closes_at)

    @property
    def deadline_parts(self) -> tuple[str, str]:
        """The deadline in two lines, for the box of a notice: the day, the hour with its zone."""
        return format_deadline_parts(self.closes_at)

    @property
    def deadline_iso(self) -> str:
        return iso_utc(self.closes_at)

    def is_open(self, at: datetime.datetime) -> bool:
        """Whether it has not closed yet, public or not. At `closes_at` it is closed."""
        return at < self.closes_at

    def is_followed(self, at: datetime.datetime) -> bool:
        """Whether subscribers would still be told of changes."""
        return at < self.closes_at + FOLLOWED_AFTER_CLOSING

    def status(self, at: datetime.datetime) -> "DeadlineMixin.Status":
        if not self.is_open(at):
            return self.Status.CLOSED
        return self.Status.CLOSING if self.closes_at - at < CLOSING_SOON else self.Status.OPEN

    def time_left(self, at: datetime.datetime) -> str:
        """ "3 days", "47 hours", "20 minutes", rounded down; empty once closed."""
        if not self.is_open(at):
            return ""
        left = self.closes_at - at
        unit = time_unit(left)
        number = left // unit
        if not number:
            return gettext("less than a minute")
        texts = {
            DAY: ngettext("%(number)d day", "%(number)d days", number),
            HOUR: ngettext("%(number)d hour", "%(number)d hours", number),
            MINUTE: ngettext("%(number)d minute", "%(number)d minutes", number),
        }
        return texts[unit] % {"number": number}

    def get_public_version(self) -> Self | None:
        """The notice as visitors see it, or will see it: the stored row, unless a form has set it."""
        return self.public_version or self.get_stored()

    def get_stored(self) -> Self | None:
        return type(self)._base_manager.filter(pk=self.pk).first() if self.pk else None

    def needs_reason(self, at: datetime.datetime) -> bool:
        """Whether a save would change a deadline that visitors have seen."""
        public = self.get_public_version()
        return public is not None and public.is_announced(at) and public.closes_at != self.closes_at

    def clean_deadline(self, at: datetime.datetime) -> None:
        if self.posted_on and self.closing_day < self.posted_on:
            raise ValidationError({"closes_at": _("The closing is before the day of posting.")})
        starts = self.publish_from if self.state == self.State.PUBLISHED else None
        if starts and starts > at and starts >= self.closes_at:
            message = _("By then it has closed: %(deadline)s. Publish it earlier, or let it close later.")
            params = {"deadline": self.deadline}
            raise ValidationError({"publish_from": ValidationError(message, params=params)})

    def clean_deadline_reason(self, at: datetime.datetime) -> None:
        if self.needs_reason(at) and not self.deadline_reason.strip():
            message = _(
                "Visitors have seen the deadline: %(deadline)s. Say why it changes; the page shows the "
                "old one, the new one and the reason."
            )
            params = {"deadline": self.get_public_version().deadline}
            raise ValidationError({"closes_at": ValidationError(message, code="reason", params=params)})

    def preview_changes(self, before: Self, at: datetime.datetime) -> None:
        """Show on a notice in memory the changes that a save would record."""
        relation = self._meta.get_field("deadline_changes")
        rows = [*before.deadline_changes.all(), *self.moment_changes(before, at)]
        self._prefetched_objects_cache["deadline_changes"] = as_queryset(self, relation, rows)

    def moment_changes(self, before: Self, at: datetime.datetime) -> list[models.Model]:
        """The changes of the deadline and the milestones that visitors have seen, not saved."""
        if not before.is_announced(at):
            return []
        relation = self._meta.get_field("deadline_changes")
        return [
            relation.related_model(
                field=name,
                before=getattr(before, name),
                after=getattr(self, name),
                reason=self.deadline_reason,
                changed_at=at,
                **{relation.field.name: self},
            )
            for name in ("closes_at", *self.MILESTONES)
            if getattr(before, name) != getattr(self, name)
        ]
