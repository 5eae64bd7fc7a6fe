"""Rich text: what an editor can write is what the database can hold."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django_prose_editor.fields import ProseEditorField

#: What the editor offers, and all that is kept of pasted or imported HTML. h1 is the page's title.
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
    "History": True,
}


class RichTextField(ProseEditorField):
    """HTML of headings, lists, links, emphasis, quotes and tables.

    It is sanitised on its way into the database: saves, raw saves of fixtures, bulk and queryset
    updates all pass `get_db_prep_save`, a form's own cleaning does not see them all.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("extensions", EXTENSIONS)
        kwargs.setdefault("sanitize", True)
        super().__init__(*args, **kwargs)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str):
            value = self.sanitize(value)
        return super().get_db_prep_save(value, connection)


def rich_text_fields(model: type[models.Model]) -> Iterable[RichTextField]:
    """The rich text columns of a model, one for each language."""
    return (field for field in model._meta.get_fields() if isinstance(field, RichTextField))
