"""Pagination: by number for short lists, by key for lists that grow."""

import datetime
import re
from dataclasses import dataclass

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest

PAGE_SIZE = 50
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)


def get_page(request: HttpRequest, rows: QuerySet, rows_a_page: int = PAGE_SIZE) -> Page:
    """The page of a list that the address asks for. Raises Http404 for one that does not exist."""
    asked = request.GET.get("page", "1")
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= 6):
        raise Http404
    try:
        return Paginator(rows, rows_a_page).page(int(asked))
    except InvalidPage:
        raise Http404 from None


@dataclass(frozen=True)
class KeysetPage:
    """Some rows of a long list. `after` is the key from which the next stretch goes on, or nothing."""

    rows: list[Model]
    after: str
    is_first: bool


def get_keyset_page(
    request: HttpRequest, rows: QuerySet, moment: str, *, latest_first: bool = False, size: int = PAGE_SIZE
) -> KeysetPage:
    """The rows that follow the key in `?after=`, of a list that is sorted by a moment and the pk.

    Nothing is counted and nothing skipped: the last stretch costs what the first one does. A key
    that cannot be read is ignored.
    """
    asked = re.fullmatch(r"(\d{1,17})-(\d{1,18})", request.GET.get("after", ""), re.ASCII)
    if asked:
        reached, pk = EPOCH + int(asked[1]) * MICROSECOND, int(asked[2])
        beyond = "lt" if latest_first else "gt"
        rows = rows.filter(
            # The first condition alone is what an index can begin at.
            Q(**{f"{moment}__{beyond}e": reached}),
            Q(**{f"{moment}__{beyond}": reached}) | Q(**{f"pk__{beyond}": pk}),
        )
    found = list(rows[: size + 1])
    after = ""
    if len(found) > size:
        found.pop()
        after = f"{(getattr(found[-1], moment) - EPOCH) // MICROSECOND}-{found[-1].pk}"
    return KeysetPage(found, after, not asked)
