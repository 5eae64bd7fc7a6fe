"""`{% url %}` as all templates have it (`builtins` in the settings): each address is found once."""

from django import template
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.utils.html import conditional_escape

from iomlaos.delivery.per_language import path_to

register = template.Library()


class CachedURLNode(URLNode):
    def render(self, context: Context) -> str:
        name = self.view_name.resolve(context)
        if self.kwargs or self.asvar or name.startswith("admin:"):
            return super().render(context)
        path = path_to(name, *(value.resolve(context) for value in self.args))
        return conditional_escape(path) if context.autoescape else path


@register.tag
def url(parser: Parser, token: Token) -> CachedURLNode:
    node = parse_url(parser, token)
    return CachedURLNode(node.view_name, node.args, node.kwargs, node.asvar)
