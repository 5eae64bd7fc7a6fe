"""The notice that stands on every page between its start and its end, by the clock alone."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from iomlaos.office.models import SiteNotice
from tests.helpers.factories import (
    make_document,
    make_form,
    make_office,
    make_page,
    make_procurement_notice,
    make_programme,
    make_project,
    make_site_notice,
    make_vacancy,
)
from tests.helpers.pages import count_queries, read

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def _office(db) -> None:
    make_office()


def problems(notice: SiteNotice) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as error:
        notice.full_clean()
    return error.value.message_dict


def test_it_stands_on_every_kind_of_page_also_where_there_is_none(client, clock):
    make_site_notice(text_en="The office is closed on Monday.")
    make_page(slug="privacy"), make_page(slug="about"), make_programme(slug="health")
    make_project(slug="promise"), make_document(), make_form()
    make_vacancy(slug="driver"), make_procurement_notice(slug="printers")
    make_page(slug="withdrawn", state="withdrawn")
    for address, status in {
        "/": 200,
        "/about/": 200,
        "/privacy/": 200,
        "/contact/": 200,
        "/programmes/": 200,
        "/programmes/health/": 200,
        "/projects/promise/": 200,
        "/donors/": 200,
        "/documents/": 200,
        "/careers/": 200,
        "/careers/vacancies/driver/": 200,
        "/careers/procurement/printers/": 200,
        "/careers/forms/": 200,
        "/careers/check/": 200,
        "/withdrawn/": 410,
        "/no-such-page/": 404,
    }.items():
        page = read(client, address)
        assert page.status == status, address
        assert "The office is closed on Monday." in page, address


def test_it_comes_and_goes_to_the_second(client, clock):
    make_site_notice(text_en="Closed", starts_at=NOON, ends_at=NOON + HOUR)
    for moment, is_public in (
        (NOON - SECOND, False),
        (NOON, True),
        (NOON + HOUR - SECOND, True),
        (NOON + HOUR, False),
    ):
        clock.move_to(moment)
        assert ("Closed" in read(client, "/contact/")) is is_public, moment


def test_a_warning_says_so_in_words_and_comes_first(client, clock):
    make_site_notice(kind="warning", text_en="Nobody pays to apply.", link="/careers/check/")
    make_site_notice(text_en="The office moves.")
    page = read(client, "/contact/")
    assert "Warning: Nobody pays to apply. Read more The office moves." in page
    assert "/careers/check/" in page.links
    body = client.get("/contact/").content.decode()
    assert body.count("Warning:") == 1
    assert '<aside class="notices" aria-label="Site notices">' in body


def test_without_a_notice_a_page_holds_nothing_of_it(client, clock):
    make_site_notice(starts_at=NOON - 2 * HOUR, ends_at=NOON - HOUR)
    assert b"notices" not in client.get("/contact/").content


def test_what_staff_write_is_text_and_no_markup(client, clock):
    make_site_notice(text_en="<b>Closed</b> & “shut”", link="https://example.org/?a=1&b=2")
    body = client.get("/contact/").content.decode()
    assert "&lt;b&gt;Closed&lt;/b&gt; &amp; “shut”" in body
    assert 'href="https://example.org/?a=1&amp;b=2"' in body


def test_many_cost_no_page_more_queries_than_none(client, clock):
    make_page(slug="privacy")
    addresses = ["/", "/contact/", "/careers/", "/privacy/"]
    without = [count_queries(client, address) for address in addresses]
    for number in range(4):
        make_site_notice(text_en=f"Notice {number}", kind="warning" if number % 2 else "information")
    assert [count_queries(client, address) for address in addresses] == without
    assert "Notice 3" in read(client, "/privacy/")


def test_a_text_in_lao_arrives_whole(client, clock):
    make_site_notice(text_en="ຫ້ອງການປິດ — “closed”")
    assert "ຫ້ອງການປິດ — “closed”" in client.get("/contact/").content.decode()


# --- What may be stored -----------------------------------------------------------------------


def test_it_ends_after_its_start_and_within_a_year():
    notice = SiteNotice(text_en="Closed", starts_at=NOON, ends_at=NOON)
    assert problems(notice)["ends_at"] == ["The end is not after the start."]
    notice.ends_at = NOON + datetime.timedelta(days=366, seconds=1)
    assert problems(notice)["ends_at"] == ["A notice is shown for a year at most: choose an earlier end."]
    notice.ends_at = NOON.replace(year=2027)
    notice.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_site_notice(starts_at=NOON, ends_at=NOON)


def test_a_text_a_start_and_an_end_are_required():
    values = {"text_en": "Closed", "starts_at": NOON, "ends_at": NOON + HOUR}
    for missing in values:
        assert missing in problems(SiteNotice(**values | {missing: None}))


def test_a_link_leads_to_a_page_and_to_nothing_else():
    notice = SiteNotice(text_en="Closed", starts_at=NOON, ends_at=NOON + HOUR)
    for notice.link in ("/careers/check/", "https://example.org/a", "http://example.org"):
        notice.full_clean()
    for notice.link in (
        "javascript:alert(1)", "//example.org/", "/\\example.org", "careers/check/", "data:text/html,a", "/a b",
        "mailto:a@b.org",
    ):  # fmt: skip
        assert list(problems(notice)) == ["link"], notice.link
