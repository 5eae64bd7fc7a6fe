"""Addresses as people type them, and as they are pasted from the end of a sentence."""

import pytest
from django.core.exceptions import ValidationError

from iomlaos.urls import SHORTCUTS
from tests.helpers.factories import make_former_address, make_page, make_vacancy

pytestmark = pytest.mark.django_db


def test_a_short_address_leads_to_its_page(client):
    for name in SHORTCUTS:
        response = client.get(f"/{name}/?grade=G4")
        assert response.status_code == 301, name
        address, _question, query = response["Location"].partition("?")
        assert query == "grade=G4"
        assert client.get(address).status_code == 200, name


def test_a_short_address_is_no_address_for_a_page():
    page = make_page(slug="jobs-at-iom")
    page.slug = "jobs"
    with pytest.raises(ValidationError, match="belongs to a section"):
        page.full_clean()


def test_an_address_in_capitals_or_with_punctuation_behind_it_leads_to_its_page(client):
    make_vacancy(slug="driver")
    for typed in (
        "/Careers/Vacancies/Driver/",
        "/careers/vacancies/driver/.",
        "/careers/vacancies/driver/).",
        "/CAREERS/vacancies/driver.",
        "/careers/vacancies/driver/”",
    ):
        response = client.get(f"{typed}?x=1")
        assert response.status_code == 301, typed
        assert response["Location"] == "/careers/vacancies/driver/?x=1"


def test_a_former_address_in_capitals_leads_on(client):
    make_former_address(make_vacancy(slug="driver"), "chauffeur")
    response = client.get("/careers/vacancies/Chauffeur/", follow=True)
    assert response.redirect_chain[-1] == ("/careers/vacancies/driver/", 301)


def test_what_leads_nowhere_and_what_is_secret_is_not_guessed(client):
    make_vacancy(slug="secret", state="draft")
    for address in (
        "/nothing-here.",
        "/Careers/Vacancies/Nobody/",
        "/careers/vacancies/secret/.",
        "/Review/abc/",
        "/careers/alerts/stop/ABC/",
        "/Careers/forms/files/0b7a4f0e-0000-4000-8000-000000000000/a.pdf",
        "/admin/Nothing/",
    ):
        response = client.get(address, follow=True)
        assert response.status_code == 404 or response.redirect_chain[0][0].startswith("/admin/login/"), (
            address
        )
        assert not [url for url, _ in response.redirect_chain if not url.startswith("/admin/login/")], address
