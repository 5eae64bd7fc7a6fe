"""Many visitors at once, while staff work and workers are killed: nobody sees a fault of ours."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from itertools import cycle, islice

import pytest

from tests.helpers.colleagues import report
from tests.helpers.commands import ROOT
from tests.helpers.crawl import walk
from tests.helpers.servers import Server, running_server

pytestmark = pytest.mark.timeout(7200)
FULL = os.environ.get("DRILL") == "full"
REQUESTS = 20_000 if FULL else 2_000
VISITORS = 16
#: No closer: kills within 3.5 seconds of each other look to the server like a fault of its own.
BETWEEN_KILLS = 5
KILLS = 6 if FULL else 1

STAFF_AT_WORK = """
import sys, django
django.setup()
from django.core.management import call_command
from programmes.models import Programme
while True:
    call_command("seed", verbosity=0)
    for programme in Programme.objects.all():
        programme.summary_en = programme.summary_en.rstrip(".") + "."
        programme.save()
    print("saved", flush=True)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("site"), WEB_WORKERS="2") as server:
        yield server


@pytest.fixture(scope="module")
def addresses(server) -> list[str]:
    return [here.address for here in walk(server, "/").values()]


def visit(server: Server, addresses: list[str], seen: Counter | None = None) -> Counter:
    """One visitor on one connection: what each request came to, a status or the name of an error."""
    seen = Counter() if seen is None else seen
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    for address in addresses:
        try:
            connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
            response = connection.getresponse()
            response.read()
            seen[response.status] += 1
        except (OSError, HTTPException) as error:
            seen[type(error).__name__] += 1
            connection.close()
    connection.close()
    return seen


def crowd(server: Server, addresses: list[str], requests: int) -> Counter:
    """All visitors at once; each begins at another page and goes round them all."""
    each = requests // VISITORS
    rounds = [list(islice(cycle(addresses[start:] + addresses[:start]), each)) for start in range(VISITORS)]
    with ThreadPoolExecutor(VISITORS) as visitors:
        return sum(visitors.map(lambda mine: visit(server, mine), rounds), Counter())


def test_every_page_answers_a_crowd_while_staff_save_and_the_seed_runs(server, addresses):
    staff = subprocess.Popen(
        [sys.executable, "-c", STAFF_AT_WORK],
        cwd=ROOT, env=server.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert staff.stdout.readline() == "saved\n", staff.stderr.read()
        seen = crowd(server, addresses, REQUESTS)
        assert staff.poll() is None, staff.stderr.read()
    finally:
        staff.kill()
        staff.communicate()
    report(REQUESTS, seen)
    assert seen == {200: REQUESTS // VISITORS * VISITORS}


def test_a_killed_worker_comes_back_and_the_others_go_on(server, addresses):
    stop = threading.Event()
    seen = Counter()

    def keep_visiting(start: int) -> None:
        while not stop.is_set():
            seen.update(visit(server, addresses[start:] + addresses[:start]))

    visitors = [threading.Thread(target=keep_visiting, args=[start]) for start in range(4)]
    for visitor in visitors:
        visitor.start()
    try:
        for _ in range(KILLS):
            before = set(server.workers())
            victim = min(before)
            os.kill(victim, signal.SIGKILL)
            wait_for_workers(server, len(before), without=victim)
            time.sleep(BETWEEN_KILLS)
    finally:
        stop.set()
        for visitor in visitors:
            visitor.join()
    report(KILLS, seen)
    lost = sum(times for outcome, times in seen.items() if outcome != 200)
    # What the killed worker held at that moment is lost, one request a visitor at most; nothing else is.
    assert lost <= KILLS * len(visitors), seen
    assert not [outcome for outcome in seen if isinstance(outcome, int) and outcome >= 400], seen
    assert seen[200] > 100


def wait_for_workers(server: Server, how_many: int, without: int) -> None:
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        now = server.workers()
        if len(now) == how_many and without not in now:
            return
        time.sleep(0.1)
    raise AssertionError("The killed worker did not come back within two minutes.")


def test_a_server_under_load_stops_at_once_when_told(server, addresses):
    with ThreadPoolExecutor(4) as visitors:
        seen = [Counter() for _ in range(4)]
        rounds = [visitors.submit(visit, server, addresses, outcomes) for outcomes in seen]
        while not all(seen) and not any(visits.done() for visits in rounds):
            time.sleep(0.01)
        server.stop()
        assert server.process.returncode == 0
        for visits in rounds:
            assert not [outcome for outcome in visits.result() if isinstance(outcome, int) and outcome >= 500]
