"""Hundreds of closed notices cost what five cost: the same queries, and none that reads a whole table."""

import dataclasses
import datetime
import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.db import connection
from django.urls import get_resolver, resolve

from careers.models.amendment import Amendment
from careers.models.application_form import ApplicationForm
from careers.models.deadline_change import DeadlineChange
from careers.models.document_change import DocumentChange
from careers.models.notice import Notice
from careers.models.procurement import Award, Clarification, ProcurementDocument, ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.office.models import Place
from tests.helpers.factories import (
    make_bidding_document,
    make_office,
    make_place,
    make_procurement_notice,
    make_vacancy,
    make_version,
    upload,
)
from tests.helpers.uploads import pdf

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
DAY = datetime.timedelta(days=1)
KINDS = (Vacancy, ProcurementNotice)
TABLES = "careers_vacancy|careers_procurementnotice"
#: A key that some notices are before and some behind, on either side of the present.
OPEN_AFTER, CLOSED_AFTER = (f"{(NOW + days * DAY).timestamp():.0f}000000-1" for days in (1, -1))

#: A document and a form are asked for by these addresses.
TERMS, FORM = "0e7f4c52-6f0d-4a52-9d0b-6f1f0a1b2c3d", "3d2c1b0a-1f6f-4b0d-9a52-0d6f4c520e7f"

VACANCY_FILTERS = [
    "station=vientiane", "grade=g", "grade=ug", "contract=fixed-term", "closing=3", "candidates=internal",
    "station=vientiane&grade=g&contract=fixed-term&closing=30",
]  # fmt: skip
PROCUREMENT_FILTERS = ["method=rfq", "closing=3", "method=rfq&closing=30"]
OPEN_LISTS = [
    "/careers/",
    f"/careers/?after={OPEN_AFTER}",
    *(f"/careers/?{query}" for query in VACANCY_FILTERS),
    "/careers/procurement/",
    f"/careers/procurement/?after={OPEN_AFTER}",
    *(f"/careers/procurement/?{query}" for query in PROCUREMENT_FILTERS),
]
#: What shows open notices and the last closed one, and nothing older.
PRESENT = [
    "/",
    *OPEN_LISTS,
    "/careers/feed.atom",
    "/careers/vacancies/feed.atom",
    "/careers/procurement/feed.atom",
    "/careers/calendar.ics",
    "/careers/reliefweb.xml",
]
ARCHIVES = [
    "/careers/closed/",
    f"/careers/closed/?after={CLOSED_AFTER}",
    "/careers/closed/2026/",
    "/careers/procurement/closed/",
    f"/careers/procurement/closed/?after={CLOSED_AFTER}",
    "/careers/procurement/closed/2026/",
    "/careers/procurement/awards/",
    f"/careers/procurement/awards/?after={CLOSED_AFTER}",
    "/careers/procurement/awards/2026/",
]
OF_ONE_NOTICE = [
    address
    for when in ("open", "closed")
    for address in (
        f"/n/vacancy-{when}-1",
        f"/n/procurementnotice-{when}-1",
        f"/careers/vacancies/vacancy-{when}-1/",
        f"/careers/vacancies/vacancy-{when}-1/feed.atom",
        f"/careers/vacancies/vacancy-{when}-1/deadline.ics",
        f"/careers/procurement/procurementnotice-{when}-1/",
        f"/careers/procurement/procurementnotice-{when}-1/feed.atom",
        f"/careers/procurement/procurementnotice-{when}-1/deadline.ics",
        f"/careers/alerts/notice/vacancy-{when}-1/",
    )
]
CHECKS = [
    "/careers/check/",
    "/careers/check/?q=Driver+of+lorries",
    "/careers/check/?q=Driver+of+boats",
    "/careers/check/?q=VN+2026+1",
    "/careers/check/?q=/n/vacancy-open-1",
    "/careers/check/?q=Nobody+ever+wrote+this",
    "/careers/check/?q=%E0%BA%9E%E0%BA%B0%E0%BA%99%E0%BA%B1%E0%BA%81%E0%BA%87%E0%BA%B2%E0%BA%99",
]
OTHERS = [
    "/careers/vacancies/",
    "/careers/alerts/",
    "/careers/forms/",
    f"/careers/forms/files/{FORM}/form.pdf",
    f"/careers/procurement/files/{TERMS}/terms.pdf",
    "/sitemap.xml",
    "/sitemap-2026.xml",
]
EVERYTHING = [*PRESENT, *ARCHIVES, *OF_ONE_NOTICE, *CHECKS, *OTHERS]


@dataclasses.dataclass(frozen=True)
class Query:
    sql: str
    parameters: tuple

    @property
    def plan(self) -> str:
        """How the database goes about it, a step a line. Bound as when it ran: that is part of the question."""
        explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN (COSTS OFF) "
        with connection.cursor() as cursor:
            cursor.execute(explain + self.sql, self.parameters)
            return "\n".join(str(row[-1]) for row in cursor.fetchall())

    @property
    def reads_notices(self) -> bool:
        return re.search(f'FROM "({TABLES})"', self.sql) is not None


def whole_tables(plan: str) -> list[str]:
    """The steps that read notices from one end of their table, or of an index, to the other."""
    return re.findall(rf"(?:Seq Scan on|SCAN|Index Only Scan) (?:{TABLES})\b.*", plan)


@pytest.fixture
def queries(client) -> Callable[[str], list[Query]]:
    """The queries of an address, which has to be there."""

    def of(address: str) -> list[Query]:
        found: list[Query] = []

        def note(execute, sql, parameters, many, context):
            found.append(Query(sql, parameters))
            return execute(sql, parameters, many, context)

        with connection.execute_wrapper(note):
            assert client.get(address).status_code in (200, 302), address
        return found

    return of


@pytest.fixture(autouse=True)
def _clock(settings) -> Iterator[None]:
    settings.RELIEFWEB_SOURCE = 1255
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def five(db) -> None:
    """Five notices of each kind and state, with all that can hang on a notice."""
    make_office()
    make_version(pk=FORM, file=upload("form.pdf", pdf()))
    for slug in ("vientiane", "attapeu"):
        make_place(slug=slug)
    make_vacancy(slug="next-vacancy")
    make_bidding_document(
        pk=TERMS, notice=make_procurement_notice(slug="next-procurementnotice"), file=upload("a.pdf", pdf())
    )
    for state in ("draft", "withdrawn"):
        add(5, state, NOW + DAY, state=state)
    add(5, "later", NOW + 9 * DAY, publish_from=NOW + DAY)
    add_open(5)
    add_closed(5)


def add_open(number: int) -> None:
    add(number, "open", NOW + DAY)


def add_closed(number: int) -> None:
    """So many positions, and as many tenders; half of the tenders were awarded."""
    add(number, "closed", NOW - DAY, kinds=[Vacancy], outcome="re-advertised")
    add(number - number // 2, "closed", NOW - DAY, kinds=[ProcurementNotice], outcome="re-advertised")
    add(number // 2, "awarded", NOW - DAY, kinds=[ProcurementNotice], outcome="awarded")


def add(number: int, word: str, nearest: datetime.datetime, kinds=KINDS, **values) -> None:
    """So many of each kind, each a minute further from the present."""
    sign = 1 if nearest > NOW else -1
    for kind in kinds:
        name = kind._meta.model_name
        shared = {
            "state": "published",
            "first_published_at": NOW - 99 * DAY,
            # Of what is closed no list shows the text.
            "body_en": "<p>What the work is, and who does it with whom.</p>" * 12 if nearest > NOW else "",
            "submission_email": "offers@example.org",
            "readvertised_as": kind.objects.get(slug=f"next-{name}"),
        }
        own, has = own_fields(kind), kind.objects.filter(slug__startswith=f"{name}-{word}-").count()
        rows = [
            kind(
                slug=f"{name}-{word}-{n}",
                title_en=f"{'Driver' if kind is Vacancy else 'Hire'} of lorries {n}",
                reference=f"VN 2026 {n}",
                closes_at=nearest + sign * n * MINUTE,
                **shared | {field: choices[n % len(choices)] for field, choices in own.items()} | values,
            )
            for n in range(has + 1, has + number + 1)
        ]
        hang_on(kind.objects.bulk_create(rows)[:250])


def own_fields(kind: type[Notice]) -> dict[str, list]:
    if kind is ProcurementNotice:
        return {"method": ProcurementNotice.Method.values}
    return {
        "grade": ["G4", "NOB", "P3", "UG"],
        "contract": Vacancy.Contract.values,
        "duty_station": list(Place.objects.all()),
        "form": list(ApplicationForm.objects.all()),
    }


def hang_on(notices: list[Notice]) -> None:
    """An amendment, a changed deadline and, on tenders, an answer, a document that was replaced, and an award."""
    tenders = [notice for notice in notices if isinstance(notice, ProcurementNotice)]
    for notice_key in ("vacancy", "procurement_notice"):
        of_kind = [
            {notice_key: notice} for notice in notices if (notice in tenders) == (notice_key != "vacancy")
        ]
        Amendment.objects.bulk_create(Amendment(text_en="Corrected.", **of) for of in of_kind)
        DeadlineChange.objects.bulk_create(
            DeadlineChange(before=NOW, after=NOW + DAY, changed_at=NOW - DAY, **of) for of in of_kind
        )
    for model, values in (
        (Clarification, {"question_en": "Which?", "answer_en": "Both.", "first_published_at": NOW - DAY}),
        (ProcurementDocument, {"title_en": "Terms", "address": "https://www.iom.int/terms"}),
        (DocumentChange, {"kind": "replaced", "title_en": "Terms", "changed_at": NOW - DAY}),
        (Award, {"supplier": "A supplier"}),
    ):
        model.objects.bulk_create(model(notice=notice, **values) for notice in tenders)


def test_every_address_of_careers_is_asked_here():
    named = {
        f"careers:{pattern.name}" for pattern in get_resolver("careers.urls").url_patterns if pattern.name
    }
    asked = {resolve(address.partition("?")[0]).view_name for address in EVERYTHING}
    assert named <= asked


def test_a_thousand_closed_and_120_open_notices_of_each_kind_run_the_queries_of_five(five, queries):
    # In its first request a process asks the database whether it knows JSON.
    queries("/")
    of_few = {address: queries(address) for address in EVERYTHING}
    add_open(115)
    add_closed(995)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    of_many = {address: queries(address) for address in EVERYTHING}
    assert {address: len(found) for address, found in of_many.items()} == {
        address: len(found) for address, found in of_few.items()
    }

    of_notices = {
        address: [query for query in found if query.reads_notices] for address, found in of_many.items()
    }
    # What is open is counted, and that is little. What has closed is not.
    counts = [query.sql for found in of_notices.values() for query in found if "COUNT(" in query.sql]
    assert [sql for sql in counts if '"closes_at" > ' not in sql] == []

    plans = {address: [query.plan for query in of_notices[address]] for address in PRESENT}
    assert [address for address, steps in plans.items() if not steps] == []
    # The index begins at the moment of asking, so what is closed costs nothing.
    beside_the_index = [
        (address, plan)
        for address, steps in plans.items()
        for plan in steps
        if whole_tables(plan) or not re.search("(?:vacancy|procurementnotice)_(?:published|called_off)", plan)
    ]
    assert beside_the_index == []
