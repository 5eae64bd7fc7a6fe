"""Validity periods: neither an edit nor the clock changes any public page within one."""

import datetime
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils.translation import get_language

from iomlaos.delivery.next_change import next_change

T = TypeVar("T")
FOREVER = float("inf")


@dataclass(frozen=True)
class ValidityPeriod:
    """One version of the content, from a moment until the next change by the clock, in POSIX seconds."""

    version: str
    since: float
    until: float
    #: What `cached_per_version` has made, by its function and the language.
    values: dict[tuple[Callable, str | None], Any] = field(default_factory=dict, compare=False)

    def is_valid(self, version: str | None, now: float) -> bool:
        return self.version == version and self.since <= now < self.until


def find_validity_period(version: str, now: float) -> ValidityPeriod:
    change = next_change(datetime.datetime.fromtimestamp(now, datetime.UTC))
    return ValidityPeriod(version, now, change.timestamp() if change else FOREVER)


_current: ContextVar[ValidityPeriod | None] = ContextVar("period", default=None)
_future_moment: ContextVar[datetime.datetime | None] = ContextVar("future_moment", default=None)


@contextmanager
def within(period: ValidityPeriod | None, *, at: datetime.datetime | None = None) -> Iterator[None]:
    """Render a page within a period: `cached_per_version` keeps its values there.

    `at`, a moment that is still to come, renders it as it will be then. Nothing is published for it.
    """
    tokens = _current.set(period), _future_moment.set(at)
    try:
        yield
    finally:
        _current.reset(tokens[0])
        _future_moment.reset(tokens[1])


def future_moment() -> datetime.datetime | None:
    """The moment that a page is rendered for, where that is not the present."""
    return _future_moment.get()


def cached_per_version(make: Callable[[datetime.datetime], T]) -> Callable[[datetime.datetime], T]:
    """Decorator for a function of the moment: make its value once for all pages of a period.

    In each language, for it may be in the order of names. Threads share the value: nobody may change it.
    Outside the page cache, as in the admin and in commands, it is made each time.
    """

    @functools.wraps(make)
    def get(at: datetime.datetime) -> T:
        period = _current.get()
        if period is None:
            return make(at)
        key = get, get_language()
        if key not in period.values:
            period.values[key] = make(at)
        return period.values[key]

    return get
