"""Records and their children as plain data (snapshots): read, applied to rows, built without saving."""

import contextlib
import json
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any, cast

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction

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
    owners = (getattr(row, field.name) for field in owner_fields().get(type(row), ()))
    return next(filter(None, owners), row)


def locked(model: type[models.Model], key: Any, *, nowait: bool = False) -> models.Model | None:
    """The row of a record, locked until the transaction ends; None where there is none.

    Whoever writes a record, its revisions or its rows locks it first: nobody then overwrites what they have
    not seen, and no two wait for each other. On SQLite the transaction itself is the lock. `nowait` raises
    OperationalError where somebody else holds the lock.
    """
    # Rows that refer to the record may still be added meanwhile (`no_key`).
    rows = model._base_manager.order_by().select_for_update(nowait=nowait, no_key=True)
    return rows.filter(pk=key).first()


def is_stored(record: models.Model) -> bool:
    """Whether the row in the database holds the same content as the record in memory."""
    stored = type(record)._base_manager.filter(pk=record.pk).first()
    return stored is not None and _values(stored) == _values(record)


def serialize(record: models.Model) -> Snapshot:
    """The snapshot of a record as the database holds it."""
    model = type(record)
    stored = model._base_manager.get(pk=record.pk)
    owned = {
        relation.name: {str(row.pk): _values(row, relation.field) for row in _rows_of(stored, relation)}
        for relation in child_relations(model)
    }
    many = {
        field.name: sorted(str(key) for key in getattr(stored, field.name).values_list("pk", flat=True))
        for field in model._meta.many_to_many
    }
    return {"fields": _values(stored), "many": many, "owned": owned}


def _rows_of(record: models.Model, relation: models.ManyToOneRel) -> models.QuerySet:
    return relation.related_model._base_manager.filter(**{relation.field.name: record})


def _values(row: models.Model, owner: models.Field | None = None) -> dict[str, Any]:
    # Compared by name: a translated field is not comparable with None.
    owner_name = owner.name if owner else ""
    return {
        field.name: _to_json(row, field) for field in content_fields(type(row)) if field.name != owner_name
    }


def _to_json(row: models.Model, field: models.Field) -> Any:
    value = field.value_from_object(row)
    if value is None or value == "":
        return None
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(field, models.JSONField):
        return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
    return field.value_to_string(row) if not isinstance(field, models.ForeignKey) else str(value)


def apply(record: models.Model, snapshot: Snapshot, *, raw: bool) -> list[Path]:
    """Write a snapshot into the rows of a record.

    `raw` writes the rows without signals and `save` methods: for what is rendered and rolled back. Columns
    that the snapshot does not have stay, and so do rows that belong to another record now. References to
    what no longer exists are left empty where they may be.

    Returns what the database refused: a slug that another record has now, a row that breaks a unique
    constraint. Only `raw` leaves such things out; without it, IntegrityError is raised.
    """
    assign(record, snapshot["fields"])
    left_out: list[Path] = []
    if raw:
        left_out += [("fields", name) for name in _save_skipping_conflicts(record)]
    else:
        record.save()
    for name, keys in snapshot["many"].items():
        manager = getattr(record, name)
        manager.set(manager.model._base_manager.filter(pk__in=keys))
    for relation in child_relations(type(record)):
        wanted = snapshot["owned"].get(relation.name, {})
        left_out += [("owned", relation.name, key) for key in _apply_children(record, relation, wanted, raw)]
    return left_out


def _apply_children(
    record: models.Model, relation: models.ManyToOneRel, wanted: dict[str, Any], raw: bool
) -> list[str]:
    model = relation.related_model
    present = {str(row.pk): row for row in _rows_of(record, relation)}
    elsewhere = {str(key) for key in model._base_manager.filter(pk__in=wanted).values_list("pk", flat=True)}
    elsewhere -= present.keys()
    gone = [present[key] for key in present.keys() - wanted.keys()]
    if raw:
        delete_for_replace(gone)
    else:
        for row in gone:
            row.delete()
    changed = {
        key: values
        for key, values in wanted.items()
        if key not in elsewhere and not (key in present and _has_values(present[key], values))
    }
    delete_for_replace([present[key] for key in changed if key in present])
    left_out = []
    for key in sorted(changed, key=lambda key: key not in present):
        row = present.get(key) or model(pk=key)
        setattr(row, relation.field.name, record)
        assign(row, changed[key])
        if not raw:
            row.save()
        elif not _try_save(row) and not _try_save(_clear_conditional_unique(row)):
            left_out.append(key)
    return left_out


def delete_for_replace(rows: list[models.Model]) -> None:
    """Delete rows without signals. They are inserted again at once, so that unique values can be swapped."""
    if rows:
        keys = [row.pk for row in rows]
        queryset = type(rows[0])._base_manager.filter(pk__in=keys)
        queryset._raw_delete(queryset.db)


def _has_values(row: models.Model, values: dict[str, Any]) -> bool:
    held = _values(row)
    return all(held[name] == value for name, value in values.items() if name in held)


def _try_save(row: models.Model) -> bool:
    """Whether the database takes this row as it is."""
    return _is_accepted(partial(row.save_base, raw=True))


def _is_accepted(write: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return False
    return True


def _clear_conditional_unique(row: models.Model) -> models.Model:
    """Clear the fields of conditional unique constraints, such as "headline figure"."""
    for constraint in row._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition:
            for name in constraint.condition.referenced_base_fields:
                field = row._meta.get_field(name)
                if isinstance(field, models.BooleanField):
                    setattr(row, name, field.get_default())
    return row


def _save_skipping_conflicts(record: models.Model) -> list[str]:
    """Write a row, field by field where it breaks a constraint. Returns the refused fields."""
    if _try_save(record):
        return []
    stored = type(record)._base_manager.filter(pk=record.pk)
    before = _values(stored.get())
    waiting = [
        field for field in content_fields(type(record)) if _to_json(record, field) != before[field.name]
    ]

    def write(field: models.Field) -> None:
        stored.update(**{field.attname: getattr(record, field.attname)})

    while True:
        # A field that a constraint compares with another may be accepted after that one.
        refused = [field for field in waiting if not _is_accepted(partial(write, field))]
        if len(refused) == len(waiting):
            return [field.name for field in refused]
        waiting = refused


def build_record(model: type[models.Model], key: Any, snapshot: Snapshot) -> models.Model:
    """An unsaved record from a snapshot, whether or not its row still exists."""
    record = model(pk=key)
    assign(record, snapshot["fields"])
    return record


def build_children(
    record: models.Model, snapshot: Snapshot, relation: models.ManyToOneRel
) -> list[models.Model]:
    """Unsaved child rows of one relation, from a snapshot."""
    rows = []
    for key, values in snapshot["owned"].get(relation.name, {}).items():
        row = relation.related_model(pk=key)
        setattr(row, relation.field.name, record)
        assign(row, values)
        rows.append(row)
    return rows


def missing_references(model: type[models.Model], snapshot: Snapshot) -> list[Path]:
    """The fields of a snapshot that refer to deleted rows."""
    found: list[Path] = []
    for name, keys in snapshot["many"].items():
        related = cast(type[models.Model], model._meta.get_field(name).related_model)
        if related._base_manager.filter(pk__in=keys).count() < len(keys):
            found.append(("many", name))
    rows: list[tuple[type[models.Model], Path, dict[str, Any]]] = [(model, ("fields",), snapshot["fields"])]
    for relation in child_relations(model):
        for key, values in snapshot["owned"].get(relation.name, {}).items():
            rows.append((relation.related_model, ("owned", relation.name, key), values))
    for kind, path, values in rows:
        for field in content_fields(kind):
            key = values.get(field.name) if isinstance(field, models.ForeignKey) else None
            related = cast(type[models.Model], field.related_model)
            if key is not None and not related._base_manager.filter(pk=key).exists():
                found.append((*path, field.name))
    return found


def assign(row: models.Model, values: dict[str, Any]) -> None:
    """Give a row in memory the values of a snapshot."""
    for field in content_fields(type(row)):
        if field.name not in values:
            continue
        value = values[field.name]
        if value is None:
            value = None if field.null else field.get_default() if not field.empty_strings_allowed else ""
        elif isinstance(field, models.ForeignKey):
            exists = field.related_model._base_manager.filter(pk=value).exists()
            value = field.target_field.to_python(value) if exists or not field.null else None
        else:
            value = field.to_python(value)
        setattr(row, field.attname, value)


@contextlib.contextmanager
def rolled_back() -> Iterator[None]:
    """Roll back all that happens inside the block."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
