"""All that a record holds, as plain data: taken, put back, compared and merged.

A snapshot is `{"fields": {name: value}, "many": {name: [key]}, "owned": {name: {key: {name: value}}}}`.
Values are what JSON can hold; an empty text and none at all are the same. A translated text stands
there once a language (`title_en`, `title_lo`).
"""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

Snapshot = dict[str, dict[str, Any]]
Path = tuple[str, ...]

#: In a flat snapshot: here is nothing.
MISSING = "\0missing"
#: In a flat snapshot: the mark that a row that is owned is there.
PRESENT = "present"


def content_fields(model: type[models.Model]) -> list[models.Field]:
    """The columns that hold what staff wrote: no key, no bookkeeping, each translated text by language."""
    kept_elsewhere = getattr(model, "NOT_CONTENT", ())
    return [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key
        and not getattr(field, "auto_now", False)
        and not getattr(field, "auto_now_add", False)
        and field.name not in kept_elsewhere
        and not _is_translated(model, field)
    ]


def _is_translated(model: type[models.Model], field: models.Field) -> bool:
    """The column without a language, which modeltranslation keeps beside those with one."""
    return any(
        getattr(other, "translated_field", None) is not None and other.translated_field.name == field.name
        for other in model._meta.concrete_fields
    )


def owned_relations(model: type[models.Model]) -> list[models.ManyToOneRel]:
    """The rows that stand and fall with a record, as the model names them in OWNS."""
    return [model._meta.get_field(name) for name in getattr(model, "OWNS", ())]


def take(record: models.Model) -> Snapshot:
    """What the database holds of a record now."""
    model = type(record)
    stored = model._base_manager.get(pk=record.pk)
    owned = {
        relation.name: {str(row.pk): _values(row, relation.field) for row in _rows_of(stored, relation)}
        for relation in owned_relations(model)
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
    return {field.name: _plain(row, field) for field in content_fields(type(row)) if field.name != owner_name}


def _plain(row: models.Model, field: models.Field) -> Any:
    value = field.value_from_object(row)
    if value is None or value == "":
        return None
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(field, models.JSONField):
        return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
    return field.value_to_string(row) if not isinstance(field, models.ForeignKey) else str(value)


def put(record: models.Model, snapshot: Snapshot, *, raw: bool) -> None:
    """Make the rows of a record what a snapshot says.

    `raw` writes the rows and nothing else: for what is shown and rolled back. Without it they are
    saved as ever, with what their models do on the way. What a snapshot does not know (a column that
    is newer) stays. Fields that refer to what no longer exists are left empty where they may be.
    """
    _set(record, snapshot["fields"])
    _save(record, raw)
    for name, keys in snapshot["many"].items():
        manager = getattr(record, name)
        manager.set(manager.model._base_manager.filter(pk__in=keys))
    for relation in owned_relations(type(record)):
        wanted = snapshot["owned"].get(relation.name, {})
        present = {str(row.pk): row for row in _rows_of(record, relation)}
        for key in present.keys() - wanted.keys():
            present[key].delete()
        for key, values in wanted.items():
            row = present.get(key) or relation.related_model(pk=key)
            setattr(row, relation.field.name, record)
            _set(row, values)
            _save(row, raw)


def record_in(model: type[models.Model], key: Any, snapshot: Snapshot) -> models.Model:
    """The record as a snapshot holds it, not saved; whether it still exists, does not matter."""
    record = model(pk=key)
    _set(record, snapshot["fields"])
    return record


def owned_rows(record: models.Model, snapshot: Snapshot, relation: models.ManyToOneRel) -> list[models.Model]:
    """The rows of one kind that a record owns, as a snapshot holds them, not saved."""
    rows = []
    for key, values in snapshot["owned"].get(relation.name, {}).items():
        row = relation.related_model(pk=key)
        setattr(row, relation.field.name, record)
        _set(row, values)
        rows.append(row)
    return rows


def dangling(model: type[models.Model], snapshot: Snapshot) -> list[Path]:
    """The fields of a snapshot that refer to what was deleted since."""
    found: list[Path] = []
    for name, keys in snapshot["many"].items():
        related = model._meta.get_field(name).related_model
        if related._base_manager.filter(pk__in=keys).count() < len(keys):
            found.append(("many", name))
    rows = [(model, ("fields",), "", snapshot["fields"])]
    for relation in owned_relations(model):
        for key, values in snapshot["owned"].get(relation.name, {}).items():
            rows.append((relation.related_model, ("owned", relation.name, key), relation.field.name, values))
    for kind, path, owner, values in rows:
        for field in content_fields(kind):
            key = values.get(field.name) if isinstance(field, models.ForeignKey) else None
            if key is None or field.name == owner:
                continue
            if not field.related_model._base_manager.filter(pk=key).exists():
                found.append((*path, field.name))
    return found


def _set(row: models.Model, values: dict[str, Any]) -> None:
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


def _save(row: models.Model, raw: bool) -> None:
    if raw:
        row.save_base(raw=True)
    else:
        row.save()


class RollBack(Exception):
    """What was done within is to be seen, and not to be kept."""


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """All that happens within is gone afterwards."""
    with contextlib.suppress(RollBack), transaction.atomic():
        yield
        raise RollBack


# --- Comparing ----------------------------------------------------------------------------------


def flat(snapshot: Snapshot) -> dict[Path, Any]:
    """A snapshot as one value a path: `("fields", "title_en")`, `("owned", "figures", key, "value")`."""
    found: dict[Path, Any] = {("fields", name): value for name, value in snapshot["fields"].items()}
    found |= {("many", name): keys for name, keys in snapshot["many"].items()}
    for relation, rows in snapshot["owned"].items():
        for key, values in rows.items():
            found["owned", relation, key, ""] = PRESENT
            found |= {("owned", relation, key, name): value for name, value in values.items()}
    return found


def unflat(values: dict[Path, Any]) -> Snapshot:
    snapshot: Snapshot = {"fields": {}, "many": {}, "owned": {}}
    for path, value in values.items():
        match path:
            case (("fields" | "many") as part, name):
                snapshot[part][name] = value
            case ("owned", relation, key, name):
                if values.get(("owned", relation, key, ""), MISSING) == PRESENT and name:
                    snapshot["owned"].setdefault(relation, {}).setdefault(key, {})[name] = value
    return snapshot


@dataclass(frozen=True)
class Difference:
    """One field, and what it holds on each side; MISSING where there is no such row."""

    path: Path
    before: Any
    after: Any


def differences(before: Snapshot, after: Snapshot) -> list[Difference]:
    """What differs between two snapshots, in the order of the fields."""
    old, new = flat(before), flat(after)
    return [
        Difference(path, old.get(path, MISSING), new.get(path, MISSING))
        for path in dict.fromkeys([*new, *old])
        if old.get(path, MISSING) != new.get(path, MISSING)
    ]


@dataclass(frozen=True)
class Meeting:
    """A field that two people met at: what it was, what the other made of it, what was typed."""

    path: Path
    was: Any
    theirs: Any
    mine: Any

    @property
    def is_contested(self) -> bool:
        """Whether both changed it, and not to the same."""
        return self.was not in (self.theirs, self.mine) and self.theirs != self.mine


def merge(base: Snapshot, theirs: Snapshot, mine: Snapshot) -> tuple[Snapshot, list[Meeting]]:
    """What is typed, upon what the other made of it: fields that one side left alone are the other's.

    Where both changed a field, what is typed stands. The meetings are all fields that either side
    changed. A row that one side took away and the other changed stays.
    """
    was, other, typed = flat(base), flat(theirs), flat(mine)
    merged: dict[Path, Any] = {}
    meetings = []
    for path in dict.fromkeys([*typed, *other, *was]):
        before, there, here = (side.get(path, MISSING) for side in (was, other, typed))
        if before != there or before != here:
            meetings.append(Meeting(path, before, there, here))
        value = there if here == before else here
        if value == MISSING and _is_wanted(path, was, other, typed):
            value = there if here == MISSING else here
        if value != MISSING:
            merged[path] = value
    return unflat(merged), meetings


def _is_wanted(path: Path, *sides: dict[Path, Any]) -> bool:
    """Whether an owned row that one side took away was changed by the other."""
    if path[0] != "owned":
        return False
    was, *others = [_row(side, path[:3]) for side in sides]
    return all(row != was for row in others) and any(others)


def _row(side: dict[Path, Any], row: Path) -> dict[Path, Any]:
    return {path: value for path, value in side.items() if path[:3] == row}
