"""Lists, the check, the archives and the sitemap: what they cost with few notices and with many.

    .venv/bin/python -m bench.sizes                              on SQLite
    DATABASE_URL=postgres://… .venv/bin/python -m bench.sizes    on PostgreSQL

The PostgreSQL server has to allow new databases. Portals run beside each other, and are
asked in turns. It prints JSON. What is counted is the processor time of the portal, whose
page cache is emptied each time, and, where the database server runs on this machine, of its connections.
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import tests.environment  # noqa: F401 (before the settings are read)
from bench.machine import cores
from bench.portal import COLD, PortalData, RunningPortal, portal_data
from bench.processes import cpu_seconds
from bench.rounds import Contender
from tests.helpers.databases import execute, postgres_url

LISTS = [
    "/",
    "/careers/",
    "/careers/?station=vientiane",
    "/careers/vacancies/open-1/",
    "/careers/check/?q=Driver+of+lorries+1",
    "/careers/check/?q=Nobody+ever+wrote+this",
]
ARCHIVES = [
    "/sitemap.xml",
    "/careers/closed/",
    "/careers/closed/{year}/",
    "/careers/procurement/closed/",
    "/careers/procurement/awards/",
]
MONTH = {"open_vacancies": 250, "open_tenders": 250}
#: What is compared: pages, and for each portal its name and what `bench.data.fill` makes of it. All others
#: are compared with the first.
COMPARISONS = {
    "lists": (
        LISTS,
        {
            "100 open": {"open_vacancies": 100},
            "100 open, 100,000 closed": {"open_vacancies": 100, "closed_vacancies": 100_000},
            "100,000 open": {"open_vacancies": 100_000},
        },
    ),
    "archives": (
        ARCHIVES,
        {"10 closed": MONTH | {"closed": 10}, "10,000 closed": MONTH | {"closed": 10_000}},
    ),
}


def database_processes(data: PortalData) -> list[int]:
    """The connections of PostgreSQL to the portal's database, if they are processes of this machine."""
    name = urlsplit(data.database_url).path.strip("/")
    if not name:
        return []
    pids = [pid for [pid] in execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", name)]
    return [pid for pid in pids if name.encode() in _command_line(pid)]


def _command_line(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def cost(data: PortalData, portal: RunningPortal, page: str, seconds: float) -> float:
    """Milliseconds of processor time for each request, over at least two of them."""
    contender = Contender(page, portal.url + page, ())
    contender.get()
    processes = [portal.pid, *database_processes(data)]
    before, ends, requests = cpu_seconds(*processes), time.monotonic() + seconds, 0
    while requests < 2 or time.monotonic() < ends:
        contender.get()
        requests += 1
    return (cpu_seconds(*processes) - before) / requests * 1000


def compare(pages: list[str], portals: dict[str, dict], rounds: int, seconds: float) -> list[dict]:
    """For each page the median of each portal."""
    serving, asking = cores()
    os.sched_setaffinity(0, {serving})
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        running = {}
        for name, notices in portals.items():
            data = stack.enter_context(portal_data(folder / name, **notices))
            running[name] = data, stack.enter_context(data.served(COLD))
        os.sched_setaffinity(0, {asking})
        rows = []
        for page in (page.format(year=time.gmtime().tm_year) for page in pages):
            samples = [[cost(*portal, page, seconds) for portal in running.values()] for _ in range(rounds)]
            medians = [round(median(times), 1) for times in zip(*samples, strict=True)]
            rows.append({"page": page, "ms": dict(zip(running, medians, strict=True))})
            sys.stderr.write(".")
            sys.stderr.flush()
        return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sizes", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3, help="of one page of one portal in one round")
    options = parser.parse_args()
    found = {"database": "PostgreSQL" if postgres_url() else "SQLite"}
    for name, (pages, portals) in COMPARISONS.items():
        found[name] = compare(pages, portals, options.rounds, options.seconds)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
