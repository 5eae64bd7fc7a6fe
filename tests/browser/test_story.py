"""One change of a public page from its first word to its last, in Chromium, as the people do it who make it."""

import datetime
import re
import secrets
from collections.abc import Iterator
from html import unescape

import pytest
from playwright.sync_api import Locator, Page, expect

from iomlaos.publishing.dates import VIENTIANE
from tests.helpers.browsing import PHONE, open_section, overflow, signed_in
from tests.helpers.servers import FAKETIME, Clock, Server, running_server

pytestmark = pytest.mark.skipif(FAKETIME is None, reason="needs libfaketime (Debian's package faketime)")

TITLE = "Migration Health"
ADDRESS = "/programmes/migration-health/"
FIRST_TRY = "Health posts at the borders are visited twice."
NEW = "Health posts at the borders are visited twice a year."
NEW_IN_LAO = "ສຸຂະພາບຢູ່ຊາຍແດນ"
#: When the change becomes public.
MOMENT = datetime.datetime(2031, 3, 3, 10, 0, tzinfo=VIENTIANE)


@pytest.fixture(scope="module")
def clock(tmp_path_factory) -> Clock:
    """The clock of the office: it stands until a test moves it."""
    clock = Clock(tmp_path_factory.mktemp("clock") / "clock")
    clock.set(MOMENT - datetime.timedelta(minutes=9))
    return clock


@pytest.fixture(scope="module")
def office(tmp_path_factory, clock) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("story")
    with running_server(folder, clock, STAFF_SECOND_FACTOR="required") as server:
        yield server


@pytest.fixture
def arrive(open_page, office):
    """Open the phone of new staff who are signed in."""

    def arrive(name: str, role: str) -> Page:
        cookies = signed_in(office, name, role=role, key=secrets.token_hex(20))
        return open_page(base_url=office.url, viewport=PHONE, storage_state=cookies)

    return arrive


def open_form(page: Page, kind: str, title: str) -> None:
    """From the front page through a list to a form, by clicks."""
    page.goto("/admin/")
    if page.get_by_role("button", name="Menu", exact=True).is_visible():
        page.get_by_role("button", name="Menu", exact=True).click()
    follow(page.locator("#nav-sidebar").get_by_role("link", name=kind, exact=True))
    follow(page.locator("#result_list").get_by_role("link", name=title, exact=True))
    expect(page.locator("[name=_source]")).to_be_attached()


def write(page: Page, label: str, words: str) -> None:
    box = page.get_by_label(label, exact=True)
    box.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(words)


def follow(link: Locator) -> None:
    with link.page.expect_navigation():
        link.click()


def press(page: Page, button: str, says: str) -> None:
    follow(page.get_by_role("button", name=button, exact=True).last)
    expect(page.locator(".messagelist")).to_contain_text(says)


def text_of(office: Server, address: str = ADDRESS) -> str:
    response, body = office.get(address)
    assert response.status == 200
    return unescape(body.decode())


def task(page: Page, title: str) -> Locator:
    """A block of the work list."""
    return page.locator(".work").filter(has=page.get_by_role("heading", name=title))


def preview(editor: Page) -> None:
    """In both languages and at both widths, through the links above the window."""
    follow(editor.get_by_role("link", name="Preview", exact=True))
    frame = editor.frame_locator("iframe")
    for language, words in (("English", NEW), ("ລາວ", NEW_IN_LAO)):
        for width in ("Phone", "Desktop"):
            follow(editor.get_by_role("link", name=language, exact=True))
            follow(editor.get_by_role("link", name=width, exact=True))
            expect(frame.get_by_text(words).first).to_be_visible()
            inside = frame.locator("html")
            assert inside.get_attribute("lang") == {"English": "en", "ລາວ": "lo"}[language]
            pixels = inside.evaluate("html => html.ownerDocument.defaultView.innerWidth")
            assert pixels <= PHONE["width"] if width == "Phone" else pixels >= 1270
            assert overflow(editor) == []
    follow(editor.locator(".breadcrumbs").get_by_role("link", name=TITLE))


def test_a_change_is_written_handed_in_looked_at_scheduled_published_and_taken_back(
    office, clock, arrive, open_page, complaints
):
    desk, phone = arrive("writer", "Contributors"), arrive("editor", "Editors")

    # A contributor changes a public page, and hands the change in.
    open_form(desk, "Programmes", TITLE)
    old = desk.get_by_label("Summary", exact=True).input_value()
    assert old in text_of(office)
    write(desk, "Summary", FIRST_TRY)
    press(desk, "Save and hand in", "Handed in.")
    assert old in text_of(office)

    # The editor finds it on the front page, and gives it back once.
    phone.goto("/admin/")
    assert overflow(phone) == []
    waits = task(phone, "For you to review")
    expect(waits).to_contain_text("writer")
    follow(waits.get_by_role("link", name=TITLE, exact=True))
    expect(phone.locator(".versions")).to_contain_text("Handed in by writer")
    expect(phone.get_by_label("Summary", exact=True)).to_have_value(FIRST_TRY)
    assert overflow(phone) == []
    follow(phone.get_by_role("link", name="Give it back with a note"))
    assert overflow(phone) == []
    write(phone, "What is still to be done", "How often is twice? And the Lao, please.")
    press(phone, "Give it back with a note", "Given back.")

    # The contributor sees why, and hands it in again.
    desk.goto("/admin/")
    returned = task(desk, "Returned to you")
    expect(returned).to_contain_text("editor: How often is twice? And the Lao, please.")
    follow(returned.get_by_role("link", name=TITLE, exact=True))
    write(desk, "Summary", NEW)
    open_section(desk, "Lao")
    write(desk, "Summary in Lao (optional)", NEW_IN_LAO)
    press(desk, "Save and hand in", "Handed in.")
    desk.goto("/admin/")
    expect(desk.locator("main")).not_to_contain_text("Returned to you")

    # The editor looks at it as visitors will, and shows it to a ministry.
    phone.goto("/admin/")
    follow(task(phone, "For you to review").get_by_role("link", name=TITLE, exact=True))
    preview(phone)
    follow(phone.get_by_role("link", name="Links for a review outside"))
    assert overflow(phone) == []
    phone.get_by_label("For whom").fill("Ministry of Health")
    follow(phone.get_by_role("button", name="Make a link"))
    link = phone.locator(".new-link code").inner_text()
    assert overflow(phone) == []
    visitor = open_page(viewport=PHONE)
    visitor.goto(link)
    expect(visitor.locator("aside.review")).to_contain_text("Draft for review: this page is not public.")
    expect(visitor.get_by_text(NEW).first).to_be_visible()
    follow(visitor.locator("aside.review").get_by_role("link", name="ລາວ"))
    expect(visitor.get_by_text(NEW_IN_LAO).first).to_be_visible()
    assert visitor.locator("main form, main button").count() == 0
    assert visitor.context.cookies() == []
    assert overflow(visitor) == []
    visitor.goto(office.url + ADDRESS)
    expect(visitor.get_by_text(old).first).to_be_visible()

    # It is scheduled, and becomes public at its second.
    follow(phone.locator(".breadcrumbs").get_by_role("link", name=TITLE))
    follow(phone.get_by_role("link", name="Publish at a time"))
    assert overflow(phone) == []
    phone.get_by_label("Public from").fill(f"{MOMENT:%Y-%m-%dT%H:%M}")
    press(phone, "Publish at a time", "It becomes public at the time that you gave.")
    expect(phone.locator(".versions")).to_contain_text("It becomes public by itself:")
    visitor.goto(link)
    expect(visitor.get_by_text(NEW).first).to_be_visible()
    clock.set(MOMENT - datetime.timedelta(seconds=1))
    assert old in text_of(office)
    clock.set(MOMENT)
    assert NEW in text_of(office)
    assert complaints == []
    visitor.reload()
    expect(visitor.get_by_role("heading", name="This link does not work")).to_be_visible()
    expect(visitor.locator("body")).not_to_contain_text(NEW)
    # The browser complains of the status 404.
    complaints.clear()

    # The history tells of it, and brings the earlier text back.
    open_form(phone, "Programmes", TITLE)
    expect(phone.locator(".versions")).not_to_contain_text("A draft waits.")
    follow(phone.get_by_role("link", name="History"))
    assert overflow(phone) == []
    latest = phone.locator(".history ol > li").first
    expect(latest.locator("h2")).to_contain_text(f"{MOMENT:%-d %B %Y, %H:%M} · editor")
    summary = latest.locator("dl > div").filter(has=phone.get_by_text("Summary", exact=True))
    assert " ".join(summary.locator("ins").all_inner_texts()).split()[-1] == NEW.split()[-1]
    assert summary.locator("del").count() > 0
    expect(phone.locator(".history")).to_contain_text("Ministry of Health")
    follow(phone.get_by_role("button", name=re.compile("^Open as it was on")).last)
    expect(phone.locator(".messagelist")).to_contain_text("This is how it was. It is not saved yet")
    expect(phone.get_by_label("Summary", exact=True)).to_have_value(old)
    press(phone, "Save as a draft", "Kept as a draft.")
    assert NEW in text_of(office)
    follow(phone.get_by_role("link", name="Publish now"))
    press(phone, "Publish now", "It is public now.")
    assert old in text_of(office)
    assert NEW not in text_of(office)
