"""Rich text as a page shows it: anchors of headings, scrolling tables, responsive images, localized links."""

import re
from dataclasses import dataclass
from html import unescape

from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import slugify

from iomlaos.delivery.language import localize_address
from iomlaos.media.renditions import widths_of
from iomlaos.media.richtext.images import ATTRIBUTE, IMAGE_TAG, IMAGE_URL

#: A path needs no escaping in HTML but for `&`, which stands in a query alone: it is kept as it is.
LOCAL_LINK = re.compile(r'href="(/[^"]*)"')
#: The widths of a text, for `sizes`: on a wide screen, and on a phone.
SIZES = "(min-width: 44rem) 42rem, 100vw"


def _responsive_image(found: re.Match[str]) -> str:
    """Add `srcset`, `sizes`, width and height to an image."""
    given = dict(ATTRIBUTE.findall(found[1]))
    address = IMAGE_URL.fullmatch(given.get("src", ""))
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


def localize_links(html: str) -> str:
    """Let links to pages of this site stay in the language of the page."""
    return LOCAL_LINK.sub(lambda found: f'href="{localize_address(found[1])}"', html)


@dataclass(frozen=True)
class RenderedText:
    """A rich text ready for a page, and its headings of level 2 as (anchor, words)."""

    html: str
    headings: list[tuple[str, str]]


def render(text: str, prefix: str = "") -> RenderedText:
    """Give headings an anchor, tables a scrolling frame, and images their widths.

    `prefix` begins the anchors, on a page with several texts or with anchors of its own. The text comes
    from the sanitizer, so each tag has one spelling.
    """
    headings: dict[str, str] = {}

    def anchored(found: re.Match[str]) -> str:
        words = strip_tags(found[1]).strip()
        anchor = "-".join(filter(None, [prefix, slugify(unescape(words)) or "section"]))
        if anchor in headings:
            anchor = f"{anchor}-{len(headings) + 1}"
        headings[anchor] = unescape(words)
        return f'<h2 id="{anchor}">{found[1]}</h2>'

    html = re.sub(r"<h2>(.*?)</h2>", anchored, text or "", flags=re.DOTALL)
    html = IMAGE_TAG.sub(_responsive_image, html)
    html = localize_links(html)
    html = html.replace("<table>", '<div class="scroll" role="group" tabindex="0"><table>')
    html = html.replace("</table>", "</table></div>")
    return RenderedText(mark_safe(html), list(headings.items()))
