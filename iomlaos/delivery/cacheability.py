"""What of its address a public page depends on: the canonical query, which each view declares."""

import datetime
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import QueryDict
from django.urls import Resolver404, resolve

from iomlaos.delivery.addresses import as_meant

View = TypeVar("View", bound=Callable)
#: From a query, the moment, and the parts of the path, to the query in the one form that its page has.
FindCanonicalQuery = Callable[..., str]


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


def find_canonical_query(path: str, query: str, at: datetime.datetime) -> str | None:
    """The canonical query of an address; None where its page reads the query as it stands: it is not kept."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    view: Any = match.func
    # A redirect from a mistyped address keeps the query.
    if getattr(view, "reads_any_query", False) or path != as_meant(path):
        return None if query else ""
    find = getattr(view, "find_canonical_query", None)
    return find(QueryDict(query), at, *match.args, **match.kwargs) if find and query else ""
