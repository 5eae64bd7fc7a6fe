"""Pagination: by number for short lists, by key (keyset pagination) for lists that grow."""

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, QueryDict

PAGE_SIZE = 50
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)


def get_page(request: HttpRequest, rows: QuerySet) -> Page:
    """The page in `?page=`. Raises Http404 if there is none."""
    try:
        return Paginator(rows, PAGE_SIZE).page(_page_number(request.GET))
    except InvalidPage:
        raise Http404 from None


def find_page_query(query: QueryDict, at: datetime.datetime, **_parts: Any) -> str:
    """The canonical query of a list by number: the first page has none, what is no number is page 0."""
    number = _page_number(query)
    return "" if number == 1 else f"page={number}"


def _page_number(query: QueryDict) -> int:
    """No list has a page 0."""
    number = query.get("page", "1")
    return int(number) if re.fullmatch("[0-9]{1,6}", number) else 0


@dataclass(frozen=True)
class KeysetPage:
    """One page of a long list. `after` is the key of the next page, or empty."""

    rows: list[Model]
    after: str
    is_first: bool

    @classmethod
    def of_rows(
        cls, found: Sequence[Model], moment: str, size: int, *, is_first: bool = True
    ) -> "KeysetPage":
        """Of the rows of the page, and one more where there is a next page."""
        shown, has_next = [*found[:size]], len(found) > size
        return cls(shown, str(RowKey.of_row(shown[-1], moment)) if has_next else "", is_first)


@dataclass(frozen=True)
class RowKey:
    """The place of a row in a list ordered by the field `moment` and the pk."""

    moment: datetime.datetime
    pk: int

    @classmethod
    def of_query(cls, query: QueryDict) -> "RowKey | None":
        key = re.fullmatch(r"(\d{1,17})-(\d{1,18})", query.get("after", ""), re.ASCII)
        return cls(EPOCH + int(key[1]) * MICROSECOND, int(key[2])) if key else None

    @classmethod
    def of_row(cls, row: Model, moment: str) -> "RowKey":
        return cls(getattr(row, moment), row.pk)

    def __str__(self) -> str:
        return f"{(self.moment - EPOCH) // MICROSECOND}-{self.pk}"


def get_keyset_page(
    request: HttpRequest, rows: QuerySet, moment: str, size: int, *, latest_first: bool = False
) -> KeysetPage:
    """The page after the row whose key is in `?after=`, of a list ordered by the field `moment` and the pk.

    Without count and offset, the last page costs as much as the first. What is the key of no row of the
    list is ignored.
    """
    key = RowKey.of_query(request.GET)
    # The row of the key, the rows of the page, and one more.
    found = [*_rows_from(key, rows, moment, "lt" if latest_first else "gt")[: size + 2]] if key else []
    is_first = not found or RowKey.of_row(found[0], moment) != key
    found = [*rows[: size + 1]] if is_first else found[1:]
    return KeysetPage.of_rows(found, moment, size, is_first=is_first)


def _rows_from(key: RowKey, rows: QuerySet, moment: str, lookup: str) -> QuerySet:
    """The row with this key, or where it would be, and all that follow."""
    return rows.filter(
        # Redundant, but an index needs it to find the first row.
        Q(**{f"{moment}__{lookup}e": key.moment}),
        Q(**{f"{moment}__{lookup}": key.moment}) | Q(**{f"pk__{lookup}e": key.pk}),
    )


def find_keyset_query(query: QueryDict, rows: Callable[[], QuerySet], moment: str) -> str:
    """The canonical query of a list by key: `after` counts where it is the key of a row of the list."""
    key = RowKey.of_query(query)
    return f"after={key}" if key and rows().filter(**{moment: key.moment}, pk=key.pk).exists() else ""
