"""What feeds, calendars and the export for ReliefWeb share: caching, and the cost of many notices."""

import datetime

import pytest

from careers.models.vacancy import Vacancy
from tests.helpers.exports import read_feed
from tests.helpers.factories import (
    change_deadline,
    make_amendment,
    make_clarification,
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
EXPORTS = (
    "/careers/feed.atom", "/careers/vacancies/feed.atom", "/careers/procurement/feed.atom",
    "/careers/calendar.ics", "/careers/reliefweb.xml",
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


def test_a_hidden_notice_does_not_date_a_feed(client, time_machine):
    make_pair("Hidden", closes_at=DEADLINE, state="draft")
    time_machine.move_to(DEADLINE + DAY, tick=False)
    assert read_feed(client, "/careers/feed.atom").feed.updated == "2026-01-01T00:00:00+00:00"


def test_twelve_notices_cost_the_queries_of_three(client):
    def add() -> None:
        vacancy = make_vacancy(duty_station=make_place(), closes_at=DEADLINE, body_en=LONG)
        notice = make_procurement_notice(closes_at=DEADLINE)
        for changed in (vacancy, notice):
            change_deadline(changed, DEADLINE + DAY)
            make_amendment(changed)
        make_clarification(notice=notice)
        make_vacancy(closes_at=NOW - DAY)

    for _ in range(3):
        add()
    of_three = [count_queries(client, address) for address in EXPORTS]
    for _ in range(9):
        add()
    assert [count_queries(client, address) for address in EXPORTS] == of_three


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
    for _ in range(5):
        tell()
    assert [count_queries(client, address) for address in addresses] == of_one


def test_whoever_asks_gets_the_same_without_a_cookie_and_can_cache_it(client):
    make_pair("Shown", closes_at=DEADLINE)
    for address in EXPORTS:
        response = client.get(address)
        assert "Shown" in response.content.decode(), address
        assert not response.cookies
        assert response["Cache-Control"] == "public, no-cache"
        assert client.head(address).status_code == 200
        assert client.get(address, headers={"if-none-match": response["ETag"]}).status_code == 304
        other = client.get(address, headers={"accept-language": "lo", "cookie": "session=x"})
        assert other.content == response.content
