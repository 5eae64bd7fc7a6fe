import re

import pytest

from tests.helpers.factories import (
    make_donor,
    make_page,
    make_procurement_notice,
    make_programme,
    make_project,
    make_vacancy,
)
from tests.helpers.pages import count_queries

pytestmark = pytest.mark.django_db


def addresses(client) -> list[str]:
    return re.findall(r"<loc>http://testserver(.*?)</loc>", client.get("/sitemap.xml").content.decode())


@pytest.mark.usefixtures("seeded")
def test_every_address_of_the_sitemap_answers_with_a_page(client):
    found = addresses(client)
    assert len(found) > 35
    assert len(set(found)) == len(found)
    assert [at for at in found if client.get(at).status_code != 200] == []


def test_sitemap_names_live_pages_with_the_date_of_their_information(client):
    make_page(slug="visiting-us", information_date="2021-01")
    assert "/visiting-us/</loc><lastmod>2021-01</lastmod>" in client.get("/sitemap.xml").content.decode()


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


def test_robots_leads_to_the_sitemap_and_away_from_the_admin(client):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /admin/" in text
    assert "Sitemap: http://testserver/sitemap.xml" in text
