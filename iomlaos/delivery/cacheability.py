"""What of its address a public page depends on: the canonical query, which each view declares."""

import datetime
import enum
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from django.http import QueryDict
from django.urls import Resolver404

from iomlaos.delivery.addresses import normalize_path
from iomlaos.delivery.language import resolve_page

View = TypeVar("View", bound=Callable)
#: From a query, the moment, and the parts of the path, to the query in the one form that its page has.
FindCanonicalQuery = Callable[..., str]

#: What answers for itself: staff, single readers, files, and the state of the process.
UNCACHED_PREFIXES = ("/admin/", "/review/", "/static/", "/pictures/", "/healthz", "/readyz")
UNCACHED_FOLDER = "/files/"


class QueryUse(enum.Enum):
    """What a view does with the query."""

    #: It reads none.
    NONE = enum.auto()
    #: It reads what its canonical query says.
    CANONICAL = enum.auto()
    #: It reads the query as it stands. The page is kept only without one.
    PLAIN_ONLY = enum.auto()
    #: The page is never kept.
    ANY = enum.auto()


def canonical_query(find: FindCanonicalQuery) -> Callable[[View], View]:
    """Decorator: declare what a view reads of the query.

    `find(query, at, **parts_of_the_path)` returns it in one form for one page: without names and values that
    the view ignores, and in one order. Behind the page cache the view is given this query and no other. A
    view without this decorator, or `any_query`, is given an empty one.
    """

    def decorate(view: View) -> View:
        view.find_canonical_query = find  # type: ignore[attr-defined]
        return view

    return decorate


def any_query(view: View) -> View:
    """Decorator: the view reads the query as it stands. Its page is kept without a query alone."""
    view.reads_any_query = True  # type: ignore[attr-defined]
    return view


@lru_cache(maxsize=2000)
def query_use(path: str) -> QueryUse:
    """What the view at a path does with the query; ANY also for what the page cache leaves to Django."""
    if path.startswith(UNCACHED_PREFIXES) or UNCACHED_FOLDER in path:
        return QueryUse.ANY
    try:
        view: Any = resolve_page(path).func
    except Resolver404:
        return QueryUse.ANY
    # A redirect from a mistyped address keeps the query.
    if getattr(view, "reads_any_query", False) or path != normalize_path(path):
        return QueryUse.PLAIN_ONLY
    return QueryUse.CANONICAL if hasattr(view, "find_canonical_query") else QueryUse.NONE


def find_canonical_query(path: str, query: str, at: datetime.datetime) -> str | None:
    """The canonical query of an address; None where its page reads the query as it stands: it is not kept."""
    use = query_use(path)
    if use is QueryUse.CANONICAL and query:
        match = resolve_page(path)
        view: Any = match.func
        return view.find_canonical_query(QueryDict(query), at, *match.args, **match.kwargs)
    is_kept = use in (QueryUse.NONE, QueryUse.CANONICAL) or (use is QueryUse.PLAIN_ONLY and not query)
    return "" if is_kept else None
