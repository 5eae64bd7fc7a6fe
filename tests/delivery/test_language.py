"""The path alone decides the language of a page: `/lo/…` is Lao, and everything else English."""

import datetime
import re

import feedparser
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from icalendar import Calendar

from iomlaos.delivery.language import in_language, localize_address, split_language
from tests.helpers.factories import (
    make_bidding_document,
    make_office,
    make_page,
    make_procurement_notice,
    make_programme,
    make_site_notice,
    make_vacancy,
)
from tests.helpers.other_process import get_pages
from tests.helpers.pages import read
from tests.helpers.uploads import pdf

DAY = datetime.timedelta(days=1)


def test_the_first_part_of_a_path_is_its_language_if_it_is_one():
    expected = {
        "/": ("en", "/"),
        "/lo/": ("lo", "/"),
        "/lo": ("lo", "/"),
        "/lo/careers/": ("lo", "/careers/"),
        "/lo/lo/": ("lo", "/lo/"),
        "/logistics/": ("en", "/logistics/"),
        "/careers/lo/": ("en", "/careers/lo/"),
        "/en/": ("en", "/en/"),
        "//lo/": ("en", "//lo/"),
        "": ("en", ""),
    }
    assert {path: split_language(path) for path in expected} == expected


def test_a_path_is_given_another_language_once():
    assert in_language("/careers/", "lo") == in_language("/lo/careers/", "lo") == "/lo/careers/"
    assert in_language("/lo/careers/", "en") == in_language("/careers/", "en") == "/careers/"


@pytest.mark.django_db
def test_links_in_a_text_stay_in_the_language_of_the_page_and_files_keep_their_address():
    with translation.override("lo"):
        assert localize_address("/contact/#post") == "/lo/contact/#post"
        assert localize_address(f"{settings.SITE_URL}/contact/") == "/lo/contact/"
        assert localize_address("/careers/check/?q=a&b") == "/lo/careers/check/?q=a&b"
        for other in (
            "/lo/contact/",
            "/documents/files/0e7f4c52-6f0d-4a52-9d0b-6f1f0a1b2c3d/x.pdf",
            "/admin/",
            "/a/b/c",
            "//elsewhere.example/contact/",
            "https://www.iom.int/contact/",
            "#here",
        ):
            assert localize_address(other) == other
    assert localize_address("/contact/") == "/contact/"


@pytest.mark.django_db
def test_a_page_in_lao_names_itself_its_twin_and_lao_pages_alone(client):
    make_office()
    make_programme(slug="health", body_en='<p><a href="/contact/">Write</a> <a href="/lo/about/">us</a></p>')
    make_site_notice(text_en="Closed today", link="/careers/check/")
    page = client.get("/lo/programmes/health/").content.decode()
    assert '<html lang="lo">' in page
    assert '<link rel="canonical" href="http://testserver/lo/programmes/health/">' in page
    alternates = re.findall(r'rel="alternate" hreflang="(.*?)" href="http://testserver(.*?)"', page)
    twins = [("en", "/programmes/health/"), ("lo", "/lo/programmes/health/")]
    assert alternates == [*twins, ("x-default", "/programmes/health/")]
    assert 'content="lo_LA"' in page
    links = re.findall(r'<a [^>]*href="(/[^"]*)"', page)
    assert {"/lo/contact/", "/lo/about/", "/lo/careers/check/", "/lo/donors/"} <= {*links}
    assert [link for link in links if not link.startswith("/lo/")] == ["/programmes/health/"]


@pytest.mark.django_db
def test_the_language_link_keeps_the_page_and_its_query(client):
    make_vacancy(slug="driver", contract="consultancy")
    for asked, twin in (("/", "/lo/"), ("/lo/careers/", "/careers/"), ("/nothing/", "/lo/nothing/")):
        assert twin in read(client, asked).links
    assert (
        "/lo/careers/?contract=consultancy&grade=g"
        in read(client, "/careers/?contract=consultancy&grade=g").links
    )


@pytest.mark.django_db
def test_neither_browser_nor_cookie_change_the_language(client):
    plain = client.get("/careers/")
    client.cookies["django_language"] = "lo"
    other = client.get("/careers/", headers={"Accept-Language": "lo"})
    assert other.content == plain.content
    for response in (plain, other, client.get("/lo/careers/")):
        assert "Language" not in response.headers.get("Vary", "")
        assert not response.cookies


@pytest.mark.django_db
def test_what_has_one_address_has_none_in_lao(client):
    file = SimpleUploadedFile("terms.pdf", pdf())
    document = make_bidding_document(notice=make_procurement_notice(), file=file)
    for path in ("/robots.txt", "/sitemap.xml", "/admin/login/", document.get_absolute_url()):
        assert client.get(path).status_code == 200, path
        assert client.get(f"/lo{path}").status_code == 404, path


@pytest.mark.django_db
def test_addresses_as_people_type_them_lead_to_the_lao_page(client):
    notice = make_vacancy(slug="driver")
    for typed, page in (
        ("/lo", "/lo/"),
        ("/LO/Careers/", "/lo/careers/"),
        ("/lo/jobs/", "/lo/careers/"),
        ("/lo/n/driver", "/lo/careers/vacancies/driver/"),
        (f"/lo/n/{notice.number}/", "/lo/careers/vacancies/driver/"),
    ):
        assert client.get(typed).headers["Location"] == page


@pytest.mark.django_db
def test_a_page_of_staff_cannot_take_the_address_of_the_lao_site():
    with pytest.raises(Exception, match="belongs to a section of the site"):
        make_page(slug="lo").full_clean()


@pytest.mark.django_db
def test_the_check_knows_addresses_in_both_languages(client):
    make_vacancy(slug="driver")
    for check in ("/careers/check/", "/lo/careers/check/"):
        for address in ("/n/driver", "/lo/n/driver", "/lo/careers/vacancies/driver/"):
            assert 'data-notice="open"' in client.get(check, {"q": address}).content.decode()


@pytest.mark.django_db
def test_feeds_in_lao_name_lao_pages_and_entries_of_their_own(client):
    make_vacancy(slug="driver")
    make_procurement_notice(slug="tents")
    for path in ("/careers/feed.atom", "/careers/vacancies/driver/feed.atom"):
        english, lao = (feedparser.parse(client.get(f"{start}{path}").content) for start in ("", "/lo"))
        assert (english.feed.language, lao.feed.language) == ("en", "lo")
        assert lao.feed.id != english.feed.id
        assert {entry.link for entry in lao.entries} == {
            entry.link.replace("testserver/", "testserver/lo/") for entry in english.entries
        }
        assert not {entry.id for entry in lao.entries} & {entry.id for entry in english.entries}


@pytest.mark.django_db
def test_a_calendar_in_lao_has_the_same_events_with_lao_words(client):
    make_vacancy(slug="driver")
    english, lao = (
        Calendar.from_ical(client.get(f"{start}/careers/calendar.ics").content) for start in ("", "/lo")
    )
    [event], [twin] = english.walk("VEVENT"), lao.walk("VEVENT")
    assert (event["UID"], event["DTEND"].dt) == (twin["UID"], twin["DTEND"].dt)
    assert twin["SUMMARY"].params["LANGUAGE"] == "lo"
    assert twin["URL"].endswith("/lo/careers/vacancies/driver/")


def test_error_pages_without_a_database_are_in_the_language_of_the_address(tmp_path):
    gone = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing", "DATA_DIR": str(tmp_path)}
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "503.lo.html").write_text("<h1>ໂທຫາ IOM</h1>")
    english, lao = get_pages("/careers/", "/lo/careers/", **gone)
    assert (english.status, lao.status) == (503, 503)
    assert '<html lang="en">' in english.text
    assert lao.text == "<h1>ໂທຫາ IOM</h1>"


@pytest.mark.django_db
def test_what_cannot_be_sent_to_a_page_is_refused_in_its_language(client):
    for path, language in (("/about/", "en"), ("/lo/about/", "lo")):
        response = client.post(path)
        assert response.status_code == 405
        assert f'<html lang="{language}">' in response.content.decode()
