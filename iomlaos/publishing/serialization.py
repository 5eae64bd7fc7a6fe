"""Records and their children as plain data (snapshots): read from rows, built in memory, written to rows."""

import copy
import datetime
import json
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any, cast

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.expressions import OrderBy
from django.utils import timezone

from iomlaos.publishing import merge
from iomlaos.publishing.merge import Path, Snapshot
from iomlaos.publishing.options import options_of


def content_fields(model: type[models.Model]) -> list[models.Field]:
    """The columns with content: no key, no bookkeeping, each translated text by language."""
    fields = model._meta.concrete_fields
    # modeltranslation keeps a column without a language beside those with one.
    translated = {field.translated_field.name for field in fields if hasattr(field, "translated_field")}
    left_out = {*options_of(model).not_content, *translated}
    return [
        field
        for field in fields
        if not field.primary_key
        and not getattr(field, "auto_now", False)
        and not getattr(field, "auto_now_add", False)
        and field.name not in left_out
    ]


def child_relations(model: type[models.Model]) -> list[models.ManyToOneRel]:
    """The relations to the child rows of a record (`record_options.children`)."""
    return [cast(models.ManyToOneRel, model._meta.get_field(name)) for name in options_of(model).children]


@cache
def owner_fields() -> dict[type[models.Model], list[models.ForeignKey]]:
    """By model, the fields that lead from a child row to its owner."""
    fields: dict[type[models.Model], list[models.ForeignKey]] = {}
    for model in apps.get_models():
        for relation in child_relations(model):
            fields.setdefault(relation.related_model, []).append(relation.field)
    return fields


def owner_of(row: models.Model) -> models.Model:
    """The record that owns a row: itself, where nothing does."""
    return next(iter(owners_of(row)), row)


def owners_of(row: models.Model) -> list[models.Model]:
    """The records whose child a row is."""
    owners = (getattr(row, field.name) for field in owner_fields().get(type(row), ()))
    return list(filter(None, owners))


def locked(model: type[models.Model], key: Any, *, nowait: bool = False) -> models.Model | None:
    """The row of a record, locked until the transaction ends; None where there is none.

    Whoever writes a record, its revisions or its rows locks it first: nobody then overwrites what they have
    not seen, and no two wait for each other. On SQLite the transaction itself is the lock. `nowait` raises
    OperationalError where somebody else holds the lock.
    """
    # Rows that refer to the record may still be added meanwhile (`no_key`).
    rows = model._base_manager.order_by().select_for_update(nowait=nowait, no_key=True)
    return rows.filter(pk=key).first()


# --- Reading --------------------------------------------------------------------------------------


def serialize(record: models.Model) -> Snapshot:
    """The snapshot of a record as the database holds it."""
    return snapshot_of(type(record)._base_manager.get(pk=record.pk))


def snapshot_of(record: models.Model) -> Snapshot:
    """The snapshot of a record in memory, with the related rows that it holds; others are read."""
    record = _with_own_cache(record)
    owned = {
        relation.name: {str(row.pk): values_of(row, relation.field) for row in children_of(record, relation)}
        for relation in child_relations(type(record))
    }
    many = {
        field.name: sorted(str(row.pk) for row in getattr(record, field.name).all())
        for field in record._meta.many_to_many
    }
    return {"fields": values_of(record), "many": many, "owned": owned}


def _with_own_cache(record: models.Model) -> models.Model:
    """A copy of a record, with its related rows loaded: the cache of the record itself would become old."""
    loaded = copy.copy(record)
    loaded._prefetched_objects_cache = {**getattr(record, "_prefetched_objects_cache", {})}  # type: ignore[attr-defined]
    load_related(loaded)
    return loaded


def load_related(record: models.Model) -> None:
    """Load the child rows and the many-to-many rows of a record into its prefetch cache, once."""
    names = [relation.get_accessor_name() for relation in child_relations(type(record))]
    names += [field.name for field in record._meta.many_to_many]
    models.prefetch_related_objects([record], *filter(None, names))


def children_of(record: models.Model, relation: models.ManyToOneRel) -> models.QuerySet:
    return getattr(record, relation.get_accessor_name()).all()


def values_of(row: models.Model, owner: models.Field | None = None) -> dict[str, Any]:
    """The content of one row as JSON can hold it, without the key of its owner."""
    # Compared by name: a translated field is not comparable with None.
    owner_name = owner.name if owner else ""
    return {
        field.name: _to_json(row, field) for field in content_fields(type(row)) if field.name != owner_name
    }


def _to_json(row: models.Model, field: models.Field) -> Any:
    value = field.value_from_object(row)
    match value:
        case None | "":
            return None
        case str() | bool() | int() | float():
            return value
        case datetime.datetime():
            return value.astimezone(datetime.UTC).isoformat()
        case Decimal() if isinstance(field, models.DecimalField):
            return str(value.quantize(Decimal(1).scaleb(-field.decimal_places)))
    if isinstance(field, models.JSONField):
        return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
    if isinstance(field, models.FileField):
        return str(value) or None
    return field.value_to_string(row) if not isinstance(field, models.ForeignKey) else str(value)


# --- Building -------------------------------------------------------------------------------------


def build(record: models.Model, snapshot: Snapshot) -> models.Model:
    """A copy of a record that holds what a snapshot says, with its related rows, in memory alone.

    Columns that the snapshot does not have stay. The related rows lie in the prefetch cache, where
    templates, forms and `prefetch_related_objects` find them. `record` need not exist: it may be an
    instance with a key and nothing else.
    """
    record = _with_own_cache(record)
    built = copy.copy(record)
    built._state.fields_cache = {}
    _assign_record(built, snapshot)
    cached = {}
    for relation in child_relations(type(built)):
        stored = {str(row.pk): row for row in children_of(record, relation)}
        values = snapshot["owned"].get(relation.name, {})
        rows = [_build_child(built, relation, stored.get(key), key, values[key]) for key in values]
        cached[relation.get_accessor_name()] = as_queryset(built, relation, rows)
    for field in built._meta.many_to_many:
        keys = snapshot["many"].get(field.name, [])
        related = field.related_model._default_manager.filter(pk__in=keys)
        present = getattr(record, field.name).all()
        cached[field.name] = present if {str(row.pk) for row in present} == set(keys) else related
    built._prefetched_objects_cache = {**record._prefetched_objects_cache, **cached}  # type: ignore[attr-defined]
    return built


def _build_child(
    owner: models.Model, relation: models.ManyToOneRel, stored: models.Model | None, key: str, values: dict
) -> models.Model:
    model = relation.related_model
    row = copy.copy(stored) if stored else model(pk=model._meta.pk.to_python(key))
    setattr(row, relation.field.name, owner)
    assign(row, values)
    return row


def as_queryset(
    owner: models.Model, relation: models.ManyToOneRel, rows: Iterable[models.Model]
) -> models.QuerySet:
    """Rows in memory as the result of a query that has been made, in the order of their model."""
    queryset = relation.related_model._base_manager.filter(**{relation.field.name: owner.pk})
    queryset._result_cache = sort_rows(relation.related_model, rows)
    queryset._prefetch_done = True  # type: ignore[attr-defined]
    return queryset


def sort_rows(model: type[models.Model], rows: Iterable[models.Model]) -> list[models.Model]:
    """Rows in memory in the order that `Meta.ordering` gives to a query."""
    ordered = list(rows)
    ordering: list[Any] = [*(model._meta.ordering or ())]
    for item in reversed(ordering):
        if isinstance(item, OrderBy):
            expression: Any = item.expression
            name, descending, nulls_last = expression.name, item.descending, bool(item.nulls_last)
        else:
            name, descending = item.removeprefix("-"), item.startswith("-")
            nulls_last = descending
        field = cast(models.Field, model._meta.get_field(name))
        values = {id(row): field.get_prep_value(field.value_from_object(row)) for row in ordered}
        present = [row for row in ordered if values[id(row)] is not None]
        present.sort(key=lambda row: values[id(row)], reverse=descending)
        absent = [row for row in ordered if values[id(row)] is None]
        ordered = [*present, *absent] if nulls_last else [*absent, *present]
    return ordered


def assign(row: models.Model, values: dict[str, Any]) -> None:
    """Give a row in memory the values of a snapshot. A reference to what no longer exists becomes empty."""
    for field in content_fields(type(row)):
        if field.name in values and values[field.name] != _to_json(row, field):
            setattr(row, field.attname, _from_json(field, values[field.name]))


def _assign_record(record: models.Model, snapshot: Snapshot) -> None:
    assign(record, snapshot["fields"])
    for name in options_of(type(record)).carried:
        setattr(record, name, snapshot.get("carried", {}).get(name, ""))


def _from_json(field: models.Field, value: Any) -> Any:
    if value is None:
        return None if field.null else field.get_default() if not field.empty_strings_allowed else ""
    if isinstance(field, models.ForeignKey):
        exists = field.related_model._base_manager.filter(pk=value).exists()
        return field.target_field.to_python(value) if exists or not field.null else None
    return field.to_python(value)


def missing_references(
    model: type[models.Model], snapshot: Snapshot, *, present: Snapshot = merge.EMPTY
) -> list[Path]:
    """The fields of a snapshot that refer to deleted rows. What the rows refer to now, `present`, exists."""
    found = []
    for difference in merge.differences(present, snapshot):
        path, value, field = difference.path, difference.after, merge.field_at(model, difference.path)
        if field is None or not field.is_relation or value in (merge.MISSING, None):
            continue
        keys = value if isinstance(value, list) else [value]
        if field.related_model._base_manager.filter(pk__in=keys).count() < len(keys):
            found.append(path)
    return found


# --- Writing --------------------------------------------------------------------------------------


def write(record: models.Model, snapshot: Snapshot) -> None:
    """Write a snapshot into the rows of a record, and no row that does not differ.

    `record` is the locked row, or a new instance. Columns that the snapshot does not have stay, and so do
    child rows that belong to another record now. Raises IntegrityError for what the database refuses.
    """
    before = None if record._state.adding else snapshot_of(record)
    if before and all(before[part] == snapshot[part] for part in before):
        return
    _assign_record(record, snapshot)
    record.save()
    for name, keys in snapshot["many"].items():
        manager = getattr(record, name)
        if {str(row.pk) for row in manager.all()} != set(keys):
            manager.set(manager.model._base_manager.filter(pk__in=keys))
    for relation in child_relations(type(record)):
        _write_children(record, relation, snapshot["owned"].get(relation.name, {}))
    record._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    if before and hasattr(record, "record_child_changes"):
        record.record_child_changes(before, getattr(record, "saved_at", None) or timezone.now())


def _write_children(record: models.Model, relation: models.ManyToOneRel, wanted: dict[str, Any]) -> None:
    model = relation.related_model
    present = {str(row.pk): row for row in children_of(record, relation)}
    for key in present.keys() - wanted.keys():
        present[key].delete()
    changed = {
        key: values
        for key, values in wanted.items()
        if key not in present or not _has_values(present[key], values)
    }
    added = changed.keys() - present.keys()
    elsewhere = model._base_manager.filter(pk__in=added).values_list("pk", flat=True) if added else ()
    for key in map(str, elsewhere):
        del changed[key]
    _delete_for_replace([present[key] for key in changed if key in present])
    for key in sorted(changed, key=lambda key: key not in present):
        _build_child(record, relation, present.get(key), key, changed[key]).save()


def _has_values(row: models.Model, values: dict[str, Any]) -> bool:
    """Whether a row holds these values. A snapshot may name columns that were removed since."""
    present = values_of(row)
    return all(present[name] == value for name, value in values.items() if name in present)


def _delete_for_replace(rows: list[models.Model]) -> None:
    """Delete rows without signals. They are inserted again at once, so that unique values can be swapped."""
    if rows and any(isinstance(rule, models.UniqueConstraint) for rule in rows[0]._meta.constraints):
        queryset = type(rows[0])._base_manager.filter(pk__in=[row.pk for row in rows])
        queryset._raw_delete(queryset.db)
