"""Deadlines in calendars: each at its moment, and on the day that people know."""

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from careers.exports.ics_events import notice_events
from careers.models.vacancy import Vacancy
from tests.helpers.exports import HOSTILE, UNREADABLE, event_called, read_calendar, summaries
from tests.helpers.factories import (
    change_deadline,
    make_amendment,
    make_office,
    make_place,
    make_procurement_notice,
    make_vacancy,
)

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)
SECOND = datetime.timedelta(seconds=1)
VIENTIANE = datetime.timezone(datetime.timedelta(hours=7))
DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
END_OF_DAY = Vacancy.closing_moment(datetime.date(2026, 6, 10))
NOW = DEADLINE - 9 * DAY
CALENDAR = "/careers/calendar.ics"
FILE = "/careers/vacancies/driver/deadline.ics"
TENDER_FILE = "/careers/procurement/chairs/deadline.ics"


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


# --- The moment -------------------------------------------------------------------------------


def test_a_deadline_ends_at_its_moment_and_blocks_no_time(client):
    make_vacancy(title_en="Driver", closes_at=DEADLINE)
    event = event_called(read_calendar(client, CALENDAR), "Closes: Driver")
    assert event["DTSTART"].to_ical() == b"20260610T093000Z"
    assert event["DTEND"].to_ical() == b"20260610T100000Z"
    assert event["TRANSP"] == "TRANSPARENT"


def test_the_end_of_a_day_stands_on_that_day(client):
    make_vacancy(title_en="Driver", closes_at=END_OF_DAY)
    event = event_called(read_calendar(client, CALENDAR), "Closes: Driver")
    assert event.start.astimezone(VIENTIANE).isoformat() == "2026-06-10T23:30:00+07:00"
    assert event["DTEND"].to_ical() == b"20260610T170000Z"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.builds(
        Vacancy.closing_moment,
        st.dates(datetime.date(2026, 6, 2), datetime.date(2030, 1, 1)),
        st.times().map(lambda hour: hour.replace(second=0, microsecond=0)),
    )
    | st.dates(datetime.date(2026, 6, 2), datetime.date(2030, 1, 1)).map(Vacancy.closing_moment)
)
def test_every_event_ends_at_its_deadline_on_the_closing_day(closes_at):
    # Unsaved, and without a history to look up.
    vacancy = Vacancy(pk=7, slug="driver", closes_at=closes_at, publish_from=NOW, updated_at=NOW)
    vacancy._prefetched_objects_cache = {"deadline_changes": [], "amendments": []}
    [event] = notice_events(vacancy, NOW)
    assert event.end == closes_at
    assert event.start.astimezone(VIENTIANE).date() == vacancy.closing_day
    assert datetime.timedelta() < event.duration <= HOUR / 2


# --- What an event says -----------------------------------------------------------------------


def test_an_event_says_the_deadline_in_words_the_facts_and_the_address(client):
    make_vacancy(
        slug="driver", title_en="Driver", closes_at=END_OF_DAY, reference="VN 7", grade="G2",
        duty_station=make_place(name_en="Boten"),
    )  # fmt: skip
    event = event_called(read_calendar(client, CALENDAR), "Closes: Driver")
    assert str(event["DESCRIPTION"]).split("\n") == [
        "Closes: end of Wednesday 10 June 2026, Vientiane time (UTC+7)",
        "Location: Boten",
        "Grade: G2 (General Service)",
        "Reference: VN 7",
        "http://testserver/careers/vacancies/driver/",
    ]
    assert event["URL"] == "http://testserver/careers/vacancies/driver/"


def test_an_event_is_the_same_one_after_a_change_and_counts_the_changes_of_its_deadline(client, time_machine):
    vacancy = make_vacancy(slug="driver", closes_at=DEADLINE)
    [before] = read_calendar(client, CALENDAR).events
    assert before["SEQUENCE"] == 0
    assert before["LAST-MODIFIED"].to_ical() == before["DTSTAMP"].to_ical() == b"20260601T100000Z"

    time_machine.move_to(NOW + DAY, tick=False)
    make_amendment(vacancy)
    [amended] = read_calendar(client, CALENDAR).events
    assert (amended["SEQUENCE"], amended["DTSTAMP"].to_ical()) == (0, b"20260602T100000Z")

    time_machine.move_to(NOW + 2 * DAY, tick=False)
    change_deadline(vacancy, DEADLINE + DAY)
    vacancy.slug = "driver-boten"
    vacancy.save()
    [moved] = read_calendar(client, CALENDAR).events
    assert (moved["SEQUENCE"], moved["DTSTAMP"].to_ical()) == (1, b"20260603T100000Z")
    assert moved["UID"] == amended["UID"] == before["UID"]
    assert moved["DTEND"].to_ical() == b"20260611T100000Z"


def test_a_date_keeps_its_uid_at_another_host_and_no_other_notice_gets_it(client, settings):
    vacancy = make_vacancy(slug="driver")
    [before] = read_calendar(client, FILE).events
    settings.SITE_URL = "https://jobs.example"
    [moved] = read_calendar(client, FILE).events
    assert moved["UID"] == before["UID"]
    vacancy.delete()
    make_vacancy(pk=vacancy.pk, slug="driver")
    [another] = read_calendar(client, FILE).events
    assert another["UID"] != before["UID"]


def test_what_bidders_should_not_miss_stands_in_the_calendar_while_it_lies_ahead(client, time_machine):
    make_procurement_notice(
        title_en="Chairs", closes_at=DEADLINE, clarifications_until=END_OF_DAY - 3 * DAY,
        pre_bid_at=DEADLINE - 5 * DAY, pre_bid_place_en="UN House",
    )  # fmt: skip
    calendar = read_calendar(client, CALENDAR)
    assert summaries(calendar) == ["Pre-bid meeting: Chairs", "Questions end: Chairs", "Closes: Chairs"]
    meeting, questions, _ = calendar.events
    assert meeting["LOCATION"] == "UN House"
    assert meeting["DTSTART"].to_ical() == b"20260605T100000Z"
    assert meeting["DTEND"].to_ical() == b"20260605T103000Z"
    assert "Pre-bid meeting: Friday 5 June 2026, 17:00, Vientiane time (UTC+7)" in meeting["DESCRIPTION"]
    assert questions.end == END_OF_DAY - 3 * DAY
    assert "Questions until: end of Sunday 7 June 2026, Vientiane time (UTC+7)" in questions["DESCRIPTION"]

    time_machine.move_to(DEADLINE - 5 * DAY - SECOND, tick=False)
    assert len(read_calendar(client, CALENDAR).events) == 3
    time_machine.move_to(DEADLINE - 5 * DAY, tick=False)
    assert summaries(read_calendar(client, CALENDAR)) == ["Questions end: Chairs", "Closes: Chairs"]
    time_machine.move_to(END_OF_DAY - 3 * DAY, tick=False)
    assert summaries(read_calendar(client, CALENDAR)) == ["Closes: Chairs"]


# --- The whole calendar -----------------------------------------------------------------------


def test_the_calendar_holds_what_is_open_in_order_and_is_named_after_the_office(client):
    make_office()
    make_vacancy(title_en="Driver", closes_at=DEADLINE + DAY)
    make_procurement_notice(title_en="Chairs", closes_at=DEADLINE)
    make_vacancy(title_en="Cook", closes_at=NOW)
    calendar = read_calendar(client, CALENDAR)
    assert summaries(calendar) == ["Closes: Chairs", "Closes: Driver"]
    assert calendar.calendar_name == "Deadlines · IOM Lao PDR"
    assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert calendar["X-PUBLISHED-TTL"] == "PT1H"
    assert not calendar.walk("VALARM")
    assert {event["STATUS"] for event in calendar.events} == {"CONFIRMED"}


def test_a_withdrawn_notice_is_cancelled_until_a_month_after_its_deadline(client, time_machine):
    make_vacancy(slug="never-shown", state="withdrawn", withdrawal_reason_en="A mistake.")
    vacancy = make_vacancy(title_en="Driver", closes_at=DEADLINE, grade="G2")
    [before] = read_calendar(client, CALENDAR).events
    time_machine.move_to(NOW + DAY, tick=False)
    vacancy.state, vacancy.withdrawal_reason_en = "withdrawn", "The post was filled."
    vacancy.save()
    [event] = read_calendar(client, CALENDAR).events
    assert (event["UID"], event["STATUS"]) == (before["UID"], "CANCELLED")
    assert event["SUMMARY"] == "Cancelled: Driver"
    assert "We withdrew this notice. The post was filled." in event["DESCRIPTION"]
    assert "G2" not in event["DESCRIPTION"]
    assert event["DTSTAMP"].dt > before["DTSTAMP"].dt
    time_machine.move_to(DEADLINE + 30 * DAY - SECOND, tick=False)
    assert len(read_calendar(client, CALENDAR).events) == 1
    time_machine.move_to(DEADLINE + 30 * DAY, tick=False)
    assert read_calendar(client, CALENDAR).events == []


def test_the_meeting_of_a_cancelled_tender_is_cancelled_with_it(client, time_machine):
    tender = make_procurement_notice(
        slug="chairs", title_en="Chairs", closes_at=DEADLINE, pre_bid_at=DEADLINE - DAY
    )
    before = {event["UID"] for event in read_calendar(client, CALENDAR).events}
    time_machine.move_to(NOW + DAY, tick=False)
    change_deadline(tender, NOW + DAY)
    tender.outcome, tender.outcome_note_en = "cancelled", "The budget was cut."
    tender.save()
    for address in (CALENDAR, TENDER_FILE):
        calendar = read_calendar(client, address)
        assert {event["UID"] for event in calendar.events} == before
        assert {event["STATUS"] for event in calendar.events} == {"CANCELLED"}
        assert summaries(calendar) == ["Cancelled: Chairs", "Cancelled: Chairs"]
        assert all("The budget was cut." in event["DESCRIPTION"] for event in calendar.events)
        assert not calendar.walk("VALARM")


def test_a_calendar_without_events_is_a_calendar_nevertheless(client):
    assert read_calendar(client, CALENDAR).events == []


def test_an_hour_later_a_calendar_is_the_same_bytes(client, time_machine):
    make_vacancy(slug="driver", closes_at=DEADLINE)
    before = [client.get(address).content for address in (CALENDAR, FILE)]
    time_machine.move_to(NOW + DAY / 24, tick=False)
    assert [client.get(address).content for address in (CALENDAR, FILE)] == before


# --- The file of one notice -------------------------------------------------------------------


def reminders(event: Event) -> list[str]:
    """The moments of its reminders in Vientiane."""
    return [f"{moment.trigger.astimezone(VIENTIANE):%d %H:%M}" for moment in event.alarms.times]


def test_the_file_of_a_notice_reminds_in_the_morning_and_on_the_day(client):
    make_vacancy(slug="driver", title_en="Driver", closes_at=END_OF_DAY)
    [event] = read_calendar(client, FILE).events
    assert reminders(event) == ["03 09:00", "09 09:00", "10 20:30"]
    assert {reminder["ACTION"] for reminder in event.walk("VALARM")} == {"DISPLAY"}
    assert {reminder["DESCRIPTION"] for reminder in event.walk("VALARM")} == {"Closes: Driver"}
    assert client.get(FILE)["Content-Disposition"] == 'attachment; filename="driver.ics"'


def test_no_reminder_lies_in_the_past(client, time_machine):
    make_vacancy(slug="driver", closes_at=DEADLINE, publish_from=NOW - 9 * DAY)
    for before_deadline, expected in (
        (7 * DAY + 8 * HOUR + SECOND, ["03 09:00", "09 09:00", "10 13:30"]),
        (7 * DAY + 8 * HOUR, ["09 09:00", "10 13:30"]),
        (DAY, ["10 13:30"]),
        (3 * HOUR, []),
    ):
        time_machine.move_to(DEADLINE - before_deadline, tick=False)
        [event] = read_calendar(client, FILE).events
        assert reminders(event) == expected


def test_the_file_of_a_tender_reminds_of_its_questions_and_its_meeting_too(client, time_machine):
    make_procurement_notice(
        slug="chairs", title_en="Chairs", closes_at=DEADLINE, pre_bid_place_en="UN House",
        clarifications_until=END_OF_DAY - 3 * DAY, pre_bid_at=DEADLINE - 5 * DAY,
    )  # fmt: skip
    calendar = read_calendar(client, TENDER_FILE)
    assert calendar.calendar_name == "Chairs"
    assert {str(event["SUMMARY"]): reminders(event) for event in calendar.events} == {
        "Closes: Chairs": ["03 09:00", "09 09:00", "10 13:30"],
        "Questions end: Chairs": ["06 09:00", "07 20:30"],
        "Pre-bid meeting: Chairs": ["04 09:00", "05 14:00"],
    }
    time_machine.move_to(END_OF_DAY - 3 * DAY, tick=False)
    assert summaries(read_calendar(client, TENDER_FILE)) == ["Closes: Chairs"]


def test_after_the_closing_the_file_says_so_and_reminds_nobody(client, time_machine):
    make_vacancy(slug="driver", title_en="Driver", closes_at=DEADLINE)
    time_machine.move_to(DEADLINE - SECOND, tick=False)
    [before] = read_calendar(client, FILE).events
    assert before["SUMMARY"] == "Closes: Driver"
    time_machine.move_to(DEADLINE, tick=False)
    [after] = read_calendar(client, FILE).events
    assert after["SUMMARY"] == "Closed: Driver"
    assert after["UID"] == before["UID"]
    assert "Closed: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in after["DESCRIPTION"]
    assert not after.walk("VALARM")
    assert read_calendar(client, CALENDAR).events == []


# --- Whatever staff write ---------------------------------------------------------------------


def test_text_that_could_break_a_calendar_arrives_as_it_was_written(client):
    make_vacancy(slug="driver", title_en=HOSTILE + UNREADABLE, reference="A;B,C\\n\rD")
    [event] = read_calendar(client, FILE).events
    assert event["SUMMARY"] == "Closes: " + " ".join(HOSTILE.split())
    assert "Reference: A;B,C\\n\nD" in event["DESCRIPTION"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_no_text_makes_a_calendar_unreadable(client, text):
    if not Vacancy.objects.exists():
        make_vacancy(slug="driver")
    Vacancy.objects.update(title_en=text, starts_en=text, reference=text[:40])
    for address in (CALENDAR, FILE):
        assert len(read_calendar(client, address).events) == 1


def test_the_reader_refuses_what_is_no_calendar():
    """Else nothing above would prove anything."""
    with pytest.raises(ValueError, match="VEVENT"):
        Calendar.from_ical("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n")
