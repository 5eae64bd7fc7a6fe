"""JSON-LD of a vacancy for search engines: a JobPosting of schema.org.

Required fields: schema.org/JobPosting and Google's documentation
(developers.google.com/search/docs/appearance/structured-data/job-posting).
"""

import datetime
from typing import Any

from django.conf import settings

from careers.exports.notice_data import clean_text, export_title, full_text, locality, notice_url
from careers.models.vacancy import Vacancy
from iomlaos.office.models import Place
from iomlaos.office.structured_data import COUNTRY
from iomlaos.publishing.dates import VIENTIANE

#: Google's employment types by contract and by working time. A fixed term has none.
EMPLOYMENT_TYPES = {
    Vacancy.Contract.SHORT_TERM: "TEMPORARY",
    Vacancy.Contract.CONSULTANCY: "CONTRACTOR",
    Vacancy.Contract.INTERNSHIP: "INTERN",
    Vacancy.Contract.VOLUNTEER: "VOLUNTEER",
    Vacancy.WorkingTime.FULL_TIME: "FULL_TIME",
    Vacancy.WorkingTime.PART_TIME: "PART_TIME",
}


def job_posting(vacancy: Vacancy, at: datetime.datetime, organization: str) -> dict[str, Any] | None:
    """None if nobody from outside can apply at this moment.

    Citizenship is an `eligibilityToWorkRequirement`: `applicantLocationRequirements` is for remote work.
    """
    if vacancy.is_internal or not (vacancy.is_live(at) and vacancy.is_open(at)):
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
        "url": notice_url(vacancy),
    }
    if vacancy.reference:
        reference = clean_text(vacancy.reference)
        posting["identifier"] = {"@type": "PropertyValue", "name": organization, "value": reference}
    types = [EMPLOYMENT_TYPES.get(value) for value in (vacancy.contract, vacancy.working_time)]
    if any(types):
        posting["employmentType"] = [*filter(None, types)]
    if vacancy.eligibility in (Vacancy.Eligibility.NATIONALS, Vacancy.Eligibility.RESIDENTS):
        posting["eligibilityToWorkRequirement"] = vacancy.get_eligibility_display()
    return posting


def _location(place: Place | None) -> dict[str, Any]:
    """A Place with at least the country, which Google requires."""
    address = {"@type": "PostalAddress", "addressCountry": COUNTRY}
    location = {"@type": "Place", "address": address}
    if place is not None:
        location["name"] = clean_text(place.name)
        if town := locality(place):
            address["addressLocality"] = town
        if place.kind == Place.Kind.PROVINCE:
            address["addressRegion"] = clean_text(place.name)
    return location
