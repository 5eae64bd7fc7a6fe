"""What the head of every page tells search engines and messengers."""

import pytest
from lxml import html

from tests.helpers.exports import data_in
from tests.helpers.factories import (
    make_contact_point,
    make_office,
    make_procurement_notice,
    make_programme,
    make_vacancy,
)

pytestmark = pytest.mark.django_db


def page_at(client, address: str) -> str:
    return client.get(address).content.decode()


def test_every_page_names_the_office_with_its_address_telephones_and_networks(client):
    office = make_office(postal_address_en="UN House\nLane Xang Avenue\nLao PDR")
    make_contact_point(office=office, written="+856.21 26 77 30")
    make_contact_point(office=office, written="+856.21 26 76 75", order=1)
    make_contact_point(office=office, kind="fax", written="+856.21 26 77 99")
    facebook = "https://www.facebook.com/IOM.Laos.int/"
    make_contact_point(office=office, kind="facebook", written="Facebook", address=facebook)
    make_contact_point(office=office, kind="map", written="Map", address="https://www.example.org/map")
    for address in ("/", "/contact/"):
        assert data_in(page_at(client, address), "Organization") == {
            "@context": "https://schema.org",
            "@type": "Organization",
            "name": "International Organization for Migration",
            "alternateName": "IOM Lao PDR",
            "url": "http://testserver/",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": "UN House, Lane Xang Avenue",
                "addressCountry": "LA",
            },
            "telephone": ["+85621267730", "+85621267675"],
            "faxNumber": ["+856.21 26 77 99"],
            "sameAs": [facebook],
        }


def test_the_breadcrumbs_that_a_page_shows_are_told_with_the_page_itself(client):
    make_office()
    make_programme(slug="health", title_en="Health & “care” <b>")
    notices = [make_vacancy(), make_procurement_notice(closes_at="2020-01-01T00:00Z")]
    for address in (
        "/programmes/health/", "/careers/check/", *(each.get_absolute_url() for each in notices)
    ):  # fmt: skip
        page = page_at(client, address)
        shown = [
            (f"http://testserver{link.get('href')}", link.text_content())
            for link in html.fromstring(page).xpath("//nav[contains(@class, 'breadcrumbs')]//a")
        ]
        heading = html.fromstring(page).find(".//h1").text_content()
        items = data_in(page, "BreadcrumbList")["itemListElement"]
        assert [item["position"] for item in items] == [*range(1, len(items) + 1)]
        found = [(item["item"], item["name"]) for item in items]
        assert found == [*shown, (f"http://testserver{address}", heading)], address
        assert len(shown) > 1


def test_a_page_without_breadcrumbs_tells_none(client):
    make_office()
    assert data_in(page_at(client, "/"), "BreadcrumbList") is None


def test_messengers_are_told_the_language_and_how_to_show_the_page(client):
    make_office()
    head = html.fromstring(page_at(client, "/contact/")).head
    metadata = {meta.get("property") or meta.get("name"): meta.get("content") for meta in head.iter("meta")}
    assert (metadata["og:locale"], metadata["twitter:card"]) == ("en_GB", "summary")


def test_browsers_and_phones_find_an_icon_at_the_root(client):
    make_office()
    icons = html.fromstring(page_at(client, "/")).xpath("//link[contains(@rel, 'icon')]/@href")
    assert [address for address in icons if not address.startswith("/static/")] == [
        "/favicon.ico", "/apple-touch-icon.png",
    ]  # fmt: skip
    for address, begins in (("/favicon.ico", b"\0\0\1\0"), ("/apple-touch-icon.png", b"\x89PNG")):
        response = client.get(address)
        assert response.status_code == 200
        assert b"".join(response.streaming_content).startswith(begins)
