"""From an address to its object at a moment: the one door for every page and file."""

import datetime
from typing import TypeVar

from django.db import models
from django.http import Http404

from .models import FormerAddress, Publishable, PublishableQuerySet

P = TypeVar("P", bound=Publishable)


class Moved(Exception):
    """The object has another address now: answer 301."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


class Gone(Exception):
    """The object was withdrawn, or its time is over: answer 410, with the reason that staff gave."""

    def __init__(self, gone: Publishable) -> None:
        withdrawn = gone.state == gone.State.WITHDRAWN
        self.record = gone
        self.reason = gone.withdrawal_reason if withdrawn else ""
        super().__init__(gone)


def find(
    model: type[P],
    slug: str,
    at: datetime.datetime,
    queryset: models.QuerySet | None = None,
    *,
    beside: str = "",
) -> P:
    """The live object at an address.

    `queryset` adds what the page loads along (select_related, prefetches); it is narrowed to
    `live(at)` here. Raises Moved where the slug was changed, Gone where the object was withdrawn
    or is past `publish_until`, Http404 for a draft and for what was never there. `beside` names
    what is asked for under the page's address, such as its feed: it moves along.
    """
    rows: PublishableQuerySet = model.objects.all() if queryset is None else queryset
    if found := rows.live(at).filter(slug=slug).first():
        return found
    hidden = model.objects.filter(slug=slug).first()
    if hidden is not None and hidden.was_taken_down(at):
        raise Gone(hidden)
    former = FormerAddress.objects.filter(model=model._meta.label_lower, slug=slug).first()
    if former is not None:
        now_at = model.objects.filter(pk=former.object_id).first()
        if now_at is not None and now_at.is_live(at):
            raise Moved(now_at.get_absolute_url() + beside)
        if now_at is not None and now_at.was_taken_down(at):
            raise Gone(now_at)
    raise Http404
