"""Rich text, reduced to what the editor can write. `static/staff/js/paste.js` reads what Word writes."""

import re
from html import unescape

from django.utils.html import strip_tags

from iomlaos.media.richtext.images import ATTRIBUTE, IMAGE_TAG, IMAGE_URL

_FIGURE = re.compile(r"<figure>((?:(?!<figure>).)*?)</figure>", re.DOTALL)
_CAPTION = re.compile(r"<figcaption>((?:(?!<figcaption>).)*?)</figcaption>", re.DOTALL)
#: In place of a figure, while the text around it is cleaned.
_ASIDE = re.compile(r"\0\d+\0")
_LINES = re.compile(r"<(p|h[2-4])>((?:(?!</?(?:p|h[2-4])>).)*)</\1>", re.DOTALL)
#: An image, and the tag before it if an image may follow that tag.
_IMAGE_AND_BEFORE = re.compile(
    r"(?P<before>(?:^|<(?:td|th|li|blockquote)(?:\s[^>]*)?>|</(?:p|h[2-4]|ul|ol|table|blockquote)>|\0\d+\0)\s*)?"
    + IMAGE_TAG.pattern
)
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
#: Tags that the next tag closes, or that have no end tag.
_DO_NOT_NEST = {
    "p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "colgroup", "h1", "h2", "h3", "h4",
    "h5", "h6", "br", "img", "hr", "col", "wbr", "input", "meta", "link",
}  # fmt: skip
_DEEPEST_TAGS = 300
#: Levels of nested figures and captions that are read.
_DEEPEST = 20


def extract_images(html: str) -> str:
    """Put each image of the site into a figure with its caption, and remove all other images.

    The text comes from the sanitizer, so each tag has one spelling.
    """
    return _FigureExtractor().extract(html) if "<img" in html or "<fig" in html else html


class _FigureExtractor:
    """Replaces each figure by a mark while the text around it is cleaned."""

    def __init__(self) -> None:
        self.figures: list[str] = []

    def extract(self, html: str) -> str:
        for pattern, replace in ((_FIGURE, self.from_figure), (_CAPTION, self.from_caption)):
            for _level in range(_DEEPEST):
                html, number = pattern.subn(replace, html)
                if not number:
                    break
        html = re.sub(r"</?fig(?:ure|caption)>", "", html)
        html = _LINES.sub(self.from_lines, html)
        html = _IMAGE_AND_BEFORE.sub(self.from_image, html)
        return _ASIDE.sub(lambda mark: self.figures[int(mark[0][1:-1])], html)

    def put_aside(self, attributes: str, caption: str = "") -> str:
        """The mark of a new figure; empty for an image of another site."""
        given = dict(ATTRIBUTE.findall(attributes))
        if not IMAGE_URL.fullmatch(given.get("src", "")):
            return ""
        caption = f"<figcaption>{caption}</figcaption>" if _has_text(caption) else ""
        alt = " ".join(given.get("alt", "").split()).replace("<", "&lt;").replace(">", "&gt;")
        self.figures.append(f'<figure><img src="{given["src"]}" alt="{alt}">{caption}</figure>')
        return f"\0{len(self.figures) - 1}\0"

    def from_figure(self, figure: re.Match[str]) -> str:
        """Give the caption to the first image."""
        caption = " ".join(_inline_html(_ASIDE.sub(" ", text)) for text in _CAPTION.findall(figure[1]))
        marks = ""
        for image in IMAGE_TAG.findall(figure[1]):
            marks += self.put_aside(image, "" if marks else caption)
        text = f"<p>{caption}</p>" if _has_text(caption) and not marks else ""
        return "".join([marks, text, *_ASIDE.findall(figure[1])])

    def from_caption(self, caption: re.Match[str]) -> str:
        """A caption without a figure around it."""
        text = _ASIDE.sub(" ", caption[1])
        text = f"<p>{_inline_html(text)}</p>" if _has_text(text) else ""
        return "".join([text, *_ASIDE.findall(caption[1])])

    def from_lines(self, lines: re.Match[str]) -> str:
        """Move the images of a paragraph or a heading behind it."""
        if "<img" not in lines[2]:
            return lines[0]
        marks = "".join(map(self.put_aside, IMAGE_TAG.findall(lines[2])))
        text = IMAGE_TAG.sub("", lines[2])
        return f"<{lines[1]}>{text}</{lines[1]}>{marks}" if _has_text(text) else marks

    def from_image(self, image: re.Match[str]) -> str:
        before = image["before"]
        return "" if before is None else before + self.put_aside(image[2])


def _has_text(html: str) -> bool:
    return bool(unescape(strip_tags(html)).strip())


def _inline_html(html: str) -> str:
    """Emphasis, links and languages, without blocks."""
    return " ".join(re.sub(r"</?(?!(?:a|strong|em|span)\b)[a-z][^>]*>", " ", html).split())


# --- Texts ------------------------------------------------------------------------------------

#: What other programs call what the editor writes, as a pattern.
_TAG_NAMES = {"b": "strong", "i": "em", "h1": "h2", "h[56]": "h4"}


def rename_tags(html: str) -> str:
    for other, ours in _TAG_NAMES.items():
        html = re.sub(rf"<(/?){other}(?:\s[^<>]*)?>", rf"<\1{ours}>", html, flags=re.IGNORECASE)
    return _limit_depth(html)


def _limit_depth(html: str) -> str:
    """Break tags that are nested deeper than any program does: deep nesting slows the parser down."""
    depth = 0

    def tag(found: re.Match[str]) -> str:
        nonlocal depth
        if found[2].lower() in _DO_NOT_NEST:
            return found[0]
        depth = max(depth - 1, 0) if found[1] else depth + 1
        # An empty tag that the sanitizer removes.
        return "<wbr" if not found[1] and depth > _DEEPEST_TAGS else found[0]

    return _TAG.sub(tag, html)


_SPAN_TAG = re.compile(r"<(/?)span\b([^<>]*)>", re.IGNORECASE)
_LANGUAGE = re.compile(r'''\blang="(en|lo)"''')


def keep_languages(html: str) -> str:
    """Keep the spans that mark the language of their words. Other programs write many more."""
    is_kept: list[bool] = []

    def tag(found: re.Match[str]) -> str:
        if found[1]:
            return found[0] if is_kept and is_kept.pop() else ""
        language = _LANGUAGE.search(found[2])
        is_kept.append(language is not None)
        return f"<span {language[0]}>" if language else ""

    return _SPAN_TAG.sub(tag, html)


_CELL = re.compile(r"""<t[dh](?:\s[\w-]+="[^"]*")+>""")
_SPAN = re.compile(r"""\s(col|row)span="([^"]*)\"""")
#: More than any table of a text has. Browsers draw up to 1000 columns and 65534 rows.
_WIDEST_SPAN = {"col": 20, "row": 100}


def limit_spans(html: str) -> str:
    """Bound how many columns and rows a cell takes; remove what is no such number.

    The text comes from the sanitizer, so each tag has one spelling.
    """

    def limited(span: re.Match[str]) -> str:
        if not re.fullmatch("[1-9][0-9]{0,8}", span[2]):
            return ""
        return f' {span[1]}span="{min(int(span[2]), _WIDEST_SPAN[span[1]])}"'

    return _CELL.sub(lambda cell: _SPAN.sub(limited, cell[0]), html)


def has_content(html: str) -> bool:
    """Whether a text that is not sanitised yet holds a word or an image."""
    return "<img" in html or bool(re.sub(r"<[^<>]*>", "", html).strip())


def normalize(html: str) -> str:
    """Remove empty links and lines. The text comes from the sanitizer, so each tag has one spelling."""
    html = re.sub(r"<a>(.*?)</a>", r"\1", html, flags=re.DOTALL)
    return re.sub(r"(?<!<li>)(?<!<td>)(?<!<th>)<p>(?:&nbsp;|\s)+</p>", "", html)
