import pytest

from tests.helpers.factories import make_contact_point, make_office, make_page
from tests.helpers.pages import read

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("seeded")
def test_contact_gives_address_numbers_as_written_with_links_and_facebook(client):
    page = read(client, "/contact/")
    assert "UN House, 3rd Floor" in page
    assert "+856 21 26 77 30" in page
    assert "tel:+85621267730" in page.links
    assert "tel:+85621267675" in page.links
    assert "https://www.facebook.com/IOM.Laos.int/" in page.links
    assert not [link for link in page.links if link.startswith("mailto:")]
    # The pages that the footer links to are seeded, too.
    for address in ("/accessibility/", "/privacy/", "/how-to-apply/"):
        assert address in page.links
        assert client.get(address).status_code == 200


def test_opening_hours_stand_on_the_contact_page_once_they_are_known(client):
    office = make_office()
    assert "Opening hours" not in read(client, "/contact/")
    office.hours_en = "Monday to Friday"
    office.save()
    assert "Opening hours Monday to Friday" in read(client, "/contact/")


def test_what_visitors_look_for_stands_on_the_contact_page_once_it_is_known(client):
    make_contact_point()
    page = read(client, "/contact/")
    for label in ("E-mail", "Press contact", "Map"):
        assert label not in page, label
    make_contact_point(kind="email", written="office@example.org")
    make_contact_point(kind="press", written="press@example.org")
    make_contact_point(kind="map", written="UN House", address="https://maps.example/iom")
    page = read(client, "/contact/")
    for words in ("E-mail office@example.org", "Press contact press@example.org", "Map UN House"):
        assert words in page, words
    assert {"mailto:office@example.org", "mailto:press@example.org", "https://maps.example/iom"} <= set(
        page.links
    )


def test_a_page_that_staff_add_has_its_own_address(client):
    make_page(
        slug="visiting-us", title_en="Visiting us", body_en="<h2>By bus</h2><p>Stop at the UN House.</p>"
    )
    page = read(client, "/visiting-us/")
    assert page.h1 == ["Visiting us"]
    assert "Stop at the UN House." in page


def test_the_date_of_the_information_is_that_of_the_page(client):
    make_page(slug="dated", information_date="2021-01")
    make_page(slug="edited", information_date="2026-11-24")
    make_page(slug="timeless")
    assert "Information as of January 2021" in read(client, "/dated/")
    assert "Information as of 24 November 2026" in read(client, "/edited/")
    assert "Information as published" not in read(client, "/timeless/")


def test_a_withdrawn_page_names_its_title_and_leads_on(client):
    make_office()
    make_page(slug="over", state="withdrawn", title_en="Visiting us")
    page = read(client, "/over/")
    assert page.status == 410
    assert page.h1 == ["Withdrawn: Visiting us"]
    assert "/careers/" in page.links


def test_an_address_that_never_was_says_so(client):
    page = read(client, "/never-was/")
    assert page.status == 404
    assert page.h1 == ["Page not found"]
