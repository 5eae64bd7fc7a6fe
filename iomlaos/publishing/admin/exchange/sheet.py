"""What a row of a table means: a form of the admin that is filled in from it.

So an import knows every rule that the form knows, and says the same words. The columns, the rows that
are there already and the run through them are django-import-export's.
"""

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, ClassVar

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.forms import ChoiceField, ModelChoiceField, ModelForm
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets
from import_export.instance_loaders import CachedInstanceLoader
from import_export.results import RowResult

from iomlaos.publishing.compared import Change
from iomlaos.publishing.dates import VIENTIANE, PartialDate
from iomlaos.publishing.models import Publishable, Revision
from iomlaos.publishing.revisions import Standing
from iomlaos.publishing.richtext import RichTextField
from iomlaos.publishing.rights import may_publish
from iomlaos.publishing.snapshots import take

from .tables import Table

#: Between the keys of one cell.
BETWEEN = " "


class Moved(Exception):
    """Somebody changed a row since it was looked at."""


class Cell(widgets.Widget):
    """A value as text: dates by ISO 8601, moments by the clock of Vientiane, rows by their keys."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return value

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        match value:
            case None:
                return ""
            case PartialDate():
                return value.iso
            case datetime.datetime():
                there = value.astimezone(VIENTIANE).replace(tzinfo=None)
                return there.isoformat(timespec="seconds" if there.second else "minutes")
            case datetime.date():
                return value.isoformat()
            case models.Manager():
                return self.render(value.all())
            case models.QuerySet() | list():
                return BETWEEN.join(sorted(row.slug for row in value))
            case models.Model():
                return value.slug
        return str(value).replace("\r\n", "\n")


@dataclass
class Row:
    """What a row of the table would do, and did."""

    number: int
    cells: dict[str, str]
    record: models.Model | None = None
    is_new: bool = False
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    #: The columns of the database as they were: whoever changes one of them is not overwritten.
    seen: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    #: Label, what the cell holds, and what is wrong with it.
    errors: list[tuple[str, str, str]] = field(default_factory=list)
    form: ModelForm | None = None

    @property
    def title(self) -> str:
        return str(self.record) if self.record and self.record.pk else self.cells.get("slug", "")

    @property
    def kind(self) -> str:
        if self.errors:
            return "refused"
        if self.is_new:
            return "new"
        return "changed" if self.changes else "unchanged"


class FromATable:
    """A form that is filled in from a row: it has the fields of the table's columns alone.

    What a model says of another field stands beside no field, with its name.
    """

    #: Fields that the form of the admin tells elsewhere.
    told_elsewhere: frozenset[str] = frozenset()

    def add_error(self, field: str | None, error: Any) -> None:
        if hasattr(error, "error_dict"):
            known: dict[str, list] = {}
            for name, errors in error.error_dict.items():
                if name in self.fields or name in (NON_FIELD_ERRORS, *self.told_elsewhere):
                    known.setdefault(name, []).extend(errors)
                    continue
                label = capfirst(self._meta.model._meta.get_field(name).verbose_name)
                words = (f"{label}: {' '.join(each.messages)}" for each in errors)
                known.setdefault(NON_FIELD_ERRORS, []).extend(ValidationError(each) for each in words)
            error = ValidationError(known)
        super().add_error(field, error)


class Sheet(resources.ModelResource):
    """The table of one kind of thing. A row is known by its address (`slug`)."""

    class Meta:
        import_id_fields = ("slug",)
        instance_loader_class = CachedInstanceLoader
        skip_diff = True
        use_transactions = False

    #: Written, and not read: an import publishes nothing and withdraws nothing.
    STATE = "state"
    #: What no two rows of a table may share, as the database does not allow it.
    alone: ClassVar[tuple[str, ...]] = ()
    #: Columns that are read and not written.
    only_read: ClassVar[tuple[str, ...]] = ()
    told_elsewhere: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, admin: Any, request: HttpRequest) -> None:
        super().__init__()
        self.admin, self.request = admin, request
        self.rows: list[Row] = []

    @classmethod
    def field_from_django_field(cls, name: str, django_field: models.Field, readonly: bool) -> fields.Field:
        return fields.Field(attribute=name, column_name=name, widget=Cell())

    def get_queryset(self) -> models.QuerySet:
        return self.with_relations(self._meta.model._base_manager.all())

    def with_relations(self, rows: models.QuerySet) -> models.QuerySet:
        """Rows with all that their cells tell."""
        named = [self._column(name) for name in self.columns]
        single = [each.name for each in named if isinstance(each, models.ForeignKey)]
        many = [each.name for each in named if isinstance(each, models.ManyToManyField)]
        return (
            rows.select_related(*single).prefetch_related(*many) if single else rows.prefetch_related(*many)
        )

    @property
    def columns(self) -> list[str]:
        return list(self._meta.fields)

    def _column(self, name: str) -> models.Field | None:
        return next(
            (each for each in (*self.opts.concrete_fields, *self.opts.many_to_many) if each.name == name),
            None,
        )

    @property
    def opts(self) -> Any:
        return self._meta.model._meta

    def get_export_fields(self, selected_fields: Any = None) -> list[fields.Field]:
        return [self.fields[name] for name in self.columns if name not in self.only_read]

    def get_import_order(self) -> list[str]:
        return self.columns

    def written(self, record: models.Model, many: dict[str, Any] | None = None) -> dict[str, str]:
        """The cells of a record. `many` holds rows that it is about to name."""
        return {
            name: self.fields[name].widget.render((many or {})[name])
            if name in (many or {})
            else self.export_field(self.fields[name], record)
            for name in self.columns
            if name not in self.only_read
        }

    def check(self, columns: list[str]) -> None:
        """Raises ValidationError where the first row does not name columns of this table."""
        if "slug" not in columns:
            raise ValidationError(
                _("The first row has to name the columns, and one of them has to be “slug”.")
            )
        if twice := sorted({name for name in columns if columns.count(name) > 1}):
            raise ValidationError(
                _("These columns are there twice: %(names)s.") % {"names": ", ".join(twice)}
            )
        if unknown := [name or "–" for name in columns if name not in self.columns]:
            raise ValidationError(
                _("These are no columns of this table: %(names)s. See the list of columns below.")
                % {"names": ", ".join(unknown)}
            )

    # --- What a table would do ----------------------------------------------------------------

    def look(self, table: Table) -> list[Row]:
        """Each row of the table, and what it would do. Nothing is stored."""
        self.given = table.columns
        self.rows = [
            Row(number, dict(zip(table.columns, cells, strict=True))) for number, cells in table.rows
        ]
        dataset = tablib.Dataset(*(cells for _number, cells in table.rows), headers=table.columns)
        self._running = iter(self.rows)
        result = self.import_data(dataset, dry_run=True, use_transactions=False)
        for fault in chain(result.base_errors, *(outcome.errors for outcome in result.rows)):
            raise fault.error
        for row, outcome in zip(self.rows, result.rows, strict=True):
            if outcome.import_type == RowResult.IMPORT_TYPE_INVALID:
                row.errors += self._in_words(row, outcome.validation_error)
        return self.rows

    def before_import_row(self, row: dict, **kwargs: Any) -> None:
        self.now = next(self._running)
        errors = {}
        for name in ("slug", *self.alone):
            value = row.get(name, "").casefold()
            first = self._first_with.setdefault((name, value), self.now.number) if value else self.now.number
            if first != self.now.number:
                errors[name] = _("Row %(row)s of this table has the same.") % {"row": first}
        if not row.get("slug"):
            errors["slug"] = _("Each row needs an address: by it, a row is known.")
        if errors:
            raise ValidationError(errors)

    @cached_property
    def _first_with(self) -> dict[tuple[str, str], int]:
        return {}

    @cached_property
    def _waiting(self) -> set[str]:
        """The keys of those of which a draft waits."""
        return set(
            Revision.objects.waiting()
            .filter(model=self.opts.label_lower)
            .order_by()
            .values_list("object_key", flat=True)
        )

    def after_init_instance(self, instance: models.Model, new: bool, row: dict, **kwargs: Any) -> None:
        self.now.record, self.now.is_new = instance, new
        if not new:
            self.now.before = self.written(instance)
            self.now.seen = {
                each.attname: getattr(instance, each.attname) for each in self.opts.concrete_fields
            }

    def import_instance(self, instance: models.Model, row: dict, **kwargs: Any) -> None:
        """Fill in the form, unless the cells say what is there already."""
        now = self.now
        if not now.is_new and all(
            now.before.get(name, "").strip() == cell for name, cell in now.cells.items()
        ):
            now.after = now.before
            return
        now.form = self._form_class(now.is_new)(data=self._typed(instance, now), instance=instance)
        errors = self._state_errors(instance, now)
        if now.form.is_valid():
            self._finish(instance, now)
        errors |= {name: found.as_data() for name, found in now.form.errors.items()}
        if not errors and now.changes:
            errors = self._rights_errors(now)
        if errors:
            raise ValidationError(errors)

    def _finish(self, instance: models.Model, now: Row) -> None:
        """What the form made of the record, compared with what was there."""
        for name in self.given:
            if isinstance(column := self._column(name), RichTextField):
                setattr(instance, name, column.sanitize(getattr(instance, name) or ""))
        many = {
            each.name: list(now.form.cleaned_data[each.name])
            for each in self.opts.many_to_many
            if each.name in now.form.fields
        }
        now.after = self.written(instance, many)
        changed = {name for name, cell in now.after.items() if cell != now.before.get(name, "")}
        if hasattr(instance, "as_of") and changed - self.admin.BOOKKEEPING and "as_of" not in changed:
            instance.as_of = PartialDate.of(self.request.at)
            now.after = self.written(instance, many)
        now.changes = [
            Change(self.label(name), now.before.get(name, ""), cell)
            for name, cell in now.after.items()
            if cell != now.before.get(name, "")
        ]

    def _state_errors(self, instance: models.Model, now: Row) -> dict[str, str]:
        state = now.cells.get(self.STATE, "")
        if not state or not isinstance(instance, Publishable) or state == instance.state:
            return {}
        return {
            self.STATE: _(
                "An import neither publishes nor withdraws, and what is new is a draft. Leave “%(state)s”."
            )
            % {"state": instance.state}
        }

    def _rights_errors(self, now: Row) -> dict[str, str]:
        if now.is_new:
            may = self.admin.has_add_permission(self.request)
        else:
            may = self.admin.has_change_permission(self.request, now.record) and self._may_change(now.record)
        if not may:
            return {NON_FIELD_ERRORS: _("You may not change this one: it has been published.")}
        if not now.is_new and str(now.record.pk) in self._waiting:
            return {NON_FIELD_ERRORS: _("A draft of this one waits. Publish it or discard it first.")}
        return {}

    def _may_change(self, record: models.Model) -> bool:
        """An import changes the row itself: what was ever published, for those who may publish alone."""
        is_draft = not isinstance(record, Publishable) or record.state == Publishable.State.DRAFT
        return is_draft or may_publish(self.request.user, type(record))

    def skip_row(
        self, instance: models.Model, original: Any, row: dict, import_validation_errors: Any = None
    ) -> bool:
        return not import_validation_errors and not self.now.changes

    def validate_instance(
        self, instance: models.Model, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """The form has asked the model already."""
        if import_validation_errors:
            raise ValidationError(import_validation_errors)

    def save_instance(self, instance: models.Model, is_create: bool, row: dict, **kwargs: Any) -> None:
        """See `apply`."""

    def save_m2m(self, instance: models.Model, row: dict, **kwargs: Any) -> None:
        """See `apply`."""

    # --- The form -----------------------------------------------------------------------------

    def _form_class(self, is_new: bool) -> type[ModelForm]:
        """Of what is new, all columns are asked; of what is there, those of the table."""
        return self._new_form if is_new else self._present_form

    @cached_property
    def _new_form(self) -> type[ModelForm]:
        return self._form_of(self.columns)

    @cached_property
    def _present_form(self) -> type[ModelForm]:
        return self._form_of(self.given)

    def _form_of(self, names: Iterable[str]) -> type[ModelForm]:
        names = [name for name in names if name in self.columns and name != self.STATE]
        form = self.admin.get_form(self.request, fields=names)
        row_form = type("RowForm", (FromATable, form), {"told_elsewhere": self.told_elsewhere})
        for each in row_form.base_fields.values():
            if isinstance(each, ModelChoiceField):
                each.to_field_name = "slug"
                each.error_messages["invalid_choice"] = _("There is none with the key “%(value)s”.")
            elif isinstance(each, ChoiceField):
                known = ", ".join(str(value) for value, _words in each.choices if value)
                each.error_messages["invalid_choice"] = _("Write one of: %(known)s.") % {"known": known}
        return row_form

    def _typed(self, instance: models.Model, now: Row) -> dict[str, Any]:
        """What somebody would type into the form."""
        typed: dict[str, Any] = self.besides(instance)
        for name in self.columns if now.is_new else self.given:
            column = self._column(name)
            if name in now.cells:
                cell = now.cells[name]
                typed[name] = cell.split() if isinstance(column, models.ManyToManyField) else cell
            elif column is not None and column.has_default():
                typed[name] = column.get_default()
        return typed

    def besides(self, instance: models.Model) -> dict[str, Any]:
        """What a form holds besides, where the table does not say it."""
        return {}

    # --- Words --------------------------------------------------------------------------------

    def label(self, name: str) -> str:
        """A column by the name that the form gives it, and by its own."""
        label = getattr(self._new_form.base_fields.get(name), "label", "") or self._verbose(name)
        return f"{capfirst(label)} ({name})" if label else ""

    def _verbose(self, name: str) -> str:
        column = self._column(name)
        return str(column.verbose_name) if column is not None else ""

    @property
    def guide(self) -> list[tuple[str, str, str]]:
        """Each column, its name in the form, and what to write into it."""
        form = self._new_form.base_fields
        return [
            (
                name,
                getattr(form.get(name), "label", "") or capfirst(self._verbose(name)),
                self._help(form.get(name), name),
            )
            for name in self.columns
        ]

    def _help(self, each: Any, name: str) -> str:
        if name == self.STATE:
            return _("For you to read: an import neither publishes nor withdraws. What is new is a draft.")
        if isinstance(self._column(name), models.ManyToManyField):
            return _("Their keys, with a space between.")
        if isinstance(each, ModelChoiceField):
            return _("Its key.")
        if choices := getattr(self._column(name), "choices", None):
            return _("One of: %(values)s.") % {
                "values": ", ".join(value for value, _label in choices if value)
            }
        if isinstance(self._column(name), RichTextField):
            return _("Text with tags, as it is exported.")
        return str(getattr(each, "help_text", ""))

    def _in_words(self, row: Row, error: ValidationError) -> list[tuple[str, str, str]]:
        found = []
        for name, errors in error.update_error_dict({}).items():
            is_field = name != NON_FIELD_ERRORS
            label = self.label(name) if is_field else ""
            for each in errors:
                found += [(label, row.cells.get(name, ""), message) for message in each.messages]
        return found

    # --- Doing it -----------------------------------------------------------------------------

    def seal(self) -> str:
        """A sum of what was shown: it is another as soon as anything is different."""
        shown = [
            [
                row.number,
                row.kind,
                row.cells,
                row.after,
                {name: str(value) for name, value in row.seen.items()},
            ]
            for row in self.rows
        ]
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()

    def apply(self, note: str) -> None:
        """All of it or nothing. Raises Moved where somebody was faster."""
        with transaction.atomic():
            for row in self.rows:
                if row.kind in ("new", "changed"):
                    self._save(row, note)

    def _save(self, row: Row, note: str) -> None:
        try:
            standing = Revision.objects.last_known(row.form.save()) if row.is_new else self._saved(row)
            data = take(row.record)
            Revision.objects.follow(standing, row.record, data, by=self.request.user, note=note)
        except IntegrityError:
            raise Moved(row.number) from None

    def _saved(self, row: Row) -> Standing:
        """Where the history of a record stands that nobody has changed since it was looked at."""
        stored = self._meta.model._base_manager.filter(pk=row.record.pk).first()
        if stored is None:
            raise Moved(row.number)
        standing = Revision.objects.standing(stored)
        many = {name: sorted(map(str, keys)) for name, keys in self._named_before(row).items()}
        if (
            standing.draft
            or any(getattr(stored, name) != value for name, value in row.seen.items())
            or any(standing.head.data["many"][name] != keys for name, keys in many.items())
        ):
            raise Moved(row.number)
        row.form.save()
        return standing

    def _named_before(self, row: Row) -> dict[str, list]:
        prefetched = getattr(row.record, "_prefetched_objects_cache", {})
        return {name: [each.pk for each in rows] for name, rows in prefetched.items()}
