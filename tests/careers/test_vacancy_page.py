"""A job as applicants read it: the deadline first, then facts, the work, and how to apply; closed, it is short."""

import datetime

import pytest
import time_machine
from lxml import html

from careers.models.vacancy import Vacancy
from tests.helpers.factories import (
    make_contact_point,
    make_form,
    make_office,
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
    make_standard_text(slug="after-closing", title_en="After you apply")
    make_whole_notice()
    with time_machine.travel(DEADLINE - 10 * DAY, tick=False):
        page = read(client, ADDRESS)
    parts = [
        "Health Assistant Attapeu · Health Unit",
        "Apply by 10 days left Wednesday 10 June 2026 17:00, Vientiane time (UTC+7) How to apply",
        "Saw it elsewhere? Check that it is real",
        "Reference VN2026.14",
        "Location Attapeu",
        "Grade G6 (General Service) Support work.",
        "Contract Special short-term graded · Full time · Nine months",
        "Starts As soon as possible",
        "Who can apply Nationals of Lao PDR, and residents who may work there "
        "Internal candidates are considered first",
        "Contact The human resources unit",
        "In a few words.",
        "Context and supervision Where it stands.",
        "Responsibilities What is done.",
        "Education and experience What was learnt.",
        "Languages Lao and English.",
        "Competencies Teamwork.",
        "How to apply Fill in the History form.",
        "Send your application in one of these ways:",
        "Put “VN2026.14” in the subject.",
        "by post or in person to: IOM Lao PDR, Vientiane",
        "It must reach us by: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7) .",
        "Applying is free. IOM never asks for money, at any stage.",
        "What happens next A test, then an interview. A result is expected by 31 July 2026.",
        "After you apply",
        "Posted on 20 May 2026. No changes since.",
    ]
    text, reached = page.text, 0
    for part in parts:
        assert part in page, part
        reached = text.index(read_as(part), reached)
    assert "mailto:jobs@example.org?subject=VN2026.14" in page.links
    assert "https://jobs.example.org/14" in page.links


def test_the_first_step_of_applying_leads_to_each_version_of_the_form(client):
    form = make_form(title_en="History form")
    versions = [make_version(form=form, file=upload("f.pdf", pdf()), language=each) for each in ("en", "lo")]
    make_vacancy(slug="nurse", submission_email="jobs@example.org", closes_at=DEADLINE, form=form)
    with time_machine.travel(DEADLINE - DAY, tick=False):
        page = client.get("/careers/vacancies/nurse/").content.decode()
    first = page.partition("Fill in the History form.")[2].partition("</li>")[0]
    assert all(version.get_absolute_url() in first for version in versions)


def test_one_way_to_submit_is_a_sentence_and_no_list(client):
    make_vacancy(slug="nurse", reference="VN 1", submission_email="jobs@example.org", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - DAY, tick=False):
        page = read(client, "/careers/vacancies/nurse/")
    sentence = "Send your application by e-mail to jobs@example.org . Put “VN 1” in the subject."
    assert sentence in page
    assert "in one of these ways" not in page


def read_as(words: str) -> str:
    return words.replace("“", '"').replace("”", '"')


def test_what_nobody_gave_leaves_neither_a_heading_nor_an_empty_list(client):
    make_vacancy(slug="bare", title_en="Bare", closes_at=DEADLINE)
    for at in (DEADLINE - DAY, DEADLINE):
        with time_machine.travel(at, tick=False):
            page, body = (
                read(client, "/careers/vacancies/bare/"),
                client.get("/careers/vacancies/bare/").content,
            )
        for heading in (
            "Posted", "No changes", "Reference", "Location", "Unit", "Grade", "Contract", "Starts", "Who can apply",
            "Context and supervision", "Responsibilities", "Education", "Languages", "Competencies", "Fill in",
            "What happens next", "What it was", "Text of the notice", "Changes to this notice",
        ):  # fmt: skip
            assert heading not in page, heading
        elements = html.fromstring(body).find(".//main").iter("p", "ul", "ol", "dl", "h2", "h3", "section")
        assert [element.tag for element in elements if not element.text_content().strip()] == []
        assert not [link for link in page.links if link.startswith("mailto:") and "@" in link]


def test_a_notice_without_a_way_to_submit_tells_applicants_whom_to_call(client):
    make_office()
    make_vacancy(slug="bare", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - DAY, tick=False):
        assert "Call us to ask where to send it: our office ." in read(client, "/careers/vacancies/bare/")
        make_contact_point(written="+856 21 26 77 30")
        page = read(client, "/careers/vacancies/bare/")
    assert "Call us to ask where to send it: +856 21 26 77 30 ." in page


def test_a_closed_notice_is_short_and_loses_every_way_to_apply(client):
    for slug in ("after-closing", "applicants-data", "equal-opportunity", "misconduct"):
        make_standard_text(slug=slug, title_en="Advice")
    make_whole_notice(outcome="filled", outcome_note_en="By two people.")
    with time_machine.travel(DEADLINE - SECOND, tick=False):
        open_page = read(client, ADDRESS)
    with time_machine.travel(DEADLINE, tick=False):
        page, body = read(client, ADDRESS), client.get(ADDRESS).content.decode()
    parts = [
        "Closed Health Assistant Closed on Wednesday 10 June 2026, 17:00. Filled.",
        "Outcome 20 May 2026 Posted Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7) Closed",
        "Filled By two people.",
        "What it was Reference VN2026.14 Location Attapeu Unit Health Unit Grade G6 (General Service) Contract",
        "Text of the notice In a few words. Context and supervision Where it stands. Responsibilities",
        "What to do now No jobs are open now. See open jobs Does someone still offer you this job?",
    ]
    reached = 0
    for part in parts:
        assert part in page, part
        reached = page.text.index(part, reached)
    folded = body.partition("<details>")[2].partition("</details>")[0]
    assert "What is done." in folded
    assert body.count('class="button"') == 1
    for words in (
        "jobs@example.org", "jobs.example.org", "by post or in person", "Send your application", "Fill in",
        "The human resources unit", "Who can apply", " left", "Add deadline to calendar", "Text to copy",
        "WhatsApp", "Advice", "Support work.",
    ):  # fmt: skip
        assert words in open_page, words
        assert words not in page, words


def test_a_closed_notice_without_an_outcome_says_so_and_how_many_others_are_open(client):
    make_whole_notice()
    for tier in ("", "internal-first", "internal-only"):
        make_vacancy(tier=tier)
    with time_machine.travel(DEADLINE, tick=False):
        page = read(client, ADDRESS)
    assert "Closed on Wednesday 10 June 2026, 17:00. We no longer accept applications." in page
    assert "Result: not announced" in page
    assert "2 jobs are open." in page


def test_a_withdrawn_notice_names_its_title_reference_and_the_reason(client):
    notice = make_whole_notice()
    notice.state, notice.withdrawal_reason_en = "withdrawn", "The post was not funded."
    notice.save()
    page = read(client, ADDRESS)
    assert page.status == 410
    assert page.h1 == ["Withdrawn: Health Assistant"]
    assert "Reason: The post was not funded. Reference: VN2026.14 We no longer accept applications." in page
    assert "Does someone still offer you this?" in page
    assert "What is done." not in page


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
            assert ("A test, then an interview." in page) is is_public, outcome
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
    assert "Closed on Wednesday 10 June 2026, 17:00. Advertised again." in page


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
