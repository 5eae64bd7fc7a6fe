import datetime
import re
from pathlib import Path

import pytest
import time_machine
from lxml import etree

from tests import helpers
from tests.helpers.every_notice import make_every_notice
from tests.helpers.factories import (
    make_donor,
    make_office,
    make_page,
    make_procurement_notice,
    make_programme,
    make_project,
    make_vacancy,
)
from tests.helpers.pages import count_queries

SCHEMA = Path(helpers.__file__).parent / "sitemap.xsd"
DAY = datetime.timedelta(days=1)
NOON = datetime.datetime(2026, 6, 1, 5, tzinfo=datetime.UTC)

pytestmark = pytest.mark.django_db


def sitemaps(client) -> list[bytes]:
    """All that robots.txt names."""
    named = re.findall(r"Sitemap: http://testserver(.*)", client.get("/robots.txt").content.decode())
    return [client.get(address).content for address in named]


def addresses(client) -> list[str]:
    return re.findall(r"<loc>http://testserver(.*?)</loc>", b"".join(sitemaps(client)).decode())


def dates(client) -> dict[str, str]:
    """The day on which each page was last changed, by its address; sitemaps are valid by the schema."""
    trees = [etree.fromstring(sitemap) for sitemap in sitemaps(client)]
    for tree in trees:
        etree.XMLSchema(etree.parse(SCHEMA)).assertValid(tree)
    entries = [[part.text for part in url if part.text] for tree in trees for url in tree]
    return {
        address.removeprefix("http://testserver"): changed.removesuffix("T05:00:00Z")
        for address, changed in entries
    }


@pytest.mark.usefixtures("seeded")
def test_every_page_has_a_date_and_the_sitemap_is_valid_with_notices_of_every_kind(client):
    make_every_notice()
    found = dates(client)
    assert {"/contact/", "/careers/check/", "/careers/procurement/awards/", "/donors/"} <= found.keys()


def test_a_page_is_dated_by_the_last_change_of_what_it_shows(client):
    with time_machine.travel(NOON, tick=False) as clock:
        make_office()
        donor = make_donor(slug="donor")
        make_programme(slug="old", donors=[donor])
        clock.shift(DAY)
        programme = make_programme(slug="health")
        make_page(slug="visiting-us", publish_from=NOON + 5 * DAY, information_date="2021-01")
        clock.shift(DAY)
        make_vacancy(slug="driver", closes_at=NOON + 6 * DAY)
        make_vacancy(slug="cook", closes_at=NOON - 200 * DAY)
        clock.shift(DAY)
        make_project(slug="project", programme=programme)
        clock.shift(DAY)
        expected = {
            "/contact/": "2026-06-01", "/donors/donor/": "2026-06-01", "/programmes/old/": "2026-06-01",
            "/programmes/health/": "2026-06-04", "/projects/project/": "2026-06-04", "/projects/": "2026-06-04",
            "/careers/": "2026-06-03", "/careers/vacancies/driver/": "2026-06-03", "/": "2026-06-04",
            # No tender has closed yet.
            "/careers/procurement/closed/": "2026-06-01", "/careers/closed/": "2026-06-03",
        }  # fmt: skip
        found = dates(client)
        assert {address: found[address] for address in expected} == expected

        # The clock, too, changes a page: on its day one becomes public, and another closes.
        clock.shift(5 * DAY)
        found = dates(client)
        assert found["/visiting-us/"] == "2026-06-06"
        for address in (
            "/careers/",
            "/careers/vacancies/driver/",
            "/careers/closed/",
            "/careers/closed/2026/",
        ):
            assert found[address] == "2026-06-07"
        assert found["/careers/closed/2025/"] == "2026-06-03"


def test_sitemap_names_nothing_that_is_not_live(client):
    for model in (make_programme, make_project, make_vacancy, make_procurement_notice, make_page):
        model(state="draft", slug=f"{model.__name__}-draft".replace("_", "-"))
        model(state="withdrawn", slug=f"{model.__name__}-withdrawn".replace("_", "-"))
    make_donor(slug="donor-of-nothing")
    listed = " ".join(addresses(client))
    assert "draft" not in listed
    assert "withdrawn" not in listed
    assert "donor-of-nothing" not in listed


def test_sitemap_costs_the_same_queries_for_one_programme_and_for_ten(client):
    make_programme(donors=[make_donor()])
    of_one = count_queries(client, "/sitemap.xml")
    for _ in range(9):
        make_programme(donors=[make_donor()])
    assert count_queries(client, "/sitemap.xml") == of_one


def test_notices_are_in_the_sitemap_of_the_year_in_which_they_closed(client):
    with time_machine.travel(NOON, tick=False):
        make_vacancy(slug="driver", closes_at=NOON + DAY)
        make_vacancy(slug="cook", closes_at=NOON - 200 * DAY)
        make_vacancy(slug="inside", tier="internal-only", closes_at=NOON - 200 * DAY)
        make_procurement_notice(slug="tents", closes_at=NOON - DAY)
        assert client.get("/robots.txt").content.count(b"Sitemap:") == 3
        listed = {
            address: re.findall(r"/(\w+)/</loc>", client.get(address).content.decode())
            for address in ("/sitemap.xml", "/sitemap-2026.xml", "/sitemap-2025.xml")
        }
        assert "driver" in listed["/sitemap.xml"]
        assert not {"cook", "tents", "inside"} & {*listed["/sitemap.xml"]}
        assert (listed["/sitemap-2026.xml"], listed["/sitemap-2025.xml"]) == (["tents"] * 2, ["cook"] * 2)
        for address in ("/sitemap-2024.xml", "/sitemap-0.xml", "/sitemap-99999.xml"):
            assert client.get(address).status_code == 404


def test_each_page_stands_in_the_sitemap_in_both_languages_with_its_twin(client):
    make_programme(slug="health")
    [sitemap] = sitemaps(client)
    twins = {
        url[0].text: {link.get("hreflang"): link.get("href") for link in url.iter("{*}link")}
        for url in etree.fromstring(sitemap)
    }
    english, lao = (f"http://testserver{path}programmes/health/" for path in ("/", "/lo/"))
    assert twins[english] == twins[lao] == {"en": english, "lo": lao, "x-default": english}


def test_robots_leads_to_the_sitemap_and_away_from_the_admin(client):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /admin/" in text
    assert "Sitemap: http://testserver/sitemap.xml" in text
