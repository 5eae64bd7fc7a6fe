"""Stretches of time in which neither an edit nor the clock changes any public page."""

import datetime
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Stretch:
    """One version of the content, from a moment until the next change by the clock, in POSIX seconds."""

    version: str
    since: float
    until: float
    #: What `cached_per_version` has made, by its function.
    values: dict[Callable, Any] = field(default_factory=dict, compare=False)

    def holds(self, version: str | None, now: float) -> bool:
        return self.version == version and self.since <= now < self.until


_current: ContextVar[Stretch | None] = ContextVar("stretch", default=None)
_moment_ahead: ContextVar[datetime.datetime | None] = ContextVar("moment_ahead", default=None)


@contextmanager
def within(stretch: Stretch | None, *, moment_ahead: datetime.datetime | None = None) -> Iterator[None]:
    """Render a page within a stretch: `cached_per_version` keeps its values there.

    `moment_ahead` renders it as it will be then. Nothing is published for it.
    """
    tokens = _current.set(stretch), _moment_ahead.set(moment_ahead)
    try:
        yield
    finally:
        _current.reset(tokens[0])
        _moment_ahead.reset(tokens[1])


def moment_ahead() -> datetime.datetime | None:
    """The moment that a page is rendered for, where that is not the present."""
    return _moment_ahead.get()


def cached_per_version(make: Callable[[datetime.datetime], T]) -> Callable[[datetime.datetime], T]:
    """Decorator for a function of the moment: make its value once for all pages of a stretch.

    Threads share the value: nobody may change it. Outside the page cache, as in the admin and in commands,
    it is made each time.
    """

    @functools.wraps(make)
    def get(at: datetime.datetime) -> T:
        stretch = _current.get()
        if stretch is None:
            return make(at)
        if get not in stretch.values:
            stretch.values[get] = make(at)
        return stretch.values[get]

    return get
