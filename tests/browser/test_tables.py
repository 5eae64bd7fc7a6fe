"""Tables, copies and what is asked before a delete, in Chromium: by the mouse, on a phone, under the policy."""

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


def test_a_list_goes_out_as_a_table_and_comes_back_changed(site, phone, axe, tmp_path):
    phone.goto(site + "/admin/programmes/donor/")
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Export (CSV)").click()
    table = tmp_path / "donors.csv"
    download.value.save_as(table)
    text = table.read_text(encoding="utf-8-sig")
    assert text.startswith("slug,name_en,name_lo,")
    phone.get_by_role("link", name="Import", exact=True).click()
    fits_and_is_accessible(phone, axe)
    header, first, *_others = text.splitlines()
    was = first.split(",")[1]
    table.write_text(
        f"slug,name_en,kind\n{first.split(',')[0]},{was} of a trial\na-trial-donor,A trial,fund\nbad,,fund\n"
    )
    phone.get_by_label("The table, as XLSX or CSV").set_input_files(table)
    phone.get_by_role("button", name="Look what it would change").click()
    expect(phone.get_by_role("heading", name="Refused")).to_be_visible()
    fits_and_is_accessible(phone, axe)
    expect(phone.get_by_role("button", name="Import exactly this")).to_have_count(0)
    table.write_text("slug,name_en,kind\na-trial-donor,A trial,fund\n")
    phone.set_viewport_size(NARROW)
    phone.get_by_role("link", name="Choose a file").click()
    phone.get_by_label("The table, as XLSX or CSV").set_input_files(table)
    phone.get_by_role("button", name="Look what it would change").click()
    button = phone.get_by_role("button", name="Import exactly this")
    assert button.bounding_box()["height"] >= 44
    button.click()
    expect(phone.locator(".messagelist")).to_contain_text("Imported. 1 is new. 0 were changed.")
    phone.goto(
        site
        + first_row(phone, site, "/admin/programmes/donor/?q=a-trial-donor").replace("/change/", "/delete/")
    )
    expect(phone.locator("main")).to_contain_text("It is used nowhere.")
    phone.get_by_role("button", name="Yes, I’m sure").click()
    expect(phone.locator(".messagelist")).to_contain_text("was deleted successfully")


def test_a_list_says_that_it_is_filtered_and_shows_all_again(site, phone, axe):
    phone.goto(site + "/admin/programmes/donor/?q=bank")
    phone.goto(site + "/admin/")
    phone.get_by_role("link", name="Donors", exact=True).first.click()
    banner = phone.locator(".filtered-by")
    expect(banner).to_contain_text("Filtered: “bank”")
    fits_and_is_accessible(phone, axe)
    banner.get_by_role("link", name="Show all").click()
    expect(banner).to_have_count(0)
    expect(phone.locator("#result_list tbody tr").nth(5)).to_be_attached()


def test_a_donor_of_a_live_programme_is_not_deleted_and_the_page_says_where_it_is(site, desk, axe):
    row = first_row(desk, site, "/admin/programmes/donor/?q=asian")
    desk.goto(site + row.replace("/change/", "/delete/"))
    expect(desk.locator("main")).to_contain_text("Visitors see it there now.")
    expect(desk.get_by_role("button", name="Yes, I’m sure")).to_have_count(0)
    fits_and_is_accessible(desk, axe)


def test_a_closed_vacancy_is_copied_with_one_hand(site, phone, axe):
    row = first_row(phone, site, "/admin/careers/vacancy/?everything=1")
    phone.goto(site + row)
    title = phone.get_by_label("Title:", exact=True).first.input_value()
    phone.get_by_role("link", name="Copy as a new draft").click()
    expect(phone).to_have_url(re.compile(r"/add/\?copy_of=\d+$"))
    expect(phone.locator(".messagelist")).to_contain_text("It is not saved yet, and will be a draft.")
    expect(phone.get_by_label("Title:", exact=True).first).to_have_value(title)
    expect(phone.get_by_label("Address:")).to_have_value(re.compile(r"-2$"))
    expect(phone.get_by_label("Closing date:")).to_have_value("")
    expect(phone.get_by_label("What did you change?")).to_have_value(re.compile("Copied from"))
