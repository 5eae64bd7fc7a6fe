"""Copy a record: a form for a new draft, filled in from another.

The copy has a slug of its own. It owns nothing yet: files, figures and history stay with the original.
"""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from iomlaos.publishing.options import options_of
from iomlaos.publishing.serialization import content_fields

#: The query parameter that names the original; also in submit_line.html.
COPY_OF = "copy_of"


def copied_values(original: models.Model) -> dict[str, Any]:
    not_copied = options_of(type(original)).not_copied
    return {
        field.name: field.value_from_object(original)
        for field in (*content_fields(type(original)), *original._meta.many_to_many)
        if getattr(field, "translated_field", field).name not in not_copied
    }


def unique_slug(original: models.Model, is_available: Callable[[str], bool]) -> str:
    """The first slug that no record has or had: driver-2, driver-3."""
    max_length = original._meta.get_field("slug").max_length
    number = 2
    while not is_available(slug := f"{original.slug[: max_length - len(str(number)) - 1]}-{number}"):
        number += 1
    return slug


def copy_message(original: models.Model, fields_to_fill_in: tuple[Any, ...]) -> str:
    message = _("This is a copy of “%(title)s”. It is not saved yet.") % {"title": original}
    if fields_to_fill_in:
        labels = get_text_list([str(label) for label in fields_to_fill_in], _("and"))
        message += " " + _("Fill in: %(fields)s.") % {"fields": labels}
    return message


def copy_note(original: models.Model) -> str:
    """What the history of the copy says."""
    title = " · ".join(filter(None, [str(original), getattr(original, "reference", "")]))
    return _("Copied from “%(title)s”") % {"title": title}
