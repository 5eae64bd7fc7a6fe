"""A notice opens, closes and goes at one moment on every page, feed and calendar, and in the same words."""

import dataclasses
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.helpers.factories import (
    change_deadline,
    make_bidding_document,
    make_office,
    make_procurement_notice,
    make_vacancy,
)
from tests.helpers.notice_outlets import (
    BEFORE,
    DAY,
    DOCUMENT,
    DRIVER,
    DRIVER_IN_LAO,
    PLACES,
    SECOND,
    Notice,
    Reader,
    expected,
    places_of,
    readings,
    utc,
)
from tests.helpers.uploads import pdf

pytestmark = pytest.mark.django_db

PUMPS = Notice(
    "procurement", "pumps", "Pumps for villages", utc(2026, 6, 11, 2), utc(2026, 6, 15, 17),
    "end of Monday 15 June 2026, Vientiane time (UTC+7)", "2026-06-15T17:00:00Z", "15 June 2026", 2026,
    has_document=True,
)  # fmt: skip
CARS = Notice(
    "procurement", "cars", "Cars on hire", utc(2027, 1, 4, 17), utc(2027, 1, 15, 1, 30),
    "Friday 15 January 2027, 08:30, Vientiane time (UTC+7)", "2027-01-15T01:30:00Z",
    "15 January 2027", 2027,
)  # fmt: skip
# Scheduled when it had closed already: it appears as closed.
CLERK = Notice(
    "vacancies", "clerk", "Clerk of stores", utc(2026, 2, 10, 2), utc(2026, 2, 9, 17),
    "end of Monday 9 February 2026, Vientiane time (UTC+7)", "2026-02-09T17:00:00Z",
    "9 February 2026", 2026,
)  # fmt: skip
# The same as Lao pages say it.
PUMPS_IN_LAO = dataclasses.replace(
    PUMPS, language="lo", words="ທ້າຍວັນຈັນ ທີ 15 ມິຖຸນາ 2026, ເວລາວຽງຈັນ (UTC+7)", day="15 ມິຖຸນາ 2026"
)
# The end of the year in Vientiane: a moment later its clocks say 1 January 2027.
NURSE_IN_LAO = Notice(
    "vacancies", "nurse", "Nurse in Savannakhet", utc(2026, 12, 1, 2), utc(2026, 12, 31, 17),
    "ທ້າຍວັນພະຫັດ ທີ 31 ທັນວາ 2026, ເວລາວຽງຈັນ (UTC+7)", "2026-12-31T17:00:00Z", "31 ທັນວາ 2026", 2026,
    language="lo",
)  # fmt: skip


def name(notice: Notice) -> str:
    return f"{notice}, {notice.language}"


@pytest.fixture(autouse=True)
def _site(settings, db) -> None:
    settings.RELIEFWEB_SOURCE = 1255
    settings.ALERTS_ENABLED = True
    make_office()


@pytest.fixture
def visitor(client) -> Reader:
    def fetch(address: str, headers: dict) -> tuple[int, dict, bytes]:
        response = client.get(address, headers=headers)
        return response.status_code, response.headers, b"".join(response)

    return Reader(fetch)


@pytest.fixture
def make(time_machine):
    """The row of a notice, made long before it appears."""

    def make_row(notice: Notice):
        time_machine.move_to(BEFORE, tick=False)
        row = {"vacancies": make_vacancy, "procurement": make_procurement_notice}[notice.kind](
            **notice.fields
        )
        if notice.has_document:
            make_bidding_document(pk=DOCUMENT, notice=row, file=SimpleUploadedFile("terms.pdf", pdf()))
        return row

    return make_row


@pytest.mark.parametrize("notice", [PUMPS, NURSE_IN_LAO], ids=name)
def test_a_notice_closes_at_its_deadline_everywhere(visitor, make, time_machine, notice):
    make(notice)
    time_machine.move_to(notice.closes_at - SECOND, tick=False)
    assert readings(visitor, notice) == expected(notice, "closing")
    time_machine.move_to(notice.closes_at, tick=False)
    assert readings(visitor, notice) == expected(notice, "closed")


@pytest.mark.parametrize("notice", [PUMPS, DRIVER_IN_LAO], ids=name)
def test_a_notice_appears_at_its_moment_everywhere(visitor, make, time_machine, notice):
    make(notice)
    time_machine.move_to(notice.publish_from - SECOND, tick=False)
    assert readings(visitor, notice) == expected(notice, "")
    time_machine.move_to(notice.publish_from, tick=False)
    assert readings(visitor, notice) == expected(notice, "open")


def test_a_notice_that_is_published_late_appears_as_closed(visitor, make, time_machine):
    make(CLERK)
    time_machine.move_to(CLERK.publish_from - SECOND, tick=False)
    assert readings(visitor, CLERK) == expected(CLERK, "")
    time_machine.move_to(CLERK.publish_from, tick=False)
    assert readings(visitor, CLERK) == expected(CLERK, "closed")


def test_a_notice_closes_soon_once_it_says_two_days_everywhere(visitor, make, time_machine):
    make(CARS)
    for seconds, state, days in ((-1, "open", 3), (0, "open", 3), (1, "closing", 2)):
        time_machine.move_to(CARS.closes_at - 3 * DAY + seconds * SECOND, tick=False)
        assert readings(visitor, CARS) == expected(CARS, state)
        assert f"{days} days left" in visitor.get(CARS.page)[1].decode()


@pytest.mark.parametrize("notice", [DRIVER, PUMPS_IN_LAO], ids=name)
def test_a_deadline_is_said_in_the_same_words_and_the_same_instant_everywhere(
    visitor, make, time_machine, notice
):
    make(notice)
    time_machine.move_to(notice.closes_at - DAY, tick=False)
    said = {
        name: deadlines(visitor.get(place.address_for(notice))[1], notice.language)
        for name, place in places_of(notice).items()
        if place.has_words and place.says
    }
    assert said == dict.fromkeys(said, {notice.words})
    for name in ("home", "list of its kind", "page", "check by title", "feed", "its own feed"):
        instants = set(re.findall(rb"[\dT:-]{19}Z", visitor.get(PLACES[name].address_for(notice))[1]))
        assert instants <= {notice.instant.encode()}, name
        assert instants or name in ("home", "its own feed"), name


def deadlines(body: bytes, language: str) -> set[str]:
    """Every deadline that is said in words; lines of a calendar unfolded, its commas plain."""
    text = body.replace(b"\r\n ", b"").decode().replace("\\,", ",")
    pattern = {
        "en": r"[Ee]nd of \w+ \d+ \w+ \d+, \w+ time \(.*?\)|\w+day \d+ \w+ \d+, [\d:]+, \w+ time \(.*?\)",
        "lo": r"(?:ທ້າຍ)?ວັນ\S+ ທີ \d+ \S+ \d+, (?:[\d:]+ ໂມງ, )?ເວລາວຽງຈັນ \(.*?\)",
    }
    found = re.findall(pattern[language], text)
    return {re.sub("^End", "end", words) for words in found}


def test_a_withdrawal_shows_at_the_next_request_everywhere(visitor, make, time_machine):
    row = make(PUMPS)
    time_machine.move_to(PUMPS.publish_from, tick=False)
    readings(visitor, PUMPS)
    row.state, row.withdrawal_reason_en = "withdrawn", "A mistake."
    row.save()
    assert readings(visitor, PUMPS) == expected(PUMPS, "withdrawn")
    row.state = "published"
    row.save()
    assert readings(visitor, PUMPS) == expected(PUMPS, "open")


def test_a_closed_notice_with_a_later_deadline_is_open_at_the_next_request_everywhere(
    visitor, make, time_machine
):
    row = make(DRIVER)
    time_machine.move_to(DRIVER.closes_at, tick=False)
    assert readings(visitor, DRIVER) == expected(DRIVER, "closed")
    later = dataclasses.replace(
        DRIVER, closes_at=DRIVER.closes_at + DAY, instant="2026-06-11T10:00:00Z", day="11 June 2026",
        words=DRIVER.words.replace("Wednesday 10", "Thursday 11"),
    )  # fmt: skip
    change_deadline(row, later.closes_at)
    assert readings(visitor, later) == expected(later, "closing")
    time_machine.move_to(later.closes_at, tick=False)
    assert readings(visitor, later) == expected(later, "closed")
