"""What feeds, calendars and the export for ReliefWeb share: caching, and the cost of many notices."""

import datetime
from collections import Counter

import pytest

from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from tests.helpers.exports import read_calendar, read_feed
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
HOUR = datetime.timedelta(hours=1)
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


def make_every_kind_and_state(time_machine) -> list[str]:
    """Jobs and tenders that are open, changed, internal, closed and withdrawn; the addresses of their pages."""
    kinds = {
        "open": {},
        "changed": {"closes_at": DEADLINE - 2 * DAY},
        "closed": {"closes_at": NOW + HOUR},
        "cancelled": {"closes_at": NOW + HOUR},
        "withdrawn": {},
    }
    notices = [
        make(
            slug=f"{make.__name__[5:].replace('_', '-')}-{kind}", **{"closes_at": DEADLINE, **values, **more}
        )
        for make, more in (
            (make_vacancy, {"duty_station": make_place()}),
            (make_procurement_notice, {"pre_bid_at": NOW + DAY, "clarifications_until": NOW + DAY}),
        )
        for kind, values in kinds.items()
    ]
    notices += [make_vacancy(slug="internal", tier="internal-only", eligibility="any", closes_at=DEADLINE)]
    time_machine.move_to(NOW + 2 * HOUR, tick=False)
    for notice in notices:
        kind = notice.slug.rpartition("-")[2]
        if kind == "changed":
            change_deadline(notice, DEADLINE)
            make_amendment(notice)
        elif kind == "cancelled":
            notice.outcome, notice.outcome_note_en = "cancelled", "The budget was cut."
        elif kind == "withdrawn":
            notice.state, notice.withdrawal_reason_en = "withdrawn", "A mistake."
        notice.save()
    make_clarification(notice=ProcurementNotice.objects.get(slug="procurement-notice-changed"))
    return [notice.get_absolute_url() for notice in notices if notice.state != "withdrawn"]


def test_readers_accept_feeds_and_calendars_of_notices_of_every_kind_and_state(client, time_machine):
    pages = make_every_kind_and_state(time_machine)
    lists = {address: len(read_feed(client, address).entries) for address in EXPORTS[:3]}
    assert lists == dict(zip(EXPORTS[:3], (5, 3, 2), strict=True))
    own = {page: len(read_feed(client, f"{page}feed.atom").entries) for page in pages}
    assert sorted(own.values()) == [1, 1, 1, 2, 2, 3, 3, 3, 4]
    dates = {page: len(read_calendar(client, f"{page}deadline.ics").events) for page in pages}
    assert {page for page, number in dates.items() if number == 3} == {
        f"/careers/procurement/procurement-notice-{kind}/" for kind in ("open", "changed", "cancelled")
    }
    # Without the closed ones, and with the withdrawn ones, which have no page.
    events = read_calendar(client, "/careers/calendar.ics").events
    assert Counter(event["STATUS"] for event in events) == {"CONFIRMED": 9, "CANCELLED": 8}


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


def test_the_exports_of_a_notice_are_where_its_page_is(client):
    for make, path in ((make_vacancy, "vacancies"), (make_procurement_notice, "procurement")):
        make(slug="shown")
        make(slug="draft", state="draft")
        make(slug="future", publish_from=NOW + HOUR)
        make(slug="withdrawn", state="withdrawn")
        renamed = make(slug="old")
        renamed.slug = "new"
        renamed.save()
        expected = {
            "shown": 200, "draft": 404, "future": 404, "withdrawn": 410, "never-there": 404, "old": 301
        }  # fmt: skip
        for name in ("feed.atom", "deadline.ics"):
            found = {slug: client.get(f"/careers/{path}/{slug}/{name}") for slug in expected}
            assert {slug: response.status_code for slug, response in found.items()} == expected, (path, name)
            assert found["old"]["Location"] == f"/careers/{path}/new/{name}"
            assert client.get(found["old"]["Location"]).status_code == 200
