"""How staff type days, moments and texts, and choose files: what all forms of the admin share."""

import datetime
import re
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminFileWidget
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorFormField

from iomlaos.publishing.dates import PartialDate
from iomlaos.publishing.richtext import has_content
from iomlaos.publishing.snapshots import make_room

NO_SUCH_DATE = _(
    "There is no such date. Write it as 28 February 2026, 28/2/2026 or 2026-02-28: the day before the month."
)
NO_SUCH_MOMENT = _(
    "There is no such date and hour. Write it as 28 February 2026 17:00, 28/2/2026 17:00 or "
    "2026-02-28 17:00: the day before the month."
)
NO_SUCH_HOUR = _("There is no such hour. Write it as 17:00.")
LAO_DIGITS = str.maketrans("໐໑໒໓໔໕໖໗໘໙", "0123456789")


def year_within_reach(value: datetime.date) -> None:
    """A slip in the year (0206 for 2026) is refused before a database or a time zone meets it."""
    if not 1900 <= value.year <= 2199:
        raise ValidationError(_("The year must be between 1900 and 2199."), code="year")


class AsTyped:
    """A date or time input of the browser, which speaks up about what it cannot read.

    A browser shows nothing in place of a value that is no date: what was refused, or written in
    words, comes back in a plain text box, as it was typed. In the other direction it sends nothing
    in place of a date that does not exist: static/staff/staff.js stops the form there and says
    what `data-refusal` holds.
    """

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__({"data-refusal": self.refusal, **(attrs or {})}, format=self.written)

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        context = super().get_context(name, value, attrs)
        typed = context["widget"]["value"]
        try:
            if typed:
                datetime.datetime.strptime(typed, self.written)  # noqa: DTZ007  (only its form is asked)
        except ValueError:
            context["widget"]["type"] = "text"
        return context


class DayInput(AsTyped, forms.DateInput):
    input_type, written, refusal = "date", "%Y-%m-%d", NO_SUCH_DATE


class HourInput(AsTyped, forms.TimeInput):
    input_type, written, refusal = "time", "%H:%M", NO_SUCH_HOUR


class MomentInput(AsTyped, forms.DateTimeInput):
    input_type, written, refusal = "datetime-local", "%Y-%m-%dT%H:%M", NO_SUCH_MOMENT


class AsWritten:
    """A date or an hour as staff write it: in Lao digits, too, and with a comma or “at” before the hour.

    The forms that are understood stand in iomlaos/formats. Of two numbers the first is the day.
    """

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            words = value.translate(LAO_DIGITS).replace(",", " ").split()
            value = " ".join(word for word in words if word != "at")
        return super().to_python(value)


class DayField(AsWritten, forms.DateField):
    widget = DayInput
    default_error_messages = {"invalid": NO_SUCH_DATE}
    default_validators = [year_within_reach]


class HourField(AsWritten, forms.TimeField):
    """An hour; 1700 and 17h00 are understood, too."""

    widget = HourInput
    default_error_messages = {"invalid": NO_SUCH_HOUR}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = re.sub(r"^(\d{1,2})[hH]?(\d\d)$", r"\1:\2", value.translate(LAO_DIGITS).strip())
        return super().to_python(value)


class MomentField(AsWritten, forms.DateTimeField):
    """A moment in Vientiane, typed and shown to the minute."""

    widget = MomentInput
    default_error_messages = {"invalid": NO_SUCH_MOMENT}
    default_validators = [year_within_reach]


class AsSent:
    """A browser ends lines with CR LF, and a form strips what stands around a text: no change of it."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.to_python(initial), data)


#: What nobody sees or types, and comes along from other programs: feeds and tables may not hold it.
#: NUL is refused by every field.
UNSEEN = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
#: How Word ends a line or a page within a paragraph.
ENDS_OF_LINES = re.compile(r"\r\n|[\x0b\x0c]")


class LineField(AsSent, forms.CharField):
    """Text of one line, without what nobody sees."""

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return UNSEEN.sub("", ENDS_OF_LINES.sub(" ", text)) if text else text


class TextField(AsSent, forms.CharField):
    """Text of several lines, without what nobody sees."""

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return UNSEEN.sub("", ENDS_OF_LINES.sub("\n", text)) if text else text


class RichTextFormField(AsSent, ProseEditorFormField):
    """The editor. What holds tags but neither word nor picture counts as empty."""

    def to_python(self, value: Any) -> str:
        text = UNSEEN.sub("", ENDS_OF_LINES.sub("\n", super().to_python(value) or ""))
        return text if has_content(text) else ""


class CurrentFile:
    """The file of an edition as a form shows it: by the name that staff gave it, and for staff only."""

    def __init__(self, edition: Any) -> None:
        options = edition._meta
        self.name = edition.filename or edition.file.name
        self.url = reverse(f"admin:{options.app_label}_{options.model_name}_file", args=[edition.file_key])

    def __str__(self) -> str:
        return self.name


class EditionFileInput(AdminFileWidget):
    """Uploads have no open address, so the link leads through the admin."""

    not_kept = ""

    def is_initial(self, value: Any) -> bool:
        return isinstance(value, CurrentFile)

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        if isinstance(value, FieldFile):
            value = CurrentFile(value.instance) if value and value._committed else None
        return super().get_context(name, value, attrs)

    def render(self, name: str, value: Any, attrs: dict | None = None, renderer: Any = None) -> str:
        html = super().render(name, value, attrs, renderer)
        if self.not_kept:
            words = gettext("“%(name)s” was not kept. Choose a file again before you save.")
            html = format_html('{}<p class="not-kept">{}</p>', html, words % {"name": self.not_kept})
        return html


class EditionFileField(forms.FileField):
    """A browser forgets the chosen file when a form comes back, and says nothing of it."""

    def __init__(self, **options: Any) -> None:
        """What is wrong with a file, its edition says (`filetypes.check_file`), and nobody before it."""
        super().__init__(**options | {"allow_empty_file": True, "max_length": None})

    def bound_data(self, data: Any, initial: Any) -> Any:
        if isinstance(data, UploadedFile):
            self.widget.not_kept = data.name
        return super().bound_data(data, initial)


class EditionFormSet(forms.BaseInlineFormSet):
    """Two editions of one language and date are refused within one form, too."""

    def save(self, commit: bool = True) -> Any:
        if commit:
            # Two may swap their languages or dates.
            changed = [form for form in self.initial_forms if form.has_changed()]
            make_room([form.instance for form in changed if form not in self.deleted_forms])
        return super().save(commit)

    def clean(self) -> None:
        super().clean()
        seen: set[tuple[str, PartialDate | None]] = set()
        for form in self.forms:
            typed = form.cleaned_data if form.is_valid() else {}
            if not typed or typed.get("DELETE"):
                continue
            key = (typed["language"], typed["dated"])
            if key in seen:
                form.add_error("dated", _("Two of these have the same language and date."))
            seen.add(key)
