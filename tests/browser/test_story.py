"""One change of a public page from its first word to its last, in Chromium, as the people do it who make it."""

import datetime
import os
import re
import secrets
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from iomlaos.publishing.dates import VIENTIANE
from tests.servers import Server, running_server

from .test_sign_in import PASSWORD, PHONE, code_of, give_password, set_up, watched
from .test_typed import own_chromium

TITLE = "Migration Health"
PROJECT = "Migration Health Impact Assessment"
ADDRESS = "/programmes/migration-health/"
FIRST_TRY = "Health posts at the borders are visited twice."
NEW = "Health posts at the borders are visited twice a year."
NEW_IN_LAO = "ສຸຂະພາບຢູ່ຊາຍແດນ"
HALF = "Half a sentence that the power cut off in the mid"
SECOND = datetime.timedelta(seconds=1)
#: How long before its moment a schedule is set at the least.
AHEAD = 10 * SECOND
#: What the browser itself says of a page that is not there.
NOT_THERE = "Failed to load resource: the server responded with a status of 404 (Not Found)"


@dataclass
class Person:
    """Somebody at a desk, with the key of their phone."""

    name: str
    page: Page
    key: str
    step: int

    def code(self) -> str:
        """What the phone shows, once it is another code than the last: each is taken once."""
        while time.time() // 30 == self.step:
            time.sleep(0.2)
        self.step = time.time() // 30
        return code_of(self.key)


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("story"), STAFF_SECOND_FACTOR="required") as server:
        yield server


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What browsers complain of in their consoles."""
    complaints: list[str] = []
    yield complaints
    assert complaints == []


@pytest.fixture
def open_browser(browser: Browser, complaints):
    contexts = []

    def open_one(**given) -> Page:
        contexts.append(browser.new_context(viewport=PHONE, reduced_motion="reduce", **given))
        return watched(contexts[-1].new_page(), complaints)

    yield open_one
    for context in contexts:
        context.close()


def make_account(office: Server, role: str) -> str:
    name = f"{role.lower()[:-1]}-{secrets.token_hex(4)}"
    office.manage(
        "shell", "-c",
        "from django.contrib.auth.models import Group, User\n"
        f"user = User.objects.create_user({name!r}, password={PASSWORD!r}, is_staff=True)\n"
        f"user.groups.add(Group.objects.get(name={role!r}))",
    )  # fmt: skip
    return name


def arrive(office: Server, page: Page, role: str) -> Person:
    """Sign in for the first time: with the password, then with a phone that is set up for it."""
    name = make_account(office, role)
    give_password(page, office, name)
    step = time.time() // 30
    key, _codes = set_up(page)
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", name="What would you like to change?")).to_be_visible()
    return Person(name, page, key, step)


def come_back(office: Server, person: Person, page: Page) -> None:
    give_password(page, office, person.name)
    page.get_by_role("textbox", name="Code:", exact=True).fill(person.code())
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="What would you like to change?")).to_be_visible()
    person.page = page


def open_form(office: Server, page: Page, kind: str, title: str) -> None:
    """From the front page through a list to a form, by clicks."""
    page.goto(f"{office.url}/admin/")
    follow(page.locator(".kinds").get_by_role("link", name=kind, exact=True))
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


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


def text_of(office: Server, address: str = ADDRESS) -> str:
    response, body = office.get(address)
    assert response.status == 200
    return unescape(body.decode())


def task(page: Page, title: str):
    """A part of the work list, open."""
    part = page.locator(".work details").filter(has=page.get_by_role("heading", name=title))
    if part.get_attribute("open") is None:
        part.locator("summary").click()
    return part


def next_minute() -> datetime.datetime:
    """The next whole minute that can still be typed and sent before it comes."""
    moment = datetime.datetime.now(VIENTIANE) + AHEAD
    return (moment + datetime.timedelta(minutes=1)).replace(second=0, microsecond=0)


def watch_it_come_true(office: Server, moment: datetime.datetime, old: str, new: str) -> None:
    """Ask from now until two seconds after it. What was answered before is old, what was asked since is new.

    Both clocks are one: that of this machine.
    """
    before = since = 0
    while datetime.datetime.now(VIENTIANE) < moment + 2 * SECOND:
        asked = datetime.datetime.now(VIENTIANE)
        page = text_of(office)
        answered = datetime.datetime.now(VIENTIANE)
        assert (old in page) is not (new in page)
        if answered < moment:
            before += 1
            assert old in page, f"{answered} is before {moment}"
        elif asked >= moment:
            since += 1
            assert new in page, f"{asked} is not before {moment}"
        # All the more often the nearer it is.
        time.sleep(0.02 if abs(moment - answered) < SECOND else 0.3)
    assert before
    assert since


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
            fits(editor)
    follow(editor.locator(".breadcrumbs").get_by_role("link", name=TITLE))


def test_a_change_is_written_handed_in_looked_at_scheduled_published_and_taken_back(
    browser, office, open_browser, complaints, tmp_path
):
    with own_chromium(browser, tmp_path / "profile") as (process, other):
        desk = watched(other.contexts[0].new_page(), complaints)
        writer = arrive(office, desk, "Contributors")
        editor = arrive(office, open_browser(), "Editors")
        phone = editor.page

        # A contributor changes a public page, and hands the change in.
        open_form(office, desk, "Programmes", TITLE)
        old = desk.get_by_label("Summary:", exact=True).input_value()
        assert old in text_of(office)
        write(desk, "Summary:", FIRST_TRY)
        press(desk, "Save and hand in", "Handed in.")
        assert old in text_of(office)

        # The editor finds it on the front page, and gives it back once.
        phone.goto(f"{office.url}/admin/")
        fits(phone)
        waits = task(phone, "Handed in, and waiting for you")
        expect(waits).to_contain_text(writer.name)
        follow(waits.get_by_role("link", name=TITLE))
        expect(phone.locator(".where")).to_contain_text(f"Handed in by {writer.name}")
        expect(phone.get_by_label("Summary:", exact=True)).to_have_value(FIRST_TRY)
        fits(phone)
        follow(phone.get_by_role("link", name="Give it back with a note"))
        fits(phone)
        write(phone, "What is still to be done", "How often is twice? And the Lao, please.")
        press(phone, "Give it back with a note", "Given back.")

        # The contributor sees why, and hands it in again.
        desk.goto(f"{office.url}/admin/")
        returned = task(desk, "Returned to you")
        expect(returned).to_contain_text(f"{editor.name}: How often is twice? And the Lao, please.")
        follow(returned.get_by_role("link", name=TITLE))
        write(desk, "Summary:", NEW)
        desk.get_by_text("Lao (optional)", exact=True).first.click()
        write(desk, "Summary in Lao:", NEW_IN_LAO)
        press(desk, "Save and hand in", "Handed in.")
        desk.goto(f"{office.url}/admin/")
        expect(desk.locator("main")).not_to_contain_text("Returned to you")

        # The editor looks at it as visitors will, and shows it to a ministry.
        phone.goto(f"{office.url}/admin/")
        follow(task(phone, "Handed in, and waiting for you").get_by_role("link", name=TITLE))
        preview(phone)
        follow(phone.get_by_role("link", name="Links for a review outside"))
        fits(phone)
        phone.get_by_label("For whom").fill("Ministry of Health")
        follow(phone.get_by_role("button", name="Make a link"))
        link = phone.locator(".made code").inner_text()
        fits(phone)
        visitor = open_browser()
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
        follow(phone.locator(".breadcrumbs").get_by_role("link", name=TITLE))
        follow(phone.get_by_role("link", name="Publish at a time"))
        fits(phone)
        moment = next_minute()
        phone.get_by_label("Public from").fill(f"{moment:%Y-%m-%dT%H:%M}")
        press(phone, "Publish at a time", "It becomes public at the time that you gave.")
        expect(phone.locator(".where")).to_contain_text("It becomes public by itself:")
        visitor.goto(link)
        expect(visitor.get_by_text(NEW).first).to_be_visible()
        watch_it_come_true(office, moment, old, NEW)
        assert complaints == []
        visitor.reload()
        expect(visitor.get_by_role("heading", name="This link does not work")).to_be_visible()
        expect(visitor.locator("body")).not_to_contain_text(NEW)
        assert complaints == [NOT_THERE]
        complaints.clear()

        # The history tells of it, and brings the earlier text back.
        open_form(office, phone, "Programmes", TITLE)
        expect(phone.locator(".where")).not_to_contain_text("A draft waits.")
        follow(phone.get_by_role("link", name="History"))
        fits(phone)
        latest = phone.locator(".history ol > li").first
        expect(latest.locator("h2")).to_contain_text(f"{moment:%-d %B %Y, %H:%M} · {editor.name}")
        summary = latest.locator("dl > div").filter(has=phone.get_by_text("Summary", exact=True))
        assert " ".join(summary.locator("ins").all_inner_texts()).split()[-1] == NEW.split()[-1]
        assert summary.locator("del").count() > 0
        expect(phone.locator(".history")).to_contain_text("Ministry of Health")
        follow(phone.get_by_role("button", name=re.compile("^Open as it was on")).last)
        expect(phone.locator(".messagelist")).to_contain_text("This is how it was. It is not saved yet")
        expect(phone.get_by_label("Summary:", exact=True)).to_have_value(old)
        press(phone, "Save as a draft", "Kept as a draft.")
        assert NEW in text_of(office)
        follow(phone.get_by_role("link", name="Publish now"))
        press(phone, "Publish now", "It is public now.")
        assert old in text_of(office)
        assert NEW not in text_of(office)

        # The power is cut while the contributor writes in another form.
        open_form(office, desk, "Projects", PROJECT)
        write(desk, "Summary:", HALF)
        expect(desk.locator("#typed")).to_contain_text("Kept at")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    desk = open_browser()
    come_back(office, writer, desk)
    open_form(office, desk, "Projects", PROJECT)
    offer = desk.locator("section.typed-offer")
    expect(offer).to_contain_text("What you typed differs in: Summary.")
    expect(desk.get_by_label("Summary:", exact=True)).not_to_have_value(HALF)
    follow(offer.get_by_role("link", name="Take it up again"))
    expect(desk.get_by_label("Summary:", exact=True)).to_have_value(HALF)
    desk.get_by_label("Summary:", exact=True).press("Control+End")
    desk.keyboard.type("dle.")
    press(desk, "Save and hand in", "Handed in.")
    expect(desk.get_by_label("Summary:", exact=True)).to_have_value(f"{HALF}dle.")
