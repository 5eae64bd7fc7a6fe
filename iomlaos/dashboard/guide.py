"""The staff guide as a page of the admin: docs/staff-guide.md with its pictures."""

from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt

FILE = settings.BASE_DIR / "docs" / "staff-guide.md"
#: Beside the text, so that its links to the pictures are the same in the admin as in the repository.
PICTURES = FILE.with_suffix("")


def guide() -> dict[str, Any]:
    """Its title, its parts as (id, title), and the text with an id for each part."""
    # The first three tokens are the title, which the page shows by itself.
    _opening, heading, _closing, *tokens = MARKDOWN.parse(FILE.read_text(encoding="utf-8"))
    parts = []
    for token, inside in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open" and token.tag == "h2":
            parts.append((slugify(inside.content), inside.content))
            token.attrSet("id", parts[-1][0])
    # From our own file; HTML in it is shown, not obeyed.
    text = mark_safe(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))
    return {"title": heading.content, "parts": parts, "text": text}


def picture(name: str) -> FileResponse:
    """One of its pictures. A name holds neither a dot nor a slash."""
    try:
        content = (PICTURES / f"{name}.webp").open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(content, content_type="image/webp")


MARKDOWN = MarkdownIt("commonmark", {"html": False})
