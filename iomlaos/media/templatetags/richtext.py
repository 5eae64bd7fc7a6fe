from dataclasses import replace

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language

from iomlaos.media.richtext.rendering import RenderedText, render
from iomlaos.translations.script import is_foreign

register = template.Library()


@register.simple_tag
def rich_text(text: str, prefix: str = "") -> RenderedText:
    """`{% rich_text page.body as text %}`, then `text.html` and `text.headings`."""
    rendered = render(text, prefix)
    if get_language() == "lo" and is_foreign(rendered.html):
        return replace(rendered, html=format_html('<div class="text" lang="en">{}</div>', rendered.html))
    return rendered
