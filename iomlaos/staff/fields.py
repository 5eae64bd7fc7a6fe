"""Form fields of the admin: dates, times and texts as staff type them."""

import datetime
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorFormField
from js_asset import Script

from iomlaos.media.richtext.sanitizer import has_content
from iomlaos.translations.lao import clean_spelling

INVALID_DATE = _(
    "There is no such date. Write it as 28 February 2026, 28/2/2026 or 2026-02-28: the day before the month."
)
INVALID_DATETIME = _(
    "There is no such date and hour. Write it as 28 February 2026 17:00, 28/2/2026 17:00 or "
    "2026-02-28 17:00: the day before the month."
)
INVALID_TIME = _("There is no such hour. Write it as 17:00.")
LAO_DIGITS = str.maketrans("໐໑໒໓໔໕໖໗໘໙", "0123456789")


def validate_year(value: datetime.date) -> None:
    """Refuse a mistyped year (0206 for 2026), before a database or a time zone fails of it."""
    if not 1900 <= value.year <= 2199:
        raise ValidationError(_("The year must be between 1900 and 2199."), code="year")


class DateInput(forms.TextInput):
    """A text box, the day first: a date box of the browser shows the order of the computer's language.

    static/staff/js/dates.js adds the picker, and says in words what was typed.
    """

    kind = "day"

    class Media:
        js = (Script("staff/js/dates.js", type="module"),)

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__({"data-date": self.kind, "autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        return self.written(value) if isinstance(value, datetime.date | datetime.time) else value

    def written(self, value: Any) -> str:
        """As it can be typed, in English: "3 March 2026"."""
        return f"{value.day} {value:%B %Y}"


class TimeInput(DateInput):
    kind = "hour"

    def written(self, value: datetime.time) -> str:
        return f"{value:%H:%M}"


class DateTimeInput(DateInput):
    kind = "moment"

    def written(self, value: datetime.datetime) -> str:
        return f"{super().written(value)} {value:%H:%M}"


class LenientParsingMixin:
    """Also accepts Lao digits, and a comma or “at” before the hour.

    The accepted formats are in iomlaos/formats. Of two numbers the first is the day.
    """

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            parts = value.translate(LAO_DIGITS).replace(",", " ").split()
            value = " ".join(part for part in parts if part != "at")
        return super().to_python(value)


class DateField(LenientParsingMixin, forms.DateField):
    widget = DateInput
    default_error_messages = {"invalid": INVALID_DATE}
    default_validators = [validate_year]


class TimeField(LenientParsingMixin, forms.TimeField):
    """An hour. Also accepts 1700 and 17h00."""

    widget = TimeInput
    default_error_messages = {"invalid": INVALID_TIME}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = re.sub(r"^(\d{1,2})[hH]?(\d\d)$", r"\1:\2", value.translate(LAO_DIGITS).strip())
        return super().to_python(value)


class DateTimeField(LenientParsingMixin, forms.DateTimeField):
    """A moment in Vientiane, to the minute."""

    widget = DateTimeInput
    default_error_messages = {"invalid": INVALID_DATETIME}
    default_validators = [validate_year]


class OrderField(forms.IntegerField):
    """A place among others: the first where none is given."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"required": False})

    def to_python(self, value: Any) -> int:
        return super().to_python(value) or 0


#: Control characters that are pasted from other programs; feeds and spreadsheets may not hold them.
#: NUL is refused by every field.
CONTROL_CHARACTERS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
#: How Word ends a line or a page within a paragraph.
LINE_ENDS = re.compile(r"\r\n|[\x0b\x0c]")


class NormalizedInputMixin:
    """Removes control characters, and what is invisible in Lao. Line ends, and space around a text, are no
    change of it."""

    line_end = "\n"

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return text
        return clean_spelling(CONTROL_CHARACTERS.sub("", LINE_ENDS.sub(self.line_end, text)))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.to_python(initial), data)


class SingleLineField(NormalizedInputMixin, forms.CharField):
    line_end = " "


class MultiLineField(NormalizedInputMixin, forms.CharField):
    pass


class RichTextFormField(NormalizedInputMixin, ProseEditorFormField):
    """The rich-text editor. Tags without text and images count as empty."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return text if text and has_content(text) else ""
