import re

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

#: An e-mail address, the address of a page, or a telephone number: with the code of a country, or with an
#: area of three digits or more, so that no date and no hour is one.
CONTACT = re.compile(
    r"(?P<mailto>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<page>https?://[^\s<>\"]*[^\s<>\".,;:!?)\]])"
    r"|(?<![\w/@+-])(?<!\d\.)(?P<tel>(?:\(?\+\d{1,3}\)?|\(?0\d{2,}\)?)(?:[ .()-]{0,2}\d){5,12})(?!\d)"
)


def _link(found: re.Match[str]) -> SafeString:
    words = found[0]
    match found.lastgroup:
        case "mailto":
            return format_html('<a href="mailto:{}">{}</a>', words, words)
        case "tel":
            number = re.sub(r"[^+\d]", "", words)
            return format_html('<a href="tel:{}">{}</a>', number, words)
    return format_html('<a href="{}" rel="noopener">{}</a>', words, words)


@register.filter
def contact_links(text: str) -> SafeString:
    """Plain text with links on its e-mail addresses, telephone numbers and addresses of pages."""
    parts, end = [], 0
    for found in CONTACT.finditer(text):
        parts += [conditional_escape(text[end : found.start()]), _link(found)]
        end = found.end()
    return mark_safe("".join([*parts, conditional_escape(text[end:])]))
