import datetime

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from careers.exports.jsonld import job_posting as posting_of
from careers.exports.notice_data import absolute_url, organization_name
from careers.models.notice import Notice
from careers.models.vacancy import Vacancy
from iomlaos.office.structured_data import as_script
from iomlaos.publishing.dates import iso_utc

register = template.Library()
register.filter("iso_utc", iso_utc)
register.filter("absolute_url", absolute_url)


@register.filter
def webcal(path: str) -> str:
    """`{{ path|webcal }}`: the address of a calendar, which programs open to subscribe to it."""
    return "webcal:" + absolute_url(path).partition(":")[2]


@register.simple_tag
def status_of(notice: Notice, at: datetime.datetime) -> Notice.Status:
    """`{% status_of notice at as status %}`"""
    return notice.status(at)


@register.simple_tag
def time_left(notice: Notice, at: datetime.datetime) -> str:
    """`{% time_left notice at as left %}`: "3 days"; empty once closed."""
    return notice.time_left(at)


@register.simple_tag(takes_context=True)
def job_posting(context: Context, vacancy: Vacancy, at: datetime.datetime) -> SafeString:
    """`{% job_posting vacancy at %}`, for the head of its page; empty once it is closed."""
    return as_script(posting_of(vacancy, at, organization_name(context.get("office"))))
