import datetime

from django import template

from careers.models import Opportunity

register = template.Library()


@register.simple_tag
def status_of(notice: Opportunity, at: datetime.datetime) -> Opportunity.Status:
    """`{% status_of vacancy at as status %}`: open, closing soon or closed at the request's moment."""
    return notice.status(at)


@register.simple_tag
def time_left(notice: Opportunity, at: datetime.datetime) -> str:
    """`{% time_left vacancy at as left %}`: "3 days, 2 hours"; empty once closed."""
    return notice.time_left(at)
