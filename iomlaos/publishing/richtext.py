"""Rich text: what an editor can write is what the database can hold."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse_lazy
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_prose_editor.fields import ProseEditorField, create_sanitizer

from .renditions import widths_of

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
    # static/staff/pictures.js: the package's own, with a dialog of ours.
    "Image": True,
    "Figure": {
        "dialog": reverse_lazy("admin:publishing_picture_dialog"),
        "files": reverse_lazy("admin:publishing_picture_changelist"),
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

# --- Pictures ---------------------------------------------------------------------------------

#: Where pictures are served. In a text stand this and the key of a picture, which says its size.
PICTURES = "/pictures/"
KEY = r"(?P<id>[0-9a-f]{32})-(?P<width>[1-9]\d{0,3})x(?P<height>[1-9]\d{0,3})"
#: The width of a text, and of a telephone.
SIZES = "(min-width: 44rem) 42rem, 100vw"

_ADDRESS = re.compile(rf"{PICTURES}{KEY}")
_IMAGE = re.compile(r"""<img((?:\s+[\w-]+="[^"]*")*)\s*/?>""")
_ATTRIBUTE = re.compile(r"""([\w-]+)="([^"]*)\"""")
_FIGURE = re.compile(r"<figure>((?:(?!<figure>).)*?)</figure>", re.DOTALL)
_CAPTION = re.compile(r"<figcaption>((?:(?!<figcaption>).)*?)</figcaption>", re.DOTALL)
#: In place of a figure, while the text around it is tidied.
_ASIDE = re.compile(r"\0\d+\0")
_LINES = re.compile(r"<(p|h[2-4])>((?:(?!</?(?:p|h[2-4])>).)*)</\1>", re.DOTALL)
#: A picture, with what it stands behind where it may stand there, other than in a paragraph.
_IMAGE_AND_BEFORE = re.compile(
    r"(?P<before>(?:^|<(?:td|th|li|blockquote)(?:\s[^>]*)?>|</(?:p|h[2-4]|ul|ol|table|blockquote)>|\0\d+\0)\s*)?"
    + _IMAGE.pattern
)
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
#: Tags that end by themselves where the next one begins, or have no end.
_DO_NOT_NEST = {
    "p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "colgroup", "h1", "h2", "h3", "h4",
    "h5", "h6", "br", "img", "hr", "col", "wbr", "input", "meta", "link",
}  # fmt: skip
_DEEPEST_TAGS = 300
#: Figures within figures, and captions within captions, that are looked into.
_DEEPEST = 20
_NAME_OF_A_FILE = re.compile(
    r"(?:.*\.(?:jpe?g|png|webp|gif|heic|tiff?|bmp)"
    r"|(?:img|dsc[fn]?|pxl|dji|p|image|picture|photo|screenshot|whatsapp image)[\s_-]*\d[\d\s_.:-]*)",
    re.IGNORECASE,
)


def own_pictures(html: str) -> str:
    """Each picture of the site in a figure, with its key, its words and its caption; no other picture.

    The text is what the sanitiser left, so its tags are written in one way only.
    """
    if "<img" not in html and "<fig" not in html:
        return html
    figures: list[str] = []

    def put_aside(attributes: str, caption: str = "") -> str:
        """A figure, and a mark in its place; nothing for a picture from elsewhere."""
        given = dict(_ATTRIBUTE.findall(attributes))
        if not _ADDRESS.fullmatch(given.get("src", "")):
            return ""
        words = f"<figcaption>{caption}</figcaption>" if _has_words(caption) else ""
        alt = " ".join(given.get("alt", "").split()).replace("<", "&lt;").replace(">", "&gt;")
        figures.append(f'<figure><img src="{given["src"]}" alt="{alt}">{words}</figure>')
        return f"\0{len(figures) - 1}\0"

    def of_figure(found: re.Match[str]) -> str:
        caption = " ".join(_inline(_ASIDE.sub(" ", words)) for words in _CAPTION.findall(found[1]))
        pictures = ""
        for image in _IMAGE.findall(found[1]):
            pictures += put_aside(image, "" if pictures else caption)
        words = f"<p>{caption}</p>" if _has_words(caption) and not pictures else ""
        return "".join([pictures, words, *_ASIDE.findall(found[1])])

    def of_caption(found: re.Match[str]) -> str:
        """One without a figure around it."""
        words = _ASIDE.sub(" ", found[1])
        return "".join([f"<p>{_inline(words)}</p>" if _has_words(words) else "", *_ASIDE.findall(found[1])])

    def of_lines(found: re.Match[str]) -> str:
        pictures = "".join(map(put_aside, _IMAGE.findall(found[2])))
        lines = _IMAGE.sub("", found[2])
        return f"<{found[1]}>{lines}</{found[1]}>{pictures}" if _has_words(lines) else pictures

    def alone(found: re.Match[str]) -> str:
        before = found["before"]
        return "" if before is None else before + put_aside(found[2])

    for pattern, of_each in ((_FIGURE, of_figure), (_CAPTION, of_caption)):
        for _level in range(_DEEPEST):
            html, number = pattern.subn(of_each, html)
            if not number:
                break
    html = re.sub(r"</?fig(?:ure|caption)>", "", html)
    html = _LINES.sub(lambda found: of_lines(found) if "<img" in found[2] else found[0], html)
    html = _IMAGE_AND_BEFORE.sub(alone, html)
    return _ASIDE.sub(lambda found: figures[int(found[0][1:-1])], html)


def _has_words(html: str) -> bool:
    return bool(unescape(strip_tags(html)).strip())


def _inline(html: str) -> str:
    """Emphasis and links, without blocks."""
    return " ".join(re.sub(r"</?(?!(?:a|strong|em)\b)[a-z][^>]*>", " ", html).split())


def picture_ids(html: str) -> set[uuid.UUID]:
    """The pictures that a text names."""
    return {uuid.UUID(found["id"]) for found in _ADDRESS.finditer(html or "")}


def alternative_texts(html: str) -> Iterator[str]:
    """What stands for each picture of a text, for whoever does not see it."""
    for attributes in _IMAGE.findall(html or ""):
        yield unescape(dict(_ATTRIBUTE.findall(attributes)).get("alt", "")).strip()


def fault_of_alternative_text(words: str, filename: str = "") -> str:
    """Why these words do not stand for a picture; empty where they may."""
    words = words.strip()
    if not words:
        return _("Say in a sentence what the picture shows, for those who cannot see it.")
    stem = filename.rpartition(".")[0] or filename
    if _NAME_OF_A_FILE.fullmatch(words) or words.lower() in (filename.lower(), stem.lower()):
        return _("“%(words)s” is the name of a file. Say in a sentence what the picture shows.") % {
            "words": words
        }
    return ""


def pictures_in_words(html: str) -> str:
    """A text with what stands for its pictures in their place: for those who compare two texts."""

    def words(found: re.Match[str]) -> str:
        alt = dict(_ATTRIBUTE.findall(found[1])).get("alt", "")
        return "<p>{}</p>".format(_("[Picture: %(words)s]") % {"words": alt})

    return _IMAGE.sub(words, html)


def without_pictures(html: str) -> str:
    """For where pictures cannot go: boards of vacancies, search engines."""
    return re.sub(r"<figure>.*?</figure>", "", html, flags=re.DOTALL)


def pictures_at(html: str, prefix: str) -> str:
    """A page, or a part of one, with its pictures fetched from below another address.

    Pictures of what is not public are served behind the admin alone: a preview takes them from there.
    """
    return re.sub(rf"{PICTURES}(?={KEY}/)", prefix, html)


def _for_a_page(found: re.Match[str]) -> str:
    """A picture as a browser needs it: its widths to choose from, and the room that it takes."""
    given = dict(_ATTRIBUTE.findall(found[1]))
    address = _ADDRESS.fullmatch(given.get("src", ""))
    if address is None:
        return found[0]
    width, height = int(address["width"]), int(address["height"])
    files = [(f"{given['src']}/{each}.webp", each) for each in widths_of(width)]
    middle = files[len(files) // 2][0]
    srcset = ", ".join(f"{file} {each}w" for file, each in files)
    return (
        f'<img src="{middle}" srcset="{srcset}" sizes="{SIZES}" width="{width}" height="{height}" '
        f'alt="{given.get("alt", "")}" loading="lazy" decoding="async">'
    )


def figure(key: str, alternative_text: str, caption: str = "", photographer: str = "") -> str:
    """What stands in a text for a picture."""
    credit = _("Photo: %(name)s") % {"name": photographer} if photographer else ""
    between = " " if caption.endswith((".", "!", "?", "”", "…")) else " · "
    words = escape(between.join(filter(None, [caption, credit])), quote=False)
    caption = f"<figcaption>{words}</figcaption>" if words else ""
    return f'<figure><img src="{PICTURES}{key}" alt="{escape(alternative_text)}">{caption}</figure>'


# --- Texts ------------------------------------------------------------------------------------


def from_elsewhere(html: str) -> str:
    """What Word and other programs call by other names, and what they say to themselves."""
    html = _replaced(r"<!--.*?-->", "-->", "", html)
    html = _replaced(r"<!\[[^>]*>", ">", "", html)
    html = _replaced(r"<xml\b.*?</xml>", "</xml>", "", html)
    for other, ours in (("b", "strong"), ("i", "em"), ("h1", "h2")):
        html = _replaced(rf"<(/?){other}(?:\s[^>]*)?>", ">", rf"<\1{ours}>", html)
    return _not_too_deep(html)


def has_content(html: str) -> bool:
    """Whether a text holds a word or a picture, before it is sanitised."""
    return "<img" in html or bool(_replaced(r"<[^>]*>", ">", "", html).strip())


def _not_too_deep(html: str) -> str:
    """Without tags in more tags than any program nests: each level costs a parser more than the last."""
    depth = 0

    def tag(found: re.Match[str]) -> str:
        nonlocal depth
        if found[2].lower() in _DO_NOT_NEST:
            return found[0]
        depth = max(depth - 1, 0) if found[1] else depth + 1
        # A tag that is not known, and holds nothing.
        return "<wbr" if not found[1] and depth > _DEEPEST_TAGS else found[0]

    return _TAG.sub(tag, html)


def _replaced(pattern: str, end: str, by: str, html: str) -> str:
    """What begins and ends as the pattern says. Behind the last end nothing is looked for, or each
    beginning there would be looked for to the end of the text."""
    ends = [found.end() for found in re.finditer(end, html, flags=re.IGNORECASE)]
    until = ends[-1] if ends else 0
    return re.sub(pattern, by, html[:until], flags=re.DOTALL | re.IGNORECASE) + html[until:]


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
    """HTML of headings, lists, links, emphasis, quotes, tables and pictures, pasted or written.

    It is sanitised on its way into the database: saves, raw saves of fixtures, bulk and queryset
    updates all pass `get_db_prep_save`, a form's own cleaning does not see them all.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("extensions", EXTENSIONS)
        # The last is the first.
        kwargs.setdefault("sanitize", [tidied, own_pictures, create_sanitizer, from_elsewhere])
        super().__init__(*args, **kwargs)

    def clean(self, value: Any, instance: models.Model | None) -> Any:
        value = super().clean(value, instance)
        faults = dict.fromkeys(filter(None, map(fault_of_alternative_text, alternative_texts(value))))
        if faults:
            raise ValidationError(
                [_("A picture in this text: %(fault)s") % {"fault": each} for each in faults]
            )
        named = picture_ids(value)
        if named and apps.get_model("publishing", "Picture").objects.filter(pk__in=named).count() < len(
            named
        ):
            raise ValidationError(
                _("A picture in this text is not there any more. Take it out, or put it in again.")
            )
        return value

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
    """Give headings an anchor, tables a frame that scrolls by itself on a narrow screen, and pictures
    their widths.

    The text is what the sanitiser left, so its tags are written in one way only.
    """
    headings: dict[str, str] = {}

    def anchored(found: re.Match[str]) -> str:
        words = strip_tags(found[1]).strip()
        anchor = slugify(unescape(words)) or "section"
        if anchor in headings:
            anchor = f"{anchor}-{len(headings) + 1}"
        headings[anchor] = unescape(words)
        return f'<h2 id="{anchor}">{found[1]}</h2>'

    html = re.sub(r"<h2>(.*?)</h2>", anchored, text or "", flags=re.DOTALL)
    html = _IMAGE.sub(_for_a_page, html)
    html = html.replace("<table>", '<div class="scroll" role="group" tabindex="0"><table>')
    html = html.replace("</table>", "</table></div>")
    return RenderedText(mark_safe(html), list(headings.items()))
