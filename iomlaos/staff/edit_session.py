"""EditSession: what the change form of a record is drawn from, and what becomes of what was typed."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import connection, models
from django.forms import BaseInlineFormSet, ModelForm

from iomlaos.media import cleanup
from iomlaos.publishing import merge, serialization
from iomlaos.publishing.drafts import latest_snapshot, merge_draft
from iomlaos.publishing.merge import FieldConflict, Path, Snapshot
from iomlaos.publishing.models import RecordVersions, Revision
from iomlaos.publishing.models.revision import unsaved_data
from iomlaos.publishing.options import options_of
from iomlaos.staff.base import parse_uuid

#: Hidden fields of a form: the draft or state that it starts from, the state that a draft was merged with,
#: and the version that it was filled in from, if that is another one.
SOURCE, CURRENT, VERSION = "_source", "_current", "version"
#: Of the page of a conflict: the draft and the state that both people started from.
WAS, WAS_CURRENT = "_was", "_was_current"


class EditSession:
    """One request to the change form of a record. Nothing here is written but by `keep`.

    The form is bound to `instance`, which holds `filled` and lies in memory alone. What was typed is merged
    with what is there now (`theirs`), from what the form started from (`base`).
    """

    def __init__(self, versions: RecordVersions, user: AbstractUser, data: Mapping[str, str]) -> None:
        """`data` holds the hidden fields of a submitted form; of one that is opened, perhaps a version."""
        self.versions, self.user = versions, user
        self.record, self.model = versions.record, type(versions.record)
        self.source = self._find(data.get(SOURCE)) or versions.latest
        is_state = self.source.kind == Revision.Kind.STATE
        self.state = self._find(data.get(CURRENT)) or (self.source if is_state else versions.current)
        self.version = self._find(data.get(VERSION))
        self.base, self.contested = merge_draft(self.model, self.source, self.state)
        self.filled = self._filled()
        self.instance = serialization.build(self.record, self.filled)
        #: What is there now. See `merge`.
        self.theirs = self.base
        #: The fields that somebody else changed since the form was drawn, where it could not be saved, and
        #: the draft and the state that both started from.
        self.conflicts: list[FieldConflict] = []
        self.start: tuple[Revision, Revision] | None = None

    def _find(self, key: str | None) -> Revision | None:
        """The revision with a form key; None where there is none."""
        if not key:
            return None
        if self.versions.current.has_form_key(key):
            return self.versions.current
        if (data := unsaved_data(key)) is not None:
            return Revision.of_row(self.record, data, before=None)
        revisions = Revision.objects.of(self.record).select_related("base")
        return revisions.filter(pk=parse_uuid(key)).first()

    def _filled(self) -> Snapshot:
        """What the form shows: `base`, or another version, with what an earlier version must not restore."""
        version = self.version
        if version is None:
            return self.base
        if version.kind == Revision.Kind.PARKED:
            return version.data
        present = {name: self.state.data["fields"][name] for name in options_of(self.model).kept_on_restore}
        return version.data | {"fields": version.data["fields"] | present, "carried": {}}

    @property
    def hidden_fields(self) -> dict[str, str]:
        """What a form sends back, so that its session is found again."""
        fields = {SOURCE: self.source.form_key, CURRENT: self.state.form_key}
        if self.version:
            fields[VERSION] = str(self.version.pk)
        if self.conflicts and self.start:
            fields |= {WAS: self.start[0].form_key, WAS_CURRENT: self.start[1].form_key}
        return fields

    def merge(self, typed: Snapshot) -> Snapshot | None:
        """What is to be saved; None where somebody else has saved meanwhile, and it has to be looked at.

        `conflicts` then names what differs, and the session shows the merged text.
        """
        target, current = self.versions.latest, self.versions.current
        theirs = self.theirs = latest_snapshot(self.versions)
        if not merge.differences(self.base, theirs):
            return typed
        merged, changes = merge.merge(self.model, self.base, theirs, typed)
        carried, before = theirs.get("carried", {}), self.base.get("carried", {})
        mine = typed.get("carried", {}).items()
        merged["carried"] = carried | {name: text for name, text in mine if text != before.get(name, "")}
        is_contested = any(change.is_contested for change in changes)
        if not is_contested and not merge.differences(theirs, merged):
            return theirs
        self.conflicts, self.start = changes, (self.source, self.state)
        self.source, self.state, self.base, self.filled = target, current, theirs, merged
        return None

    def reopen_conflict(self, data: Mapping[str, str], removed: set[Path]) -> None:
        """Find the conflicts again that the page which sent `data` asked about. `removed` are rows that I
        removed and they changed: the merged text holds them."""
        source, state = self._find(data.get(WAS)), self._find(data.get(WAS_CURRENT))
        if source and state:
            was, _contested = merge_draft(self.model, source, state)
            mine = {
                path: value for path, value in merge.flatten(self.filled).items() if path[:3] not in removed
            }
            self.start = source, state
            self.conflicts = merge.merge(self.model, was, self.base, merge.unflatten(mine))[1]

    def keep(self, note: str) -> None:
        """Keep the merged text, with its files, for the form that is shown again."""
        values = {"number": self.source.number, "base": self.source, "data": self.filled, "note": note[:300]}
        self.version = Revision.objects.add(self.record, by=self.user, kind=Revision.Kind.PARKED, **values)
        self.instance = serialization.build(self.record, self.filled)


def typed_snapshot(
    form: ModelForm, formsets: list[BaseInlineFormSet], filled: Snapshot, *, stores_files: bool = True
) -> Snapshot:
    """The snapshot of a form that was validated, and of its formsets. Uploaded files are stored, or left out.

    `filled` is what the form was drawn with: what it does not show stays, and so does what is not valid.
    """
    record, model = form.instance, form._meta.model
    many = {
        field.name: sorted(str(row.pk) for row in form.cleaned_data[field.name])
        for field in model._meta.many_to_many
        if field.name in form.cleaned_data
    }
    relations = {relation.related_model: relation for relation in serialization.child_relations(model)}
    owned = {each.name: {**filled["owned"].get(each.name, {})} for each in relations.values()}
    for formset in formsets:
        relation = relations[formset.model]
        rows, deleted = owned[relation.name], formset.deleted_forms
        for row in formset.forms:
            key = str(row.instance.pk)
            if row in deleted:
                rows.pop(key, None)
            elif row not in formset.extra_forms or row.has_changed():
                rows[key] = _clean_values(row, rows.get(key, {}), relation.field, stores_files=stores_files)
    carried = {name: getattr(record, name) for name in options_of(model).carried}
    return {
        "fields": _clean_values(form, filled["fields"]),
        "many": {field.name: [] for field in model._meta.many_to_many} | filled["many"] | many,
        "owned": owned,
        **({"carried": carried} if carried else {}),
    }


def _clean_values(
    form: ModelForm, filled: dict[str, Any], owner: models.Field | None = None, *, stores_files: bool = True
) -> dict[str, Any]:
    """The content of a form's instance as the database would hold it. A text that was not changed stays."""
    row = form.instance
    unchanged = {}
    for field in serialization.content_fields(type(row)):
        if isinstance(field, models.FileField):
            file = getattr(row, field.name)
            if file and not file._committed and stores_files:
                file.save(file.name, file.file, save=False)
                cleanup.on_file_saved(file.name)
            elif file and not file._committed:
                unchanged[field.name] = filled.get(field.name)
        elif isinstance(field, models.TextField) and field.name in form.changed_data:
            # Rich text is sanitised on its way into the database.
            value = field.get_db_prep_save(field.value_from_object(row), connection)
            setattr(row, field.attname, value)
        elif isinstance(field, models.TextField) and field.name in filled:
            unchanged[field.name] = filled[field.name]
    return serialization.values_of(row, owner) | unchanged
