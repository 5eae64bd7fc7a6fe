"""The running portal goes by the clock to the second, with all that it and a visitor's browser cache."""

import json
import re
from collections.abc import Iterator

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from tests.helpers.notice_outlets import (
    BEFORE,
    DAY,
    DRIVER,
    DRIVER_IN_LAO,
    SECOND,
    Notice,
    Reader,
    expected,
    readings,
    utc,
)
from tests.helpers.servers import FAKETIME, Clock, Server, running_server

pytestmark = [
    pytest.mark.skipif(FAKETIME is None, reason="needs libfaketime (Debian's package faketime)"),
    # test_moments.py asks the same of both databases, without a server.
    pytest.mark.one_database,
]

FUEL = Notice(
    "procurement", "fuel", "Fuel for boats", utc(2027, 4, 1, 2), utc(2027, 4, 10, 10),
    "Saturday 10 April 2027, 17:00, Vientiane time (UTC+7)", "2027-04-10T10:00:00Z",
    "10 April 2027", 2027,
)  # fmt: skip
MOMENT = utc(2026, 8, 1, 2)


@pytest.fixture(scope="module")
def clock(tmp_path_factory) -> Clock:
    clock = Clock(tmp_path_factory.mktemp("clock") / "now")
    clock.set(BEFORE)
    return clock


@pytest.fixture(scope="module")
def server(tmp_path_factory, clock) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("site")
    dates = {"created_at": BEFORE, "updated_at": BEFORE}
    page = {"title_en": "A page", "state": "published"} | dates
    records = [
        {"model": "careers.vacancy", "fields": DRIVER.fields | dates},
        {"model": "careers.procurementnotice", "fields": FUEL.fields | dates},
        {"model": "office.page", "fields": page | {"slug": "until", "publish_until": MOMENT}},
        {"model": "office.page", "fields": page | {"slug": "scheduled"}},
    ]
    content = folder / "content.json"
    content.write_text(json.dumps(records, cls=DjangoJSONEncoder))
    with running_server(folder, clock, RELIEFWEB_SOURCE="1255", EMAIL_URL="smtp://127.0.0.1:1") as server:
        server.manage("loaddata", str(content))
        yield server


@pytest.fixture
def visitor(server) -> Reader:
    def fetch(address: str, headers: dict) -> tuple[int, dict, bytes]:
        response, body = server.get(address, **headers)
        return response.status, response.headers, body

    return Reader(fetch)


def test_a_notice_appears_at_its_first_second_and_closes_at_its_deadline_everywhere(visitor, clock):
    for moment, state in (
        (DRIVER.publish_from - SECOND, ""),
        (DRIVER.publish_from, "open"),
        (DRIVER.closes_at - 2 * SECOND, "closing"),
        (DRIVER.closes_at - SECOND, "closing"),
        (DRIVER.closes_at, "closed"),
    ):
        clock.set(moment)
        for notice in (DRIVER, DRIVER_IN_LAO):
            assert readings(visitor, notice) == expected(notice, state), moment
        if moment == DRIVER.closes_at - SECOND:
            # What a browser has cached holds until the deadline.
            assert not visitor.sent


def test_a_page_is_gone_at_the_second_until_which_it_is_public(visitor, clock):
    clock.set(MOMENT - SECOND)
    assert visitor.get("/until/")[0] == 200
    clock.set(MOMENT)
    assert visitor.get("/until/")[0] == 410


def test_a_scheduled_change_shows_at_its_second(server, visitor, clock):
    clock.set(MOMENT - DAY)
    lines = (
        "from iomlaos.office.models import Page",
        "from iomlaos.publishing import serialization",
        "from iomlaos.publishing.models import Revision",
        "import datetime",
        "page = Page.objects.get(slug='scheduled')",
        "data = serialization.serialize(page)",
        "data['fields']['title_en'] = 'As it is now'",
        f"at = datetime.datetime.fromisoformat({MOMENT.isoformat()!r})",
        "versions = Revision.objects.versions(page)",
        "versions.save_scheduled(data, by=None, note='', publish_at=at)",
    )
    server.manage("shell", "--no-imports", "--command", "\n".join(lines))
    clock.set(MOMENT - SECOND)
    assert heading(visitor) == "A page"
    clock.set(MOMENT)
    assert heading(visitor) == "As it is now"


def heading(visitor: Reader) -> str:
    _, body = visitor.get("/scheduled/")
    return re.search("<h1[^>]*>(.*?)</h1>", body.decode(), re.DOTALL)[1].strip()


def test_a_withdrawal_by_another_process_shows_at_the_next_request_everywhere(server, visitor, clock):
    clock.set(FUEL.closes_at - 5 * DAY)
    assert readings(visitor, FUEL) == expected(FUEL, "open")
    lines = (
        "from careers.models import ProcurementNotice",
        "notice = ProcurementNotice.objects.get(slug='fuel')",
        "notice.state, notice.withdrawal_reason_en = 'withdrawn', 'A mistake.'",
        "notice.save()",
    )
    server.manage("shell", "--no-imports", "--command", "\n".join(lines))
    assert readings(visitor, FUEL) == expected(FUEL, "withdrawn")
