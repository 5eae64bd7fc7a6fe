"""The next moment at which the clock alone changes a public page. The page cache lives by it."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import models

#: From a moment that a row holds, and the moment of asking, to the next change that it brings.
FindChange = Callable[[datetime.datetime, datetime.datetime], datetime.datetime | None]


@dataclass(frozen=True)
class ClockMoments:
    """A field of rows that the clock will pass. A queryset names those of its table in `clock_moments(at)`.

    The first moment of the rows counts, or all of them where a later one may bring an earlier change.
    """

    rows: models.QuerySet
    field: str
    find_change: FindChange | None = None
    all_count: bool = False

    def as_query(self, number: int) -> models.QuerySet:
        """Pairs of a number and a moment."""
        # A plain queryset: that of modeltranslation puts columns into another order, which a union mixes up.
        rows: models.QuerySet = models.QuerySet(self.rows.model, self.rows.order_by().query)
        numbered = rows.annotate(_number=models.Value(number))
        if self.all_count:
            return numbered.values_list("_number", self.field)
        return (
            numbered.values("_number")
            .annotate(_first=models.Min(self.field))
            .values_list("_number", "_first")
        )


def next_change(at: datetime.datetime, *querysets: models.QuerySet) -> datetime.datetime | None:
    """The first change after this moment, of some querysets or of everything; None if only edits change it.

    One query for all tables.
    """
    sources = [source for rows in querysets or _all_rows() for source in rows.clock_moments(at)]  # type: ignore[attr-defined]
    first, *others = [source.as_query(number) for number, source in enumerate(sources)]
    changes = []
    for number, moment in first.union(*others):
        find_change = sources[number].find_change
        changes.append(find_change(moment, at) if find_change and moment else moment)
    return min(filter(None, changes), default=None)


def _all_rows() -> Iterable[models.QuerySet]:
    """Of each table whose queryset knows of moments."""
    for model in apps.get_models():
        rows = model._default_manager.all()
        if hasattr(rows, "clock_moments") and not model._meta.proxy:
            yield rows
