"""What many public pages say of the notices, read once for all of them. Nobody may change these rows."""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.db import models

from careers.models.application_form import ApplicationForm
from careers.models.notice import Notice, notice_models
from careers.models.vacancy import Vacancy
from iomlaos.delivery.pagination import PAGE_SIZE
from iomlaos.delivery.validity import cached_per_version
from iomlaos.translations.lao import sort_key

#: How many notices a page names that leads to the open ones.
NEXT_TO_CLOSE = 2


class OpenNotices(NamedTuple):
    """The open notices of one kind, without internal positions."""

    count: int
    #: The next to close, first: a page of the list, and one more.
    first: list[Notice]


@cached_per_version
def open_notices(at: datetime.datetime) -> dict[type[Notice], OpenNotices]:
    """By kind; for the first pages of the lists, and for pages that only mention open notices."""
    rows = {kind: kind.objects.open(at).external() for kind in notice_models()}
    return {
        kind: OpenNotices(notices.count(), [*notices.for_list()[: PAGE_SIZE + 1]])
        for kind, notices in rows.items()
    }


def next_to_close(at: datetime.datetime) -> list[Notice]:
    """The open notices, of whichever kind, that close first. Not internal positions."""
    first = [notice for notices in open_notices(at).values() for notice in notices.first]
    return sorted(first, key=lambda notice: notice.closes_at)[:NEXT_TO_CLOSE]


@cached_per_version
def last_closed(at: datetime.datetime) -> Notice | None:
    """The closed notice, of whichever kind, that closed last. Not an internal position."""
    last = (kind.objects.closed(at).external().for_list().first() for kind in notice_models())
    return max(filter(None, last), key=lambda notice: notice.closes_at, default=None)


@cached_per_version
def has_internal(at: datetime.datetime) -> bool:
    """Whether a position is open that is for IOM's own people."""
    return Vacancy.objects.open(at).internal().exists()


@cached_per_version
def live_forms(at: datetime.datetime) -> list[ApplicationForm]:
    forms = ApplicationForm.objects.live(at).prefetch_related("versions")
    return sorted(forms, key=lambda form: sort_key(form.title))


def set_live_forms(vacancies: Iterable[Vacancy], at: datetime.datetime) -> None:
    """Set the application form of each; it is None where that is not live."""
    forms = {form.pk: form for form in live_forms(at)}
    for vacancy in vacancies:
        vacancy._meta.get_field("form").set_cached_value(vacancy, forms.get(vacancy.form_id))


@cached_per_version
def notices_with_history(at: datetime.datetime) -> dict[type[Notice], set[int]]:
    """The keys of the notices, of each kind, that have rows which `events` reads. Most have none."""
    found = {}
    for kind in notice_models():
        keys = [kind._meta.get_field(name).field for name in kind.history_relations()]
        first, *others = (
            key.model.objects.order_by().filter(**{f"{key.name}__isnull": False}).values_list(key.attname)
            for key in keys
        )
        found[kind] = {pk for (pk,) in first.union(*others)}
    return found


def load_history(notices: list[Notice], at: datetime.datetime) -> None:
    """Load what `events` reads, as `with_history` does: for all kinds one query a table.

    There is none for notices that have nothing. What is loaded stays, also what a preview brings.
    """
    keys = notices_with_history(at)
    with_rows = [notice for notice in notices if notice.pk in keys[type(notice)]]
    for name in dict.fromkeys(name for notice in notices for name in notice.history_relations()):
        rows = _find_rows([notice for notice in with_rows if name in notice.history_relations()], name)
        for notice in notices:
            loaded = getattr(notice, "_prefetched_objects_cache", {})
            if name in notice.history_relations() and name not in loaded:
                relation = notice._meta.get_field(name)
                queryset = relation.related_model.objects.none()
                queryset._result_cache = [
                    row for row in rows if getattr(row, relation.field.attname) == notice.pk
                ]
                notice._prefetched_objects_cache = loaded | {name: queryset}


def _find_rows(notices: list[Notice], name: str) -> list[models.Model]:
    """The child rows of notices of several kinds, in the order of their model."""
    is_theirs = models.Q()
    for kind in {*map(type, notices)}:
        owners = [notice for notice in notices if type(notice) is kind]
        is_theirs |= models.Q(**{f"{kind._meta.get_field(name).field.name}__in": owners})
    return [*notices[0]._meta.get_field(name).related_model.objects.filter(is_theirs)] if notices else []
