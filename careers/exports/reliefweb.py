"""The feed of open vacancies for ReliefWeb's importer of jobs.

Format, limits and numbers are those of ReliefWeb's own code (github.com/UN-OCHA/rwint9-site): see
modules/custom/reliefweb_import/src/Service/JobFeedsImporterBase.php, with an example in
modules/custom/reliefweb_import/tests/feeds.xml. Years of experience, career categories and themes are
left out: a vacancy has no fields for them, and ReliefWeb's editors add them.
"""

import datetime
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from io import StringIO

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html, strip_tags
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from careers.exports.notice_data import (
    clean_text,
    closing_line,
    export_title,
    full_text,
    locality,
    notice_url,
)
from careers.lists.overview import set_live_forms
from careers.models.vacancy import Vacancy

# Fewest and most characters.
TITLE_LENGTH = (7, 150)
BODY_LENGTH = (400, 50_000)
HOW_TO_APPLY_LENGTH = (100, 10_000)

#: ReliefWeb's numbers of job types. 263 is in the importer's example; 264 (consultancies) in
#: reliefweb.int/jobs?list=Consultancy+Jobs&advanced-search=(TY264); 265 (internships) in
#: docker/etc/nginx/custom/02_legacy_rewrites.conf. Volunteers (266) are not accepted: see
#: modules/custom/reliefweb_utility/src/Helpers/ReliefWebStateHelper.php.
JOB_TYPES = {
    Vacancy.Contract.FIXED_TERM: 263,
    Vacancy.Contract.SHORT_TERM: 263,
    Vacancy.Contract.CONSULTANCY: 264,
    Vacancy.Contract.INTERNSHIP: 265,
}


@require_safe
def reliefweb(request: HttpRequest) -> HttpResponse:
    """A 404 without RELIEFWEB_SOURCE: an empty feed would say that nothing is open."""
    if not settings.RELIEFWEB_SOURCE:
        raise Http404
    feed = StringIO()
    writer = SimplerXMLGenerator(feed, "utf-8")
    writer.startDocument()
    writer.startElement("channel", {})
    vacancies = Vacancy.objects.open(request.at).select_related("duty_station")
    set_live_forms(vacancies, request.at)
    for vacancy in vacancies:
        job = ReliefWebJob(vacancy, request.at)
        if not job.rejection_reasons:
            job.write(writer)
    writer.endElement("channel")
    return HttpResponse(feed.getvalue(), content_type="application/xml; charset=utf-8")


@dataclass(frozen=True)
class ReliefWebJob:
    """An open vacancy as an item of the feed."""

    vacancy: Vacancy
    at: datetime.datetime

    @cached_property
    def body(self) -> str:
        """On one line: ReliefWeb reads Markdown, in which an empty line would end the HTML."""
        return " ".join(full_text(self.vacancy, self.at).split())

    @cached_property
    def how_to_apply(self) -> str:
        form, url = self.vacancy.form, notice_url(self.vacancy)
        # In the words of the page.
        context = {"notice": self.vacancy, "what": _("Send your application")}
        ways_to_submit = render_to_string("careers/ways_to_submit.html", context)
        parts = [
            format_html("<p>{}</p>", _("Fill in the %(form)s.") % {"form": form.title}) if form else "",
            f"<ul><li>{ways_to_submit}</li></ul>",
            format_html("<p>{}</p>", closing_line(self.vacancy, self.at)),
            format_html('<p>{} <a href="{url}">{url}</a></p>', _("The full notice:"), url=url),
        ]
        return " ".join(clean_text("".join(parts)).split())

    @cached_property
    def rejection_reasons(self) -> list[str]:
        """Why ReliefWeb would reject the vacancy, in words for staff."""
        reasons = []
        if self.vacancy.is_internal:
            reasons.append(_("It is for internal candidates only."))
        if self.vacancy.contract == Vacancy.Contract.VOLUNTEER:
            reasons.append(_("ReliefWeb takes no volunteer assignments."))
        if not self.vacancy.ways_to_submit:
            reasons.append(_("It does not say how to apply: by e-mail, by link, by hand or by post."))
        lengths = [
            (_("title"), len(export_title(self.vacancy)), TITLE_LENGTH),
            (_("text"), _length(self.body), BODY_LENGTH),
            (_("way to apply"), _length(self.how_to_apply), HOW_TO_APPLY_LENGTH),
        ]
        for part, length, (least, most) in lengths:
            if not least <= length <= most:
                text = _("The %(part)s has %(length)d characters; ReliefWeb takes %(least)d to %(most)d.")
                reasons.append(text % {"part": part, "length": length, "least": least, "most": most})
        return reasons

    def write(self, writer: SimplerXMLGenerator) -> None:
        values = {
            "link": notice_url(self.vacancy),
            "title": export_title(self.vacancy),
            "field_job_closing_date": self.vacancy.closing_day.isoformat(),
            "field_country": "LAO",
            "field_city": locality(self.vacancy.duty_station),
            "field_source": settings.RELIEFWEB_SOURCE,
            "body": self.body,
            "field_how_to_apply": self.how_to_apply,
            "field_job_type": JOB_TYPES.get(self.vacancy.contract),
        }
        writer.startElement("item", {})
        for name, value in values.items():
            if value:
                writer.addQuickElement(name, str(value))
        writer.endElement("item")


def _length(html: str) -> int:
    """Without tags; ReliefWeb also counts the few signs of Markdown."""
    return len(" ".join(unescape(strip_tags(html)).split()))
