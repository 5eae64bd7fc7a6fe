"""Pagination: by number for short lists, by key (keyset pagination) for lists that grow."""

import datetime
import re
from dataclasses import dataclass

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest

PAGE_SIZE = 50
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)


def get_page(request: HttpRequest, rows: QuerySet) -> Page:
    """The page in `?page=`. Raises Http404 if there is none."""
    number = request.GET.get("page", "1")
    if not re.fullmatch("[0-9]{1,6}", number):
        raise Http404
    try:
        return Paginator(rows, PAGE_SIZE).page(number)
    except InvalidPage:
        raise Http404 from None


@dataclass(frozen=True)
class KeysetPage:
    """One page of a long list. `after` is the key of the next page, or empty."""

    rows: list[Model]
    after: str
    is_first: bool


def get_keyset_page(
    request: HttpRequest, rows: QuerySet, moment: str, *, latest_first: bool = False
) -> KeysetPage:
    """The page after the key in `?after=`, of a list ordered by the field `moment` and the pk.

    Without count and offset, the last page costs as much as the first. An invalid key is ignored.
    """
    key = re.fullmatch(r"(\d{1,17})-(\d{1,18})", request.GET.get("after", ""), re.ASCII)
    if key:
        last, pk = EPOCH + int(key[1]) * MICROSECOND, int(key[2])
        lookup = "lt" if latest_first else "gt"
        rows = rows.filter(
            # Redundant, but an index needs it to find the first row.
            Q(**{f"{moment}__{lookup}e": last}),
            Q(**{f"{moment}__{lookup}": last}) | Q(**{f"pk__{lookup}": pk}),
        )
    found = list(rows[: PAGE_SIZE + 1])
    after = ""
    if len(found) > PAGE_SIZE:
        found.pop()
        after = f"{(getattr(found[-1], moment) - EPOCH) // MICROSECOND}-{found[-1].pk}"
    return KeysetPage(found, after, is_first=not key)
