from .field import RichTextField
from .images import (
    IMAGES_URL,
    KEY_PATTERN,
    alternative_text_error,
    describe_images,
    image_ids,
    render_figure,
    rewrite_image_urls,
    strip_images,
)
from .rendering import RenderedText, localize_links, render
from .sanitizer import has_content

__all__ = [
    "IMAGES_URL",
    "KEY_PATTERN",
    "RenderedText",
    "RichTextField",
    "alternative_text_error",
    "describe_images",
    "has_content",
    "image_ids",
    "localize_links",
    "render",
    "render_figure",
    "rewrite_image_urls",
    "strip_images",
]
