"""Open vacancies as ReliefWeb's importer reads them."""

import datetime

import pytest
from lxml import etree

from careers.exports.reliefweb import ReliefWebJob
from careers.models.vacancy import Vacancy
from tests.helpers.exports import HOSTILE, UNREADABLE, read_jobs, words
from tests.helpers.factories import (
    change_deadline,
    make_form,
    make_place,
    make_procurement_notice,
    make_vacancy,
)
from tests.helpers.pages import count_queries

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
NOW = DEADLINE - 9 * DAY
LONG = f"<p>{'Drives the car, keeps it clean and reports what it needs. ' * 8}</p>"


@pytest.fixture(autouse=True)
def _clock_and_number(time_machine, settings):
    time_machine.move_to(NOW, tick=False)
    settings.RELIEFWEB_SOURCE = 4321


def make_whole(**given) -> Vacancy:
    """A vacancy that says enough for ReliefWeb."""
    enough = {"closes_at": DEADLINE, "body_en": LONG, "submission_email": "jobs@example.org"}
    return make_vacancy(**enough | given)


def test_a_job_says_what_reliefweb_asks_for(client):
    form = make_form(title_en="Personal History Form")
    make_whole(
        slug="driver", title_en="Driver, Boten", reference="VN 7", contract="fixed-term", form=form,
        duty_station=make_place(name_en="Boten", kind="town"), responsibilities_en="<p>Drives.</p>",
        submission_link="https://jobs.example.org/7", submission_address_en="IOM\nVientiane",
    )  # fmt: skip
    [job] = read_jobs(client)
    body, how = job.pop("body"), job.pop("field_how_to_apply")
    assert job == {
        "link": "http://testserver/careers/vacancies/driver/",
        "title": "Driver, Boten",
        "field_job_closing_date": "2026-06-10",
        "field_country": "LAO",
        "field_city": "Boten",
        "field_source": "4321",
        "field_job_type": "263",
    }
    assert "Closes: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in words(body)
    assert "Reference: VN 7" in words(body)
    assert "<h2>Responsibilities</h2><p>Drives.</p>" in body
    assert "Fill in the Personal History Form." in words(how)
    assert "Send your application in one of these ways: by e-mail to" in words(how)
    assert "jobs@example.org" in words(how)
    assert "VN 7" in words(how)
    assert 'href="https://jobs.example.org/7"' in how
    assert "IOM, Vientiane" in words(how)
    assert "Closes: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in words(how)
    assert "The full notice: http://testserver/careers/vacancies/driver/" in words(how)


def test_the_type_of_job_is_that_of_the_contract(client):
    expected = {"fixed-term": "263", "short-term": "263", "consultancy": "264", "internship": "265", "": None}
    for contract in expected:
        make_whole(title_en=f"Contract: {contract}", contract=contract)
    found = {
        job["title"].removeprefix("Contract:").strip(): job.get("field_job_type") for job in read_jobs(client)
    }
    assert found == expected


def test_what_is_unknown_is_left_out(client):
    make_whole(duty_station=make_place(kind="province"))
    [job] = read_jobs(client)
    assert not {"field_city", "field_job_type", "field_job_experience", "field_theme"} & set(job)


def test_the_end_of_a_day_is_that_day_and_a_changed_deadline_is_the_new_one(client):
    vacancy = make_whole(closes_at=Vacancy.closing_moment(datetime.date(2026, 6, 10)))
    assert [job["field_job_closing_date"] for job in read_jobs(client)] == ["2026-06-10"]
    change_deadline(vacancy, Vacancy.closing_moment(datetime.date(2026, 6, 30)))
    assert [job["field_job_closing_date"] for job in read_jobs(client)] == ["2026-06-30"]


def test_tables_become_lines_for_reliefweb_keeps_no_tables(client):
    make_whole(body_en=f"{LONG}<table><tr><td><p>Drive</p></td><td><p>90%</p></td></tr></table>")
    [job] = read_jobs(client)
    assert "<li>Drive · 90%</li>" in job["body"]


def test_text_that_could_break_the_feed_arrives_as_it_was_written(client):
    make_whole(title_en=HOSTILE + UNREADABLE, starts_en=HOSTILE + UNREADABLE)
    [job] = read_jobs(client)
    assert job["title"] == " ".join(HOSTILE.split())
    assert " ".join(HOSTILE.split()) in words(job["body"])


# --- What ReliefWeb would not take ------------------------------------------------------------


def test_staff_can_read_why_reliefweb_would_refuse():
    enough = {
        "slug": "driver", "title_en": "Driver, Boten", "closes_at": DEADLINE, "body_en": LONG,
        "submission_email": "jobs@example.org",
    }  # fmt: skip
    for fields, reason in (
        ({"title_en": "Driver"}, "The title has 6 characters"),
        ({"title_en": "D" * 151}, "The title has 151 characters"),
        ({"body_en": "<p>Drives.</p>"}, "The text has 68 characters"),
        # An entity counts once.
        ({"body_en": f"<p>{'a &amp; ' * 60}</p>"}, "The text has 300 characters"),
        ({"body_en": f"<p>{'D' * 50_000}</p>"}, "The text has 50061 characters"),
        ({"submission_address_en": "UN House, " * 1000}, "The way to apply has"),
        ({"submission_email": ""}, "It does not say how to apply"),
        ({"contract": "volunteer"}, "ReliefWeb takes no volunteer assignments."),
        ({"tier": "internal-only"}, "It is for internal candidates only."),
    ):
        [found] = ReliefWebJob(Vacancy(**enough | fields), NOW).rejection_reasons
        assert found.startswith(reason)


def test_what_reliefweb_would_refuse_is_left_out(client):
    make_whole(title_en="Taken by ReliefWeb")
    make_whole(title_en="Refused by ReliefWeb", submission_email="")
    assert [job["title"] for job in read_jobs(client)] == ["Taken by ReliefWeb"]


def test_without_reliefwebs_number_there_is_no_such_address(client, settings):
    make_whole()
    settings.RELIEFWEB_SOURCE = 0
    assert client.get("/careers/reliefweb.xml").status_code == 404


def test_open_vacancies_alone_are_offered_until_the_second_of_their_closing(client, time_machine):
    make_whole(title_en="Shown to all", closes_at=DEADLINE)
    make_whole(title_en="Hidden draft", state="draft")
    make_whole(title_en="Hidden withdrawn", state="withdrawn")
    make_whole(title_en="Hidden future", publish_from=NOW + DAY)
    make_whole(title_en="Hidden closed", closes_at=NOW)
    make_procurement_notice(title_en="Hidden tender", body_en=LONG, submission_email="a@example.org")
    assert [job["title"] for job in read_jobs(client)] == ["Shown to all"]
    time_machine.move_to(DEADLINE - SECOND, tick=False)
    assert "Shown to all" in [job["title"] for job in read_jobs(client)]
    time_machine.move_to(DEADLINE, tick=False)
    assert "Shown to all" not in [job["title"] for job in read_jobs(client)]


def test_an_empty_channel_is_well_formed(client):
    assert read_jobs(client) == []
    assert etree.fromstring(client.get("/careers/reliefweb.xml").content).tag == "channel"


def test_a_form_that_is_no_longer_public_is_not_named(client):
    form = make_form(title_en="Secret form", state="draft")
    make_whole(form=form)
    [job] = read_jobs(client)
    assert "Secret form" not in job["field_how_to_apply"]


def test_fifteen_jobs_cost_the_queries_of_three(client):
    for _ in range(3):
        make_whole(duty_station=make_place(), form=make_form())
    of_three = count_queries(client, "/careers/reliefweb.xml")
    for _ in range(12):
        make_whole(duty_station=make_place(), form=make_form())
    assert count_queries(client, "/careers/reliefweb.xml") == of_three
    assert len(read_jobs(client)) == 15
