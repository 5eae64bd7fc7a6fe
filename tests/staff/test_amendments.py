"""What is told of a notice has the date at which it became public, and is told again when it is corrected."""

import datetime
import io

import feedparser
import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from careers.models.notice import Notice
from tests.helpers.admin import address_of, confirm, send, take
from tests.helpers.drafts import public_page, publish, save_draft, schedule
from tests.helpers.exports import read_calendar
from tests.helpers.factories import (
    make_amendment,
    make_clarification,
    make_office,
    make_procurement_notice,
    make_subscription,
    make_vacancy,
)
from tests.helpers.forms import errors
from tests.helpers.pages import read

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 6, 1, 5, tzinfo=datetime.UTC)
MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)
CLOSING = Notice.closing_moment(datetime.date(2026, 6, 20), datetime.time(17, 0))
READER = "reader@example.org"


@pytest.fixture
def mail(settings, mailoutbox):
    make_office()
    settings.ALERTS_ENABLED = True
    return mailoutbox


def told(mail) -> list[str]:
    """The subjects of what the reader gets now, by their first words."""
    mail.clear()
    call_command("send_alerts", stdout=io.StringIO())
    assert all(message.to == [READER] for message in mail)
    return sorted(message.subject.split(":")[0] for message in mail)


def entries(notice) -> dict[str, tuple[str, str]]:
    """Of the feed of a notice: by its id, the title of each entry and when it was updated."""
    feed = feedparser.parse(Client().get(f"{notice.get_absolute_url()}feed.atom").content)
    return {entry.id: (entry.title.split(":")[0], entry.updated) for entry in feed.entries}


def make_tents(**given):
    return make_procurement_notice(**{"slug": "tents", "title_en": "Tents", "closes_at": CLOSING} | given)


AMENDED = {"amendments-TOTAL_FORMS": "1", "amendments-0-text_en": "Twenty tents."}
ANSWERED = {
    "clarifications-TOTAL_FORMS": "1",
    "clarifications-0-question_en": "Which colour?",
    "clarifications-0-answer_en": "Blue.",
}


# --- Dates ------------------------------------------------------------------------------------


def test_what_waited_in_a_scheduled_draft_is_dated_and_told_at_its_moment(clock, staff, mail):
    notice = make_tents()
    clock.shift(60)
    response = schedule(staff, notice, "2026-06-05T12:00", **AMENDED, **ANSWERED)
    assert response.status_code == 302, errors(response)
    clock.move_to(NOW + 2 * DAY)
    make_subscription(notice, topic="notice", email=READER)
    clock.move_to(NOW + 4 * DAY + MINUTE)
    assert told(mail) == ["Amended", "Question answered"]
    page = public_page(notice)
    assert "Amended 5 June 2026, 12:00 Twenty tents." in page
    assert "Which colour? Blue. 5 June 2026, 12:00" in page
    assert "corrected on" not in page
    moments = dict(entries(notice).values())
    assert moments["Amended"] == moments["Question answered"] == "2026-06-05T05:00:00+00:00"


def test_a_draft_that_is_published_by_hand_dates_what_it_adds_by_then(clock, staff):
    notice = make_tents()
    save_draft(staff, notice, **AMENDED)
    clock.shift(3600)
    assert confirm(staff, notice).status_code == 302
    assert "Amended 1 June 2026, 13:00 Twenty tents." in public_page(notice)


def test_what_was_written_while_a_notice_was_withdrawn_is_dated_when_it_is_public_again(clock, staff, mail):
    notice = make_tents()
    make_subscription(notice, topic="notice", email=READER)
    make_amendment(notice, text_en="Ten tents.")
    clock.shift(3600)
    take(staff, notice, "withdraw", withdrawal_reason_en="A mistake.")
    assert save_draft(staff, notice, **ANSWERED).status_code == 302
    clock.shift(3600)
    assert confirm(staff, notice).status_code == 302
    page = public_page(notice)
    assert "Which colour? Blue. 1 June 2026, 14:00" in page
    assert "Amended 1 June 2026, 12:00 Ten tents." in page
    assert "Question answered" in told(mail)


def test_the_preview_of_a_draft_shows_what_it_adds_before_it_has_a_date(clock, staff):
    notice = make_tents()
    save_draft(staff, notice, **AMENDED, **ANSWERED)
    page = read(staff, address_of(notice, "preview/page/"))
    assert "Twenty tents." in page
    assert "Which colour? Blue." in page


def test_a_scheduled_change_of_deadline_is_whole_in_the_first_request(staff):
    notice = make_tents(submission_email="bids@example.org")
    with time_machine.travel(NOW, tick=True) as clock:
        staff.force_login(User.objects.get())
        schedule(staff, notice, "2026-06-01T12:01", closing_date="2026-06-25", deadline_reason="More time.")
        clock.shift(61)
        page = Client().get(notice.get_absolute_url()).content.decode()
    assert 'id="changes"' in page
    assert "More time." in page


# --- Corrections ------------------------------------------------------------------------------


def test_a_corrected_answer_and_a_corrected_amendment_are_told_again(clock, staff, mail):
    notice = make_tents()
    make_clarification(notice=notice, question_en="How many?", answer_en="20")
    make_amendment(notice, text_en="Ten days.")
    make_subscription(notice, topic="notice", email=READER, confirmed_at=NOW - DAY)
    assert told(mail) == ["Amended", "Question answered"]
    before = entries(notice)
    clock.shift(3600)
    response = send(
        staff, notice, **{"clarifications-0-answer_en": "200", "amendments-0-text_en": "Twelve days."}
    )
    assert response.status_code == 302, errors(response)
    assert told(mail) == ["Amended", "Question answered"]
    assert any("200" in message.body for message in mail)
    after = entries(notice)
    assert after.keys() == before.keys()
    assert {title for key, (title, moment) in after.items() if before[key][1] != moment} == {
        "Amended",
        "Question answered",
        "Tents",
    }
    page = public_page(notice)
    assert "How many? 200 1 June 2026, 12:00 · corrected on 1 June 2026, 13:00" in page
    assert "Amended 1 June 2026, 12:00 · corrected on 1 June 2026, 13:00 Twelve days." in page
    assert told(mail) == []


def test_a_save_that_leaves_its_words_alone_corrects_nothing(clock, staff, mail):
    notice = make_tents()
    make_clarification(notice=notice), make_amendment(notice)
    make_subscription(notice, topic="notice", email=READER, confirmed_at=NOW - DAY)
    told(mail)
    clock.shift(3600)
    assert send(staff, notice, title_en="Other tents").status_code == 302
    assert told(mail) == []
    assert "corrected on" not in public_page(notice)


def test_an_outcome_that_is_given_again_is_told_again(clock, staff, mail):
    notice = make_vacancy(closes_at=CLOSING)
    make_subscription(notice, topic="notice", email=READER)
    clock.move_to(CLOSING)
    staff.force_login(User.objects.get())
    for outcome in ("under-review", "cancelled", "under-review"):
        clock.shift(60)
        assert send(staff, notice, outcome=outcome).status_code == 302
        assert told(mail) == ["Outcome"]
        assert told(mail) == []


# --- Other moments of a tender ----------------------------------------------------------------


def test_a_moved_end_of_questions_and_meeting_stay_visible_and_are_told(clock, staff, mail):
    notice = make_tents(clarifications_until=CLOSING - 3 * DAY, pre_bid_at=CLOSING - 5 * DAY)
    make_subscription(notice, topic="notice", email=READER, confirmed_at=NOW - DAY)
    before = {event.uid: event for event in read_calendar(Client(), "/careers/calendar.ics").events}
    clock.shift(60)
    response = send(staff, notice, clarifications_until="2026-06-10T17:00", pre_bid_at="")
    assert response.status_code == 302, errors(response)
    page = public_page(notice)
    for words in ("1 June 2026, 12:01", "17 June 2026, 17:00", "10 June 2026, 17:00", "15 June 2026, 17:00"):
        assert words in page
    assert "The deadline was changed" not in page
    assert "No reason was given." not in page
    assert told(mail) == ["Date changed", "Date changed"]
    after = {event.uid: event for event in read_calendar(Client(), "/careers/calendar.ics").events}
    moved = [uid for uid in after if after[uid].start != before[uid].start]
    assert len(moved) == 1
    assert all(after[uid]["SEQUENCE"] > before[uid]["SEQUENCE"] for uid in moved)
    assert "deadline-without-reason" not in staff.get("/admin/").content.decode()


def test_a_reason_may_be_given_for_another_end_of_questions_alone(clock, staff):
    notice = make_tents(clarifications_until=CLOSING - 3 * DAY)
    response = send(
        staff, notice, clarifications_until="2026-06-10T17:00", deadline_reason="A public holiday."
    )
    assert response.status_code == 302, errors(response)
    assert "A public holiday." in public_page(notice)


def test_a_date_that_was_never_public_is_moved_without_a_trace(clock, staff):
    notice = make_tents(state="draft", clarifications_until=CLOSING - 3 * DAY)
    assert publish(staff, notice, clarifications_until="2026-06-10T17:00").status_code == 302
    assert "Date changed" not in public_page(notice)
