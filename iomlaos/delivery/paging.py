"""Pages of a list by `?page=2`."""

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

ROWS_A_PAGE = 50


def page_of(request: HttpRequest, rows: QuerySet, rows_a_page: int = ROWS_A_PAGE) -> Page:
    """The page of a list that the address asks for. Raises Http404 for one that does not exist."""
    asked = request.GET.get("page", "1")
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= 6):
        raise Http404
    try:
        return Paginator(rows, rows_a_page).page(int(asked))
    except InvalidPage:
        raise Http404 from None
