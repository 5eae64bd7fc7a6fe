"""Open lists: narrowed by declared values alone, read stretch by stretch, at the same cost."""

import datetime

import pytest
import time_machine

from careers.models import Vacancy
from tests.factories import make_place, make_procurement_notice, make_vacancy
from tests.reading import count_queries, read

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def titles(client, address: str) -> list[str]:
    """The notices of an open list, in its order."""
    rows = client.get(address).content.decode().split('<h3><a href="/careers/')[1:]
    return [row.split(">")[1].removesuffix("</a") for row in rows]


@pytest.fixture
def positions() -> None:
    vientiane, attapeu = make_place(slug="vientiane"), make_place(slug="attapeu")
    for title, station, grade, contract, days in (
        ("Driver", vientiane, "G2", "fixed-term", 2),
        ("Nurse", attapeu, "NOB", "short-term", 6),
        ("Chief", vientiane, "P4", "fixed-term", 20),
        ("Author", None, "UG", "consultancy", 50),
    ):
        make_vacancy(
            title_en=title, duty_station=station, grade=grade, contract=contract, closes_at=NOW + days * DAY
        )


@pytest.mark.usefixtures("positions")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Driver", "Nurse", "Chief", "Author"]),
        ("station=vientiane", ["Driver", "Chief"]),
        ("grade=g", ["Driver"]),
        ("grade=no", ["Nurse"]),
        ("grade=p", ["Chief"]),
        ("grade=ug", ["Author"]),
        ("contract=fixed-term", ["Driver", "Chief"]),
        ("closing=3", ["Driver"]),
        ("closing=7", ["Driver", "Nurse"]),
        ("closing=30", ["Driver", "Nurse", "Chief"]),
        ("station=vientiane&closing=7", ["Driver"]),
        ("station=&grade=&contract=&closing=", ["Driver", "Nurse", "Chief", "Author"]),
        ("station=nowhere&grade=x&contract=any&closing=5", ["Driver", "Nurse", "Chief", "Author"]),
        ("fbclid=abc&utm_source=x", ["Driver", "Nurse", "Chief", "Author"]),
        ("grade=G", ["Driver", "Nurse", "Chief", "Author"]),
    ],
)
def test_a_list_is_narrowed_by_declared_values_and_ignores_others(client, query, found):
    assert titles(client, f"/careers/?{query}") == found


@pytest.mark.usefixtures("positions")
def test_what_is_ignored_changes_no_byte(client):
    plain = client.get("/careers/").content
    assert client.get("/careers/?grade=x&fbclid=1&after=nonsense&page=7").content == plain


@pytest.mark.usefixtures("positions")
def test_a_narrowed_list_says_what_was_chosen_and_leads_back(client):
    content = client.get("/careers/?grade=p&closing=3").content.decode()
    assert '<option value="p" selected>' in content
    assert '<option value="3" selected>' in content
    page = read(client, "/careers/?grade=p&closing=3")
    assert "No open position is of this kind." in page
    assert "No positions are open now" not in page


def test_stations_of_drafts_are_no_choice(client):
    make_vacancy(duty_station=make_place(slug="shown", name_en="Shown"))
    make_vacancy(duty_station=make_place(slug="hidden", name_en="Hidden"), state="draft")
    page = read(client, "/careers/")
    assert "Shown" in page
    assert "Hidden" not in page
    assert len(titles(client, "/careers/?station=hidden")) == 1


def test_tenders_are_narrowed_by_method_and_closing(client):
    make_procurement_notice(title_en="Pumps", method="rfq", closes_at=NOW + DAY)
    make_procurement_notice(title_en="Cars", method="itb", closes_at=NOW + 9 * DAY)
    assert titles(client, "/careers/procurement/?method=itb") == ["Cars"]
    assert titles(client, "/careers/procurement/?closing=7") == ["Pumps"]
    assert titles(client, "/careers/procurement/?method=xyz") == ["Pumps", "Cars"]


@pytest.mark.parametrize(("address", "sign"), [("/careers/", 1), ("/careers/closed/", -1)])
def test_stretches_follow_each_other_without_gap_or_repetition(client, address, sign):
    # Several close at the same moment: the pk decides between them.
    for number in range(120):
        make_vacancy(title_en=f"Post {number:03}", closes_at=NOW + sign * (1 + number // 7) * DAY)
    found, next_address, walked = [], address, 0
    while next_address:
        content = client.get(next_address).content.decode()
        rows = content.split("</h1>")[1].split('class="pages')[0].split('href="/careers/vacancies/')[1:]
        found += [row.split(">")[1].split("<")[0] for row in rows if row.split(">")[1].startswith("Post")]
        walked += 1
        after = content.split('rel="next" href="')[1].split('"')[0] if 'rel="next"' in content else ""
        next_address = after and address + after
    assert walked == 3
    assert len(found) == len(set(found)) == 120
    closings = dict(Vacancy.objects.values_list("title_en", "closes_at"))
    assert [closings[title] for title in found] == sorted(closings.values(), reverse=sign < 0)


@pytest.mark.parametrize(
    "after", ["", "x", "1-", "-1", "99999999999999999-1", "1-999999999999999999", "²-1", "1_0-1"]
)
def test_a_key_that_no_stretch_has_given_is_no_error(client, after):
    make_vacancy()
    assert client.get("/careers/", {"after": after}).status_code == 200
    assert client.get("/careers/closed/", {"after": after}).status_code == 200


def test_lists_cost_the_same_queries_for_few_and_for_many(client):
    def add(number: int) -> None:
        for _ in range(number):
            make_vacancy(duty_station=make_place())
            make_vacancy(duty_station=make_place(), closes_at=NOW - DAY)
            make_procurement_notice(closes_at=NOW + DAY)
            make_procurement_notice(closes_at=NOW - DAY, outcome="awarded")

    addresses = [
        "/", "/careers/", "/careers/?grade=g&contract=fixed-term&closing=7", "/careers/procurement/",
        "/careers/procurement/?method=rfq", "/careers/closed/", "/careers/closed/2026/",
        "/careers/procurement/closed/", "/careers/procurement/awards/",
    ]  # fmt: skip
    add(1)
    of_few = [count_queries(client, address) for address in addresses]
    add(60)
    assert [count_queries(client, address) for address in addresses] == of_few
