"""Open lists: narrowed by declared values alone, read page by page, at the same cost."""

import datetime

import pytest
import time_machine
from django.http import QueryDict
from lxml import html

from careers.lists.filters import VacancyFilterForm
from careers.models.vacancy import Vacancy
from tests.helpers.factories import make_place, make_procurement_notice, make_vacancy
from tests.helpers.pages import count_queries, read

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def titles(client, address: str) -> list[str]:
    """The notices of an open list, in its order."""
    rows = client.get(address).content.decode().split('<h3 class="row-title"><a href="/careers/')[1:]
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


ALL = ["Driver", "Nurse", "Chief", "Author"]


def found_by(filter_form, rows, query: str) -> list[str]:
    return [row.title for row in filter_form(QueryDict(query), NOW).narrow(rows)]


@pytest.mark.usefixtures("positions")
def test_a_list_is_narrowed_by_declared_values_and_ignores_others():
    expected = {
        "": ALL,
        "station=vientiane": ["Driver", "Chief"],
        "grade=g": ["Driver"],
        "grade=no": ["Nurse"],
        "grade=p": ["Chief"],
        "grade=ug": ["Author"],
        "contract=fixed-term": ["Driver", "Chief"],
        "closing=3": ["Driver"],
        "closing=7": ["Driver", "Nurse"],
        "closing=30": ["Driver", "Nurse", "Chief"],
        "station=vientiane&closing=7": ["Driver"],
        "station=&grade=&contract=&closing=": ALL,
        "station=nowhere&grade=x&contract=any&closing=5": ALL,
        "fbclid=abc&utm_source=x": ALL,
        "grade=G": ALL,
    }
    rows = Vacancy.objects.open(NOW)
    assert {query: found_by(VacancyFilterForm, rows, query) for query in expected} == expected


@pytest.mark.usefixtures("positions")
def test_a_narrowed_list_says_what_was_chosen_and_whether_nothing_is_of_that_kind(client):
    assert titles(client, "/careers/?station=vientiane&closing=7") == ["Driver"]
    content = client.get("/careers/?grade=p&closing=3").content.decode()
    assert '<option value="p" selected>' in content
    assert '<option value="3" selected>' in content
    page = read(client, "/careers/?grade=p&closing=3")
    assert "No open jobs match your filters. All open jobs" in page
    assert "No jobs are open now" not in page


def test_words_that_begin_like_a_grade_are_on_no_scale():
    for grade in ("None", "Not graded", "No", "Project", "Pending", "Good"):
        make_vacancy(grade=grade)
    for letters in ("g", "no", "p", "ug"):
        assert not Vacancy.objects.on_scale(letters).exists()


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


@pytest.mark.parametrize(
    ("address", "sign", "pages"), [("/careers/", 1, 3), ("/careers/closed/", -1, 12)], ids=["open", "closed"]
)
def test_validity_follow_each_other_without_gap_or_repetition(client, address, sign, pages):
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
    assert walked == pages
    assert len(found) == len(set(found)) == 120
    closings = dict(Vacancy.objects.values_list("title_en", "closes_at"))
    assert [closings[title] for title in found] == sorted(closings.values(), reverse=sign < 0)


def test_a_key_that_no_page_has_given_is_no_error(client):
    make_vacancy()
    for after in ("x", "1-", "-1", "99999999999999999-1", "1-999999999999999999", "²-1", "1_0-1"):
        for address in ("/careers/", "/careers/closed/"):
            assert client.get(address, {"after": after}).status_code == 200, after


def test_a_notice_with_a_title_and_a_deadline_alone_leaves_no_empty_line_in_a_list(client):
    for make in (make_vacancy, make_procurement_notice):
        make(closes_at=NOW + DAY)
        make(closes_at=NOW - DAY)
    for address in (
        "/careers/", "/careers/procurement/", "/careers/closed/", "/careers/procurement/closed/"
    ):  # fmt: skip
        main = html.fromstring(client.get(address).content).find(".//main")
        assert len(main.findall(".//ul[@class='rows']/li")) >= 1
        lines = main.iter("p", "li", "h2", "h3")
        assert [line.tag for line in lines if not line.text_content().strip()] == [], address


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
    add(55)
    assert [count_queries(client, address) for address in addresses] == of_few
