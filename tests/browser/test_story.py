"""The whole way of a text in Chromium, from a contributor's draft to a scheduled publication, and back.

The contributor writes on a telephone, the editor sits at a desk, and what either opens fits both.
"""

import datetime
import re
import secrets
from collections.abc import Iterator
from html import unescape

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Locator, Page, expect

from iomlaos.publishing.dates import VIENTIANE
from tests.helpers.browsing import (
    PHONE,
    follow,
    give_password,
    more,
    open_section,
    overflow,
    press,
    signed_in,
)
from tests.helpers.servers import FAKETIME, Clock, Server, running_server

pytestmark = pytest.mark.skipif(FAKETIME is None, reason="needs libfaketime (Debian's package faketime)")

TITLE = "Migration Health"
ADDRESS = "/programmes/migration-health/"
FIRST_TRY = "Health posts at the borders are visited twice."
NEW = "Health posts at the borders are visited twice a year."
NEW_IN_LAO = "ສຸຂະພາບຢູ່ຊາຍແດນ"
WIDE = {"width": 1280, "height": 900}
#: When the change becomes public.
MOMENT = datetime.datetime(2031, 3, 10, 10, tzinfo=VIENTIANE)


@pytest.fixture(scope="module")
def clock(tmp_path_factory) -> Clock:
    """The clock of the office: it stands until a test moves it."""
    clock = Clock(tmp_path_factory.mktemp("clock") / "clock")
    clock.set(datetime.datetime(2031, 3, 1, 9, tzinfo=VIENTIANE))
    return clock


@pytest.fixture(scope="module")
def office(tmp_path_factory, clock) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("story")
    with running_server(folder, clock, STAFF_SECOND_FACTOR="required") as server:
        yield server


@pytest.fixture
def arrive(open_page, office):
    """Sign in with a password and a code."""

    def arrive(role: str, viewport: dict, at: datetime.datetime) -> Page:
        name, key = f"{role.lower()}-1", secrets.token_hex(20)
        signed_in(office, name, role=role, key=key)
        page = open_page(base_url=office.url, viewport=viewport)
        page.goto("/admin/")
        give_password(page, name)
        totp = TOTP(bytes.fromhex(key))
        totp.time = at.timestamp()
        page.get_by_label("Code:", exact=True).fill(f"{totp.token():06d}")
        page.get_by_role("button", name="Continue").click()
        expect(page.locator("#nav-sidebar")).to_have_count(1)
        return page

    return arrive


def fits(page: Page) -> None:
    """No page is scrolled sideways, in its own window or on a telephone."""
    size = page.viewport_size
    for viewport in (size, PHONE):
        page.set_viewport_size(viewport)
        assert overflow(page) == []
    page.set_viewport_size(size)


def open_form(page: Page, kind: str, title: str) -> None:
    """From the front page through a list to a form, by clicks."""
    page.goto("/admin/")
    if page.get_by_role("button", name="Menu", exact=True).is_visible():
        page.get_by_role("button", name="Menu", exact=True).click()
    follow(page.locator("#nav-sidebar").get_by_role("link", name=kind, exact=True))
    follow(page.locator("#result_list").get_by_role("link", name=title, exact=True))
    expect(page.locator("[name=_source]")).to_be_attached()


def write(page: Page, label: str | re.Pattern, words: str) -> None:
    box = page.get_by_label(label, exact=True)
    box.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(words)


def submit(page: Page, note: str) -> None:
    follow(page.get_by_role("button", name="Submit for review…", exact=True))
    fits(page)
    page.get_by_label("Note for the reviewer").fill(note)
    press(page, "Submit for review", "Submitted for review.")


def text_of(office: Server, address: str = ADDRESS) -> str:
    response, body = office.get(address)
    assert response.status == 200
    return unescape(body.decode())


def task(page: Page, title: str) -> Locator:
    """A block of the work list."""
    return page.locator(".work").filter(has=page.get_by_role("heading", name=title))


def preview(editor: Page) -> None:
    """In both languages and at both widths, through the links above the window."""
    follow(editor.get_by_role("link", name="See the whole page"))
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
            fits(editor)
    follow(editor.locator(".breadcrumbs").get_by_role("link", name=TITLE))


def look_at_what_is_typed(editor: Page) -> None:
    """Beside the form where there is room for it, else in a tab of its own. Nothing is saved by it."""
    write(editor, "Summary", f"{NEW} Typed, not saved.")
    pane = editor.frame_locator(".preview-pane iframe")
    expect(pane.get_by_text("Typed, not saved.").first).to_be_visible()
    editor.set_viewport_size(PHONE)
    expect(editor.locator(".preview-pane")).to_be_hidden()
    with editor.context.expect_page() as opened:
        more(editor, "Preview in a new tab").click()
    expect(opened.value.get_by_text("Typed, not saved.").first).to_be_visible()
    opened.value.close()
    editor.set_viewport_size(WIDE)
    write(editor, "Summary", NEW)


def test_a_text_is_written_submitted_reviewed_shared_scheduled_published_and_restored(
    office, clock, arrive, open_page, complaints
):
    now = MOMENT - datetime.timedelta(minutes=9)
    clock.set(now)
    writer, editor = arrive("Contributors", PHONE, now), arrive("Editors", WIDE, now)

    # A contributor changes a public page, and submits the change.
    open_form(writer, "Programmes", TITLE)
    old = writer.get_by_label("Summary", exact=True).input_value()
    assert old in text_of(office)
    write(writer, "Summary", FIRST_TRY)
    fits(writer)
    submit(writer, "From the field report.")
    assert old in text_of(office)

    # The editor finds it on the front page, sees what changes, and returns it once.
    editor.goto("/admin/")
    fits(editor)
    waits = task(editor, "For you to review")
    expect(waits).to_contain_text("contributors-")
    follow(waits.get_by_role("link", name=f"Review: {TITLE}"))
    summary = editor.locator(".changes > div").filter(has=editor.get_by_text("Summary", exact=True))
    expect(summary.locator("ins").last).to_contain_text("twice.")
    expect(summary.locator("del").first).to_be_visible()
    fits(editor)
    follow(editor.get_by_role("link", name="Return with a note…"))
    fits(editor)
    write(editor, "What should change?", "How often is twice? And the Lao, please.")
    press(editor, "Return", "Returned.")

    # The contributor sees why, and submits it again.
    writer.goto("/admin/")
    returned = task(writer, "Returned to you")
    expect(returned).to_contain_text("How often is twice? And the Lao, please.")
    follow(returned.get_by_role("link", name=TITLE, exact=True))
    expect(writer.locator(".note")).to_contain_text("How often is twice?")
    write(writer, "Summary", NEW)
    open_section(writer, "Lao")
    write(writer, re.compile("^Summary in Lao"), NEW_IN_LAO)
    submit(writer, "")
    writer.goto("/admin/")
    expect(writer.locator("main")).not_to_contain_text("Returned to you")

    # The editor looks at it as visitors will, and shares it with a ministry.
    editor.goto("/admin/")
    follow(task(editor, "For you to review").get_by_role("link", name=f"Review: {TITLE}"))
    preview(editor)
    look_at_what_is_typed(editor)
    follow(more(editor, "Share draft…"))
    fits(editor)
    editor.get_by_label("For whom").fill("Ministry of Health")
    follow(editor.get_by_role("button", name="Make a link"))
    link = editor.locator(".new-link code").inner_text()
    fits(editor)
    visitor = open_page(viewport=PHONE)
    visitor.goto(link)
    expect(visitor.locator("aside.review")).to_contain_text("Draft for review: this page is not public.")
    expect(visitor.get_by_text(NEW).first).to_be_visible()
    follow(visitor.locator("aside.review").get_by_role("link", name="ລາວ"))
    expect(visitor.get_by_text(NEW_IN_LAO).first).to_be_visible()
    assert visitor.locator("main form, main button").count() == 0
    assert visitor.context.cookies() == []
    fits(visitor)
    visitor.goto(office.url + ADDRESS)
    expect(visitor.get_by_text(old).first).to_be_visible()

    # It is scheduled, and becomes public at its second.
    follow(editor.locator(".breadcrumbs").get_by_role("link", name=TITLE))
    follow(editor.get_by_role("button", name="Publish…", exact=True))
    expect(editor.get_by_label("Hour")).to_be_hidden()
    editor.get_by_label("On a date").check()
    editor.get_by_label("Date", exact=True).fill(f"{MOMENT:%-d/%-m/%Y}")
    editor.get_by_label("Hour").fill("10h00")
    expect(editor.locator(".echo")).to_contain_text(f"Monday {MOMENT:%-d %B %Y}, 10:00 in Vientiane")
    fits(editor)
    press(editor, f"Schedule for {MOMENT:%-d %B}, 10:00", "Scheduled. It becomes public on")
    expect(editor.locator(".standing")).to_contain_text(f"Changes on Monday {MOMENT:%-d %B %Y}, 10:00.")
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

    # The history tells of it, and restores the earlier text.
    open_form(editor, "Programmes", TITLE)
    expect(editor.locator(".title-line")).to_have_text(re.compile(r"Live\s*$"))
    follow(more(editor, "History"))
    fits(editor)
    latest = editor.locator(".history ol > li").first
    expect(latest.locator("h2")).to_contain_text(f"{MOMENT:%-d %B %Y, %H:%M} · editors-")
    summary = latest.locator("dl > div").filter(has=editor.get_by_text("Summary", exact=True))
    assert " ".join(summary.locator("ins").all_inner_texts()).split()[-1] == NEW.split()[-1]
    assert summary.locator("del").count() > 0
    expect(editor.locator(".history")).to_contain_text("Ministry of Health")
    follow(editor.get_by_role("link", name=re.compile("^Restore the version of")).last)
    expect(editor.locator(".note")).to_contain_text("Nothing is restored until you save.")
    expect(editor.get_by_label("Summary", exact=True)).to_have_value(old)
    follow(editor.get_by_role("button", name="Publish…", exact=True))
    assert NEW in text_of(office)
    press(editor, "Publish now", "Published. Visitors see it now.")
    assert old in text_of(office)
    assert NEW not in text_of(office)
