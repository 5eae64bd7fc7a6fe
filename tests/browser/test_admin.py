"""The admin in Chromium: what its scripts and its editor do, on a phone too."""

import datetime
import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browsing import (
    DESKTOP,
    PHONE,
    first_row,
    more,
    open_section,
    overflow,
    press,
    publish,
    save_draft,
    small_targets,
)
from tests.helpers.uploads import pdf

pytestmark = pytest.mark.one_database


def test_a_programme_is_written_with_the_editor_published_and_read(server, desk):
    desk.goto("/admin/programmes/programme/add/")
    desk.get_by_label("Title", exact=True).fill("A trial programme")
    desk.keyboard.press("Tab")
    expect(desk.get_by_label("Address of the page", exact=True)).to_have_value("a-trial-programme")
    desk.get_by_label("Summary", exact=True).fill("What it does.")
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
    publish(desk)
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
    press(desk, "Save draft", "No changes to save.")
    expect(desk.get_by_label("Information as of")).to_have_value("January 2021")


def test_the_section_of_an_error_opens_with_its_field_and_links_lead_to_the_others(desk):
    desk.goto("/admin/office/page/add/")
    desk.get_by_label("Title", exact=True).fill("A page with a date")
    open_section(desk, "Publishing")
    day = desk.get_by_label("Review by (optional)")
    day.fill("31/2/2031")
    desk.get_by_role("button", name="Save draft").click()
    expect(day).to_be_focused()
    expect(day).to_have_value("31/2/2031")
    expect(desk.get_by_role("tab", name="Publishing (with errors)")).to_have_attribute(
        "aria-selected", "true"
    )
    expect(desk.locator(".error-summary")).to_contain_text("Review by: There is no such date.")
    open_section(desk, "Text")
    expect(day).to_be_hidden()
    desk.locator(".error-summary").get_by_role("link", name="Review by").click()
    expect(day).to_be_visible()
    day.fill("28/2/2031")
    save_draft(desk)


def test_sections_are_tabs_for_the_keyboard_and_links_without_script(desk, open_page, server, staff_cookies):
    form = first_row(desk, "/admin/programmes/programme/?q=migration-health")
    desk.goto(form)
    tabs = desk.get_by_role("tab")
    text, details, publishing = tabs.first, tabs.nth(1), tabs.last
    text.focus()
    desk.keyboard.press("ArrowRight")
    expect(details).to_be_focused()
    expect(desk.get_by_role("tabpanel")).to_have_attribute("id", "section-details")
    desk.keyboard.press("Home")
    desk.keyboard.press("ArrowLeft")
    expect(publishing).to_have_attribute("aria-selected", "true")
    expect(desk.get_by_label("Information as of")).to_be_visible()

    plain = open_page(base_url=server.url, storage_state=staff_cookies, java_script_enabled=False)
    plain.goto(form)
    expect(plain.get_by_label("Title", exact=True)).to_be_visible()
    expect(plain.get_by_label("Information as of")).to_be_visible()
    plain.get_by_role("link", name="Publishing", exact=True).click()
    expect(plain.get_by_role("heading", name="Publishing")).to_be_in_viewport()


def test_a_deadline_is_typed_the_day_first_or_picked_and_said_in_words(desk, complaints):
    desk.clock.set_fixed_time(datetime.datetime(2031, 8, 30, 9, tzinfo=datetime.UTC))
    desk.goto(first_row(desk, "/admin/careers/vacancy/"))
    words, day = desk.locator("[data-deadline]"), desk.get_by_label("Deadline", exact=True)
    expect(day).to_have_value("9 January 2021")
    day.fill("1/9/2031")
    desk.get_by_label("Hour").fill("17h00")
    expect(words).to_have_text("Closes Monday 1 September 2031 at 17:00. In 2 days.")
    desk.get_by_role("button", name="Pick a date: Deadline").click()
    desk.locator(".date-box:has(#id_closing_date) input[type=date]").fill("2031-09-07")
    expect(day).to_have_value("7 September 2031")
    expect(words).to_have_text(
        "Closes Sunday 7 September 2031 at 17:00. In 8 days. Sunday is not a working day."
    )
    day.fill("31/9/2031")
    expect(words).to_have_text("")
    # The clock of the test is a script, which the preview beside the form does not run.
    complaints[:] = [text for text in complaints if "Blocked script execution" not in text]


def test_rows_are_moved_by_arrows_and_several_files_are_added_at_once(desk, tmp_path):
    files = [tmp_path / name for name in ("Terms.pdf", "Prices.pdf", "Map.pdf")]
    for file in files:
        file.write_bytes(pdf())
    desk.goto("/admin/careers/procurementnotice/add/")
    desk.get_by_label("Title", exact=True).first.fill("A tender with files")
    desk.get_by_label("Deadline", exact=True).fill("30 June 2040")
    open_section(desk, "Files")
    desk.get_by_label("Add files").set_input_files(files)
    save_draft(desk)
    open_section(desk, "Files 3")
    desk.get_by_role("button", name="Move up: Map").click()
    desk.get_by_role("button", name="Move up: Map").click()
    titles = desk.locator("[name^=documents-][name$=-title_en]:visible")
    assert [box.input_value() for box in titles.all()] == ["Map", "Terms", "Prices"]
    save_draft(desk)
    open_section(desk, "Files 3")
    assert [box.input_value() for box in titles.all()] == ["Map", "Terms", "Prices"]
    expect(desk.locator("[name^=documents-][name$=-position]:visible")).to_have_count(0)


def test_owned_rows_are_added_on_a_phone(desk):
    desk.set_viewport_size(PHONE)
    desk.goto("/admin/programmes/document/add/")
    desk.get_by_label("Title", exact=True).fill("A trial document")
    desk.get_by_label("Kind").select_option("report")
    open_section(desk, "Files")
    desk.get_by_role("button", name="Add a link").click()
    for number, language in enumerate(("en", "lo")):
        row = desk.locator(f"#versions-{number}")
        row.get_by_label("Language").select_option(language)
        row.get_by_label("Or a link to another site").fill("https://example.org/a")
    save_draft(desk)
    open_section(desk, "Files 2")
    desk.locator("#versions-1 .delete input").check()
    save_draft(desk)
    expect(desk.locator("#versions-0").get_by_label("Language")).to_have_value("en")
    expect(desk.locator("#versions-1")).to_have_count(0)


def test_on_a_phone_it_is_seen_first_that_a_form_was_not_saved(desk):
    desk.set_viewport_size(PHONE)
    one, other = desk, desk.context.new_page()
    other.set_viewport_size(PHONE)
    one.goto("/admin/office/page/add/")
    one.get_by_label("Title", exact=True).fill("Two at once")
    open_section(one, "Publishing")
    one.get_by_label("Address of the page", exact=True).fill("two-at-once")
    save_draft(one)
    row = first_row(one, "/admin/office/page/?q=two-at-once")
    for page, title in ((one, "By one"), (other, "By the other")):
        page.goto(row)
        page.get_by_label("Title", exact=True).fill(title)
    for page in (one, other):
        with page.expect_navigation():
            page.get_by_role("button", name="Save draft").click()
    expect(other).to_have_title(re.compile("^Not saved"))
    expect(other.get_by_role("heading", name="choose a version")).to_be_in_viewport()
    expect(other.get_by_text("Your text is safe, and not saved yet.")).to_be_in_viewport()
    sides = other.locator(".conflicts .three > div")
    expect(sides).to_contain_text([re.compile("Before"), re.compile("By one"), re.compile("By the other")])
    expect(other.get_by_label("Your version", exact=True)).to_be_checked()
    expect(other.get_by_label("Title", exact=True)).to_be_hidden()
    other.get_by_label("Write a new version").check()
    other.get_by_label("Title", exact=True).fill("By both")
    assert overflow(other) == []
    save_draft(other)
    expect(other.get_by_label("Title", exact=True)).to_have_value("By both")


def test_a_full_vacancy_takes_two_screens_a_section_and_nine_files_three_thousand_pixels(desk, server):
    desk.set_viewport_size({"width": 1280, "height": 900})
    vacancy, tender = server.manage("shell", "--no-imports", "--command", """
from careers.models.vacancy import Vacancy
from tests.helpers.factories import make_bidding_document, make_procurement_notice, make_vacancy
text = "<p>Plans, follows and reports on the activities of the unit.</p><ul><li>Plans</li><li>Reports</li></ul>"
parts = {f"{name}_{code}": text for name in ("body", *Vacancy.SECTIONS, "what_next") for code in ("en", "lo")}
vacancy = make_vacancy(state="draft", **parts)
tender = make_procurement_notice(state="draft")
for number in range(9):
    make_bidding_document(notice=tender, title_en=f"Document {number}", position=number)
print(vacancy.pk, tender.pk)
""").stdout.split()  # fmt: skip
    desk.goto(f"/admin/careers/vacancy/{vacancy}/change/")
    # Seven texts in two languages; until an editor is there, a plain field takes its place.
    expect(desk.locator(".ProseMirror[contenteditable]")).to_have_count(14)
    heights = {}
    for tab in desk.get_by_role("tab").all():
        tab.click()
        heights[tab.inner_text()] = desk.get_by_role("tabpanel").bounding_box()["height"]
    # Lao stands beside English, and is said to be in step or not.
    limits = {title: 2100 if title.startswith("Lao") else 1800 for title in heights}
    assert {title: height for title, height in heights.items() if height > limits[title]} == {}
    desk.goto(f"/admin/careers/procurementnotice/{tender}/change/")
    open_section(desk, "Files 9")
    assert desk.evaluate("document.documentElement.scrollHeight") <= 3000


PROGRAMME = "/admin/programmes/programme/?q=migration-health"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360", "1280"])
def test_the_bar_stays_at_the_foot_in_one_row_and_covers_nothing_that_has_the_focus(desk, size):
    desk.set_viewport_size(size)
    desk.goto(first_row(desk, PROGRAMME))
    bar = desk.locator(".submit-row")
    buttons = bar.locator("> :is(button, input)")
    expect(buttons).to_have_count(3)
    assert small_targets(buttons) == [] or size == DESKTOP
    places = [button.bounding_box() for button in buttons.all()]
    assert len({round(place["y"] + place["height"] / 2) for place in places}) == 1
    assert desk.evaluate("scrollY") == 0
    assert bar.bounding_box()["y"] + bar.bounding_box()["height"] == pytest.approx(size["height"], abs=1)
    desk.get_by_label("Title", exact=True).focus()
    covered = """() => {
        const here = document.activeElement, place = here.getBoundingClientRect();
        const bar = document.querySelector(".submit-row");
        return bar.contains(here) ? "" : place.top > bar.getBoundingClientRect().top && here.outerHTML;
    }"""
    for _ in range(40):
        desk.keyboard.press("Tab")
        found = desk.evaluate(covered)
        if found == "":
            break
        assert not found
    expect(bar.get_by_role("button", name="More")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("#more-actions").get_by_text("Withdraw…")).to_be_in_viewport()
    desk.keyboard.press("Escape")
    expect(bar.get_by_role("button", name="More")).to_be_focused()


def test_the_enter_key_saves_a_draft_and_a_low_window_has_no_bar_in_front_of_it(desk):
    desk.goto("/admin/office/page/add/")
    title = desk.get_by_label("Title", exact=True)
    title.fill("By the Enter key")
    title.press("Tab")
    with desk.expect_navigation():
        title.press("Enter")
    expect(desk.locator(".messagelist")).to_contain_text("Draft saved.")
    title.fill("By the Enter key, again")
    with desk.expect_navigation():
        title.press("Enter")
    expect(desk.locator(".messagelist")).to_contain_text("Draft saved.")
    # A window of 1280 x 1024 pixels at 400 %.
    desk.set_viewport_size({"width": 320, "height": 256})
    assert desk.locator(".submit-row").evaluate("bar => getComputedStyle(bar).position") == "static"
    assert overflow(desk) == []


def test_the_preview_beside_the_form_follows_what_is_typed_and_stays_where_it_was_scrolled_to(desk):
    desk.set_viewport_size(DESKTOP)
    form = first_row(desk, PROGRAMME)
    asked: list[str] = []
    desk.on("request", lambda request: request.url.endswith("/preview/") and asked.append(request.url))
    desk.goto(form)
    pane = desk.frame_locator(".preview-pane iframe")
    expect(pane.get_by_role("heading", name="Migration Health", level=1)).to_be_visible()
    pane.locator("html").evaluate("html => html.ownerDocument.defaultView.scrollTo(0, 300)")
    desk.get_by_label("Title", exact=True).press("End")
    asked.clear()
    desk.keyboard.type(" and more", delay=400)
    expect(pane.get_by_role("heading", name="Migration Health and more", level=1)).to_be_attached()
    assert pane.locator("html").evaluate("html => html.ownerDocument.defaultView.scrollY") == 300
    assert 0 < len(asked) < len(" and more")
    desk.locator(".preview-pane").get_by_role("button", name="Changes").click()
    expect(desk.locator(".preview-pane ins")).to_have_text("and more")
    desk.locator(".preview-pane").get_by_role("button", name="Live").click()
    expect(pane.get_by_role("heading", name="Migration Health", level=1, exact=True)).to_be_attached()
    desk.reload()
    expect(desk.get_by_label("Title", exact=True)).to_have_value("Migration Health")

    # Without room for it, nothing is sent.
    desk.set_viewport_size(PHONE)
    asked.clear()
    desk.goto(form)
    desk.get_by_label("Title", exact=True).fill("On a phone")
    expect(desk.locator("#autosave-status")).to_contain_text("backed up")
    assert asked == []
    expect(more(desk, "Preview in a new tab")).to_be_visible()
