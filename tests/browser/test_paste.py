"""Text pasted from Word, Google Docs and LibreOffice, in Chromium: what is stored of it, and what is said.

tests/data/paste holds what each program puts on the clipboard, and beside it (`.stored.html`) what a draft keeps.
The samples of LibreOffice are its own output; the others are written in the markup of their program.
"""

import html
import re

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.commands import ROOT

pytestmark = pytest.mark.one_database

SAMPLES = ROOT / "tests" / "data" / "paste"
NAMES = sorted(file.stem for file in SAMPLES.glob("*.html") if not file.stem.endswith(".stored"))
PICTURE = "A picture was left out. Add it with the Picture button."
MARKS = "Underlined, superscript and subscript words are now plain text."
ANCHORS = "Links that only work in that document are now plain text."
SAID = {
    "google-docs-lists": ANCHORS,
    "google-docs-table": "2 pictures were left out. Add them with the Picture button.",
    "libreoffice-lao": f"{PICTURE} {ANCHORS}",
    "word-online": PICTURE,
    "word-review": f"Comments were left out. Words that were marked as deleted were left out. {ANCHORS}",
    "word-table": PICTURE,
}
EDITOR = ".field-body_en .ProseMirror[contenteditable]"
FILL = """
from programmes.models import Programme
Programme.objects.filter(slug="a-pasted-text").delete()
row = Programme(slug="a-pasted-text", title_en="A pasted text", summary_en="What it does.", body_en="<p>Text</p>")
row.save()
print(row.pk)
"""


@pytest.fixture(scope="module")
def address(server):
    """The form of a draft into which a text is pasted."""
    key = server.manage("shell", "--no-imports", "--command", FILL).stdout.strip()
    yield f"/admin/programmes/programme/{key}/change/"
    server.manage("shell", "--no-imports", "--command", FILL.replace("row.save()\nprint(row.pk)", ""))


def paste(desk: Page, text: str) -> None:
    """Paste HTML in place of all that is in the editor."""
    desk.locator(EDITOR).click()
    desk.keyboard.press("Control+A")
    desk.evaluate(
        """([editor, html]) => {
          const data = new DataTransfer();
          data.setData("text/html", html);
          const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          document.querySelector(editor).dispatchEvent(event);
        }""",
        [EDITOR, text],
    )


def save(desk: Page) -> None:
    desk.locator("[name=_draft], [name=_save]").last.click()
    expect(desk.locator(".messagelist, .errornote").first).to_be_visible()


def stored_text(desk: Page, address: str) -> str:
    """As the form holds it before the editor has read it."""
    page = desk.request.get(address).text()
    return html.unescape(re.search(r'<textarea name="body_en"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)[1])


@pytest.mark.parametrize("name", NAMES)
def test_a_pasted_text_is_stored_with_its_structure_and_as_it_is_shown(name, desk, address):
    desk.goto(address)
    expect(desk.locator(EDITOR)).to_be_visible()
    paste(desk, (SAMPLES / f"{name}.html").read_text())
    expect(desk.locator(".field-body_en").get_by_role("status")).to_have_text(SAID.get(name, ""))
    shown = desk.locator(EDITOR).inner_text()
    save(desk)
    expected = (SAMPLES / f"{name}.stored.html").read_text()
    assert stored_text(desk, address) == re.sub(r">\n<", "><", expected).strip()
    desk.goto(address)
    expect(desk.locator(EDITOR)).to_have_text(shown, use_inner_text=True)


def test_marks_that_the_editor_does_not_have_are_named(desk, address):
    desk.goto(address)
    expect(desk.locator(EDITOR)).to_be_visible()
    status = desk.locator(".field-body_en").get_by_role("status")
    for text in (
        "<p>An area of 5 m<sup>2</sup></p>",
        "<p>H<span style='vertical-align:sub'>2</span>O</p>",
        "<p><u style='text-underline:single'>Bring</u> a passport</p>",
        "<p><span style='color:black;text-decoration:underline'>Bring</span> a passport</p>",
    ):
        paste(desk, text)
        expect(status).to_have_text(MARKS)
    paste(desk, "<p><u><a href='https://www.iom.int'><u>IOM</u></a></u>, a passport<sup> </sup></p>")
    expect(status).to_have_text("")


def test_a_link_that_works_nowhere_else_is_named_when_the_text_is_saved(desk, address):
    desk.goto(address)
    expect(desk.locator(EDITOR)).to_be_visible()
    paste(
        desk,
        '<p>See <a href="file:///C:/Annex%201.docx">the <b>annex</b></a>, or <a href="www.iom.int">IOM</a>.</p>',
    )
    save(desk)
    row = desk.locator(".field-body_en")
    expect(row.locator(".errorlist")).to_have_text(
        "The link “the annex” does not work: file:///C:/Annex%201.docx. Correct it or remove it."
    )
    expect(desk.locator(f"{EDITOR} a").first).to_have_attribute("href", "file:///C:/Annex%201.docx")


def test_text_copied_within_the_editor_stays_as_it_is(desk, address):
    desk.goto(address)
    expect(desk.locator(EDITOR)).to_be_visible()
    paste(desk, '<meta charset="utf-8"><h3 data-pm-slice="1 1 []">One</h3><p>Two</p>')
    expect(desk.locator(f"{EDITOR} h3")).to_have_text("One")
