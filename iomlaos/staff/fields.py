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
    """A slip in the year (0206 for 2026) is refused before a database or a time zone meets it."""
    if not 1900 <= value.year <= 2199:
        raise ValidationError(_("The year must be between 1900 and 2199."), code="year")


class TextFallbackInputMixin:
    """A date or time input of the browser, which speaks up about what it cannot read.

    A browser shows nothing in place of a value that is no date: what was refused, or written in
    words, comes back in a plain text box, as it was typed. In the other direction it sends nothing
    in place of a date that does not exist: static/staff/js/admin.js stops the form there and says
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


class DateInput(TextFallbackInputMixin, forms.DateInput):
    input_type, written, refusal = "date", "%Y-%m-%d", INVALID_DATE


class TimeInput(TextFallbackInputMixin, forms.TimeInput):
    input_type, written, refusal = "time", "%H:%M", INVALID_TIME


class DateTimeInput(TextFallbackInputMixin, forms.DateTimeInput):
    input_type, written, refusal = "datetime-local", "%Y-%m-%dT%H:%M", INVALID_DATETIME


class LenientParsingMixin:
    """A date or an hour as staff write it: in Lao digits, too, and with a comma or “at” before the hour.

    The forms that are understood stand in iomlaos/formats. Of two numbers the first is the day.
    """

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            words = value.translate(LAO_DIGITS).replace(",", " ").split()
            value = " ".join(word for word in words if word != "at")
        return super().to_python(value)


class DateField(LenientParsingMixin, forms.DateField):
    widget = DateInput
    default_error_messages = {"invalid": INVALID_DATE}
    default_validators = [validate_year]


class TimeField(LenientParsingMixin, forms.TimeField):
    """An hour; 1700 and 17h00 are understood, too."""

    widget = TimeInput
    default_error_messages = {"invalid": INVALID_TIME}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = re.sub(r"^(\d{1,2})[hH]?(\d\d)$", r"\1:\2", value.translate(LAO_DIGITS).strip())
        return super().to_python(value)


class DateTimeField(LenientParsingMixin, forms.DateTimeField):
    """A moment in Vientiane, typed and shown to the minute."""

    widget = DateTimeInput
    default_error_messages = {"invalid": INVALID_DATETIME}
    default_validators = [validate_year]


class NormalizedInputMixin:
    """A browser ends lines with CR LF, and a form strips what stands around a text: no change of it."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.to_python(initial), data)


#: What nobody sees or types, and comes along from other programs: feeds and tables may not hold it.
#: NUL is refused by every field.
CONTROL_CHARACTERS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
#: How Word ends a line or a page within a paragraph.
LINE_ENDS = re.compile(r"\r\n|[\x0b\x0c]")


class SingleLineField(NormalizedInputMixin, forms.CharField):
    """Text of one line, without what nobody sees."""

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return CONTROL_CHARACTERS.sub("", LINE_ENDS.sub(" ", text)) if text else text


class MultiLineField(NormalizedInputMixin, forms.CharField):
    """Text of several lines, without what nobody sees."""

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return CONTROL_CHARACTERS.sub("", LINE_ENDS.sub("\n", text)) if text else text


class RichTextFormField(NormalizedInputMixin, ProseEditorFormField):
    """The editor. What holds tags but neither word nor picture counts as empty."""

    def to_python(self, value: Any) -> str:
        text = CONTROL_CHARACTERS.sub("", LINE_ENDS.sub("\n", super().to_python(value) or ""))
        return text if has_content(text) else ""
