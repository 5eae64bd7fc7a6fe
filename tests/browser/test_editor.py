"""The editor's buttons, its link dialog and its table dialog, in Chromium: by keyboard, on a phone too."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.browsing import DESKTOP, PHONE, faults, overflow, small_targets, violations

pytestmark = pytest.mark.one_database

BUTTONS = [
    "Bulleted list", "Numbered list", "Quote", "Picture", "Bold", "Italic", "Words of the other language",
    "Link", "Remove link", "Table", "Add column", "Delete column", "Add row", "Delete row", "Merge cells", "Split cell", "Header cell",
    "Delete table", "Undo", "Redo",
]  # fmt: skip
LOOKS = (DESKTOP, "light"), (PHONE, "dark")


@pytest.fixture
def text(desk) -> Locator:
    """The editor of a new page."""
    desk.goto("/admin/office/page/add/")
    editor = desk.locator(".field-body_en .ProseMirror[contenteditable]")
    editor.click()
    return editor


def press(desk: Page, name: str) -> Locator:
    """The dialog that a button of the editor opens."""
    desk.locator(".field-body_en .prose-menubar").get_by_role("button", name=name, exact=True).click()
    return desk.get_by_role("dialog")


def written(desk: Page) -> str:
    return desk.locator("#id_body_en").input_value()


def test_the_buttons_speak_with_one_voice(desk, text):
    bar = desk.locator(".field-body_en .prose-menubar")
    named = bar.locator(".prose-menubar__group button").evaluate_all(
        "buttons => buttons.map((button) => [button.ariaLabel, button.title])"
    )
    assert named == [[name, name] for name in BUTTONS]
    styles = bar.locator(".prose-menubar__option").all_text_contents()
    assert styles == ["Heading 2", "Heading 3", "Heading 4", "Paragraph"]


def test_words_of_the_other_language_are_marked_and_unmarked(desk, text):
    desk.keyboard.type("IOM ")
    press(desk, "Words of the other language")
    desk.keyboard.type("ລາວ")
    press(desk, "Words of the other language")
    desk.keyboard.type(" office")
    assert written(desk) == '<p>IOM <span lang="lo">ລາວ</span> office</p>'


def test_a_page_is_found_by_its_title_and_linked_by_keyboard(desk, text, axe):
    desk.keyboard.type("See ")
    desk.keyboard.press("Control+K")
    dialog = desk.get_by_role("dialog", name="Link")
    box = dialog.get_by_role("combobox", name="Page or web address")
    expect(box).to_be_focused()
    desk.keyboard.type("migration heal")
    options = dialog.get_by_role("option")
    expect(options.first).to_have_text("Migration HealthProgramme · Live")
    expect(dialog.get_by_role("status")).to_have_text(re.compile(r"Pages found: \d"))
    expect(box).to_have_attribute("aria-expanded", "true")
    desk.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    assert faults(desk, axe, *LOOKS) == []
    desk.set_viewport_size(PHONE)
    assert small_targets(dialog.locator("input:visible, button:visible, [role=option]")) == []
    desk.keyboard.press("Enter")
    expect(box).to_have_value("/programmes/migration-health/")
    expect(dialog.get_by_label("Text of the link")).to_have_value("Migration Health")
    desk.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(text).to_be_focused()
    desk.keyboard.type(" too.")
    assert written(desk) == '<p>See <a href="/programmes/migration-health/">Migration Health</a> too.</p>'

    # In a link, its address is changed.
    text.locator("a").click()
    desk.wait_for_function("getSelection().anchorNode.parentElement.matches('a')")
    dialog = press(desk, "Link")
    expect(dialog.get_by_label("Text of the link")).to_have_count(0)
    expect(dialog.get_by_role("combobox")).to_have_value("/programmes/migration-health/")
    desk.keyboard.type("www.iom.int")
    dialog.get_by_role("button", name="Change link").click()
    expect(dialog).to_have_count(0)
    assert written(desk) == '<p>See <a href="https://www.iom.int">Migration Health</a> too.</p>'


def test_what_is_no_address_is_refused_beside_the_field(desk, text, axe):
    desk.keyboard.type("our office")
    desk.keyboard.press("Control+A")
    dialog = press(desk, "Link")
    box = dialog.get_by_role("combobox")
    for typed in ["javascript:alert(1)", "C:\\Annex 1.docx", "http:/x", "nonsense"]:
        box.fill(typed)
        desk.keyboard.press("Enter")
        expect(dialog.get_by_role("alert")).to_contain_text("This is not a web address.")
        expect(box).to_be_focused()
        expect(box).to_have_attribute("aria-invalid", "true")
    assert violations(desk, axe) == []
    box.fill("iomlaos@iom.int")
    expect(dialog.get_by_role("alert")).to_be_hidden()
    desk.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    assert written(desk) == '<p><a href="mailto:iomlaos@iom.int">our office</a></p>'


def test_escape_shuts_the_list_and_then_the_dialog(desk, text):
    dialog = press(desk, "Link")
    dialog.get_by_role("combobox").fill("migration")
    expect(dialog.get_by_role("option").first).to_be_visible()
    desk.keyboard.press("Escape")
    expect(dialog.get_by_role("option")).to_have_count(0)
    expect(dialog).to_be_visible()
    desk.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(text).to_be_focused()
    assert written(desk) == ""


def test_without_the_site_the_dialog_keeps_what_was_typed(desk, text, complaints):
    dialog = press(desk, "Link")
    cookies = desk.context.cookies()
    desk.context.clear_cookies()
    dialog.get_by_role("combobox").fill("www.iom.int")
    desk.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("you are signed out")
    desk.context.add_cookies(cookies)
    desk.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    assert 'href="https://www.iom.int"' in written(desk)


def test_a_table_is_added_on_a_phone(desk, text, axe):
    desk.set_viewport_size(PHONE)
    dialog = press(desk, "Table")
    assert small_targets(dialog.locator("[type=number], button")) == []
    assert overflow(desk) == []
    assert faults(desk, axe, *LOOKS) == []
    dialog.get_by_label("Rows").fill("2")
    dialog.get_by_label("Columns").fill("2")
    expect(dialog.get_by_label("The first row is a heading")).to_be_checked()
    dialog.get_by_role("button", name="Add table").click()
    expect(dialog).to_have_count(0)
    assert len(re.findall("<th>", written(desk))) == len(re.findall("<td>", written(desk))) == 2
