"""Images in rich text, by their keys."""

import re
import uuid
from collections.abc import Iterator
from html import escape, unescape

from django.utils.translation import gettext as _

#: Where pictures are served. In a text stand this and the key of a picture, which says its size.
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
    """The pictures that a text names."""
    return {uuid.UUID(found["id"]) for found in IMAGE_URL.finditer(html or "")}


def alternative_texts(html: str) -> Iterator[str]:
    """What stands for each picture of a text, for whoever does not see it."""
    for attributes in IMAGE_TAG.findall(html or ""):
        yield unescape(dict(ATTRIBUTE.findall(attributes)).get("alt", "")).strip()


def alternative_text_error(words: str, filename: str = "") -> str:
    """Why these words do not stand for a picture; empty where they may."""
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
    """A text with what stands for its pictures in their place: for those who compare two texts."""

    def words(found: re.Match[str]) -> str:
        alt = dict(ATTRIBUTE.findall(found[1])).get("alt", "")
        return "<p>{}</p>".format(_("[Picture: %(words)s]") % {"words": alt})

    return IMAGE_TAG.sub(words, html)


def strip_images(html: str) -> str:
    """For where pictures cannot go: boards of vacancies, search engines."""
    return re.sub(r"<figure>.*?</figure>", "", html, flags=re.DOTALL)


def rewrite_image_urls(html: str, prefix: str) -> str:
    """Point the images of a page below another address: previews fetch them from the admin."""
    return re.sub(rf"{IMAGES_URL}(?={KEY_PATTERN}/)", prefix, html)


def render_figure(key: str, alternative_text: str, caption: str = "", photographer: str = "") -> str:
    """What stands in a text for a picture."""
    credit = _("Photo: %(name)s") % {"name": photographer} if photographer else ""
    between = " " if caption.endswith((".", "!", "?", "”", "…")) else " · "
    words = escape(between.join(filter(None, [caption, credit])), quote=False)
    caption = f"<figcaption>{words}</figcaption>" if words else ""
    return f'<figure><img src="{IMAGES_URL}{key}" alt="{escape(alternative_text)}">{caption}</figure>'
