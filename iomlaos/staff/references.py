"""Find the records that refer to a record, from the relations of the models.

What no relation shows, a model says itself (`template_usages`).
"""

import copy
import datetime
import json
import operator
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, groupby
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from iomlaos.media.cleanup import fields_of_type
from iomlaos.media.richtext import RichTextField
from iomlaos.publishing.models import Publishable, Revision, SlugRedirect, publishables
from iomlaos.publishing.serialization import child_relations, owner_fields, owner_of, owners_of


@dataclass(frozen=True)
class Reference:
    """One place where a record is used."""

    #: The record that uses it; None where that is the site itself.
    source: models.Model | None
    description: str
    #: Whether visitors see it there now.
    is_live: bool = False
    blocks_delete: bool = False

    @property
    def source_type(self) -> str:
        return capfirst(self.source._meta.verbose_name) if self.source else ""


#: The key of a record, and one of its references.
KeyedReferences = Iterator[tuple[Any, Reference]]
#: A foreign key or many-to-many field, and the key of the record behind each value that it may have.
FkField = tuple[models.ForeignObjectRel, dict[Any, Any]]


def references_to(
    records: Collection[models.Model], at: datetime.datetime, depth: int = 3
) -> dict[Any, list[Reference]]:
    """The references to records of one model, by key; those that block a delete come first.

    Costs a few queries a relation, and none a record. `depth` is the levels of records without a page of
    their own that are followed: a department is part of a ministry, and so on.
    """
    found: dict[Any, list[Reference]] = {record.pk: [] for record in records}
    if not records:
        return found
    urls = dict(_urls_of(records))
    fk_fields = list(_fk_fields_to(type(next(iter(records))), list(found)))
    for key, reference in chain(
        _page_references(records, at),
        _fk_references(fk_fields, at, depth),
        _link_references(urls, at),
        _draft_references(fk_fields, urls),
    ):
        if reference not in found[key] and reference.source not in records:
            found[key].append(reference)
    for references in found.values():
        references.sort(key=lambda reference: (not reference.blocks_delete, not reference.is_live))
    return found


def _page_references(records: Collection[models.Model], at: datetime.datetime) -> KeyedReferences:
    """The pages that show a record as the model says, and that of its owner."""
    for record in records:
        for page in getattr(record, "template_usages", ()):
            yield record.pk, Reference(None, str(page), is_live=True, blocks_delete=True)
    model = type(next(iter(records)))
    if model in owner_fields():
        for row in _with_owner(model).filter(pk__in=[record.pk for record in records]):
            for owner in owners_of(row):
                is_live = _is_live(owner, at)
                yield row.pk, Reference(owner, _("It stands on its page."), is_live, blocks_delete=is_live)


def _fk_fields_to(model: type[models.Model], keys: list[Any]) -> Iterator[FkField]:
    """The fields elsewhere that may refer to a record, or to a row that it owns."""
    for relation in _relations_to(model):
        yield relation, {key: key for key in keys}
    for children in child_relations(model):
        if relations := list(_relations_to(children.related_model)):
            rows = children.related_model._base_manager.filter(**{f"{children.field.name}__in": keys})
            owners = dict(rows.order_by().values_list("pk", children.field.attname))
            yield from ((relation, owners) for relation in relations if owners)


def _relations_to(model: type[models.Model]) -> list[models.ForeignObjectRel]:
    """All but cascading relations: their rows are deleted with the record."""
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ForeignObjectRel) and relation.on_delete is not models.CASCADE
    ]


def _fk_references(fk_fields: list[FkField], at: datetime.datetime, depth: int) -> KeyedReferences:
    for relation, records in fk_fields:
        field = relation.field
        rows = _with_owner(relation.related_model).filter(**{f"{field.name}__in": list(records)})
        rows = rows.annotate(value=models.F(field.name))
        live = _live_keys(rows, at, depth)
        protects = relation.on_delete in (models.PROTECT, models.RESTRICT)
        description = _("It names it under “%(field)s”.") % {"field": capfirst(field.verbose_name)}
        for row in rows:
            is_live = row.pk in live
            reference = Reference(owner_of(row), description, is_live, blocks_delete=is_live or protects)
            yield records[row.value], reference


def _live_keys(rows: models.QuerySet, at: datetime.datetime, depth: int) -> set[Any]:
    """The keys of rows that visitors see now: on their own page, their owner's, or where they are used."""
    if issubclass(rows.model, Publishable) or rows.model in owner_fields():
        return {row.pk for row in rows if _is_live(owner_of(row), at)}
    if not depth:
        return set()
    uses = references_to(list({row.pk: row for row in rows}.values()), at, depth - 1)
    return {key for key, references in uses.items() if any(reference.is_live for reference in references)}


def _link_references(urls: dict[str, Any], at: datetime.datetime) -> KeyedReferences:
    """Texts that link to the address of a record, or to one that it had."""
    for model, columns in _link_columns().items() if urls else ():
        for row in _with_owner(model):
            text = " ".join(str(getattr(row, column) or "") for column in columns)
            if keys := [key for url, key in urls.items() if url in text]:
                owner = owner_of(row)
                reference = Reference(owner, _("A text of it links to its page."), _is_live(owner, at))
                yield from ((key, reference) for key in keys)


@cache
def _link_columns() -> dict[type[models.Model], list[str]]:
    columns: dict[type[models.Model], list[str]] = {}
    for model, field in fields_of_type(RichTextField, models.URLField):
        columns.setdefault(model, []).append(field.name)
    return columns


def _urls_of(records: Collection[models.Model]) -> Iterator[tuple[str, Any]]:
    """The present and the former addresses of records, with their keys."""
    model = type(next(iter(records)))
    if not hasattr(model, "get_absolute_url") or not hasattr(model, "slug"):
        return
    by_key = {record.pk: record for record in records}
    for record in records:
        yield record.get_absolute_url(), record.pk
    for redirect in SlugRedirect.objects.filter(model=model._meta.label_lower, object_id__in=list(by_key)):
        former = copy.copy(by_key[redirect.object_id])
        former.slug = redirect.slug
        yield former.get_absolute_url(), redirect.object_id


def _draft_references(fk_fields: list[FkField], urls: dict[str, Any]) -> KeyedReferences:
    """What refers to a record once a draft is published: no column of the database does yet."""
    for draft, source in _waiting_drafts() if fk_fields or urls else ():
        for relation, records in fk_fields:
            if relation.related_model is type(source):
                field, by_text = relation.field, {str(value): key for value, key in records.items()}
                label = capfirst(field.verbose_name)
                reference = Reference(
                    source, _("A draft of it names it under “%(field)s”.") % {"field": label}
                )
                values = draft.data["many"].get(field.name) or [draft.data["fields"].get(field.name)]
                yield from ((by_text[str(value)], reference) for value in values if str(value) in by_text)
        text = json.dumps(draft.data, ensure_ascii=False)
        reference = Reference(source, _("A draft of it links to its page."))
        yield from ((key, reference) for url, key in urls.items() if url in text)


def _waiting_drafts() -> Iterable[tuple[Revision, models.Model]]:
    """All drafts and scheduled changes of existing records, with these."""
    labels = [model._meta.label_lower for model in publishables()]
    drafts = Revision.objects.waiting().filter(model__in=labels).order_by("model")
    for label, of_model in groupby(drafts, key=operator.attrgetter("model")):
        waiting = list(of_model)
        records = apps.get_model(label)._base_manager.in_bulk([draft.object_key for draft in waiting])
        by_key = {str(key): record for key, record in records.items()}
        yield from ((draft, by_key[draft.object_key]) for draft in waiting if draft.object_key in by_key)


def _with_owner(model: type[models.Model]) -> models.QuerySet:
    names = [field.name for field in owner_fields().get(model, ())]
    return model._base_manager.select_related(*names) if names else model._base_manager.all()


def _is_live(row: models.Model, at: datetime.datetime) -> bool:
    return row.is_live(at) if isinstance(row, Publishable) else bool(getattr(row, "template_usages", ()))
