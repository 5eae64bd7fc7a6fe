"""The staff guide as a page of the admin: docs/staff-guide.md with its pictures."""

from django.conf import settings
from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.text import slugify

GUIDE = settings.BASE_DIR / "docs" / "staff-guide.md"


def guide(request: HttpRequest) -> HttpResponse:
    from markdown_it import MarkdownIt  # noqa: PLC0415  1 MB, for this page alone

    markdown = MarkdownIt("commonmark", {"html": False})
    # The first three tokens are the title, which the page shows by itself.
    _open, title, _close, *tokens = markdown.parse(GUIDE.read_text(encoding="utf-8"))
    parts = []
    for token, content in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open" and token.tag == "h2":
            parts.append((slugify(content.content), content.content))
            token.attrSet("id", parts[-1][0])
    # Safe: from our own file, and HTML in it is escaped.
    text = mark_safe(markdown.renderer.render(tokens, markdown.options, {}))
    context = admin.site.each_context(request) | {"title": title.content, "parts": parts, "text": text}
    return render(request, "admin/guide.html", context)


def guide_picture(request: HttpRequest, name: str) -> FileResponse:
    """A picture of the guide, at the address that its relative link has in the repository, too."""
    try:
        content = (GUIDE.with_suffix("") / f"{name}.webp").open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(content, content_type="image/webp")
