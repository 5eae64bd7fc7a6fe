"""Form fields of the admin: dates, times and texts as staff type them."""

import datetime
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorFormField

from iomlaos.media.richtext import has_content

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


class TextFallbackInputMixin:
    """A date or time input of the browser that becomes a text box for a value that the browser cannot read.

    A browser shows nothing in place of such a value. In the other direction it sends nothing in place of a
    date that does not exist: static/staff/js/admin.js stops the form there and shows `data-refusal`.
    """

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__({"data-refusal": self.error_message, **(attrs or {})}, format=self.iso_format)

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        context = super().get_context(name, value, attrs)
        text = context["widget"]["value"]
        try:
            if text:
                datetime.datetime.strptime(text, self.iso_format)  # noqa: DTZ007  (only its form matters)
        except ValueError:
            context["widget"]["type"] = "text"
        return context


class DateInput(TextFallbackInputMixin, forms.DateInput):
    input_type, iso_format, error_message = "date", "%Y-%m-%d", INVALID_DATE


class TimeInput(TextFallbackInputMixin, forms.TimeInput):
    input_type, iso_format, error_message = "time", "%H:%M", INVALID_TIME


class DateTimeInput(TextFallbackInputMixin, forms.DateTimeInput):
    input_type, iso_format, error_message = "datetime-local", "%Y-%m-%dT%H:%M", INVALID_DATETIME


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


#: Control characters that are pasted from other programs; feeds and spreadsheets may not hold them.
#: NUL is refused by every field.
CONTROL_CHARACTERS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
#: How Word ends a line or a page within a paragraph.
LINE_ENDS = re.compile(r"\r\n|[\x0b\x0c]")


class NormalizedInputMixin:
    """Removes control characters. Line ends, and space around a text, are no change of it."""

    line_end = "\n"

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return CONTROL_CHARACTERS.sub("", LINE_ENDS.sub(self.line_end, text)) if text else text

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
