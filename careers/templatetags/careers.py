import datetime

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from careers import jobposting
from careers.models import Opportunity, Vacancy
from careers.outside import organization
from careers.sharing import Share

register = template.Library()


@register.simple_tag
def status_of(notice: Opportunity, at: datetime.datetime) -> Opportunity.Status:
    """`{% status_of vacancy at as status %}`: open, closing soon or closed at the request's moment."""
    return notice.status(at)


@register.simple_tag
def time_left(notice: Opportunity, at: datetime.datetime) -> str:
    """`{% time_left vacancy at as left %}`: "3 days"; empty once closed."""
    return notice.time_left(at)


@register.simple_tag(takes_context=True)
def job_posting(context: Context, vacancy: Vacancy, at: datetime.datetime) -> SafeString:
    """`{% job_posting vacancy at %}`, for the head of its page: nothing once it is closed."""
    return jobposting.as_script(jobposting.job_posting(vacancy, at, organization(context.get("office"))))


@register.inclusion_tag("careers/share.html")
def share(notice: Opportunity, at: datetime.datetime) -> dict[str, Share]:
    """`{% share notice at %}`, at the end of its page: links, a text to copy, and on paper a QR code."""
    return {"share": Share(notice, at)}
