"""Pages, feeds, calendars, markup and exports agree: on the deadline, at each second, on what is public."""

import datetime
import re

import pytest
import time_machine as clock

from careers.models import Vacancy
from tests.careers.following import posting_in, read_calendar, read_feed, read_jobs, summaries, titles
from tests.factories import (
    change_deadline,
    make_amendment,
    make_clarification,
    make_place,
    make_procurement_notice,
    make_vacancy,
)
from tests.reading import count_queries, read

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
END_OF_DAY = Vacancy.closing_moment(datetime.date(2026, 6, 10))
NOW = DEADLINE - 9 * DAY
LONG = f"<p>{'Drives the car, keeps it clean and reports what it needs. ' * 8}</p>"
OPEN_LISTS = (
    "/careers/", "/careers/feed.atom", "/careers/vacancies/feed.atom", "/careers/procurement/",
    "/careers/procurement/feed.atom", "/careers/calendar.ics", "/careers/reliefweb.xml",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _clock_and_number(time_machine, settings):
    time_machine.move_to(NOW, tick=False)
    settings.RELIEFWEB_SOURCE = 4321


def make_pair(word: str, **given) -> None:
    """A vacancy and a tender, each with all that a list could show of it."""
    make_vacancy(
        title_en=f"{word} vacancy",
        body_en=f"{LONG}<p>{word} text</p>",
        submission_email="jobs@example.org",
        **given,
    )
    make_procurement_notice(
        title_en=f"{word} tender", pre_bid_at=DEADLINE - DAY, pre_bid_place_en=f"{word} place", **given
    )


@pytest.mark.parametrize(
    ("closes_at", "in_words", "for_machines", "day"),
    [
        (
            DEADLINE,
            "Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)",
            "2026-06-10T10:00:00Z",
            "2026-06-10",
        ),
        (
            END_OF_DAY,
            "end of Wednesday 10 June 2026, Vientiane time (UTC+7)",
            "2026-06-10T17:00:00Z",
            "2026-06-10",
        ),
    ],
)
def test_the_deadline_is_the_same_everywhere(client, closes_at, in_words, for_machines, day):
    make_vacancy(
        slug="driver",
        title_en="The driver",
        closes_at=closes_at,
        body_en=LONG,
        submission_email="jobs@example.org",
    )
    for address in ("/careers/", "/careers/vacancies/driver/"):
        page = client.get(address).content.decode()
        assert f'datetime="{for_machines}"' in page
        assert in_words.lower() in " ".join(re.sub("<[^>]+>", " ", page).split()).lower()
    posting = posting_in(client.get("/careers/vacancies/driver/").content.decode())
    assert posting["validThrough"] == for_machines
    assert f"Closes: {in_words}" in posting["description"]
    [entry] = read_feed(client, "/careers/feed.atom").entries
    assert entry.summary.startswith(f"Closes: {in_words} ({for_machines})")
    assert f"Closes: {in_words}" in entry.content[0].value
    assert read_feed(client, "/careers/vacancies/driver/feed.atom").feed.subtitle == f"Closes: {in_words}"
    for address in ("/careers/calendar.ics", "/careers/vacancies/driver/deadline.ics"):
        [event] = read_calendar(client, address).events
        assert event.end.strftime("%Y-%m-%dT%H:%M:%SZ") == for_machines
        assert str(event["DESCRIPTION"]).startswith(f"Closes: {in_words}\n")
    [job] = read_jobs(client)
    assert job["field_job_closing_date"] == day
    assert f"Closes: {in_words}" in job["field_how_to_apply"]


@pytest.mark.parametrize("closes_at", [DEADLINE, END_OF_DAY])
def test_all_open_and_close_at_the_same_second(client, closes_at):
    make_vacancy(
        slug="driver", title_en="The driver", publish_from=NOW, closes_at=closes_at, body_en=LONG,
        submission_email="jobs@example.org",
    )  # fmt: skip

    def shown() -> list[bool]:
        page = client.get("/careers/vacancies/driver/")
        return [
            "No positions are open now" not in read(client, "/careers/"),
            page.status_code == 200 and "This position is closed." not in page.content.decode(),
            posting_in(page.content.decode()) is not None,
            titles(read_feed(client, "/careers/feed.atom")) == ["The driver"],
            titles(read_feed(client, "/careers/vacancies/feed.atom")) == ["The driver"],
            summaries(read_calendar(client, "/careers/calendar.ics")) == ["Closes: The driver"],
            [job["title"] for job in read_jobs(client)] == ["The driver"],
        ]

    for moment, expected in [
        (NOW - 2 * SECOND, False), (NOW - SECOND, False), (NOW, True), (NOW + SECOND, True),
        (closes_at - 2 * SECOND, True), (closes_at - SECOND, True), (closes_at, False), (closes_at + SECOND, False),
    ]:  # fmt: skip
        with clock.travel(moment, tick=False):
            assert set(shown()) == {expected}, (moment, shown())


def test_a_withdrawal_shows_at_the_next_request(client):
    make_pair("Shown", closes_at=DEADLINE)
    for vacancy in Vacancy.objects.all():
        assert "Shown vacancy" in client.get("/careers/feed.atom").content.decode()
        vacancy.state = "withdrawn"
        vacancy.save()
    for address in OPEN_LISTS:
        text = client.get(address).content.decode()
        assert "Shown vacancy" not in text
    assert "Shown tender" in client.get("/careers/feed.atom").content.decode()


def test_nothing_of_what_is_not_public_is_in_any_of_them(client):
    for hidden in ({"state": "draft"}, {"state": "withdrawn"}, {"publish_from": NOW + SECOND}):
        make_pair("Hidden", closes_at=DEADLINE, **hidden)
        make_pair("Hidden", closes_at=NOW - DAY, **hidden)
    make_pair("Shown", closes_at=DEADLINE)
    seen = ""
    for address in OPEN_LISTS:
        response = client.get(address)
        assert response.status_code == 200
        text = response.content.decode()
        assert "Shown" in text, address
        assert "Hidden" not in text, address
        seen += text
    assert {"Shown vacancy", "Shown tender", "Shown text", "Shown place"} <= set(
        re.findall(r"Shown \w+", seen)
    )


def test_a_hidden_notice_does_not_date_a_feed(client, time_machine):
    make_pair("Hidden", closes_at=DEADLINE, state="draft")
    time_machine.move_to(DEADLINE + DAY, tick=False)
    assert read_feed(client, "/careers/feed.atom").feed.updated == "2026-01-01T00:00:00+00:00"


def test_forty_notices_cost_the_queries_of_three(client):
    def add() -> None:
        vacancy = make_vacancy(duty_station=make_place(), closes_at=DEADLINE, body_en=LONG)
        notice = make_procurement_notice(closes_at=DEADLINE)
        for changed in (vacancy, notice):
            change_deadline(changed, DEADLINE + DAY)
            make_amendment(changed)
        make_clarification(notice=notice)
        make_vacancy(closes_at=NOW - DAY)

    addresses = [address for address in OPEN_LISTS if address.endswith((".atom", ".ics", ".xml"))]
    for _ in range(3):
        add()
    of_three = [count_queries(client, address) for address in addresses]
    for _ in range(37):
        add()
    assert [count_queries(client, address) for address in addresses] == of_three


def test_a_long_story_costs_the_queries_of_a_short_one(client):
    vacancy, notice = make_vacancy(slug="driver"), make_procurement_notice(slug="chairs")
    addresses = [
        f"/careers/{path}/{name}"
        for path in ("vacancies/driver", "procurement/chairs")
        for name in ("feed.atom", "deadline.ics")
    ]

    def tell() -> None:
        make_amendment(vacancy)
        make_amendment(notice)
        make_clarification(notice=notice)

    tell()
    of_one = [count_queries(client, address) for address in addresses]
    for _ in range(20):
        tell()
    assert [count_queries(client, address) for address in addresses] == of_one


@pytest.mark.parametrize("address", OPEN_LISTS[1:3] + OPEN_LISTS[4:])
def test_whoever_asks_gets_the_same_without_a_cookie_and_can_hold_it(client, address):
    make_pair("Shown", closes_at=DEADLINE)
    response = client.get(address)
    assert not response.cookies
    assert response["Cache-Control"] == "public, no-cache"
    assert client.head(address).status_code == 200
    assert client.get(address, headers={"if-none-match": response["ETag"]}).status_code == 304
    assert (
        client.get(address, headers={"accept-language": "lo", "cookie": "session=x"}).content
        == response.content
    )


@pytest.mark.usefixtures("seeded")
def test_the_seeded_position_is_in_none_of_them(client):
    for address in OPEN_LISTS[1:]:
        assert "Project Assistant" not in client.get(address).content.decode()
    page = "/careers/vacancies/project-assistant-migration-health-division"
    assert posting_in(client.get(f"{page}/").content.decode()) is None
    assert titles(read_feed(client, f"{page}/feed.atom")) == [
        "Published: Project Assistant (Migration Health Division)",
        "Closed: Project Assistant (Migration Health Division)",
    ]
    [event] = read_calendar(client, f"{page}/deadline.ics").events
    assert event["SUMMARY"] == "Closed: Project Assistant (Migration Health Division)"
