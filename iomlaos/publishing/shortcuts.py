"""From an address to its object at a moment: used by every page and file."""

import datetime
import functools
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iomlaos.delivery.exceptions import GoneError, PermanentlyMoved
from iomlaos.publishing.models import Publishable, PublishableQuerySet, SlugRedirect

P = TypeVar("P", bound=Publishable)


def get_published_or_raise(
    model: type[P],
    slug: str,
    at: datetime.datetime,
    queryset: models.QuerySet | None = None,
    *,
    beside: str = "",
) -> P:
    """Return the live object with this slug.

    `queryset` adds what the page needs (select_related, prefetches); it is narrowed to `live(at)` here.
    Raises PermanentlyMoved where the slug was changed, GoneError where the object was withdrawn or is past
    `publish_until`, Http404 for a draft and for what was never there. `beside` is the rest of an address
    below the page, such as its feed: the redirect keeps it.
    """
    if queryset is None:
        found = _find_live(model, slug, at)
    else:
        rows: PublishableQuerySet = queryset
        found = rows.live(at).filter(slug=slug).first()
    return found or raise_hidden(model, slug, at, beside=beside)


def _find_live(model: type[P], slug: str, at: datetime.datetime) -> P | None:
    """As `live(at)` finds it.

    Django takes a millisecond to name the eighty columns of a notice, the database a tenth of one to answer.
    """
    rows = model.objects.raw(f"SELECT * FROM {model._meta.db_table} WHERE slug = %s", [slug])
    found = next(iter(rows), None)
    return found if found and found.is_live(at) else None


def raise_hidden(model: type[Publishable], slug: str, at: datetime.datetime, *, beside: str = "") -> NoReturn:
    """Say where an object is that is not live at its address, or what became of it."""
    hidden = model.objects.filter(slug=slug).first()
    if hidden is not None and hidden.was_withdrawn(at):
        raise _gone(hidden)
    former = SlugRedirect.objects.filter(model=model._meta.label_lower, slug=slug).first()
    if former is not None:
        now_at = model.objects.filter(pk=former.object_id).first()
        if now_at is not None and now_at.is_live(at):
            raise PermanentlyMoved(now_at.get_absolute_url() + beside)
        if now_at is not None and now_at.was_withdrawn(at):
            raise _gone(now_at)
    raise Http404


#: Renders the page of one record.
RecordPage = Callable[[HttpRequest, Any], HttpResponse]


def record_view(
    model: type[Publishable],
    queryset: Callable[[datetime.datetime], models.QuerySet] | None = None,
    find_live: Callable[[datetime.datetime], Iterable[Publishable]] | None = None,
) -> Callable[[RecordPage], Callable[..., HttpResponse]]:
    """Decorator: make a view of a live record by its slug of a function that renders one record.

    `queryset` gives what the page loads at a moment. Where there are few records, `find_live` gives all that
    are live, read once for many pages. The view has a `preview`, see `previewed_by`.
    """

    def decorate(page: RecordPage) -> Callable[..., HttpResponse]:
        def find(slug: str, at: datetime.datetime) -> Publishable:
            if find_live is None:
                return get_published_or_raise(model, slug, at, queryset(at) if queryset else None)
            record = next((record for record in find_live(at) if record.slug == slug), None)
            return record or raise_hidden(model, slug, at)

        @require_safe
        @functools.wraps(page)
        def view(request: HttpRequest, slug: str) -> HttpResponse:
            return page(request, find(slug, request.at))

        return previewed_by(page, queryset)(view)

    return decorate


def previewed_by(
    page: RecordPage, queryset: Callable[[datetime.datetime], models.QuerySet] | None = None
) -> Callable[[Any], Any]:
    """Decorator: `view.preview(request, record)` renders the page of a record that lies in memory alone.

    The record brings its own related rows; the others are loaded as `queryset` says.
    """

    def preview(request: HttpRequest, record: Publishable) -> HttpResponse:
        if queryset:
            models.prefetch_related_objects([record], *queryset(request.at)._prefetch_related_lookups)
        return page(request, record)

    def decorate(view: Any) -> Any:
        view.preview = preview
        return view

    return decorate


def _gone(record: Publishable) -> GoneError:
    is_withdrawn = record.state == Publishable.State.WITHDRAWN
    reason = record.withdrawal_reason if is_withdrawn else ""
    return GoneError(record, is_withdrawn=is_withdrawn, reason=reason)
