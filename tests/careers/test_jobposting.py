"""What search engines read in the page of a vacancy."""

import datetime
import json

import pytest
from django.template import Context, Template
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careers.models import Vacancy
from iomlaos.office.models import Office
from tests.careers.following import HOSTILE, UNREADABLE, posting_in
from tests.factories import make_office, make_place, make_vacancy

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
NOW = DEADLINE - 9 * DAY


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


def posting_of(vacancy: Vacancy, at: datetime.datetime = NOW) -> dict | None:
    """As a page says it that holds the tag."""
    page = Template("<head>{% load careers %}{% job_posting vacancy at %}</head>")
    stored = Vacancy.objects.select_related("duty_station").get(pk=vacancy.pk)
    return posting_in(page.render(Context({"vacancy": stored, "at": at, "office": Office.objects.first()})))


def test_the_page_of_an_open_vacancy_tells_search_engines_what_they_ask_for(client):
    make_office(name_en="International Organization for Migration (IOM)")
    make_vacancy(
        slug="driver", title_en="Driver", closes_at=DEADLINE, posted_on=datetime.date(2026, 5, 20), reference="VN 7",
        contract="short-term", working_time="full-time", eligibility="nationals",
        duty_station=make_place(name_en="Boten", kind="town"),
        responsibilities_en="<p>Drives the car.</p>", languages_en="<ul><li>Lao</li></ul>",
    )  # fmt: skip
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
    posting = posting_of(make_vacancy(title_en="Driver", closes_at=DEADLINE))
    assert posting["datePosted"] == "2026-06-01"
    assert posting["jobLocation"]["address"] == {"@type": "PostalAddress", "addressCountry": "LA"}
    assert "Closes: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in posting["description"]
    assert not {"identifier", "employmentType", "eligibilityToWorkRequirement"} & set(posting)


def test_nothing_is_said_once_it_is_closed():
    vacancy = make_vacancy(closes_at=DEADLINE)
    assert posting_of(vacancy, DEADLINE - SECOND)["validThrough"] == "2026-06-10T10:00:00Z"
    assert posting_of(vacancy, DEADLINE) is None
    assert posting_of(vacancy, DEADLINE + 1000 * DAY) is None


@pytest.mark.parametrize(
    "hidden",
    [{"state": "draft"}, {"state": "withdrawn"}, {"publish_from": NOW + SECOND}, {"tier": "internal-only"}],
)
def test_nothing_is_said_of_what_is_not_public_or_not_for_everybody(hidden):
    assert posting_of(make_vacancy(closes_at=DEADLINE, **hidden)) is None
    assert posting_of(make_vacancy(closes_at=DEADLINE, tier="internal-first"))


@pytest.mark.parametrize(
    ("contract", "working_time", "employment"),
    [
        ("fixed-term", "", None),
        ("", "", None),
        ("fixed-term", "full-time", ["FULL_TIME"]),
        ("", "part-time", ["PART_TIME"]),
        ("short-term", "", ["TEMPORARY"]),
        ("consultancy", "part-time", ["CONTRACTOR", "PART_TIME"]),
        ("internship", "", ["INTERN"]),
        ("volunteer", "full-time", ["VOLUNTEER", "FULL_TIME"]),
    ],
)
def test_employment_is_what_contract_and_working_time_say(contract, working_time, employment):
    posting = posting_of(make_vacancy(closes_at=DEADLINE, contract=contract, working_time=working_time))
    assert posting.get("employmentType") == employment


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ({"kind": "town", "name_en": "Boten"}, {"addressLocality": "Boten"}),
        ({"kind": "province", "name_en": "Attapeu", "iso_code": "LA-AT"}, {"addressRegion": "Attapeu"}),
        (
            {"kind": "province", "name_en": "Vientiane", "iso_code": "LA-VT"},
            {"addressRegion": "Vientiane", "addressLocality": "Vientiane"},
        ),
        ({"kind": "area", "name_en": "Northern SEZs"}, {}),
    ],
)
def test_a_place_is_a_town_or_a_province_or_neither(place, address):
    location = posting_of(make_vacancy(closes_at=DEADLINE, duty_station=make_place(**place)))["jobLocation"]
    assert location["name"] == place["name_en"]
    assert location["address"] == {"@type": "PostalAddress", "addressCountry": "LA"} | address


@pytest.mark.parametrize(
    ("eligibility", "requirement"),
    [
        ("nationals", "Nationals of Lao PDR only"),
        ("residents", "Nationals of Lao PDR, and residents who may work there"),
        ("any", None),
    ],
)
def test_citizenship_is_a_requirement_for_work_and_not_a_place_to_apply_from(eligibility, requirement):
    posting = posting_of(make_vacancy(closes_at=DEADLINE, eligibility=eligibility))
    assert posting.get("eligibilityToWorkRequirement") == requirement


def test_the_day_of_posting_is_that_of_vientiane(time_machine):
    time_machine.move_to(datetime.datetime(2026, 6, 1, 17, 0, tzinfo=datetime.UTC), tick=False)
    assert posting_of(make_vacancy(closes_at=DEADLINE), NOW + DAY)["datePosted"] == "2026-06-02"


def test_links_lead_to_the_site_and_tables_become_lines():
    posting = posting_of(
        make_vacancy(
            closes_at=DEADLINE,
            body_en='<p><a href="/contact/">Ask</a></p>'
            "<table><tr><th><p>Task</p></th><th>Share</th></tr><tr><td><strong>Drive</strong></td><td>90%</td></tr></table>",
        )
    )
    assert '<a href="http://testserver/contact/"' in posting["description"]
    assert "<ul><li>Task · Share</li><li><strong>Drive</strong> · 90%</li></ul>" in posting["description"]


def test_text_that_could_end_the_script_arrives_as_it_was_written():
    posting = posting_of(
        make_vacancy(title_en=HOSTILE + UNREADABLE, closes_at=DEADLINE, reference=HOSTILE[:40])
    )
    assert posting["title"] == " ".join(HOSTILE.split())
    assert posting["identifier"]["value"] == HOSTILE[:40]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60))
def test_no_text_gets_out_of_the_script(text):
    if not (vacancy := Vacancy.objects.first()):
        vacancy = make_vacancy(closes_at=DEADLINE)
    Vacancy.objects.update(title_en=f"Driver {text}", duration_en=text, context_en=f"<p>{text}</p>")
    assert posting_of(vacancy)["title"].startswith("Driver")


def test_the_schema_refuses_what_lacks_something():
    """Else nothing above would prove anything."""
    posting = posting_of(make_vacancy(closes_at=DEADLINE))
    for name in posting:
        lacking = {key: value for key, value in posting.items() if key != name}
        with pytest.raises(Exception, match="is a required property"):
            posting_in(f'<script type="application/ld+json">{_escaped(lacking)}</script>')


def _escaped(posting: dict) -> str:
    return json.dumps(posting).replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
