"""Dates as they are known: a year, a month or a day.

Stored as ISO 8601 with reduced precision ("2018", "2018-07", "2018-07-09"): one column, which
sorts by time and can be no more exact than what is known.
"""

import calendar
import contextlib
import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Length, Substr
from django.db.models.query_utils import DeferredAttribute
from django.utils import formats
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.delivery.per_language import cached_per_language

VIENTIANE = ZoneInfo("Asia/Vientiane")

ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
WORDS = re.compile(r"(?:(\d{1,2})\s+)?([A-Za-z]+)\.?,?\s+(\d{4})")
SLASHES = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")

NOT_A_DATE = _("“%(value)s” is not a date. Write a year (2018), a month (July 2018) or a day (9 July 2018).")


@dataclass(frozen=True)
class PartialDate:
    """A year, a month or a day. `month` and `day` are None where they are not known."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read "2018", "2018-07", "2018-07-09", "July 2018", "9 July 2018" or "9/7/2018".

        Raises ValueError for anything else, and for a month or a day that does not exist.
        """
        text = " ".join(str(text).split())
        if found := ISO.fullmatch(text):
            year, month, day = found.groups()
        elif found := SLASHES.fullmatch(text):
            day, month, year = found.groups()
        elif found := WORDS.fullmatch(text):
            day, name, year = found.groups()
            names = calendar.month_abbr if len(name) == 3 else calendar.month_name
            month = [known.lower() for known in names].index(name.lower())
        else:
            raise ValueError(text)
        date = cls(int(year), int(month) if month else None, int(day) if day else None)
        datetime.date(date.year, 1 if date.month is None else date.month, 1 if date.day is None else date.day)
        return date

    @classmethod
    def of(cls, at: datetime.datetime) -> "PartialDate":
        """The day of a moment in Vientiane."""
        local = at.astimezone(VIENTIANE)
        return cls(local.year, local.month, local.day)

    @property
    def iso(self) -> str:
        known = [part for part in (self.month, self.day) if part]
        return "-".join([f"{self.year:04}", *(f"{part:02}" for part in known)])

    def __str__(self) -> str:
        if not self.month:
            return self.iso
        pattern = "DATE_FORMAT" if self.day else "YEAR_MONTH_FORMAT"
        return format_date(datetime.date(self.year, self.month, self.day or 1), pattern)


def is_end_of_day(moment: datetime.datetime) -> bool:
    """Whether a moment is midnight in Vientiane, which people know as the end of the day before."""
    return moment.astimezone(VIENTIANE).time() == datetime.time()


def local_date(moment: datetime.datetime) -> datetime.date:
    """The day in Vientiane that people would call the day of a deadline."""
    day = moment.astimezone(VIENTIANE).date()
    return day - datetime.timedelta(days=1) if is_end_of_day(moment) else day


@cached_per_language
def format_date(day: datetime.date, pattern: str) -> str:
    return formats.date_format(day, pattern)


@cached_per_language
def format_deadline(moment: datetime.datetime) -> str:
    """Weekday, date, hour and zone. Midnight is written as the end of the day before."""
    day = format_date(local_date(moment), "WEEKDAY_DATE_FORMAT")
    if is_end_of_day(moment):
        return gettext("end of %(day)s, Vientiane time (UTC+7)") % {"day": day}
    hour = formats.time_format(moment.astimezone(VIENTIANE).time())
    return gettext("%(day)s, %(hour)s, Vientiane time (UTC+7)") % {"day": day, "hour": hour}


@cached_per_language
def format_deadline_parts(moment: datetime.datetime) -> tuple[str, str]:
    """The day, and the hour with its zone: "Friday 4 December 2026", "end of day, Vientiane time (UTC+7)"."""
    day = format_date(local_date(moment), "WEEKDAY_DATE_FORMAT")
    if is_end_of_day(moment):
        return day, gettext("end of day, Vientiane time (UTC+7)")
    hour = formats.time_format(moment.astimezone(VIENTIANE).time())
    return day, gettext("%(hour)s, Vientiane time (UTC+7)") % {"hour": hour}


def local_moment(day: datetime.date, hour: datetime.time) -> datetime.datetime:
    """The moment of a date and an hour in Vientiane."""
    return datetime.datetime.combine(day, hour, VIENTIANE)


def next_midnight(at: datetime.datetime) -> datetime.datetime:
    """The beginning of the next day in Vientiane."""
    return local_moment(at.astimezone(VIENTIANE).date() + datetime.timedelta(days=1), datetime.time.min)


def format_when(moment: datetime.datetime, at: datetime.datetime) -> str:
    """ "today 08:40", "Friday 27 November, 08:40", with the year where it is another one. Vientiane time."""
    day, today = local_date(moment), local_date(at)
    hour = formats.date_format(moment.astimezone(VIENTIANE), "H:i")
    if day == today:
        return gettext("today %(hour)s") % {"hour": hour}
    return f"{format_day(day, today)}, {hour}"


def format_day(day: datetime.date, today: datetime.date) -> str:
    return formats.date_format(day, "l j F" if day.year == today.year else "l j F Y")


def format_short_day(day: datetime.date, today: datetime.date) -> str:
    """ "27 November", with the year where it is another one."""
    return formats.date_format(day, "j F" if day.year == today.year else "j F Y")


def iso_utc(moment: datetime.datetime) -> str:
    """The same instant in UTC, ISO 8601."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def max_or_none(dates: Iterable[PartialDate | None]) -> PartialDate | None:
    """The latest of some dates; None where none is known."""
    return max(filter(None, dates), key=lambda date: date.iso, default=None)


def _to_date(value: object) -> PartialDate | None:
    """Raises ValidationError."""
    if isinstance(value, PartialDate):
        return value
    if value in (None, ""):
        return None
    try:
        return PartialDate.parse(str(value))
    except ValueError:
        raise ValidationError(NOT_A_DATE, code="invalid", params={"value": value}) from None


class PartialDateFormField(forms.CharField):
    """A text box that takes a date as staff write it, and shows it in words."""

    def to_python(self, value: object) -> PartialDate | None:  # type: ignore[override]
        return _to_date(value if isinstance(value, PartialDate) else super().to_python(value))


class PartialDateAttribute(DeferredAttribute):
    """Text that is assigned becomes a PartialDate at once; what is no date waits for validation."""

    def __set__(self, instance: models.Model, value: object) -> None:
        with contextlib.suppress(ValidationError):
            value = self.field.to_python(value)
        instance.__dict__[self.field.attname] = value


class PartialDateField(models.CharField):
    """Holds a PartialDate; NULL where no date is known."""

    descriptor_class = PartialDateAttribute
    description = "a year, a month or a day"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)
        self.validators = []

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> PartialDate | None:
        return PartialDate.parse(value) if value else None

    def to_python(self, value: object) -> PartialDate | None:
        return _to_date(value)

    def get_prep_value(self, value: object) -> str | None:
        date = self.to_python(value)
        return date.iso if date else None

    def value_to_string(self, obj: models.Model) -> str | None:  # type: ignore[override]
        date = self.value_from_object(obj)
        return date.iso if isinstance(date, PartialDate) else date

    def formfield(self, **kwargs: Any) -> Any:
        # In words a date is longer than in its column.
        return super().formfield(**{"form_class": PartialDateFormField, "max_length": None, **kwargs})


def min_date(later: str, earlier: str, name: str, message: str) -> models.CheckConstraint:
    """The constraint that one partial date does not end before another begins.

    Both are compared at the precision of the shorter one: a project of July 2018 to 2018 is in
    order, one of July 2018 to June 2018 is not.
    """
    shorter = Substr(earlier, 1, Length(later))
    return models.CheckConstraint(
        condition=models.Q(**{f"{later}__isnull": True})
        | models.Q(**{f"{earlier}__isnull": True})
        | models.Q(**{f"{later}__gte": shorter}),
        name=name,
        violation_error_message=message,
    )
