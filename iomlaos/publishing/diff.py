"""Differences between two snapshots in words, for the history and for conflicts."""

import datetime
import difflib
from collections.abc import Iterable
from itertools import groupby
from pathlib import PurePath
from typing import Any, NamedTuple

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from iomlaos.publishing import merge
from iomlaos.publishing.dates import format_deadline
from iomlaos.publishing.merge import MISSING, PRESENT, FieldConflict, FieldDifference, Path
from iomlaos.publishing.options import options_of

#: Words that are the same on both sides, around each change.
CONTEXT = 6
#: Words that a text may have to be shown whole.
LONG = 60


class DiffChunk(NamedTuple):
    """Some words of a text: kept, added or removed."""

    change: str
    words: str


class FieldChange(NamedTuple):
    """One field that was changed, in words."""

    label: str
    before: str
    after: str

    @property
    def chunks(self) -> list[DiffChunk]:
        return _diff_chunks(self.before, self.after)


class ConflictInWords(NamedTuple):
    """A field that two people changed, as staff read it."""

    label: str
    was: str
    theirs: str
    mine: str

    @property
    def their_chunks(self) -> list[DiffChunk]:
        return _diff_chunks(self.was, self.theirs)

    @property
    def my_chunks(self) -> list[DiffChunk]:
        return _diff_chunks(self.was, self.mine)

    @property
    def was_in_short(self) -> str:
        """What both changed, without the rest of a long text."""
        if len(self.was.split()) <= LONG:
            return self.was
        return " ".join(chunk.words for chunk in self.my_chunks if chunk.change != "added")


def _diff_chunks(before: str, after: str) -> list[DiffChunk]:
    """The words removed and added, with some of those around them."""
    old, new = before.split(), after.split()
    chunks = []
    for group in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_grouped_opcodes(CONTEXT):
        if group[0][1] or group[0][3]:
            chunks.append(DiffChunk("kept", "…"))
        for operation, i1, i2, j1, j2 in group:
            was, now = " ".join(old[i1:i2]), " ".join(new[j1:j2])
            if operation == "equal":
                chunks.append(DiffChunk("kept", was))
            else:
                chunks += [DiffChunk("removed", was), DiffChunk("added", now)]
        if group[-1][2] < len(old) or group[-1][4] < len(new):
            chunks.append(DiffChunk("kept", "…"))
    return [chunk for chunk in chunks if chunk.words]


class SnapshotFormatter:
    """Labels and values of one model's snapshots, as staff know them."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model

    def changes(self, differences: list[FieldDifference]) -> list[FieldChange]:
        """A row that was added or removed is one change, with all that it held."""
        shown = self.in_order(differences)
        rows = {each.path[:3] for each in shown if each.path[-1] == ""}
        found = []
        for _key, group in groupby(shown, lambda each: each.path[:3] if each.path[:3] in rows else each.path):
            first, *others = group
            parts = [first, *others] if first.path[-1] else others
            before = " · ".join(filter(None, (self.value(each.path, each.before) for each in parts)))
            after = " · ".join(filter(None, (self.value(each.path, each.after) for each in parts)))
            found.append(FieldChange(self.label(first.path), before, after))
        return found

    def conflicts(self, conflicts: list[FieldConflict]) -> list[ConflictInWords]:
        found = []
        for path, *sides, _is_contested in self.in_order(conflicts):
            found.append(ConflictInWords(self.label(path), *(self.value(path, side) for side in sides)))
        return found

    def in_order(self, found: list[Any]) -> list[Any]:
        """Differences or conflicts in the order of the form: PostgreSQL keeps the keys of data in its own.

        Fields that are read from a file are left out.
        """
        rows: dict[Path, int] = {}

        def place(path: Path) -> tuple[int, int, int, int]:
            if path[0] != "owned":
                return 0, 0, 0, _field_position(self.model, path[1])
            model = merge.model_at(self.model, path)
            relation = options_of(self.model).children.index(path[1])
            return 1, relation, rows.setdefault(path[:3], len(rows)), _field_position(model, path[3])

        def is_shown(path: Path) -> bool:
            return path[-1] not in options_of(merge.model_at(self.model, path)).read_from_file

        return sorted((each for each in found if is_shown(each.path)), key=lambda each: place(each.path))

    def label(self, path: Path) -> str:
        field = merge.field_at(self.model, path)
        name = field_label(field) if field else path[-1]
        if path[0] != "owned":
            return name
        row = capfirst(str(merge.model_at(self.model, path)._meta.verbose_name))
        return f"{row}: {name}" if name else row

    def value(self, path: Path, value: Any) -> str:
        """A stored value as staff would write it; nothing for what is empty."""
        if value is None or value == MISSING:
            return ""
        if value == PRESENT and path[-1] == "":
            return _("there")
        field = merge.field_at(self.model, path)
        return str(value) if field is None else _format_value(field, value)


def join_labels(model: type[models.Model], paths: Iterable[Path]) -> str:
    """The labels of fields, separated by commas."""
    return ", ".join(map(SnapshotFormatter(model).label, paths))


def field_label(field: Any) -> str:
    """The name of a field as staff read it: "Title", "Title in Lao"."""
    label = capfirst(str(getattr(field, "translated_field", field).verbose_name))
    return _("%(name)s in Lao") % {"name": label} if getattr(field, "language", "") == "lo" else label


def _field_position(model: type[models.Model], name: str) -> int:
    """The place of a field in its model, for sorting: the row itself first, removed fields last."""
    names = ["", *(field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many))]
    return names.index(name) if name in names else len(names)


def _format_value(field: models.Field, value: Any) -> str:
    if isinstance(field, models.ManyToManyField):
        rows = field.related_model._base_manager.filter(pk__in=value)
        return ", ".join(sorted(str(row) for row in rows))
    if isinstance(field, models.ForeignKey):
        row = field.related_model._base_manager.filter(pk=value).first()
        return str(row) if row else _("something that was deleted")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if hasattr(field, "snapshot_as_text"):
        return field.snapshot_as_text(value)
    if isinstance(field, models.DateTimeField):
        return format_deadline(datetime.datetime.fromisoformat(value))
    if isinstance(field, models.FileField):
        # The file name is a field of its own; the key shows that the file is another one.
        file = PurePath(value)
        return f"{file.suffix.removeprefix('.').upper()} ({file.stem[:6]})"
    if isinstance(field, models.JSONField):
        return "; ".join(" · ".join(map(str, each.values())) for each in value)
    return str(field.to_python(value))
