"""Compare response times with 10 and with 10,000 closed notices, 500 open ones in both.

    .venv/bin/python -m bench.notices                                       on SQLite
    DATABASE_URL=postgres://… .venv/bin/python -m bench.notices --rounds 50

Two portals run beside each other, as `make run` starts them, each with its own database: on the PostgreSQL
server of DATABASE_URL, which has to allow new databases, or on SQLite. Requests alternate between them, so
that other load on the machine slows both. It prints the median of each in milliseconds, and their ratio.
"""

import argparse
import contextlib
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

import tests.environment  # noqa: F401 (before the settings are read)
from tests.helpers.servers import Server, running_server

FEW, MANY, OPEN = 10, 10_000, 500
WARM_UP = 5
PAGES = [
    "/",
    "/careers/",
    "/careers/?station=vientiane",
    "/careers/?grade=g&contract=short-term",
    "/careers/?closing=3",
    "/careers/procurement/",
    "/careers/procurement/?method=rfq",
    "/careers/feed.atom",
    "/careers/calendar.ics",
    "/careers/reliefweb.xml",
    "/careers/vacancies/open-1/",
    "/careers/procurement/open-tender-1/",
    "/careers/closed/",
    "/careers/closed/{year}/",
    "/careers/procurement/closed/",
    "/careers/procurement/awards/",
    "/careers/check/?q=Driver+of+lorries+1",
    "/careers/check/?q=Nobody+ever+wrote+this",
    "/sitemap.xml",
]
#: Half of the notices are vacancies, half tenders. They close two hours apart. Half of the closed tenders
#: were awarded.
FILL = """
import datetime
from django.db import connection
from django.utils import timezone
from careers.models import Award, ProcurementNotice, Vacancy
from iomlaos.office.models import Place

now, apart = timezone.now(), datetime.timedelta(hours=2)
places = list(Place.objects.all())
text = "<p>What the work is, and who does it with whom.</p>" * 12
shared = dict(state="published", first_published_at=now, body_en=text, submission_email="offers@example.org")
for word, sign, number in (("open", 1, {open} // 2), ("closed", -1, {closed} // 2)):
    Vacancy.objects.bulk_create(
        Vacancy(
            slug=f"{{word}}-{{n}}", title_en=f"Driver of lorries {{n}}", reference=f"VN 2026 {{n}}",
            closes_at=now + sign * n * apart, grade=["G4", "NOB", "P3", "UG"][n % 4],
            contract=Vacancy.Contract.values[n % 5], duty_station=places[n % len(places)], **shared,
        )
        for n in range(1, number + 1)
    )
    ProcurementNotice.objects.bulk_create(
        ProcurementNotice(
            slug=f"{{word}}-tender-{{n}}", title_en=f"Hire of lorries {{n}}", reference=f"RFQ 2026 {{n}}",
            closes_at=now + sign * n * apart, method=ProcurementNotice.Method.values[n % 4],
            outcome="awarded" if word == "closed" and n % 2 else "", **shared,
        )
        for n in range(1, number + 1)
    )
awarded = ProcurementNotice.objects.filter(outcome="awarded")
Award.objects.bulk_create(Award(notice=notice, supplier="A supplier") for notice in awarded)
if connection.vendor == "postgresql":
    connection.cursor().execute("ANALYZE")
"""


def response_time(server: Server, page: str) -> float:
    """Milliseconds until the whole response is here. Raises SystemExit unless it is a 200."""
    started = time.perf_counter()
    response, _body = server.get(page)
    elapsed = (time.perf_counter() - started) * 1000
    if response.status != 200:
        raise SystemExit(f"{page} answered {response.status}.")
    return elapsed


def compare(few: Server, many: Server, rounds: int) -> None:
    sys.stdout.write(f"{'page':40} {FEW:>6} closed {MANY:>6} closed   ratio\n")
    for page in (page.format(year=time.gmtime().tm_year) for page in PAGES):
        times = [(response_time(few, page), response_time(many, page)) for _ in range(WARM_UP + rounds)]
        few_ms, many_ms = map(statistics.median, zip(*times[WARM_UP:], strict=True))
        sys.stdout.write(f"{page:40} {few_ms:10.1f} ms {many_ms:10.1f} ms {many_ms / few_ms:7.2f}\n")
        sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.notices", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40, metavar="N", help="requests for each page (40)")
    rounds = parser.parse_args().rounds
    # Leave the context managers, which stop the portals.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended."))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        servers = []
        for closed in (FEW, MANY):
            server = stack.enter_context(running_server(folder / str(closed), RELIEFWEB_SOURCE="1255"))
            server.manage("shell", "-c", FILL.format(open=OPEN, closed=closed))
            servers.append(server)
        compare(*servers, rounds)


if __name__ == "__main__":
    main()
