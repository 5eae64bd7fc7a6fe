"""Two people's versions of a record: what is asked, field by field, and what the answers make of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.helpers import AdminField
from django.db import models
from django.forms import BaseInlineFormSet, BaseModelForm, ModelForm

from iomlaos.publishing import merge
from iomlaos.publishing.diff import ConflictInWords, SnapshotFormatter
from iomlaos.publishing.merge import MISSING, PRESENT, FieldConflict, FieldDifference, Path, Snapshot
from iomlaos.staff.edit_session import EditSession

PREFIX = "_choice"
#: The answers. OWN is what its fields on the page hold; REMOVED is mine where I removed a row.
THEIRS, MINE, OWN, REMOVED = "theirs", "mine", "own", "removed"


@dataclass(frozen=True)
class Choice:
    """What is decided together: a field, fields that one rule compares, or a row that one side removed."""

    name: str
    versions: list[ConflictInWords]
    #: The fields in which a new version can be written.
    inputs: list[AdminField]
    is_removed_here: bool
    #: What is ticked.
    answer: str

    @property
    def label(self) -> str:
        return ", ".join(version.label for version in self.versions)


def _name(*path: str) -> str:
    return ".".join((PREFIX, *path))


def _field_name(model: type[models.Model], path: Path) -> str:
    return _name(*path[:-1], min(merge.group_of(model, path)))


def _inputs_of(form_class: type[BaseModelForm], name: str) -> tuple[str, ...]:
    """The fields of a form in which a field of the model is typed (`inputs`), where they have other names."""
    return getattr(form_class, "inputs", {}).get(name, (name,))


# --- What is asked --------------------------------------------------------------------------------


def conflict_context(
    session: EditSession, form: ModelForm, formsets: list[BaseInlineFormSet]
) -> dict[str, Any]:
    formatter = SnapshotFormatter(session.model)
    choices = list_choices(session, form, formsets)
    alone = [each for each in session.conflicts if not each.is_contested and each.theirs != each.mine]
    theirs = [FieldDifference(each.path, each.was, each.theirs) for each in alone if each.theirs != each.was]
    mine = [FieldDifference(each.path, each.was, each.mine) for each in alone if each.mine != each.was]
    return {
        "is_own": session.source.by_id == session.user.pk,
        "choices": choices,
        "their_labels": list(dict.fromkeys(change.label for change in formatter.changes(theirs))),
        "my_labels": list(dict.fromkeys(change.label for change in formatter.changes(mine))),
        "shown_inputs": _shown_inputs(choices),
    }


def reopen_conflict(session: EditSession, form: ModelForm, formsets: list[BaseInlineFormSet]) -> None:
    """Ask again, where a new version that was written is not valid. The form shows all other errors."""
    rows = {path[:3] for path in merge.flatten(session.base) if path[-1] == ""}
    session.find_conflicts(form.data, removed={row for row in rows if _name(*row) in form.data})
    forms = [form, *(row for formset in formsets for row in formset.forms)]
    wrong = {each.add_prefix(name) for each in forms for name in each.errors}
    is_shown = wrong <= _shown_inputs(list_choices(session, form, formsets))
    if not is_shown or any(formset.non_form_errors() for formset in formsets):
        session.conflicts = []


def _shown_inputs(choices: list[Choice]) -> set[str]:
    return {each.field.html_name for choice in choices for each in choice.inputs}


def list_choices(session: EditSession, form: ModelForm, formsets: list[BaseInlineFormSet]) -> list[Choice]:
    formatter = SnapshotFormatter(session.model)
    contested_rows = {each.path[:3] for each in session.conflicts if each.is_contested}
    removed = {
        each.path[:3]: each.mine == MISSING
        for each in session.conflicts
        if each.was == PRESENT and each.path[-1] == "" and each.path[:3] in contested_rows
    }
    groups: dict[str, list[FieldConflict]] = {}
    for each in formatter.in_order(session.conflicts):
        if each.path[:3] in removed:
            groups.setdefault(_name(*each.path[:3]), []).append(each)
        elif each.is_contested:
            groups.setdefault(_field_name(session.model, each.path), []).append(each)
    choices = []
    for name, conflicts in groups.items():
        row = conflicts[0].path[:3]
        versions = formatter.conflicts([each for each in conflicts if each.path[-1]])
        if row in removed:
            versions = [_joined(formatter.label((*row, "")), versions)]
        inputs = [each for conflict in conflicts for each in _inputs(conflict.path, form, formsets)]
        is_removed_here = removed.get(row, False)
        answer = form.data.get(name) or (THEIRS if is_removed_here else MINE)
        choices.append(Choice(name, versions, inputs, is_removed_here, answer))
    return choices


def _joined(label: str, versions: list[ConflictInWords]) -> ConflictInWords:
    sides = zip(*((each.was, each.theirs, each.mine) for each in versions), strict=True)
    return ConflictInWords(label, *(" · ".join(filter(None, side)) for side in sides))


def _inputs(path: Path, form: ModelForm, formsets: list[BaseInlineFormSet]) -> list[AdminField]:
    name = path[-1]
    if path[0] == "owned":
        model = merge.model_at(form._meta.model, path)
        rows = (row for formset in formsets if formset.model is model for row in formset.initial_forms)
        found = next((row for row in rows if str(row.instance.pk) == path[2]), None)
        return [AdminField(found, name, is_first=False)] if found and name in found.fields else []
    names = _inputs_of(type(form), name)
    return [AdminField(form, each, is_first=False) for each in names if each in form.fields]


# --- What the answers make of it ------------------------------------------------------------------


def apply_choices(
    form_class: type[BaseModelForm], base: Snapshot, filled: Snapshot, typed: Snapshot, data: Mapping
) -> Snapshot:
    """What was typed, with the versions that were chosen: `base` holds theirs, and `filled` mine."""
    if not any(name.startswith(PREFIX) for name in data):
        return typed
    model, values, carried = form_class._meta.model, merge.flatten(typed), {**typed.get("carried", {})}
    theirs, mine = merge.flatten(base), merge.flatten(filled)
    without_rows = {path: value for path, value in theirs.items() if path[0] != "owned"}
    sides = {THEIRS: (theirs, base), MINE: (mine, filled), REMOVED: (without_rows, base)}
    for path in [*({**values, **theirs, **mine})]:
        answer = data.get(_field_name(model, path)) or data.get(_name(*path[:3]))
        if answer not in sides:
            continue
        side, snapshot = sides[answer]
        values.pop(path, None)
        if path in side:
            values[path] = side[path]
        for name in carried.keys() & set(_inputs_of(form_class, path[-1])):
            carried[name] = snapshot.get("carried", {}).get(name, "")
    return merge.unflatten(values) | ({"carried": carried} if carried else {})
