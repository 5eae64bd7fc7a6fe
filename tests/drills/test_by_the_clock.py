"""Visitors read without a pause while the clock closes a notice, publishes a change and begins a site notice."""

import os
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest

from tests.helpers.colleagues import report
from tests.helpers.servers import Server, running_server

pytestmark = [pytest.mark.timeout(3600), pytest.mark.one_database]
ROUNDS = 10 if os.environ.get("DRILL") == "full" else 1
READERS = 6
#: Seconds: until the first change, between two, and until the readers stop.
FIRST, BETWEEN, AFTER = 8, 2, 1.5
PREPARE = """
import datetime, time
from django.utils import timezone
from iomlaos.office.models import SiteNotice
from tests.helpers.drafts import schedule_change
from tests.helpers.factories import make_page, make_vacancy
begin = time.time() + {first}
def moment(number):
    return datetime.datetime.fromtimestamp(begin + number * {between}, datetime.UTC)
make_vacancy(slug="closing{round}", closes_at=moment(0))
schedule_change(make_page(slug="page{round}", title_en="Before"), moment(1), title_en="Afterwards")
SiteNotice.objects.create(text="Notice {round}.", starts_at=moment(2), ends_at=moment(3))
print(begin)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Server:
    with running_server(tmp_path_factory.mktemp("site"), WEB_WORKERS="2") as server:
        yield server


def test_no_answer_is_wrong_around_a_closing_a_scheduled_change_and_a_site_notice(server):
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        values = {"first": FIRST, "between": BETWEEN, "round": number}
        done = server.manage("shell", "--no-imports", "--command", PREPARE.format(**values))
        begin = float(done.stdout.splitlines()[-1])
        assert time.time() < begin - 1, "This machine is too slow for this drill."
        stop = begin + 3 * BETWEEN + AFTER
        with ThreadPoolExecutor(READERS) as readers:
            for reading in [readers.submit(read, server, number, begin, stop) for _ in range(READERS)]:
                seen.update(reading.result())
    report(sum(seen.values()), seen)
    assert not [what for what in seen if what.startswith("wrong")]


def read(server: Server, number: int, begin: float, stop: float) -> Counter:
    """Ask until the end; an answer is wrong where it was wrong from the request to the answer."""
    pages = (
        (f"/careers/vacancies/closing{number}/", rb" left</span>", -1e9, begin),
        (f"/page{number}/", rb">\s*Before\s*<", -1e9, begin + BETWEEN),
        ("/contact/", f"Notice {number}[.]".encode(), begin + 2 * BETWEEN, begin + 3 * BETWEEN),
    )
    connection, seen = HTTPConnection("127.0.0.1", server.port, timeout=30), Counter()
    while time.time() < stop:
        for path, words, since, until in pages:
            asked = time.time()
            connection.request("GET", path)
            response = connection.getresponse()
            body, answered = response.read(), time.time()
            assert response.status == 200, path
            says = bool(re.search(words, body))
            could = {since <= asked < until, since <= answered < until}
            if says in could:
                seen["right"] += 1
            elif response.headers["Cache-Control"] == "no-store":
                # While somebody publishes the change, whoever else asks is sent the old text.
                seen["old text while the change is published"] += 1
            else:
                seen[f"wrong: {path} {answered - begin:+.3f} s"] += 1
    return seen
