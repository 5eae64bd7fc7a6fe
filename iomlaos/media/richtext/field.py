"""The rich text field, sanitised on its way into the database."""

import re
from html import unescape
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django_prose_editor.fields import ProseEditorField, create_sanitizer

from iomlaos.media.richtext.extensions import EXTENSIONS
from iomlaos.media.richtext.images import (
    alternative_text_error,
    alternative_texts,
    describe_images,
    image_ids,
)
from iomlaos.media.richtext.links import broken_links, correct_links
from iomlaos.media.richtext.sanitizer import (
    extract_images,
    keep_languages,
    limit_spans,
    normalize,
    rename_tags,
)

BLOCK_END = re.compile(r"</(?:p|h\d|li|tr|blockquote|figcaption)>|<br[^>]*>")


def _broken_link(words: str, address: str) -> str:
    message = _("The link “%(words)s” does not work: %(address)s. Correct it or remove it.")
    return message % {"words": Truncator(words).chars(80), "address": Truncator(address).chars(80)}


class RichTextField(ProseEditorField):
    """HTML with headings, lists, links, emphasis, quotes, tables and images.

    It is sanitised in `get_db_prep_save`, which all saves pass: forms, fixtures, bulk and queryset updates.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("extensions", EXTENSIONS)
        # Sanitizers run in reverse order.
        kwargs.setdefault(
            "sanitize",
            [
                normalize,
                correct_links,
                limit_spans,
                extract_images,
                create_sanitizer,
                keep_languages,
                rename_tags,
            ],
        )
        super().__init__(*args, **kwargs)

    def clean(self, value: Any, instance: models.Model | None) -> Any:
        broken = list(broken_links(value or ""))
        value = super().clean(value, instance)
        if broken:
            raise ValidationError([_broken_link(*link) for link in broken])
        faults = dict.fromkeys(filter(None, map(alternative_text_error, alternative_texts(value))))
        if faults:
            raise ValidationError(
                [_("A picture in this text: %(fault)s") % {"fault": each} for each in faults]
            )
        named = image_ids(value)
        if named and apps.get_model("media", "Image").objects.filter(pk__in=named).count() < len(named):
            raise ValidationError(_("A picture in this text no longer exists. Remove it, or add it again."))
        return value

    def snapshot_as_text(self, value: str) -> str:
        """The text of a stored value, for a diff: each image as its words in brackets."""
        return unescape(strip_tags(BLOCK_END.sub(" \n", describe_images(value)))).strip()

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str):
            value = self.sanitize(value)
        return super().get_db_prep_save(value, connection)
