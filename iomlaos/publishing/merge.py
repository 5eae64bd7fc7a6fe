"""Differences between two snapshots, and the three-way merge of edits made at the same time.

A snapshot is `{"fields": {name: value}, "many": {name: [key]}, "owned": {name: {key: {name: value}}}}`.
Values are what JSON can hold; an empty text is None. A translated text has one entry a language
(`title_en`, `title_lo`).
"""

import functools
from collections.abc import Iterable
from typing import Any, NamedTuple, cast

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from iomlaos.publishing.options import options_of

Snapshot = dict[str, dict[str, Any]]
Path = tuple[str, ...]

EMPTY: Snapshot = {"fields": {}, "many": {}, "owned": {}}

#: In a flat snapshot: here is nothing.
MISSING = "\0missing"
#: In a flat snapshot: the mark that a row that is owned is there.
PRESENT = "present"


# --- Comparing ----------------------------------------------------------------------------------


def flatten(snapshot: Snapshot) -> dict[Path, Any]:
    """A snapshot as one value a path: `("fields", "title_en")`, `("owned", "figures", key, "value")`."""
    found: dict[Path, Any] = {("fields", name): value for name, value in snapshot["fields"].items()}
    found |= {("many", name): keys for name, keys in snapshot["many"].items()}
    for relation, rows in snapshot["owned"].items():
        for key, values in rows.items():
            found["owned", relation, key, ""] = PRESENT
            found |= {("owned", relation, key, name): value for name, value in values.items()}
    return found


def unflatten(values: dict[Path, Any]) -> Snapshot:
    snapshot: Snapshot = {"fields": {}, "many": {}, "owned": {}}
    for path, value in values.items():
        match path:
            case (("fields" | "many") as part, name):
                snapshot[part][name] = value
            case ("owned", relation, key, name):
                if values.get(("owned", relation, key, ""), MISSING) == PRESENT and name:
                    snapshot["owned"].setdefault(relation, {}).setdefault(key, {})[name] = value
    return snapshot


class FieldDifference(NamedTuple):
    """One field, and what it holds on each side; MISSING where there is no such row."""

    path: Path
    before: Any
    after: Any


def differences(before: Snapshot, after: Snapshot) -> list[FieldDifference]:
    """What differs between two snapshots, in the order of the fields."""
    old, new = flatten(before), flatten(after)
    return [
        FieldDifference(path, old.get(path, MISSING), new.get(path, MISSING))
        for path in dict.fromkeys([*new, *old])
        if old.get(path, MISSING) != new.get(path, MISSING)
    ]


class FieldConflict(NamedTuple):
    """A field changed by two people: base, theirs, mine."""

    path: Path
    was: Any
    theirs: Any
    mine: Any
    #: Whether both changed it, or a field that is merged with it, to different values.
    is_contested: bool


def merge(
    model: type[models.Model], base: Snapshot, theirs: Snapshot, mine: Snapshot
) -> tuple[Snapshot, list[FieldConflict]]:
    """Three-way merge. A field that one side alone changed takes the value of that side.

    Where both changed a field, mine stays and the conflict is marked, unless the model has a function for
    the field (`record_options.merges`). Fields that one rule compares are taken from one side together, so
    that the result obeys the rule as each side does. Returns the merged snapshot and all fields that either
    side changed. A child row that one side deleted and the other changed stays.
    """
    was, other, typed = flatten(base), flatten(theirs), flatten(mine)
    merges = options_of(model).merges
    merged: dict[Path, Any] = {}
    changes = []
    for path in dict.fromkeys([*typed, *other, *was]):
        before, there, here = (side.get(path, MISSING) for side in (was, other, typed))
        group = [(*path[:-1], name) for name in group_of(model, path)]
        changed_here = any(was.get(each, MISSING) != typed.get(each, MISSING) for each in group)
        changed_there = any(was.get(each, MISSING) != other.get(each, MISSING) for each in group)
        contested = changed_here and changed_there and there != here
        value = here if changed_here else there
        if contested and path[0] == "fields" and path[1] in merges:
            value, contested = merges[path[1]](before, there, here), False
        if before != there or before != here:
            changes.append(FieldConflict(path, before, there, here, contested))
        if value == MISSING and _was_changed_by_other(path, was, other, typed):
            value = there if here == MISSING else here
        if value != MISSING:
            merged[path] = value
    return unflatten(merged), changes


def model_at(model: type[models.Model], path: Path) -> type[models.Model]:
    """The model whose field a path names: the record's own, or that of its child row."""
    if path[0] != "owned":
        return model
    return cast(type[models.Model], model._meta.get_field(path[1]).related_model)


def field_at(model: type[models.Model], path: Path) -> Any:
    """The field that a path names; None for one that was removed since, and for the mark of a row."""
    try:
        return model_at(model, path)._meta.get_field(path[-1])
    except FieldDoesNotExist:
        return None


def group_of(model: type[models.Model], path: Path) -> frozenset[str]:
    """The names of the fields that are decided together with the one at a path, and its own."""
    if path[0] == "many" or not path[-1]:
        return frozenset({path[-1]})
    return constraint_groups(model_at(model, path)).get(path[-1], frozenset({path[-1]}))


@functools.cache
def constraint_groups(model: type[models.Model]) -> dict[str, frozenset[str]]:
    """Each field that is merged together with others, with its whole group.

    A group is what one check constraint compares (a start and an end, a sum and its currency), or what
    `record_options.merged_together` names.
    """
    groups: list[Iterable[str]] = [*options_of(model).merged_together]
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.CheckConstraint) and isinstance(constraint.condition, models.Q):
            groups.append(constraint.condition.referenced_base_fields)
    together: dict[str, frozenset[str]] = {}
    for names in groups:
        group = frozenset(names).union(*(together.get(name, ()) for name in names))
        together |= dict.fromkeys(group, group)
    return together


def _was_changed_by_other(path: Path, *sides: dict[Path, Any]) -> bool:
    """Whether an owned row that one side took away was changed by the other."""
    if path[0] != "owned":
        return False
    was, *others = [{each: side[each] for each in side if each[:3] == path[:3]} for side in sides]
    return all(row != was for row in others) and any(others)
