"""What search engines read in the page of a vacancy: a JobPosting of schema.org."""

import datetime
import json

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from careers.exports.jsonld import job_posting
from careers.models.vacancy import Vacancy
from iomlaos.office.models import Place
from iomlaos.office.structured_data import as_script
from tests.helpers.exports import HOSTILE, UNREADABLE, posting_in
from tests.helpers.factories import make_office, make_place, make_vacancy

DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
NOW = DEADLINE - 9 * DAY


def posting_of(at: datetime.datetime = NOW, **fields) -> dict | None:
    """As a page says it of a vacancy that was published a moment ago, unless told otherwise."""
    values = {
        "slug": "driver",
        "title_en": "Driver",
        "state": "published",
        "publish_from": NOW,
        "closes_at": DEADLINE,
    }
    return posting_in(as_script(job_posting(Vacancy(**values | fields), at, "IOM")))


@pytest.mark.django_db
def test_the_page_of_an_open_vacancy_tells_search_engines_what_they_ask_for(client):
    make_office(name_en="International Organization for Migration (IOM)")
    make_vacancy(
        slug="driver", title_en="Driver", closes_at=DEADLINE, publish_from=NOW, posted_on=datetime.date(2026, 5, 20), reference="VN 7",
        contract="short-term", working_time="full-time", eligibility="nationals",
        duty_station=make_place(name_en="Boten", kind="town"),
        responsibilities_en="<p>Drives the car.</p>", languages_en="<ul><li>Lao</li></ul>",
    )  # fmt: skip
    with time_machine.travel(NOW, tick=False):
        posting = posting_in(client.get("/careers/vacancies/driver/").content.decode())
    description = posting.pop("description")
    assert (
        "<h2>Responsibilities</h2><p>Drives the car.</p><h2>Languages</h2><ul><li>Lao</li></ul>"
        in description
    )
    assert "<li>Closes: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)</li>" in description
    assert posting == {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": "Driver",
        "datePosted": "2026-05-20",
        "validThrough": "2026-06-10T10:00:00Z",
        "hiringOrganization": {
            "@type": "Organization",
            "name": "International Organization for Migration (IOM)",
            "sameAs": "http://testserver",
        },
        "jobLocation": {
            "@type": "Place",
            "name": "Boten",
            "address": {"@type": "PostalAddress", "addressCountry": "LA", "addressLocality": "Boten"},
        },
        "identifier": {
            "@type": "PropertyValue",
            "name": "International Organization for Migration (IOM)",
            "value": "VN 7",
        },
        "employmentType": ["TEMPORARY", "FULL_TIME"],
        "eligibilityToWorkRequirement": "Nationals of Lao PDR only",
        "directApply": False,
        "url": "http://testserver/careers/vacancies/driver/",
    }


def test_a_bare_vacancy_tells_what_is_known_and_no_more():
    posting = posting_of()
    assert posting["datePosted"] == "2026-06-01"
    assert posting["jobLocation"]["address"] == {"@type": "PostalAddress", "addressCountry": "LA"}
    assert "Closes: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in posting["description"]
    assert not {"identifier", "employmentType", "eligibilityToWorkRequirement"} & set(posting)


def test_nothing_is_said_once_it_is_closed():
    assert posting_of(DEADLINE - SECOND)["validThrough"] == "2026-06-10T10:00:00Z"
    assert posting_of(DEADLINE) is None


def test_nothing_is_said_of_what_is_not_public_or_not_for_everybody():
    for hidden in (
        {"state": "draft"}, {"state": "withdrawn"}, {"publish_from": NOW + SECOND}, {"tier": "internal-only"}
    ):  # fmt: skip
        assert posting_of(**hidden) is None
    assert posting_of(tier="internal-first")


def test_employment_is_what_contract_and_working_time_say():
    expected = {
        ("", ""): None,
        ("fixed-term", ""): None,
        ("fixed-term", "full-time"): ["FULL_TIME"],
        ("", "part-time"): ["PART_TIME"],
        ("short-term", ""): ["TEMPORARY"],
        ("consultancy", "part-time"): ["CONTRACTOR", "PART_TIME"],
        ("internship", ""): ["INTERN"],
        ("volunteer", "full-time"): ["VOLUNTEER", "FULL_TIME"],
    }
    assert {
        (contract, working_time): posting_of(contract=contract, working_time=working_time).get(
            "employmentType"
        )
        for contract, working_time in expected
    } == expected


def test_a_place_is_a_town_or_a_province_or_neither():
    for place, address in (
        ({"kind": "town", "name_en": "Boten"}, {"addressLocality": "Boten"}),
        ({"kind": "province", "name_en": "Attapeu", "iso_code": "LA-AT"}, {"addressRegion": "Attapeu"}),
        # The capital is both.
        (
            {"kind": "province", "name_en": "Vientiane", "iso_code": "LA-VT"},
            {"addressRegion": "Vientiane", "addressLocality": "Vientiane"},
        ),
        ({"kind": "area", "name_en": "Northern SEZs"}, {}),
    ):
        location = posting_of(duty_station=Place(**place))["jobLocation"]
        assert location["name"] == place["name_en"]
        assert location["address"] == {"@type": "PostalAddress", "addressCountry": "LA"} | address


def test_citizenship_is_a_requirement_for_work():
    assert posting_of(eligibility="nationals")["eligibilityToWorkRequirement"] == "Nationals of Lao PDR only"
    assert "eligibilityToWorkRequirement" in posting_of(eligibility="residents")
    assert "eligibilityToWorkRequirement" not in posting_of(eligibility="any")


def test_the_day_of_posting_is_that_of_vientiane():
    evening = datetime.datetime(2026, 6, 1, 17, 0, tzinfo=datetime.UTC)
    assert posting_of(NOW + DAY, publish_from=evening)["datePosted"] == "2026-06-02"


def test_links_lead_to_the_site_and_tables_become_lines():
    row = "<tr><td><strong>Drive</strong></td><td>90%</td></tr>"
    posting = posting_of(
        body_en='<p><a href="/contact/">Ask</a></p>'
        f"<table><tr><th><p>Task</p></th><th>Share</th></tr>{row}</table>"
    )
    assert '<a href="http://testserver/contact/"' in posting["description"]
    assert "<ul><li>Task · Share</li><li><strong>Drive</strong> · 90%</li></ul>" in posting["description"]


def test_text_that_could_end_the_script_arrives_as_it_was_written():
    posting = posting_of(title_en=HOSTILE + UNREADABLE, reference=HOSTILE[:40])
    assert posting["title"] == " ".join(HOSTILE.split())
    assert posting["identifier"]["value"] == HOSTILE[:40]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60))
def test_no_text_gets_out_of_the_script(text):
    posting = posting_of(title_en=f"Driver {text}", duration_en=text, context_en=f"<p>{text}</p>")
    assert posting["title"].startswith("Driver")


def test_the_schema_refuses_what_lacks_something():
    """Else nothing above would prove anything."""
    posting = posting_of()
    for name in posting.keys() - {"@type"}:
        lacking = {key: value for key, value in posting.items() if key != name}
        with pytest.raises(Exception, match="is a required property"):
            posting_in(f'<script type="application/ld+json">{_escaped(lacking)}</script>')


def _escaped(posting: dict) -> str:
    return json.dumps(posting).replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
