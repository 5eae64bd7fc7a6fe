"""The admin in Chromium: what its scripts and its editor do, on a phone too."""

import re

from playwright.sync_api import expect

from tests.helpers.browsing import PHONE, first_row, overflow


def test_a_programme_is_written_with_the_editor_published_and_read(server, desk):
    desk.goto("/admin/programmes/programme/add/")
    desk.get_by_label("Title:").fill("A trial programme")
    desk.keyboard.press("Tab")
    expect(desk.get_by_label("Address:")).to_have_value("a-trial-programme")
    desk.get_by_label("Summary:").fill("What it does.")
    editor = desk.get_by_role("textbox", name="Text", exact=True)
    editor.click()
    desk.keyboard.type("Some words,  spaced  twice.")
    desk.keyboard.press("Control+A")
    bar = desk.locator(".field-body_en .prose-menubar")
    bar.get_by_role("button", name="Bold").click()
    bar.get_by_role("button", name="Link", exact=True).click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Page or web address").fill("https://www.iom.int/")
    dialog.get_by_role("button", name="Add link").click()
    expect(dialog).to_have_count(0)
    desk.keyboard.press("Control+End")
    desk.keyboard.press("Enter")
    bar.get_by_role("button", name="Bulleted list").click()
    desk.keyboard.type("One")
    desk.get_by_label("State:").select_option("published")
    desk.get_by_role("button", name="Save", exact=True).last.click()
    expect(desk.locator(".messagelist")).to_contain_text("was added successfully")
    desk.goto("/programmes/a-trial-programme/")
    expect(desk.get_by_role("link", name=re.compile("Some words"))).to_have_attribute(
        "href", "https://www.iom.int/"
    )
    expect(desk.locator("main li", has_text="One")).to_have_count(1)
    assert "&nbsp;" not in desk.content()
    server.manage(
        "shell",
        "-c",
        "from programmes.models import Programme; Programme.objects.get(slug='a-trial-programme').delete()",
    )


def test_what_is_only_opened_and_saved_does_not_become_newer(desk):
    desk.goto(first_row(desk, "/admin/programmes/programme/?q=migration-health"))
    expect(desk.get_by_role("textbox", name="Text", exact=True)).to_be_visible()
    desk.get_by_role("button", name="Save and continue editing").last.click()
    expect(desk.locator(".messagelist")).to_contain_text("was changed successfully")
    expect(desk.get_by_label("True as of:")).to_have_value("January 2021")


def test_a_date_that_the_browser_cannot_read_stops_the_form_and_is_said(desk):
    desk.goto("/admin/office/page/add/")
    desk.get_by_label("Title:").fill("A page with a date")
    day = desk.get_by_label("To be reviewed by:")
    day.click()
    desk.keyboard.type("02312031")
    desk.get_by_role("button", name="Save", exact=True).last.click()
    expect(desk.get_by_role("alert")).to_have_text(
        "There is no such date. Write it as 28 February 2026, 28/2/2026 or 2026-02-28: the day before the month."
    )
    expect(day).to_be_focused()
    assert desk.url.endswith("/admin/office/page/add/")
    day.fill("2031-02-28")
    desk.get_by_role("button", name="Save", exact=True).last.click()
    expect(desk.locator(".messagelist")).to_contain_text("was added successfully")


def test_dates_are_shown_in_words_that_no_order_of_day_and_month_can_twist(desk):
    desk.goto(first_row(desk, "/admin/careers/vacancy/"))
    words = desk.locator("output[for=id_closing_date]")
    expect(words).to_have_text("Saturday, 9 January 2021")
    desk.get_by_label("Closing date:").fill("2031-09-01")
    expect(words).to_have_text("Monday, 1 September 2031")


def test_owned_rows_are_added_on_a_phone(desk):
    desk.set_viewport_size(PHONE)
    desk.goto("/admin/programmes/document/add/")
    desk.get_by_label("Title:").fill("A trial document")
    desk.get_by_label("Kind:").select_option("report")
    desk.get_by_role("button", name="Add another Version").click()
    for number, language in enumerate(("en", "lo")):
        row = desk.locator(f"#versions-{number}")
        row.get_by_label("Language:").select_option(language)
        row.get_by_label("Or an address elsewhere:").fill("https://example.org/a")
    desk.get_by_role("button", name="Save and continue editing").last.click()
    expect(desk.locator(".messagelist")).to_contain_text("was added successfully")
    desk.locator("#versions-1 .delete input").check()
    desk.get_by_role("button", name="Save and continue editing").last.click()
    expect(desk.locator(".messagelist")).to_contain_text("was changed successfully")
    expect(desk.locator("#versions-0").get_by_label("Language:")).to_have_value("en")
    expect(desk.locator("#versions-1")).to_have_count(0)


def test_on_a_phone_it_is_seen_first_that_a_form_was_not_saved(desk):
    desk.set_viewport_size(PHONE)
    one, other = desk, desk.context.new_page()
    other.set_viewport_size(PHONE)
    one.goto("/admin/office/page/add/")
    one.get_by_label("Title:", exact=True).fill("Two at once")
    one.get_by_label("Address:", exact=True).fill("two-at-once")
    one.get_by_role("button", name="Save", exact=True).first.click()
    expect(one.locator(".messagelist")).to_contain_text("was added successfully")
    row = first_row(one, "/admin/office/page/?q=two-at-once")
    for page, title in ((one, "By one"), (other, "By the other")):
        page.goto(row)
        page.get_by_label("Title:", exact=True).fill(title)
    for page in (one, other):
        with page.expect_navigation():
            page.get_by_role("button", name="Save", exact=True).first.click()
    expect(other).to_have_title(re.compile("^Not saved: somebody else saved this meanwhile"))
    told = other.get_by_role("heading", name="Not saved: somebody else saved this meanwhile")
    expect(told).to_be_in_viewport()
    places = "[...document.querySelectorAll('.submit-row')].map(bar => getComputedStyle(bar).position)"
    assert "fixed" not in other.evaluate(places)
    assert overflow(other) == []
