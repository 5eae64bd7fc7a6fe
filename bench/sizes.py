"""Lists, the check, the archives and the sitemap: what they cost with few notices and with many.

    .venv/bin/python -m bench.sizes                              on SQLite
    DATABASE_URL=postgres://… .venv/bin/python -m bench.sizes    on PostgreSQL

The PostgreSQL server has to allow new databases. Two portals run beside each other, and requests alternate
between them. It prints JSON. What is counted is the processor time of the portal and, where the database
server runs on this machine, of its connections.
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
from bench.processes import cpu_seconds
from bench.rounds import Contender
from tests.helpers.databases import execute, postgres_url
from tests.helpers.servers import Server, running_server

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
#: What is compared: its pages, and what `bench.data.fill` makes of each portal.
COMPARISONS = {
    "lists": (LISTS, {"open_vacancies": 100}, {"open_vacancies": 100_000}),
    "archives": (
        ARCHIVES,
        {"open_vacancies": 250, "open_tenders": 250, "closed": 10},
        {"open_vacancies": 250, "open_tenders": 250, "closed": 10_000},
    ),
}


def database_processes(server: Server) -> list[int]:
    """The connections of PostgreSQL to the portal's database, if they are processes of this machine."""
    name = urlsplit(server.environment.get("DATABASE_URL", "")).path.strip("/")
    if not name:
        return []
    pids = [pid for [pid] in execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", name)]
    return [pid for pid in pids if name.encode() in _command_line(pid)]


def _command_line(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def cost(server: Server, page: str, seconds: float) -> float:
    """Milliseconds of processor time for each request, over at least two of them."""
    contender = Contender(page, server.url + page, ())
    contender.get()
    processes = [server.process.pid, *database_processes(server)]
    before, ends, requests = cpu_seconds(*processes), time.monotonic() + seconds, 0
    while requests < 2 or time.monotonic() < ends:
        contender.get()
        requests += 1
    return (cpu_seconds(*processes) - before) / requests * 1000


def compare(few: Server, many: Server, pages: list[str], rounds: int, seconds: float) -> list[dict]:
    rows = []
    for page in (page.format(year=time.gmtime().tm_year) for page in pages):
        pairs = [(cost(few, page, seconds), cost(many, page, seconds)) for _ in range(rounds)]
        few_ms, many_ms = (round(median(times), 1) for times in zip(*pairs, strict=True))
        rows.append({"page": page, "few_ms": few_ms, "many_ms": many_ms})
        sys.stderr.write(".")
        sys.stderr.flush()
    return rows


@contextlib.contextmanager
def filled_portal(**notices: int):
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        running_server(Path(folder)) as server,
    ):
        server.manage("shell", "-c", f"from bench.data import fill; fill(**{notices})")
        yield server


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sizes", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5, help="of one page of one portal in one round")
    options = parser.parse_args()
    serving, asking = cores()
    found = {"database": "PostgreSQL" if postgres_url() else "SQLite"}
    for name, (pages, few_notices, many_notices) in COMPARISONS.items():
        os.sched_setaffinity(0, {serving})
        with filled_portal(**few_notices) as few, filled_portal(**many_notices) as many:
            os.sched_setaffinity(0, {asking})
            found[name] = compare(few, many, pages, options.rounds, options.seconds)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
