"""The sections of a change form: the tabs above it."""

from collections.abc import Iterable, Iterator

from django.contrib.admin.helpers import AdminForm, Fieldset, InlineAdminFormSet
from django.contrib.admin.utils import flatten
from django.utils.text import capfirst, slugify

from iomlaos.translations.models import Translation
from iomlaos.translations.states import State, state_of

#: What fits on a line of a form.
ONE_LINE = 110


class Section:
    """Fieldsets of one title, and the inlines whose `section` is that title."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.fieldsets: list[Fieldset] = []
        self.formsets: list[InlineAdminFormSet] = []

    @property
    def key(self) -> str:
        return f"section-{slugify(self.title, allow_unicode=True)}"

    @property
    def count(self) -> str:
        """How many rows it has, or how many of its English texts are in Lao: "1", "0/4"."""
        if self.formsets and not self.fieldsets:
            return str(sum(map(_row_count, self.formsets)))
        if self.is_lao:
            return _translated_count(self.fieldsets)
        return ""

    @property
    def is_lao(self) -> bool:
        return any("lao" in fieldset.classes.split() for fieldset in self.fieldsets)

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """The id and the label of each field with an error, and what is wrong."""
        return [
            *(error for fieldset in self.fieldsets for error in _fieldset_errors(fieldset)),
            *(error for formset in self.formsets for error in _formset_errors(formset)),
        ]


def build_sections(
    admin_form: AdminForm, formsets: Iterable[InlineAdminFormSet], default: str
) -> list[Section]:
    """The sections of a form in their order; sections of inlines alone come before Lao.

    A fieldset without a title continues the one before it; `default` is the title of a first one.
    """
    sections: dict[str, Section] = {}
    title = default
    for fieldset in admin_form:
        title = str(fieldset.name or title)
        sections.setdefault(title, Section(title)).fieldsets.append(fieldset)
    own: dict[str, Section] = {}
    for formset in formsets:
        title = str(getattr(formset.opts, "section", "") or capfirst(formset.opts.verbose_name_plural))
        section = sections.get(title) or own.setdefault(title, Section(title))
        section.formsets.append(formset)
    rows = (row for formset in formsets for row in formset)
    _add_english([*admin_form, *(fieldset for row in rows for fieldset in row)])
    ordered = list(sections.values())
    place = next((place for place, section in enumerate(ordered) if section.is_lao), len(ordered))
    return [*ordered[:place], *own.values(), *ordered[place:]]


def _row_count(formset: InlineAdminFormSet) -> int:
    rows = formset.formset
    added = sum(form.has_changed() for form in rows.extra_forms) if rows.is_bound else 0
    return rows.initial_form_count() + added


def _add_english(fieldsets: Iterable[Fieldset]) -> None:
    """Give each field in Lao the English text that it translates, and its state where it is not in step."""
    found = []
    for fieldset in fieldsets:
        form = fieldset.form
        for name in flatten(fieldset.fields):
            english = f"{name.removesuffix('_lo')}_en"
            if name.endswith("_lo") and {name, english} <= form.fields.keys():
                pair = tuple(form.initial.get(each) or "" for each in (english, name))
                found.append((form, name, english, pair))
    known = Translation.objects.known(pair for _form, _name, _english, pair in found)
    for form, name, english, pair in found:
        field, text = form.fields[name], form[english].value() or ""
        column = form._meta.model._meta.get_field(english)
        if hasattr(column, "snapshot_as_text"):
            text = column.snapshot_as_text(" ".join(text.split())).replace(" \n", "\n\n")
        field.english = text
        field.is_long = len(field.english) > ONE_LINE
        state = state_of(pair, known)
        field.state = state if state in (State.OUTDATED, State.AWAITING_REVIEW) else None


def _translated_count(fieldsets: list[Fieldset]) -> str:
    texts = [
        (fieldset.form.fields[name].english, fieldset.form[name].value())
        for fieldset in fieldsets
        for name in flatten(fieldset.fields)
        if hasattr(fieldset.form.fields.get(name), "english")
    ]
    lao = [lao for english, lao in texts if english]
    return f"{sum(map(bool, lao))}/{len(lao)}" if lao else ""


def _fieldset_errors(fieldset: Fieldset) -> Iterator[tuple[str, str, str]]:
    for line in fieldset:
        for field in line:
            if not field.is_readonly:
                for message in field.field.errors:
                    yield field.field.auto_id, field.field.label, message


def _formset_errors(formset: InlineAdminFormSet) -> Iterator[tuple[str, str, str]]:
    group, name = f"{formset.formset.prefix}-group", str(capfirst(formset.opts.verbose_name))
    for message in formset.formset.non_form_errors():
        yield group, name, message
    for number, form in enumerate(formset.formset.forms, 1):
        for field, messages in form.errors.items():
            anchor = form[field].auto_id if field in form.fields else group
            label = form[field].label if field in form.fields else ""
            for message in messages:
                yield anchor, " ".join(filter(None, [name, str(number), str(label)])), message
