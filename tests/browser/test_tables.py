"""Export, copies and what is asked before a delete, in Chromium: by the mouse, on a phone, under the policy."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_admin import desk, first_row, signed_in, violations

__all__ = ["desk", "signed_in"]

NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 800}


def fits_and_is_accessible(page: Page, axe: str) -> None:
    for size, scheme in ((NARROW, "dark"), (WIDE, "light")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url
        assert violations(page, axe) == []


@pytest.fixture
def phone(desk: Page) -> Page:
    desk.set_viewport_size(NARROW)
    return desk


def test_a_list_is_exported_on_a_phone(site, phone, axe):
    phone.goto(site + "/admin/programmes/donor/?q=bank")
    fits_and_is_accessible(phone, axe)
    phone.set_viewport_size(NARROW)
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Export (CSV)").click()
    header, *rows = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert header.startswith("slug,name_en,name_lo,")
    assert [row.partition(",")[0] for row in rows] == ["asian-development-bank"]


def test_a_donor_of_a_live_programme_is_not_deleted_and_the_page_says_where_it_is(site, desk, axe):
    row = first_row(desk, site, "/admin/programmes/donor/?q=asian")
    desk.goto(site + row.replace("/change/", "/delete/"))
    expect(desk.locator("main")).to_contain_text("Visitors see it there now.")
    expect(desk.get_by_role("button", name="Yes, I’m sure")).to_have_count(0)
    fits_and_is_accessible(desk, axe)


def test_a_closed_vacancy_is_copied_with_one_hand(site, phone, axe):
    row = first_row(phone, site, "/admin/careers/vacancy/")
    phone.goto(site + row)
    title = phone.get_by_label("Title:", exact=True).first.input_value()
    phone.get_by_role("link", name="Copy as a new draft").click()
    expect(phone).to_have_url(re.compile(r"/add/\?copy_of=\d+$"))
    expect(phone.locator(".messagelist")).to_contain_text("It is not saved yet, and will be a draft.")
    expect(phone.get_by_label("Title:", exact=True).first).to_have_value(title)
    expect(phone.get_by_label("Address:")).to_have_value(re.compile(r"-2$"))
    expect(phone.get_by_label("Closing date:")).to_have_value("")
    expect(phone.get_by_label("What did you change?")).to_have_value(re.compile("Copied from"))
