"""Find the records that refer to a record.

What refers to what is read from the relations of the models: there is no registry to fill. What no
relation tells, a model says itself (`stands_on`).
"""

import copy
import datetime
import json
import operator
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, reduce
from itertools import chain
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from iomlaos.media.richtext import RichTextField
from iomlaos.publishing.models import Publishable, Revision, SlugRedirect
from iomlaos.publishing.serialization import child_relations, content_fields, owner_fields, owner_of

#: Of things that stand on no page of their own: a department is part of a ministry, and so on.
DEEPEST = 3
#: Conditions of one query. A database refuses an endless one.
MOST_CONDITIONS = 900


@dataclass(frozen=True)
class Reference:
    """One place where a thing is used."""

    #: What uses it; None where that is the site itself.
    by: models.Model | None
    #: How, in words.
    how: str
    #: Whether visitors see it there now.
    is_live: bool = False
    #: Whether it cannot be deleted while this is so.
    holds: bool = False

    @property
    def kind(self) -> str:
        return capfirst(self.by._meta.verbose_name) if self.by else ""


def references_to(record: models.Model, at: datetime.datetime) -> list[Reference]:
    return references_to_many([record], at)[record.pk]


def references_to_many(
    records: Collection[models.Model], at: datetime.datetime, depth: int = DEEPEST
) -> dict[Any, list[Reference]]:
    """Where records of one model are used, by key, what holds them first.

    Costs a few queries a relation, and none a record.
    """
    found: dict[Any, list[Reference]] = {record.pk: [] for record in records}
    if not records:
        return found
    model = type(next(iter(records)))
    for key, use in chain(
        _template_references(records, at),
        _related(model, list(found), at, depth),
        _drafts(model, list(found)),
        _link_references(records, at),
    ):
        if use not in found[key] and use.by not in records:
            found[key].append(use)
    return {
        key: sorted(uses, key=lambda use: (not use.holds, not use.is_live)) for key, uses in found.items()
    }


def were_public(records: Collection[models.Model], at: datetime.datetime) -> set[Any]:
    """Those that visitors can see, or could at any time: their addresses may be known."""
    if not records or not isinstance(next(iter(records)), Publishable):
        return set()
    public = {record.pk for record in records if _is_known(record, at)}
    model = type(next(iter(records)))
    others = {str(record.pk): record.pk for record in records if record.pk not in public}
    states = Revision.objects.filter(
        model=model._meta.label_lower,
        object_key__in=others,
        kind=Revision.Kind.STATE,
        data__fields__state__in=[Publishable.State.PUBLISHED, Publishable.State.WITHDRAWN],
    )
    for key, data in states.values_list("object_key", "data"):
        starts = data["fields"].get("publish_from")
        if not starts or datetime.datetime.fromisoformat(starts) <= at:
            public.add(others[key])
    return public


def _is_known(record: Publishable, at: datetime.datetime) -> bool:
    """What its row alone tells of it."""
    since = getattr(record, "first_published_at", None)
    return record.is_live(at) or record.was_withdrawn(at) or (since is not None and since <= at)


# --- What uses it ------------------------------------------------------------------------------


def _template_references(
    records: Collection[models.Model], at: datetime.datetime
) -> Iterator[tuple[Any, Reference]]:
    """On the page of what owns it, and where the model says."""
    for record in records:
        for place in getattr(record, "stands_on", ()):
            yield record.pk, Reference(None, str(place), is_live=True, holds=True)
    for field in owner_fields().get(type(next(iter(records))), ()):
        owners = _by_key(field.related_model, {getattr(record, field.attname) for record in records})
        for record in records:
            if owner := owners.get(getattr(record, field.attname)):
                live = _is_public(owner, at)
                yield record.pk, Reference(owner, _("It stands on its page."), is_live=live, holds=live)


def _fk_references(
    model: type[models.Model], keys: list[Any]
) -> Iterator[tuple[models.ForeignObjectRel, dict[Any, Any]]]:
    """Fields elsewhere that name a record, or a row that it owns: with what each key stands for."""
    for relation in _relations_to(model):
        yield relation, {key: key for key in keys}
    for owned in child_relations(model):
        if relations := list(_relations_to(owned.related_model)):
            rows = owned.related_model._base_manager.filter(**{f"{owned.field.name}__in": keys})
            owner_of = dict(rows.order_by().values_list("pk", owned.field.attname))
            yield from ((relation, owner_of) for relation in relations if owner_of)


def _relations_to(model: type[models.Model]) -> Iterator[models.ForeignObjectRel]:
    """What falls with a record does not use it."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ForeignObjectRel) and (
            isinstance(relation, models.ManyToManyRel) or relation.on_delete is not models.CASCADE
        ):
            yield relation


def _related(
    model: type[models.Model], keys: list[Any], at: datetime.datetime, depth: int
) -> Iterator[tuple[Any, Reference]]:
    """What names it in a field."""
    for relation, record_of in _fk_references(model, keys):
        field = relation.field
        named = {f"{field.name}__in": list(record_of)}
        rows = _with_owner(relation.related_model).filter(**named).annotate(named_key=models.F(field.name))
        live = _live_of(rows, at, depth)
        protects = getattr(relation, "on_delete", None) in (models.PROTECT, models.RESTRICT)
        how = _("It names it under “%(field)s”.") % {"field": capfirst(field.verbose_name)}
        for row in rows:
            shown = row.pk in live
            yield (
                record_of[row.named_key],
                Reference(owner_of(row), how, is_live=shown, holds=shown or protects),
            )


def _live_of(rows: models.QuerySet, at: datetime.datetime, depth: int) -> set[Any]:
    """Those that visitors see now: by themselves, with what owns them, or where they are used."""
    if issubclass(rows.model, Publishable) or rows.model in owner_fields():
        return {row.pk for row in rows if _is_public(owner_of(row), at)}
    if not depth:
        return set()
    uses = references_to_many(list({row.pk: row for row in rows}.values()), at, depth - 1)
    return {key for key, found in uses.items() if any(use.is_live for use in found)}


def _drafts(model: type[models.Model], keys: list[Any]) -> Iterator[tuple[Any, Reference]]:
    """What is to name it once a draft of a live page is published: no field in the database does yet."""
    naming = list(_fk_references(model, keys))
    labels = {relation.related_model._meta.label_lower for relation, _record_of in naming}
    for draft, by in _waiting(labels) if labels else ():
        for relation, record_of in naming:
            if relation.related_model is not type(by):
                continue
            name, wanted = relation.field.name, {str(key): record for key, record in record_of.items()}
            how = _("A draft of it names it under “%(field)s”.") % {
                "field": capfirst(relation.field.verbose_name)
            }
            for key in draft.data["many"].get(name) or [draft.data["fields"].get(name)]:
                if str(key) in wanted:
                    yield wanted[str(key)], Reference(by, how)


def _waiting(labels: Collection[str]) -> list[tuple[Revision, models.Model]]:
    """The drafts that wait of these models, with the records that they are of."""
    drafts = list(Revision.objects.waiting().filter(model__in=labels).order_by())
    records = {
        (label, str(key)): record
        for label in {draft.model for draft in drafts}
        for key, record in _by_key(
            apps.get_model(label), {draft.object_key for draft in drafts if draft.model == label}
        ).items()
    }
    return [
        (draft, records[draft.model, draft.object_key])
        for draft in drafts
        if (draft.model, draft.object_key) in records
    ]


def _link_references(
    records: Collection[models.Model], at: datetime.datetime
) -> Iterator[tuple[Any, Reference]]:
    """Texts and drafts that link to its address, or to one that it had."""
    addresses = dict(_addresses(records))
    if not addresses:
        return
    for model, columns in _columns_with_links().items():
        for paths in _in_parts(list(addresses), max(MOST_CONDITIONS // len(columns), 1)):
            links = (models.Q(**{f"{column}__contains": path}) for column in columns for path in paths)
            for row in _with_owner(model).filter(reduce(operator.or_, links)):
                text = " ".join(str(getattr(row, column) or "") for column in columns)
                owner = owner_of(row)
                use = Reference(owner, _("A text of it links to its page."), is_live=_is_public(owner, at))
                yield from ((addresses[path], use) for path in paths if path in text)
    for draft, by in _waiting({model._meta.label_lower for model in apps.get_models()}):
        text = json.dumps(draft.data, ensure_ascii=False)
        for path in addresses:
            if path in text:
                yield addresses[path], Reference(by, _("A draft of it links to its page."))


@cache
def _columns_with_links() -> dict[type[models.Model], list[str]]:
    found = {
        model: [
            field.name
            for field in content_fields(model)
            if isinstance(field, RichTextField | models.URLField)
        ]
        for model in apps.get_models()
    }
    return {model: columns for model, columns in found.items() if columns}


def _addresses(records: Collection[models.Model]) -> Iterator[tuple[str, Any]]:
    model = type(next(iter(records)))
    if not hasattr(model, "get_absolute_url") or not hasattr(model, "slug"):
        return
    by_key = {record.pk: record for record in records}
    for record in records:
        yield record.get_absolute_url(), record.pk
    former = SlugRedirect.objects.filter(model=model._meta.label_lower, object_id__in=list(by_key))
    for was in former if issubclass(model, Publishable) else ():
        then = copy.copy(by_key[was.object_id])
        then.slug = was.slug
        yield then.get_absolute_url(), was.object_id


# --- Who owns what -----------------------------------------------------------------------------


def _with_owner(model: type[models.Model]) -> models.QuerySet:
    names = [field.name for field in owner_fields().get(model, ())]
    return model._base_manager.select_related(*names) if names else model._base_manager.all()


def _is_public(row: models.Model, at: datetime.datetime) -> bool:
    return row.is_live(at) if isinstance(row, Publishable) else bool(getattr(row, "stands_on", ()))


def _by_key(model: type[models.Model], keys: Collection[Any]) -> dict[Any, models.Model]:
    return {row.pk: row for row in model._base_manager.filter(pk__in=keys - {None})}


def _in_parts(items: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
