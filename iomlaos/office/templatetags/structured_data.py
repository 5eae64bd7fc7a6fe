from django import template
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.safestring import SafeString

from iomlaos.office.structured_data import as_script, breadcrumb_list, organization

register = template.Library()


@register.simple_tag(takes_context=True)
def organization_data(context: Context) -> SafeString:
    """`{% organization_data %}`: the office, for the head of a page."""
    return as_script(organization(context.get("office")))


@register.simple_tag(takes_context=True)
def breadcrumb_data(context: Context) -> SafeString:
    """`{% breadcrumb_data %}`: the links of the `breadcrumbs` block, for the head of a page.

    The block is rendered here once more, so that search engines are told what the page shows.
    """
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks and blocks.get_block("breadcrumbs")
    if block is None:
        return as_script(None)
    shown = block.render(context)
    return as_script(breadcrumb_list(shown, str(context.get("title", "")), context.get("canonical", "")))
