from django import template
from django.template import Context
from django.utils.safestring import SafeString

from iomlaos.office.structured_data import as_script, breadcrumb_list, organization

register = template.Library()


@register.simple_tag(takes_context=True)
def organization_data(context: Context) -> SafeString:
    """`{% organization_data %}`: the office, for the head of a page."""
    return as_script(organization(context.get("office")))


@register.simple_tag(takes_context=True)
def breadcrumb_data(context: Context) -> SafeString:
    """`{% breadcrumb_data %}`: the links of the captured `breadcrumbs`, for the head of a page."""
    shown, title = context.get("breadcrumbs", ""), str(context.get("title", ""))
    return as_script(breadcrumb_list(shown, title, context.get("canonical", "")))
