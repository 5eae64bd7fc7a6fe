from django import template

from iomlaos.media.richtext import RenderedText, render

register = template.Library()


@register.simple_tag
def rich_text(text: str, prefix: str = "") -> RenderedText:
    """`{% rich_text page.body as text %}`, then `text.html` and `text.headings`."""
    return render(text, prefix)
