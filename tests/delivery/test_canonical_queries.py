"""Canonical queries: what each public page reads of its query, and nothing else."""

import datetime

import pytest
import time_machine
from django.http import QueryDict
from django.urls import get_resolver

from careers import views
from careers.lists import archives
from iomlaos.delivery import pagination
from iomlaos.delivery.cacheability import find_canonical_query
from iomlaos.delivery.pagination import RowKey, find_page_query
from iomlaos.delivery.validity import ValidityPeriod, within
from tests.helpers.factories import (
    make_document,
    make_place,
    make_procurement_notice,
    make_programme,
    make_project,
    make_vacancy,
)
from tests.helpers.pages import without_language_link

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
JUNK = "fbclid=1&utm_source=x&q=2&page=x1&after=nonsense&"
#: The only views that read a query as it stands: the check, and what leads on with the query.
ANY_QUERY = {"careers:check"} | {f"/{name}/" for name in (
    "jobs", "vacancies", "tenders", "procurement", "check", "forms", "alerts", "work",
)}  # fmt: skip


@pytest.fixture
def content(db, monkeypatch) -> None:
    """Lists of several pages."""
    for module in (pagination, archives, views):
        monkeypatch.setattr(module, "PAGE_SIZE", 3)
    station, programme = make_place(slug="vientiane"), make_programme(slug="health")
    for number in range(8):
        closing = {"title_en": f"Notice {number:02}", "closes_at": NOW + (number + 1) * DAY / 4}
        closed = {"closes_at": NOW - (number + 1) * 99 * DAY}
        make_vacancy(duty_station=station, grade="G3", contract="fixed-term", **closing)
        make_vacancy(**closed)
        make_procurement_notice(method="rfq", **closing)
        make_procurement_notice(outcome="awarded", **closed)
        make_project(programme=programme)
        make_document(programme=programme, kind="report", title_en=f"Report {number:02}")
    make_vacancy(tier="internal-only", closes_at=NOW + DAY, duty_station=make_place(slug="boten"))


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def canonical(address: str) -> str | None:
    path, _mark, query = address.partition("?")
    return find_canonical_query(path, query, NOW)


def key_of_last_row(client, address: str) -> str:
    """The key of the next page."""
    content = client.get(address).content.decode()
    return content.split('rel="next" href="')[1].split('"')[0].partition("after=")[2]


def public_views() -> dict[str, object]:
    """Every view of the public site, by its name, else its pattern."""
    found, ahead = {}, [("", "", get_resolver().url_patterns)]
    while ahead:
        prefix, space, patterns = ahead.pop()
        for pattern in patterns:
            address = f"{prefix}{pattern.pattern}"
            if hasattr(pattern, "url_patterns"):
                names = f"{pattern.namespace}:" if pattern.namespace else ""
                ahead += [] if address == "admin/" else [(address, f"{space}{names}", pattern.url_patterns)]
            else:
                found[f"{space}{pattern.name}" if pattern.name else f"/{address}"] = pattern.callback
    return found


def test_each_view_that_reads_its_query_says_what_it_reads():
    declared = {name for name, view in public_views().items() if hasattr(view, "find_canonical_query")}
    lists = {"closed_list", "closed_year", "award_list", "award_year", "career_list", "procurement_list"}
    lists |= {"procurement_closed_list", "procurement_closed_year"}
    of_work = {"programmes:project_list", "programmes:document_list"}
    assert declared == {f"careers:{name}" for name in lists} | of_work
    as_it_stands = {name for name, view in public_views().items() if hasattr(view, "reads_any_query")}
    assert as_it_stands == ANY_QUERY


def test_the_first_page_has_no_number_and_what_is_no_number_is_page_0():
    expected = {"": "", "page=1": "", "page=01": "", "page=2": "page=2", "page=999": "page=999"}
    expected |= {"page=x": "page=0", "page=": "page=0", "page=-1": "page=0", "page=²": "page=0"}
    assert {query: find_page_query(QueryDict(query), NOW) for query in expected} == expected


def test_a_query_is_kept_as_it_stands_where_a_redirect_keeps_it():
    assert canonical("/Careers/?grade=p") is None
    assert canonical("/careers/.?grade=p") is None
    assert canonical("/jobs/?grade=p") is None
    assert canonical("/jobs/") == ""
    assert canonical("/no/such/page/?x") is None


@pytest.mark.usefixtures("content")
def test_a_list_keeps_what_it_reads_in_one_order():
    expected = {
        "/": "",
        "/careers/": "",
        "/careers/?closing=7&grade=g&station=vientiane&contract=fixed-term": (
            "station=vientiane&grade=g&contract=fixed-term&closing=7"
        ),
        "/careers/?station=nowhere&grade=x&contract=&closing=5": "",
        # A station of internal positions alone is none of the other list.
        "/careers/?station=boten": "",
        "/careers/?station=boten&candidates=internal": "station=boten&candidates=internal",
        "/careers/procurement/?closing=3&method=rfq": "method=rfq&closing=3",
        "/careers/procurement/?station=vientiane&method=xyz": "",
        "/documents/?page=2&kind=report&programme=health": "programme=health&kind=report&page=2",
        "/documents/?kind=tool&programme=labour&page=1": "",
        "/projects/?page=2": "page=2",
        "/projects/?page=1&programme=health": "",
        "/programmes/?page=2": "",
    }  # fmt: skip
    assert {address: canonical(address) for address in expected} == expected


@pytest.mark.usefixtures("content")
def test_after_counts_where_it_is_the_key_of_a_row_of_the_list(client):
    for address in (
        "/careers/?",
        "/careers/?station=vientiane&",
        "/careers/procurement/?",
        "/careers/closed/?",
        "/careers/procurement/closed/?",
        "/careers/procurement/awards/?",
    ):
        key, query = key_of_last_row(client, address), address.partition("?")[2]
        assert canonical(f"{address}{JUNK}after={key}") == f"{query}after={key}"
        moment, pk = key.split("-")
        first = without_language_link(client.get(address))
        for other in (f"{moment}-{int(pk) + 1000}", f"{int(moment) + 1}-{pk}", "1-1", "x"):
            assert canonical(f"{address}after={other}") == query.rstrip("&"), address
            assert without_language_link(client.get(f"{address}after={other}")) == first, address


@pytest.mark.usefixtures("content")
def test_after_counts_in_the_year_of_its_row_alone(client):
    key = key_of_last_row(client, "/careers/closed/")
    year = (NOW - 3 * 99 * DAY).year
    assert canonical(f"/careers/closed/{year}/?after={key}") == f"after={key}"
    for other in (year + 1, 0, 1, 9999, 99999):
        assert canonical(f"/careers/closed/{other}/?after={key}") == ""


@pytest.mark.usefixtures("content")
def test_a_page_is_the_same_with_its_canonical_query(client):
    for address in ("/careers/", "/careers/procurement/", "/careers/closed/", "/careers/procurement/awards/"):
        for query in ("", "grade=g&", "closing=30&method=rfq&", f"after={key_of_last_row(client, address)}&"):
            asked = f"{address}?{query}{JUNK if 'after' not in query else 'fbclid=1'}"
            same = client.get(f"{address}?{canonical(asked)}")
            assert without_language_link(client.get(asked)) == without_language_link(same), asked
    for address in (
        "/documents/?kind=report&x=1&page=2",
        "/documents/?programme=y&page=1",
        "/projects/?page=9",
    ):
        answer, same = client.get(address), client.get(f"{address.partition('?')[0]}?{canonical(address)}")
        assert answer.status_code == same.status_code
        assert without_language_link(answer) == without_language_link(same), address


@pytest.mark.usefixtures("content")
def test_junk_queries_have_one_canonical_form_and_only_the_first_asks_the_database(
    django_assert_num_queries,
):
    junk = [
        f"{name}{number}&station=s{number}&closing={number + 100}&method=m{number}&kind=k&after=x{number}"
        for number in range(125)
        for name in ("utm", "a=b&c", "fbclid=", "grade=")
    ]
    paths = ("/careers/", "/careers/procurement/", "/careers/closed/", "/documents/")
    with within(ValidityPeriod("1", 0, 0)):
        assert {canonical(f"{path}?{junk[0]}") for path in paths} == {""}
        with django_assert_num_queries(0):
            assert {canonical(f"{path}?{query}") for path in paths for query in junk} == {""}


def test_the_key_of_a_row_is_read_as_it_is_written():
    key = RowKey(NOW + datetime.timedelta(microseconds=7), 12)
    assert RowKey.of_query(QueryDict(f"after={key}")) == key
