"""Notices for a portal that is measured. Run by its `manage.py shell`; the seed has no notices."""

import datetime

from django.db import connection
from django.utils import timezone

from careers.lists.archives import PAGE_SIZE
from careers.models.procurement import Award, ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.office.models import Place

#: So many are made one by one; the database copies them.
MADE = 1000
APART = datetime.timedelta(hours=2)
#: Until the first closes: so that for an hour no page changes by the clock.
OPEN_FOR = datetime.timedelta(days=30, hours=1)
TEXT = (
    "<h2>Duties</h2><p>What the work is, and who does it with whom.</p>"
    + "<p>What else there is to do.</p>" * 40
)
GRADES = ["G4", "NOB", "P3", "UG"]


def fill(
    *, open_vacancies: int = 0, open_tenders: int = 0, closed: int = 0, closed_vacancies: int = 0
) -> None:
    """`closed`: so many vacancies and as many tenders, every second of them awarded, and a page at least."""
    _make_vacancies("open", 1, open_vacancies)
    _make_tenders("open", 1, open_tenders)
    _make_vacancies("closed", -1, closed + closed_vacancies)
    _make_tenders("closed", -1, closed)
    awarded = ProcurementNotice.objects.filter(outcome="awarded")
    Award.objects.bulk_create(Award(notice=notice, supplier="A supplier") for notice in awarded)
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE")


def _shared(sign: int, number: int) -> dict:
    now = timezone.now()
    closes_at = now + OPEN_FOR + number * APART if sign > 0 else now - number * APART
    return {
        "state": "published", "first_published_at": now, "closes_at": closes_at,
        "body_en": TEXT, "submission_email": "offers@example.org",
    }  # fmt: skip


def _make_vacancies(word: str, sign: int, number: int) -> None:
    made = min(number, MADE)
    places, contracts = list(Place.objects.all()), Vacancy.Contract.values
    vientiane = Place.objects.get(slug="vientiane")
    Vacancy.objects.bulk_create(
        Vacancy(
            slug=f"{word}-{n}", title_en=f"Driver of lorries {n}", reference=f"VN 2026 {n}",
            grade=GRADES[n % 4], contract=contracts[n % len(contracts)],
            # Every second one in Vientiane, so that a list of a hundred fills a page there, too.
            duty_station=vientiane if n % 2 else places[n % len(places)], **_shared(sign, n),
        )
        for n in range(1, made + 1)
    )  # fmt: skip
    if number > made:
        _multiply(Vacancy, f"{word}-%", number // made)


def _make_tenders(word: str, sign: int, number: int) -> None:
    ProcurementNotice.objects.bulk_create(
        ProcurementNotice(
            slug=f"{word}-tender-{n}", title_en=f"Hire of lorries {n}", reference=f"RFQ 2026 {n}",
            method=ProcurementNotice.Method.values[n % 4],
            outcome="awarded" if word == "closed" and (n % 2 or n <= PAGE_SIZE) else "", **_shared(sign, n),
        )
        for n in range(1, number + 1)
    )  # fmt: skip


def _multiply(model: type, slugs: str, times: int) -> None:
    """So many of each row, with addresses, titles and references of their own."""
    random = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    own = {name: f"{name} || ' ' || copies.nth" for name in ("title", "title_en", "reference")} | {
        "slug": "slug || '-' || copies.nth", "number": "number + 1000000 * copies.nth", "uid": random,
    }  # fmt: skip
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    table = model._meta.db_table
    connection.cursor().execute(
        "WITH RECURSIVE copies(nth) AS (SELECT 1 UNION ALL SELECT nth + 1 FROM copies WHERE nth < %s) "
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT {', '.join(own.get(c, c) for c in columns)} FROM {table} CROSS JOIN copies "
        "WHERE slug LIKE %s",
        [times - 1, slugs],
    )
