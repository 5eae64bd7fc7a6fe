"""Pictures in texts, in Chromium: put in by hand and by keyboard, on a phone, and seen by visitors."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.browsing import (
    DESKTOP,
    PHONE,
    faults,
    open_section,
    overflow,
    press,
    publish,
    small_targets,
    violations,
)
from tests.helpers.uploads import of_colour, photograph

pytestmark = pytest.mark.one_database

SLUG = "a-programme-with-a-picture"
WORDS = "A school with a new roof in Sekong"


@pytest.fixture
def roof(tmp_path) -> Path:
    """A photograph by a name in Lao."""
    file = tmp_path / "ຫລັງຄາ.jpg"
    file.write_bytes(of_colour((2000, 1500)))
    return file


def editor_of(desk: Page, field: str = "body_en") -> tuple[Locator, Locator]:
    row = desk.locator(f".field-{field}")
    return row.locator(".ProseMirror[contenteditable]"), row.get_by_role("button", name="Picture")


def new_programme(desk: Page) -> None:
    desk.goto("/admin/programmes/programme/add/")
    desk.get_by_label("Title", exact=True).fill("A programme with a picture")
    desk.keyboard.press("Tab")
    expect(desk.get_by_label("Address of the page", exact=True)).to_have_value(SLUG)
    desk.get_by_label("Summary", exact=True).fill("What it does.")


def test_a_picture_is_put_in_on_a_phone_changed_published_and_seen(
    server, site, desk, open_page, axe, roof, complaints
):
    desk.set_viewport_size(PHONE)
    new_programme(desk)
    text, button = editor_of(desk)
    text.click()
    desk.keyboard.type("Before the picture.")
    desk.keyboard.press("Enter")
    button.click()
    dialog = desk.get_by_role("dialog", name="Add a picture")
    dialog.get_by_role("button", name="Add picture").click()
    expect(dialog.get_by_text("Choose a picture.")).to_be_visible()
    expect(dialog.get_by_label("Picture from your computer or phone")).to_be_focused()
    assert small_targets(dialog.locator("input:visible, textarea:visible, button:visible")) == []
    assert overflow(desk) == []
    assert violations(desk, axe) == []

    # The words are refused, and the chosen file stays chosen.
    dialog.get_by_label("Picture from your computer or phone").set_input_files(roof)
    dialog.get_by_label("What it shows").fill("IMG_2041.jpg")
    dialog.get_by_role("button", name="Add picture").click()
    expect(dialog.get_by_text("“IMG_2041.jpg” is the name of a file.")).to_be_visible()
    expect(dialog.get_by_label("What it shows")).to_be_focused()
    dialog.get_by_label("What it shows").fill("A roof")
    dialog.get_by_label("Caption").fill("The village built it in June")
    dialog.get_by_label("Who took it").fill("IOM 2026")
    dialog.get_by_role("button", name="Add picture").click()
    expect(dialog).to_have_count(0)
    shown = text.locator("figure img")
    expect(shown).to_have_js_property("naturalWidth", 480)
    expect(text.locator("figcaption")).to_have_text("The village built it in June · Photo: IOM 2026")

    shown.click()
    button.click()
    dialog = desk.get_by_role("dialog", name="Change picture")
    expect(dialog.get_by_label("What it shows")).to_have_value("A roof")
    expect(dialog.get_by_label("Caption")).to_have_count(0)
    dialog.get_by_label("What it shows").fill(WORDS)
    dialog.get_by_role("button", name="Change picture").click()
    expect(shown).to_have_attribute("alt", WORDS)
    expect(text.locator("figure")).to_have_count(1)

    # What visitors would get is not public before it is published.
    address = re.search(r"/pictures/[0-9a-f]{32}-1600x1200", desk.locator("#id_body_en").input_value())[0]
    visitor = open_page(viewport=PHONE, device_scale_factor=2)
    assert visitor.goto(f"{site}{address}/480.webp").status == 404
    complaints.clear()
    publish(desk)
    assert visitor.goto(f"{site}/programmes/{SLUG}/").status == 200
    picture = visitor.get_by_role("img", name=WORDS)
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("currentSrc", f"{site}{address}/960.webp")
    assert picture.evaluate("image => image.width") <= 328
    assert overflow(visitor) == []
    assert violations(visitor, axe) == []
    server.manage(
        "shell",
        "-c",
        f"from programmes.models import Programme; Programme.objects.get(slug={SLUG!r}).delete()",
    )


def tab_to(target: Locator) -> None:
    for _ in range(30):
        if target.evaluate("element => element === document.activeElement"):
            return
        target.page.keyboard.press("Tab")
    raise AssertionError("The key Tab does not lead there.")


def test_a_picture_is_put_in_by_keyboard_alone(desk, tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(photograph("PNG"))
    # Chromium can open the chooser before Playwright catches it, unless somebody listens from the start.
    desk.on("filechooser", lambda chooser: None)
    new_programme(desk)
    text, button = editor_of(desk)
    text.focus()
    desk.keyboard.type("Before the picture.")
    button.focus()
    desk.keyboard.press("Enter")
    dialog = desk.get_by_role("dialog", name="Add a picture")
    choose = dialog.get_by_label("Picture from your computer or phone")
    expect(choose).to_be_focused()
    with desk.expect_file_chooser() as chooser:
        desk.keyboard.press("Space")
    chooser.value.set_files(file)
    words = dialog.get_by_label("What it shows")
    tab_to(words)
    desk.keyboard.type(WORDS)
    submit = dialog.get_by_role("button", name="Add picture")
    tab_to(submit)
    desk.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(text.locator("figure img")).to_have_attribute("alt", WORDS)
    expect(text).to_be_focused()

    button.focus()
    desk.keyboard.press("Enter")
    dialog = desk.get_by_role("dialog", name=re.compile("picture"))
    expect(dialog).to_be_visible()
    desk.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(text.locator("figure")).to_have_count(1)

    # Delete takes a picture out with its figure. Once it is loaded, it does not move away from the pointer.
    expect(text.locator("figure img")).not_to_have_js_property("naturalWidth", 0)
    text.locator("figure img").click()
    desk.keyboard.press("Delete")
    expect(text.locator("figure")).to_have_count(0)
    expect(text).to_contain_text("Before the picture.")
    assert "<img" not in desk.locator("#id_body_en").input_value()


def test_the_same_picture_goes_into_the_lao_text_with_words_in_lao(desk, roof):
    new_programme(desk)
    _text, button = editor_of(desk)
    button.click()
    dialog = desk.get_by_role("dialog", name="Add a picture")
    dialog.get_by_label("Picture from your computer or phone").set_input_files(roof)
    dialog.get_by_label("What it shows").fill(WORDS)
    dialog.get_by_role("button", name="Add picture").click()
    expect(dialog).to_have_count(0)

    open_section(desk, "Lao")
    lao, button = editor_of(desk, "body_lo")
    button.click()
    dialog = desk.get_by_role("dialog", name="Add a picture")
    dialog.get_by_text("Or use a picture that is already on the site").click()
    dialog.get_by_role("radio", name=WORDS).first.check()
    expect(dialog.get_by_label("What it shows")).to_have_value(WORDS)
    dialog.get_by_label("What it shows").fill("ໂຮງຮຽນ")
    dialog.get_by_role("button", name="Add picture").click()
    expect(lao.locator("figure img")).to_have_attribute("alt", "ໂຮງຮຽນ")
    english = desk.locator("#id_body_en").input_value()
    assert re.search(r"/pictures/[^\"]+", english)[0] in desk.locator("#id_body_lo").input_value()


def test_a_picture_of_another_site_does_not_come_along_when_text_is_pasted(desk):
    new_programme(desk)
    text, _button = editor_of(desk)
    text.click()
    desk.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/html", '<p>Pasted words</p><img src="https://a.example/spy.gif" alt="x"><figure>'
            + '<img src="https://a.example/b.png"><figcaption>Words below</figcaption></figure>');
          document.querySelector(".field-body_en .ProseMirror[contenteditable]")
            .dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(text).to_contain_text("Pasted words")
    expect(text.locator("img:not(.ProseMirror-separator)")).to_have_count(0)
    assert "a.example" not in desk.locator("#id_body_en").input_value()


def test_a_session_that_ended_keeps_what_was_typed_in_the_dialog(desk, roof, complaints):
    new_programme(desk)
    _text, button = editor_of(desk)
    button.click()
    dialog = desk.get_by_role("dialog", name="Add a picture")
    dialog.get_by_label("Picture from your computer or phone").set_input_files(roof)
    dialog.get_by_label("What it shows").fill(WORDS)
    cookies = desk.context.cookies()
    desk.context.clear_cookies()
    dialog.get_by_role("button", name="Add picture").click()
    expect(dialog.get_by_role("status")).to_contain_text("you are signed out")
    expect(dialog.get_by_label("What it shows")).to_have_value(WORDS)
    desk.context.add_cookies(cookies)
    dialog.get_by_role("button", name="Add picture").click()
    expect(dialog).to_have_count(0)
    complaints[:] = [complaint for complaint in complaints if "status of 403" not in complaint]


def test_their_pages_work_under_the_policy(desk, axe, roof):
    desk.goto("/admin/media/image/add/")
    assert violations(desk, axe) == []
    desk.get_by_label("Picture").set_input_files(roof)
    desk.get_by_label("What it shows").fill(WORDS)
    press(desk, "Save…", "was added successfully")
    looks = (DESKTOP, "light"), (PHONE, "dark")
    desk.goto("/admin/media/image/")
    assert faults(desk, axe, *looks) == []
    desk.locator("#result_list tbody th a").first.click()
    expect(desk.get_by_role("img", name=WORDS)).to_have_js_property("naturalWidth", 480)
    assert faults(desk, axe, *looks) == []
