"""Positions for people who already work for IOM: who is told of them, and in which words."""

import datetime

import pytest
from lxml import html

from careers.alerts.detect import record_events
from careers.alerts.models import AlertMessage
from careers.models.notice_event import NoticeEvent
from careers.models.vacancy import Vacancy
from tests.helpers.factories import (
    change_deadline,
    make_amendment,
    make_office,
    make_place,
    make_standard_text,
    make_subscription,
    make_vacancy,
)
from tests.helpers.mailserver import send_alerts
from tests.helpers.notice_outlets import BEFORE, DAY, PLACES, Notice, Reader, expected, readings, utc
from tests.helpers.pages import read, without_language_link

MINUTE = datetime.timedelta(minutes=1)
CLERK = Notice(
    "vacancies", "clerk", "Clerk of stores", utc(2026, 6, 1, 2), utc(2026, 6, 10, 10),
    "Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)", "2026-06-10T10:00:00Z", "10 June 2026", 2026,
    is_internal=True,
)  # fmt: skip
OPEN_AT = CLERK.publish_from + DAY
#: Words that would tell anybody to apply.
INVITATIONS = ("Apply by", "General advice on applying", "If you want to apply", "A job at IOM in")


# --- Who may apply, without a database --------------------------------------------------------


def test_who_may_apply_is_said_without_contradiction():
    staff_alone, nationals = "Only people who already work for IOM", "Nationals of Lao PDR only"
    expected = {
        ("", ""): [],
        ("any", ""): ["People of any nationality"],
        ("nationals", "internal-first"): [nationals, "Internal candidates are considered first"],
        ("any", "internal-only"): [staff_alone],
        ("nationals", "internal-only"): [staff_alone, nationals],
    }
    found = {given: Vacancy(eligibility=given[0], tier=given[1]).who_may_apply for given in expected}
    assert found == expected


def test_a_grade_says_who_may_apply_only_where_the_notice_does_not():
    for grade, recruits in (
        ("G4", "Staff are recruited locally"),
        ("NOB", "For nationals"),
        ("P3", "people of any nationality"),
        ("UG", "The notice says who can apply."),
    ):
        assert recruits in Vacancy(grade=grade).grade_explanation
        assert recruits in Vacancy(grade=grade, tier="internal-first").grade_explanation
        for given in ({"eligibility": "nationals"}, {"eligibility": "any"}, {"tier": "internal-only"}):
            explanation = Vacancy(grade=grade, **given).grade_explanation
            assert explanation
            assert recruits not in explanation


def test_only_local_grades_are_contradicted_by_any_nationality():
    grades = ("G1", "GS-5", "NOA", "NO-C", "P2", "UG", "", "Not graded")
    wider = [grade for grade in grades if Vacancy(grade=grade, eligibility="any").is_wider_than_grade]
    assert wider == ["G1", "GS-5", "NOA", "NO-C"]
    for eligibility in ("", "nationals", "residents"):
        assert not any(Vacancy(grade=grade, eligibility=eligibility).is_wider_than_grade for grade in grades)


# --- Every outlet -----------------------------------------------------------------------------


@pytest.fixture
def visitor(client, settings, time_machine, db) -> Reader:
    """A visitor of a site with one internal position, which is open."""
    settings.RELIEFWEB_SOURCE = 1255
    settings.ALERTS_ENABLED = True
    make_office()
    time_machine.move_to(BEFORE, tick=False)
    make_vacancy(**CLERK.fields, grade="G4", eligibility="any")
    time_machine.move_to(OPEN_AT, tick=False)

    def fetch(address: str, headers: dict) -> tuple[int, dict, bytes]:
        response = client.get(address, headers=headers)
        return response.status_code, response.headers, b"".join(response)

    return Reader(fetch)


def test_an_internal_position_is_left_out_where_the_public_looks_for_a_job(visitor, time_machine):
    assert readings(visitor, CLERK) == expected(CLERK, "open")
    time_machine.move_to(CLERK.closes_at - DAY, tick=False)
    assert readings(visitor, CLERK) == expected(CLERK, "closing")
    time_machine.move_to(CLERK.closes_at, tick=False)
    assert readings(visitor, CLERK) == expected(CLERK, "closed")


def test_every_place_that_tells_of_an_internal_position_says_who_can_apply(visitor, time_machine):
    for moment in (OPEN_AT, CLERK.closes_at):
        time_machine.move_to(moment, tick=False)
        told = {name for name, said in readings(visitor, CLERK).items() if said} - {"alerts about it"}
        texts = {name: visitor.get(PLACES[name].address_for(CLERK))[1].decode() for name in told}
        assert len(texts) > 7
        for name, text in texts.items():
            text = text.replace("\r\n ", "")
            assert "IOM staff only" in text or "Only people who already work for IOM" in text, name
            assert "People of any nationality" not in text, name
            assert [words for words in INVITATIONS if words in text] == [], name


def test_the_page_of_an_internal_position_is_plain_about_it_and_not_indexed(visitor):
    body = visitor.get(CLERK.page)[1].decode()
    assert '<meta name="robots" content="noindex">' in body
    page = " ".join(html.fromstring(body).find(".//main").text_content().split())
    assert "Only people who already work for IOM can apply. We cannot consider other applications." in page
    assert "How to apply if you work for IOM" in page
    assert "Grade</dt>" in body
    assert "residents" not in body


def test_any_other_page_is_indexed_and_says_nothing_of_staff(client, db):
    make_vacancy(slug="driver", tier="internal-first")
    body = client.get("/careers/vacancies/driver/").content.decode()
    assert "noindex" not in body
    assert "IOM staff only" not in body
    assert "Only people who already work" not in body


def test_the_list_leads_to_the_internal_positions_and_narrows_them_alike(client, db):
    attapeu, vientiane = make_place(slug="attapeu", name_en="Attapeu"), make_place(slug="vientiane")
    make_vacancy(title_en="Driver", duty_station=vientiane)
    assert "Jobs for IOM staff only" not in read(client, "/careers/")
    make_vacancy(title_en="Clerk", tier="internal-only", duty_station=attapeu)
    make_vacancy(title_en="Guard", tier="internal-only")
    page = read(client, "/careers/")
    assert "Jobs for IOM staff only" in page
    assert "?candidates=internal" in page.links
    assert "Driver" in page
    # A station without a job for everybody is no choice.
    assert not any(word in page for word in ("Clerk", "Guard", "Attapeu"))
    internal = read(client, "/careers/?candidates=internal")
    assert "Driver" not in internal
    assert "Only people who already work for IOM can apply for these jobs." in internal
    assert "Jobs open to everyone" in internal
    assert all(word in internal for word in ("Clerk", "Guard", "Attapeu"))
    narrowed = client.get("/careers/?candidates=internal&station=attapeu").content.decode()
    assert "Clerk" in narrowed
    assert "Guard" not in narrowed
    assert '<input type="hidden" name="candidates" value="internal"' in narrowed
    same = without_language_link(client.get("/careers/"))
    assert without_language_link(client.get("/careers/?candidates=all")) == same


def test_with_internal_positions_alone_the_list_does_not_say_that_nothing_is_open(client, db):
    make_vacancy(tier="internal-only")
    page = read(client, "/careers/")
    assert "No jobs are open to people outside IOM now" in page
    assert "Jobs for IOM staff only" in page


# --- The check --------------------------------------------------------------------------------


def test_the_check_finds_an_internal_position_and_does_not_wave_outsiders_through(visitor):
    for question in ("clerk of stores", "/n/clerk"):
        page = read_check(visitor, question)
        assert "This job is real, but only people who already work for IOM can apply" in page
        assert 'data-notice="open"' in page
        assert "Who can apply" in page
        assert "you cannot apply" in page
        assert "verdict good" not in page


def test_the_text_to_share_of_an_internal_position_pasted_back_is_consistent(client, visitor):
    make_standard_text(slug="no-fee")
    text = visitor.get(CLERK.page)[1].decode().partition("<textarea")[2].partition(">")[2].partition("<")[0]
    assert "Only people who already work for IOM can apply." in text
    body = client.post("/careers/check/", {"text": text}).content.decode()
    assert 'data-notice="open" data-message="consistent"' in body
    assert "<h1>This job is real, but only people who already work for IOM can apply</h1>" in body


def read_check(visitor: Reader, question: str) -> str:
    return visitor.get(f"/careers/check/?q={question.replace(' ', '+')}")[1].decode()


# --- Alerts -----------------------------------------------------------------------------------


@pytest.fixture
def alerts_clock(alerts, time_machine, db):
    time_machine.move_to(OPEN_AT, tick=False)
    return time_machine


def test_an_internal_position_is_announced_to_nobody_and_its_changes_to_those_who_follow_it(
    alerts_clock, mailoutbox
):
    clerk = make_vacancy(title_en="Clerk", tier="internal-only")
    for topic in ("all", "vacancies"):
        make_subscription(email=f"{topic}@example.org", topic=topic)
    make_subscription(email="follower@example.org", topic="notice", notice=clerk)
    send_alerts()
    assert mailoutbox == []
    alerts_clock.shift(MINUTE)
    change_deadline(clerk, clerk.closes_at + DAY)
    make_amendment(clerk, text_en="Two clerks.")
    send_alerts()
    assert {message.to[0] for message in mailoutbox} == {"follower@example.org"}
    assert {message.subject for message in mailoutbox} == {
        "Deadline changed: Clerk (for IOM staff only)", "Amended: Clerk (for IOM staff only)"
    }  # fmt: skip
    assert "Who can apply: Only people who already work for IOM" in mailoutbox[0].body


def test_a_position_that_is_opened_to_all_is_announced_then(alerts_clock, mailoutbox):
    clerk = make_vacancy(title_en="Clerk", tier="internal-only")
    make_subscription(email="all@example.org", topic="all")
    send_alerts()
    clerk.tier = "internal-first"
    clerk.save()
    send_alerts()
    assert [message.subject for message in mailoutbox] == ["New job: Clerk"]


def test_an_announcement_that_still_waits_is_dropped_once_a_position_is_internal(alerts_clock, mailoutbox):
    clerk = make_vacancy(title_en="Clerk")
    make_subscription(email="all@example.org", topic="all")
    record_events(OPEN_AT)
    clerk.tier = "internal-only"
    clerk.save()
    send_alerts()
    assert mailoutbox == []
    assert AlertMessage.objects.get(event__key=NoticeEvent.Kind.PUBLISHED).state == "dropped"
