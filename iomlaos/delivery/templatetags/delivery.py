import datetime
import re

from django import template
from django.conf import settings
from django.template import Context
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.defaultfilters import stringfilter, truncatechars
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from iomlaos.delivery.language import alternates, in_language
from iomlaos.delivery.validity import cached_per_version

register = template.Library()

#: The last letter of what was cut: with a vowel before it, and with signs on it.
_BROKEN_LETTER = re.compile("[\u0ec0-\u0ec4]?[\u0e81-\u0eae]?[\u0eb0-\u0ebd\u0ec8-\u0ecd]*…?$")
#: Parts of pages that are kept; there may be as many rows of lists as notices.
MAX_RENDERED = 1000


@cached_per_version
def _rendered(at: datetime.datetime) -> dict[tuple, SafeString]:
    """Filled by the nodes of templates."""
    return {}


class OncePerVersionNode(Node):
    #: Django looks through them for blocks each time a page is rendered; there are none here.
    child_nodelists = ()

    def __init__(self, nodelist: NodeList, values: list[FilterExpression]) -> None:
        self.nodelist, self.values = nodelist, values

    def render(self, context: Context) -> SafeString:
        if "request" not in context:
            # A part of an export or of a message.
            return self.nodelist.render(context)
        rendered = _rendered(context["request"].at)
        key = (get_language(), *(value.resolve(context) for value in self.values))
        html = rendered.get(key)
        if html is None:
            html = self.nodelist.render(context)
            if len(rendered) < MAX_RENDERED:
                rendered[key] = html
        return html


@register.tag
def once_per_version(parser: Parser, token: Token) -> OncePerVersionNode:
    """`{% once_per_version "header" section %}…{% endonce_per_version %}`: rendered once for many pages.

    After its name stand the values that it depends on. Else it may read only what is the same on all pages.
    """
    values = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(["endonce_per_version"])
    parser.delete_first_token()
    return OncePerVersionNode(nodelist, values)


@register.simple_tag
def alternate_links(canonical: str) -> SafeString:
    """`{% alternate_links canonical %}`: for the head, the same page in each language."""
    found = alternates(canonical.removeprefix(settings.SITE_URL))
    pages = [(code, settings.SITE_URL + path) for code, path in found]
    return format_html_join("\n      ", '<link rel="alternate" hreflang="{}" href="{}">', pages)


@register.simple_tag(takes_context=True)
def language_link(context: Context) -> SafeString:
    """`{% language_link %}`: the same page in the other language.

    With its query, which behind the page cache is the canonical one.
    """
    request, active = context["request"], get_language()
    query = request.GET.urlencode()
    [(code, name)] = [language for language in settings.LANGUAGES if language[0] != active]
    address = in_language(request.path, code) + (f"?{query}" if query else "")
    return format_html('<a class="tool" href="{}" lang="{}" hreflang="{}">{}</a>', address, code, code, name)


@register.simple_block_tag
def captured(content: SafeString) -> SafeString:
    """`{% captured as facts %}…{% endcaptured %}`: what stands in between, empty if that is white space."""
    return mark_safe(content.strip())


@register.filter(is_safe=True)
@stringfilter
def shorten(text: str, length: int) -> str:
    """As `truncatechars`, but Lao ends at a space, or else before a letter: it could lose its signs."""
    short = truncatechars(text, length)
    if short == text or not "\u0e80" <= text[len(short) - 1] <= "\u0eff":
        return short
    start = short.rpartition(" ")[0]
    return f"{start if len(start) > length / 2 else _BROKEN_LETTER.sub('', short)}…"
