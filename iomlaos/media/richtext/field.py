"""The rich text field, sanitised on its way into the database."""

import re
from html import unescape
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse_lazy
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_prose_editor.fields import ProseEditorField, create_sanitizer

from iomlaos.media.richtext.images import (
    alternative_text_error,
    alternative_texts,
    describe_images,
    image_ids,
)
from iomlaos.media.richtext.sanitizer import extract_images, normalize, sanitize_pasted

BLOCK_END = re.compile(r"</(?:p|h\d|li|tr|blockquote|figcaption)>|<br[^>]*>")
#: What the editor offers, and all that is kept of pasted HTML. h1 is the page's title.
EXTENSIONS: dict[str, Any] = {
    "Bold": True,
    "Italic": True,
    "Heading": {"levels": [2, 3, 4]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Link": {"protocols": ["https", "http", "mailto", "tel"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    # static/staff/js/images.js: the package's own, with a dialog of ours.
    "Image": True,
    "Figure": {
        "dialog": reverse_lazy("admin:media_image_dialog"),
        "files": reverse_lazy("admin:media_image_changelist"),
        "words": {
            "picture": gettext_lazy("Picture"),
            "wait": gettext_lazy("One moment…"),
            "lost": gettext_lazy(
                "The site cannot be reached, or you are signed out. What you wrote is still here: open the "
                "admin in another tab, sign in there if it asks you to, and try again here."
            ),
            "close": gettext_lazy("Close"),
        },
    },
    "Caption": True,
    "History": True,
}


class RichTextField(ProseEditorField):
    """HTML with headings, lists, links, emphasis, quotes, tables and images.

    It is sanitised in `get_db_prep_save`, which all saves pass: forms, fixtures, bulk and queryset updates.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("extensions", EXTENSIONS)
        # Sanitizers run in reverse order.
        kwargs.setdefault("sanitize", [normalize, extract_images, create_sanitizer, sanitize_pasted])
        super().__init__(*args, **kwargs)

    def clean(self, value: Any, instance: models.Model | None) -> Any:
        value = super().clean(value, instance)
        faults = dict.fromkeys(filter(None, map(alternative_text_error, alternative_texts(value))))
        if faults:
            raise ValidationError(
                [_("A picture in this text: %(fault)s") % {"fault": each} for each in faults]
            )
        named = image_ids(value)
        if named and apps.get_model("media", "Image").objects.filter(pk__in=named).count() < len(named):
            raise ValidationError(
                _("A picture in this text is not there any more. Take it out, or put it in again.")
            )
        return value

    def snapshot_as_text(self, value: str) -> str:
        """The text of a stored value, for a diff: each image as its words in brackets."""
        return unescape(strip_tags(BLOCK_END.sub(" \n", describe_images(value)))).strip()

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str):
            value = self.sanitize(value)
        return super().get_db_prep_save(value, connection)
