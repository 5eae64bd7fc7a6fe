"""Public records whose every field holds one word of sixty characters."""

import hashlib

from django.apps import apps
from django.db import models

from iomlaos.media.richtext import RichTextField

APPS = ("office", "programmes", "careers")
LENGTH = 60
#: What is no text for people: it is chosen, derived or points at a file.
NOT_WRITTEN = {
    "state",
    "slug",
    "token",
    "file",
    "original_name",
    "iso_code",
    "key",
    "budget_currency",
    "currency",
}


def fill_with_long_words() -> None:
    for model in (model for name in APPS for model in apps.get_app_config(name).get_models()):
        translated = {
            field.name.removesuffix("_en") for field in model._meta.fields if field.name.endswith("_en")
        }
        fields = [
            field
            for field in model._meta.fields
            if isinstance(field, models.CharField | models.TextField)
            and not (field.choices or field.name in NOT_WRITTEN | translated)
            and not field.name.endswith(("_lo", "date", "starts", "ends", "dated", "since"))
            and (field.max_length or LENGTH) >= LENGTH
        ]
        for row in model._base_manager.all():
            values = {field.name: long_word(field, row) for field in fields}
            model._base_manager.filter(pk=row.pk).update(**values)


def long_word(field: models.Field, row: models.Model) -> str:
    digest = hashlib.sha256(f"{row.pk}{field.name}".encode()).hexdigest()[:LENGTH]
    if isinstance(field, RichTextField):
        return f"<h2>{digest}</h2><p>{digest}</p><ul><li>{digest}</li></ul>"
    if isinstance(field, models.EmailField):
        return f"{digest}@example.org"
    if isinstance(field, models.URLField):
        return f"https://example.org/{digest}"
    return digest
