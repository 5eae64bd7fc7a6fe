"""A vacancy as search engines read it: a JobPosting of schema.org, in JSON-LD.

What is required, and in which form, is said at schema.org/JobPosting and in Google's documentation
(developers.google.com/search/docs/appearance/structured-data/job-posting).
"""

import datetime
import json
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from careers.exports.notice_data import absolute, export_title, full_text, locality, plain
from careers.models.vacancy import Vacancy
from iomlaos.office.models import Place
from iomlaos.publishing.dates import VIENTIANE

#: What a kind of contract says of employment, in Google's words. A fixed term says nothing of it.
OF_CONTRACT = {
    Vacancy.Contract.SHORT_TERM: "TEMPORARY",
    Vacancy.Contract.CONSULTANCY: "CONTRACTOR",
    Vacancy.Contract.INTERNSHIP: "INTERN",
    Vacancy.Contract.VOLUNTEER: "VOLUNTEER",
}
OF_WORKING_TIME = {Vacancy.WorkingTime.FULL_TIME: "FULL_TIME", Vacancy.WorkingTime.PART_TIME: "PART_TIME"}
#: Within a script element, these could end it.
ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&"}


def job_posting(vacancy: Vacancy, at: datetime.datetime, organization: str) -> dict[str, Any] | None:
    """What search engines are told; None where nobody from outside can apply at this moment.

    `applicantLocationRequirements` is left out: it is for remote work, and schema.org says that it
    is not for citizenship, which is an `eligibilityToWorkRequirement`.
    """
    is_for_all = vacancy.tier != Vacancy.Tier.INTERNAL_ONLY
    if not (vacancy.is_live(at) and vacancy.is_open(at) and is_for_all):
        return None
    posted_on = vacancy.posted_on or vacancy.announced_at.astimezone(VIENTIANE).date()
    posting = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": export_title(vacancy),
        "description": full_text(vacancy, at),
        "datePosted": posted_on.isoformat(),
        "validThrough": vacancy.deadline_iso,
        "hiringOrganization": {"@type": "Organization", "name": organization, "sameAs": settings.SITE_URL},
        "jobLocation": _location(vacancy.duty_station),
        "directApply": False,
        "url": absolute(vacancy.get_absolute_url()),
    }
    if vacancy.reference:
        posting["identifier"] = {
            "@type": "PropertyValue", "name": organization, "value": plain(vacancy.reference)
        }  # fmt: skip
    employment = [OF_CONTRACT.get(vacancy.contract), OF_WORKING_TIME.get(vacancy.working_time)]
    if any(employment):
        posting["employmentType"] = [*filter(None, employment)]
    if vacancy.eligibility in (Vacancy.Eligibility.NATIONALS, Vacancy.Eligibility.RESIDENTS):
        posting["eligibilityToWorkRequirement"] = vacancy.get_eligibility_display()
    return posting


def _location(place: Place | None) -> dict[str, Any]:
    """Google requires a location with its country. Where no duty station is known, the country is
    all that is said: this is the office in Lao PDR."""
    address = {"@type": "PostalAddress", "addressCountry": "LA"}
    location = {"@type": "Place", "address": address}
    if place is not None:
        location["name"] = plain(place.name)
    if town := locality(place):
        address["addressLocality"] = town
    if place is not None and place.kind == Place.Kind.PROVINCE:
        address["addressRegion"] = plain(place.name)
    return location


def as_script(posting: dict[str, Any] | None) -> SafeString:
    """The element for a page's head; empty where there is nothing to say."""
    if posting is None:
        return mark_safe("")
    text = json.dumps(posting, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')
