"""Compare the fields of fixtures and rows, as text."""

import hashlib
import os
import re
from decimal import Decimal
from typing import Any

from django.db import models

from iomlaos.media.richtext import RichTextField
from iomlaos.publishing.serialization import content_fields
from iomlaos.seeding.parser import key_field

MAX_LENGTH_SHOWN = 60


def row_at(model: type[models.Model], key: str) -> models.Model | None:
    """The row that has this key now."""
    return model._base_manager.filter(**{key_field(model): key}).first()


def as_text(field: models.Field, value: Any) -> str:
    """A value without what a form or the editor changes by itself: line ends, space between two tags."""
    if field.remote_field:
        rows = value if field.many_to_many else filter(None, [value])
        return ", ".join(sorted(str(getattr(row, key_field(field.related_model))) for row in rows))
    if isinstance(field, RichTextField) and value:
        return re.sub(r"\s+", " ", re.sub(r">\s+<", "><", field.sanitize(value)))
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(field.get_prep_value(value)).replace("\r\n", "\n")


def stored_texts(row: models.Model) -> dict[str, str]:
    """The content of a row, by field."""
    texts = {field.name: as_text(field, getattr(row, field.name)) for field in content_fields(type(row))}
    many = type(row)._meta.many_to_many
    return texts | {field.name: as_text(field, getattr(row, field.name).all()) for field in many}


def field_hashes(row: models.Model) -> dict[str, str]:
    """A hash of each field, as the database holds it."""
    stored = type(row)._base_manager.get(pk=row.pk)
    return {name: _hash(text) for name, text in stored_texts(stored).items()}


def default_hash(model: type[models.Model], name: str) -> str:
    """The hash of a field that nobody has filled in: a migration added it after the record was loaded."""
    field = model._meta.get_field(name)
    return _hash(as_text(field, [] if field.many_to_many else field.get_default()))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def describe_difference(ours: str, theirs: str) -> str:
    """Both texts, short, and from where two long ones begin to differ."""
    alike = len(os.path.commonprefix([ours, theirs]))
    return f"the fixture has {_shorten(ours, alike)}, the database {_shorten(theirs, alike)}."


def _shorten(text: str, alike: int) -> str:
    if not text:
        return "nothing"
    start = max(0, alike - MAX_LENGTH_SHOWN // 3) if len(text) > MAX_LENGTH_SHOWN else 0
    end = start + MAX_LENGTH_SHOWN
    return f"“{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}”"
