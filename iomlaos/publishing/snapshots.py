"""All that a record holds, as plain data: taken, put back, compared and merged.

A snapshot is `{"fields": {name: value}, "many": {name: [key]}, "owned": {name: {key: {name: value}}}}`.
Values are what JSON can hold; an empty text and none at all are the same. A translated text stands
there once a language (`title_en`, `title_lo`).
"""

import contextlib
import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction

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


def locked(model: type[models.Model], key: Any, *, nowait: bool = False) -> models.Model | None:
    """The row of a record, locked until the transaction ends; None where there is none.

    Whoever writes a record, its revisions or its rows locks it first: nobody then overwrites what they have
    not seen, and no two wait for each other. On SQLite the transaction itself is the lock. `nowait` raises
    OperationalError where somebody else holds the lock.
    """
    # Rows that refer to the record may still be added meanwhile (`no_key`).
    rows = model._base_manager.select_for_update(nowait=nowait, no_key=True)
    return rows.filter(pk=key).first()


def is_stored(record: models.Model) -> bool:
    """Whether the row in the database holds the same content as the record in memory."""
    stored = type(record)._base_manager.filter(pk=record.pk).first()
    return stored is not None and _values(stored) == _values(record)


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


def put(record: models.Model, snapshot: Snapshot, *, raw: bool) -> list[Path]:
    """Make the rows of a record what a snapshot says.

    `raw` writes the rows and nothing else: for what is shown and rolled back. Without it they are
    saved as ever, with what their models do on the way. What a snapshot does not know (a column that
    is newer) stays, and a row that belongs to another record now stays there. Fields that refer to what
    no longer exists are left empty where they may be.

    Returns what could not be put there: an address that another has now, a row beside which another of
    its kind cannot be. Only `raw` leaves such things out; without it, IntegrityError is raised.
    """
    set_fields(record, snapshot)
    left_out: list[Path] = []
    if raw:
        left_out += [("fields", name) for name in _save_as_far_as_it_goes(record)]
    else:
        record.save()
    for name, keys in snapshot["many"].items():
        manager = getattr(record, name)
        manager.set(manager.model._base_manager.filter(pk__in=keys))
    for relation in owned_relations(type(record)):
        wanted = snapshot["owned"].get(relation.name, {})
        left_out += [("owned", relation.name, key) for key in _put_owned(record, relation, wanted, raw)]
    return left_out


def _put_owned(
    record: models.Model, relation: models.ManyToOneRel, wanted: dict[str, Any], raw: bool
) -> list[str]:
    model = relation.related_model
    present = {str(row.pk): row for row in _rows_of(record, relation)}
    elsewhere = {str(key) for key in model._base_manager.filter(pk__in=wanted).values_list("pk", flat=True)}
    elsewhere -= present.keys()
    gone = [present[key] for key in present.keys() - wanted.keys()]
    if raw:
        make_room(gone)
    else:
        for row in gone:
            row.delete()
    changed = {
        key: values
        for key, values in wanted.items()
        if key not in elsewhere and not (key in present and _holds(present[key], values))
    }
    make_room([present[key] for key in changed if key in present])
    left_out = []
    for key in sorted(changed, key=lambda key: key not in present):
        row = present.get(key) or model(pk=key)
        setattr(row, relation.field.name, record)
        _set(row, changed[key])
        if not raw:
            row.save()
        elif not _is_taken(row) and not _is_taken(_without_its_claim(row)):
            left_out.append(key)
    return left_out


def make_room(rows: list[models.Model]) -> None:
    """Take rows out of their table that are saved again at once.

    Two of them may swap what only one may have at a time: a language and a date, the word for all. Nothing
    is told of it: no signal, no rule of what may be deleted; what refers to them finds them back.
    """
    if rows:
        keys = [row.pk for row in rows]
        queryset = type(rows[0])._base_manager.filter(pk__in=keys)
        queryset._raw_delete(queryset.db)


def _holds(row: models.Model, values: dict[str, Any]) -> bool:
    held = _values(row)
    return all(held[name] == value for name, value in values.items() if name in held)


def _is_taken(row: models.Model) -> bool:
    """Whether the database takes this row as it is."""
    try:
        with transaction.atomic():
            row.save_base(raw=True)
    except IntegrityError:
        return False
    return True


def _without_its_claim(row: models.Model) -> models.Model:
    """The same row, without what only one row beside others may say ("speaks for the programme")."""
    for constraint in row._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition:
            for name in constraint.condition.referenced_base_fields:
                field = row._meta.get_field(name)
                if isinstance(field, models.BooleanField):
                    setattr(row, name, field.get_default())
    return row


def _save_as_far_as_it_goes(record: models.Model) -> list[str]:
    """Write a row, field by field where it breaks a rule of the database. Returns those not taken."""
    if _is_taken(record):
        return []
    stored = type(record)._base_manager.filter(pk=record.pk)
    before = _values(stored.get())
    waiting = [field for field in content_fields(type(record)) if _plain(record, field) != before[field.name]]
    while True:
        # What is compared with another field may be taken once that has changed.
        refused = [field for field in waiting if not _is_taken_alone(stored, field, record)]
        if len(refused) == len(waiting):
            return [field.name for field in refused]
        waiting = refused


def _is_taken_alone(stored: models.QuerySet, field: models.Field, record: models.Model) -> bool:
    try:
        with transaction.atomic():
            stored.update(**{field.attname: getattr(record, field.attname)})
    except IntegrityError:
        return False
    return True


def record_in(model: type[models.Model], key: Any, snapshot: Snapshot) -> models.Model:
    """The record as a snapshot holds it, not saved; whether it still exists, does not matter."""
    record = model(pk=key)
    set_fields(record, snapshot)
    return record


def set_fields(record: models.Model, snapshot: Snapshot) -> None:
    """Give a record in memory the fields that a snapshot holds."""
    _set(record, snapshot["fields"])


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
    #: Whether both changed it, or what it is tied to, and not to the same.
    is_contested: bool


def merge(
    model: type[models.Model], base: Snapshot, theirs: Snapshot, mine: Snapshot
) -> tuple[Snapshot, list[Meeting]]:
    """What is typed, upon what the other made of it: fields that one side left alone are the other's.

    Where both changed a field, what is typed stands, unless the model knows how both can (MERGES). Fields
    that are tied to each other are taken from one side together: each side alone obeys the rules of the
    database, and so does the outcome. The meetings are all fields that either side changed. A row that one
    side took away and the other changed stays.
    """
    was, other, typed = flat(base), flat(theirs), flat(mine)
    merges = getattr(model, "MERGES", {})
    merged: dict[Path, Any] = {}
    meetings = []
    for path in dict.fromkeys([*typed, *other, *was]):
        before, there, here = (side.get(path, MISSING) for side in (was, other, typed))
        group = [(*path[:-1], name) for name in _tied_to(model, path)]
        changed_here = any(was.get(each, MISSING) != typed.get(each, MISSING) for each in group)
        changed_there = any(was.get(each, MISSING) != other.get(each, MISSING) for each in group)
        contested = changed_here and changed_there and there != here
        value = here if changed_here else there
        if contested and path[0] == "fields" and path[1] in merges:
            value, contested = merges[path[1]](before, there, here), False
        if before != there or before != here:
            meetings.append(Meeting(path, before, there, here, contested))
        if value == MISSING and _is_wanted(path, was, other, typed):
            value = there if here == MISSING else here
        if value != MISSING:
            merged[path] = value
    return unflat(merged), meetings


def _tied_to(model: type[models.Model], path: Path) -> frozenset[str]:
    if path[0] == "many" or not path[-1]:
        return frozenset({path[-1]})
    row = model._meta.get_field(path[1]).related_model if path[0] == "owned" else model
    return tied(row).get(path[-1], frozenset({path[-1]}))


@functools.cache
def tied(model: type[models.Model]) -> dict[str, frozenset[str]]:
    """The fields of a row that make sense together alone, each with those it is tied to and itself.

    They are what one rule of the database compares (a start and an end, a sum and its currency), and what
    a model names in TIED.
    """
    rules = [each for each in model._meta.constraints if isinstance(each, models.CheckConstraint)]
    together: dict[str, frozenset[str]] = {}
    for names in [*(rule.condition.referenced_base_fields for rule in rules), *getattr(model, "TIED", ())]:
        group = frozenset(names).union(*(together.get(name, ()) for name in names))
        together |= dict.fromkeys(group, group)
    return together


def _is_wanted(path: Path, *sides: dict[Path, Any]) -> bool:
    """Whether an owned row that one side took away was changed by the other."""
    if path[0] != "owned":
        return False
    was, *others = [_row(side, path[:3]) for side in sides]
    return all(row != was for row in others) and any(others)


def _row(side: dict[Path, Any], row: Path) -> dict[Path, Any]:
    return {path: value for path, value in side.items() if path[:3] == row}
