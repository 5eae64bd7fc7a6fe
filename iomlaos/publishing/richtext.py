"""Rich text: what an editor can write is what the database can hold."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import slugify
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


@dataclass(frozen=True)
class RenderedText:
    """A rich text ready for a page, and its headings of level 2 as (anchor, words)."""

    html: str
    headings: list[tuple[str, str]]


def render(text: str) -> RenderedText:
    """Give headings an anchor, and tables a frame that scrolls by itself on a narrow screen.

    The text is what the sanitiser left, so its tags are written in one way only.
    """
    headings: list[tuple[str, str]] = []

    def anchored(found: re.Match[str]) -> str:
        words = strip_tags(found[1]).strip()
        anchor = slugify(unescape(words)) or "section"
        if anchor in dict(headings):
            anchor = f"{anchor}-{len(headings) + 1}"
        headings.append((anchor, unescape(words)))
        return f'<h2 id="{anchor}">{found[1]}</h2>'

    html = re.sub(r"<h2>(.*?)</h2>", anchored, text or "", flags=re.DOTALL)
    html = html.replace("<table>", '<div class="scroll" role="group" tabindex="0"><table>')
    html = html.replace("</table>", "</table></div>")
    return RenderedText(mark_safe(html), headings)
