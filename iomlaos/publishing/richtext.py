"""Rich text: what an editor can write is what the database can hold."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django_prose_editor.fields import ProseEditorField, create_sanitizer

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


def from_elsewhere(html: str) -> str:
    """What Word and other programs call by other names, and what they say to themselves."""
    html = re.sub(r"<!--.*?-->|<!\[[^>]*>|<xml\b.*?</xml>", "", html, flags=re.DOTALL | re.IGNORECASE)
    for other, ours in (("b", "strong"), ("i", "em"), ("h1", "h2")):
        html = re.sub(rf"<(/?){other}(?:\s[^>]*)?>", rf"<\1{ours}>", html, flags=re.IGNORECASE)
    return html


def tidied(html: str) -> str:
    """Without empty links and lines; paragraphs that begin with a dot of Word's are a list.

    The text is what the sanitiser left, so its tags are written in one way only.
    """
    html = re.sub(r"<a>(.*?)</a>", r"\1", html, flags=re.DOTALL)
    html = re.sub(r"(?<!<li>)(?<!<td>)(?<!<th>)<p>(?:&nbsp;|\s)+</p>", "", html)
    dotted = r"<p>[·•▪\uf0b7](?:&nbsp;|\s)+((?:(?!</p>).)+)</p>"
    listed = re.sub(rf"(?:{dotted}\s*)+", lambda found: f"<ul>{found[0].strip()}</ul>", html, flags=re.DOTALL)
    return re.sub(dotted, r"<li><p>\1</p></li>", listed, flags=re.DOTALL)


class RichTextField(ProseEditorField):
    """HTML of headings, lists, links, emphasis, quotes and tables, pasted or written.

    It is sanitised on its way into the database: saves, raw saves of fixtures, bulk and queryset
    updates all pass `get_db_prep_save`, a form's own cleaning does not see them all.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("extensions", EXTENSIONS)
        # The last is the first.
        kwargs.setdefault("sanitize", [tidied, create_sanitizer, from_elsewhere])
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
