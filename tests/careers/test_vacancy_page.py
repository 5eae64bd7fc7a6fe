"""A whole notice as applicants read it: dates first, then facts, the work, and how to apply."""

import datetime

import pytest
import time_machine

from careers.models.vacancy import Vacancy
from tests.helpers.factories import (
    make_form,
    make_place,
    make_procurement_notice,
    make_standard_text,
    make_vacancy,
    make_version,
    upload,
)
from tests.helpers.pages import read
from tests.helpers.uploads import pdf

pytestmark = pytest.mark.django_db

DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)
ADDRESS = "/careers/vacancies/health-assistant/"


def make_whole_notice(**given) -> Vacancy:
    values = {
        "slug": "health-assistant",
        "title_en": "Health Assistant",
        "reference": "VN2026.14",
        "grade": "G6",
        "duty_station": make_place(name_en="Attapeu"),
        "organizational_unit_en": "Health Unit",
        "appointment_type_en": "Special short-term graded",
        "contract": "short-term",
        "working_time": "full-time",
        "duration_en": "Nine months",
        "starts_en": "As soon as possible",
        "eligibility": "residents",
        "tier": "internal-first",
        "posted_on": datetime.date(2026, 5, 20),
        "closes_at": DEADLINE,
        "body_en": "<p>In a few words.</p>",
        "context_en": "<p>Where it stands.</p>",
        "responsibilities_en": "<p>What is done.</p>",
        "qualifications_en": "<p>What was learnt.</p>",
        "languages_en": "<p>Lao and English.</p>",
        "competencies_en": "<p>Teamwork.</p>",
        "form": make_form(title_en="History form"),
        "submission_email": "jobs@example.org",
        "submission_link": "https://jobs.example.org/14",
        "submission_address_en": "IOM Lao PDR\nVientiane",
        "contact_en": "The human resources unit",
        "what_next_en": "<p>A test, then an interview.</p>",
        "results_expected_by": datetime.date(2026, 7, 31),
    }
    return make_vacancy(**values | given)


def test_an_open_notice_says_all_that_is_known_in_the_order_in_which_it_is_needed(client):
    make_standard_text(slug="no-fee", title_en="IOM never asks for money")
    make_whole_notice()
    with time_machine.travel(DEADLINE - 10 * DAY, tick=False):
        page = read(client, ADDRESS)
    parts = [
        "Open Health Assistant Attapeu · Health Unit",
        "Apply by Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7) closes in 10 days How to apply",
        "Posted 20 May 2026",
        "Estimated start As soon as possible",
        "Reference VN2026.14",
        "Grade G6 (General Service) Support work.",
        "Appointment Special short-term graded · Full time · Nine months",
        "Who may apply Nationals of Lao PDR, and residents who may work there "
        "Internal candidates are considered first",
        "Application form",
        "Questions The human resources unit",
        "In a few words.",
        "Context and supervision Where it stands.",
        "Responsibilities What is done.",
        "Education and experience What was learnt.",
        "Languages Lao and English.",
        "Competencies Teamwork.",
        "How to apply",
        "Fill in the History form.",
        "with “VN2026.14” as the subject line.",
        "By hand or by post, at: IOM Lao PDR, Vientiane",
        "It has to be there before the deadline: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7).",
        "What happens next A test, then an interview.",
        "A result is expected by 31 July 2026.",
        "IOM never asks for money",
    ]
    text, reached = page.text, 0
    for part in parts:
        assert part in page, part
        reached = text.index(read_as(part), reached)
    assert "mailto:jobs@example.org?subject=VN2026.14" in page.links
    assert "https://jobs.example.org/14" in page.links


def test_the_first_step_of_applying_leads_to_the_form(client):
    form = make_form(title_en="History form")
    version = make_version(form=form, file=upload("form.pdf", pdf()), language="en")
    make_vacancy(slug="nurse", submission_email="jobs@example.org", closes_at=DEADLINE, form=form)
    with time_machine.travel(DEADLINE - DAY, tick=False):
        page = client.get("/careers/vacancies/nurse/").content.decode()
        assert f'Fill in the <a href="{version.get_absolute_url()}">History form</a>.' in page
        other = make_version(form=form, file=upload("form.pdf", pdf()), language="lo")
        page = client.get("/careers/vacancies/nurse/").content.decode()
    first = page.partition("Fill in the History form.")[2].partition("</li>")[0]
    assert version.get_absolute_url() in first
    assert other.get_absolute_url() in first


def read_as(words: str) -> str:
    return words.replace("“", '"').replace("”", '"')


def test_what_nobody_gave_is_not_on_the_page(client):
    make_vacancy(slug="bare", title_en="Bare", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - DAY, tick=False):
        page = read(client, "/careers/vacancies/bare/")
    for heading in (
        "Posted", "Estimated start", "Reference", "Grade", "Appointment", "Who may apply", "Application form",
        "Questions", "Context and supervision", "Responsibilities", "Education", "Languages", "Competencies",
        "What happens next", "Changes to this notice",
    ):  # fmt: skip
        assert heading not in page, heading
    assert "The notice does not say where to send it." in page
    assert not [link for link in page.links if link.startswith("mailto:") and "@" in link]


def test_a_closed_notice_keeps_its_text_and_loses_every_way_to_apply(client):
    make_whole_notice(outcome="under-review")
    with time_machine.travel(DEADLINE - SECOND, tick=False):
        assert "jobs@example.org" in read(client, ADDRESS)
    with time_machine.travel(DEADLINE, tick=False):
        page = read(client, ADDRESS)
    assert "Closed Health Assistant" in page
    assert "This position is closed. Applications are no longer taken." in page
    assert "Closed on Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in page
    assert "Outcome Under review" in page
    assert "Responsibilities What is done." in page
    for words in (
        "jobs@example.org", "jobs.example.org", "By hand or by post", "Send your application", "Fill in",
        "The human resources unit", "closes in", "Deadline for your calendar",
    ):  # fmt: skip
        assert words not in page, words


def test_what_happens_next_stays_after_the_closing_until_it_is_decided(client):
    notice = make_whole_notice(results_expected_by=datetime.date(2026, 7, 1))
    with time_machine.travel(DEADLINE, tick=False):
        for outcome, is_public in (
            ("", True),
            ("under-review", True),
            ("filled", False),
            ("cancelled", False),
        ):
            notice.outcome = outcome
            notice.save()
            page = read(client, ADDRESS)
            assert ("What happens next" in page) is is_public, outcome
            assert ("A result is expected by 1 July 2026." in page) is is_public, outcome


def test_a_position_advertised_again_leads_to_its_successor_while_that_is_live(client):
    again = make_vacancy(slug="again", title_en="Health Assistant, again")
    make_whole_notice(outcome="re-advertised", readvertised_as=again)
    with time_machine.travel(DEADLINE, tick=False):
        assert "/careers/vacancies/again/" in read(client, ADDRESS).links
        again.state = "withdrawn"
        again.save()
        page = read(client, ADDRESS)
    assert "/careers/vacancies/again/" not in page.links
    assert "Health Assistant, again" not in page
    assert "Outcome Advertised again" in page


def test_a_grade_whose_letters_are_unknown_stands_without_a_scale(client):
    make_vacancy(slug="post", grade="Not graded")
    page = read(client, "/careers/vacancies/post/")
    assert "Grade Not graded" in page
    assert "General Service" not in page
    assert "Ungraded" not in page


def test_the_subject_line_is_the_title_where_there_is_no_reference(client):
    make_vacancy(slug="post", title_en="Driver & guard", submission_email="jobs@example.org")
    assert (
        "mailto:jobs@example.org?subject=Driver%20%26%20guard"
        in read(client, "/careers/vacancies/post/").links
    )


def test_a_version_of_another_form_is_refused():
    vacancy = make_vacancy(form=make_form(), form_version=make_version())
    with pytest.raises(Exception, match="a version of another form"):
        vacancy.full_clean()


def test_two_notices_cannot_share_a_short_address():
    vacancy = make_vacancy(slug="driver")
    notice = make_procurement_notice()
    notice.slug = vacancy.slug
    with pytest.raises(Exception, match="has this address"):
        notice.full_clean()
