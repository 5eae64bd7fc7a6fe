"""Images in rich text, by their keys."""

import re
import uuid
from collections.abc import Iterator
from html import escape, unescape

from django.utils.translation import gettext as _

#: Where images are served. A text holds this and the key of an image, which contains its size.
IMAGES_URL = "/pictures/"
KEY_PATTERN = r"(?P<id>[0-9a-f]{32})-(?P<width>[1-9]\d{0,3})x(?P<height>[1-9]\d{0,3})"

IMAGE_URL = re.compile(rf"{IMAGES_URL}{KEY_PATTERN}")
IMAGE_TAG = re.compile(r"""<img((?:\s+[\w-]+="[^"]*")*)\s*/?>""")
ATTRIBUTE = re.compile(r"""([\w-]+)="([^"]*)\"""")
_FILE_NAME = re.compile(
    r"(?:.*\.(?:jpe?g|png|webp|gif|heic|tiff?|bmp)"
    r"|(?:img|dsc[fn]?|pxl|dji|p|image|picture|photo|screenshot|whatsapp image)[\s_-]*\d[\d\s_.:-]*)",
    re.IGNORECASE,
)


def image_ids(html: str) -> set[uuid.UUID]:
    """The images that a text shows."""
    return {uuid.UUID(found["id"]) for found in IMAGE_URL.finditer(html or "")}


def alternative_texts(html: str) -> Iterator[str]:
    """The alternative text of each image of a text."""
    for attributes in IMAGE_TAG.findall(html or ""):
        yield unescape(dict(ATTRIBUTE.findall(attributes)).get("alt", "")).strip()


def alternative_text_error(words: str, filename: str = "") -> str:
    """Why a text is no alternative text of an image; empty if it is one."""
    words = words.strip()
    if not words:
        return _("Say in a sentence what the picture shows, for those who cannot see it.")
    stem = filename.rpartition(".")[0] or filename
    if _FILE_NAME.fullmatch(words) or words.lower() in (filename.lower(), stem.lower()):
        return _("“%(words)s” is the name of a file. Say in a sentence what the picture shows.") % {
            "words": words
        }
    return ""


def describe_images(html: str) -> str:
    """Replace the images of a text by their alternative texts, for a diff."""

    def words(found: re.Match[str]) -> str:
        alt = dict(ATTRIBUTE.findall(found[1])).get("alt", "")
        return "<p>{}</p>".format(_("[Picture: %(words)s]") % {"words": alt})

    return IMAGE_TAG.sub(words, html)


def strip_images(html: str) -> str:
    """Remove figures, for exports that take no images."""
    return re.sub(r"<figure>.*?</figure>", "", html, flags=re.DOTALL)


def rewrite_image_urls(html: str, prefix: str) -> str:
    """Point the images of a page below another address: previews fetch them from the admin."""
    return re.sub(rf"{IMAGES_URL}(?={KEY_PATTERN}/)", prefix, html)


def render_figure(key: str, alternative_text: str, caption: str = "", photographer: str = "") -> str:
    """The HTML by which a text shows an image."""
    credit = _("Photo: %(name)s") % {"name": photographer} if photographer else ""
    between = " " if caption.endswith((".", "!", "?", "”", "…")) else " · "
    words = escape(between.join(filter(None, [caption, credit])), quote=False)
    caption = f"<figcaption>{words}</figcaption>" if words else ""
    return f'<figure><img src="{IMAGES_URL}{key}" alt="{escape(alternative_text)}">{caption}</figure>'
