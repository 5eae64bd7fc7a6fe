"""What is typed is kept, in Chromium: the power goes, the session ends, the server is away, colleagues come."""

import contextlib
import os
import re
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.servers import ROOT, Server, _stop, _wait_until_ready, running_server

from .conftest import CHROMIUM
from .test_admin import violations

PASSWORD = secrets.token_urlsafe(16)
ADD = "/admin/office/page/add/"
CHANGE = "/admin/office/page/1/change/"
HALF = "Half a sentence that the power cut off in the mid"
OFFER = "You typed something here"
#: What the browser itself says of an answer that failed, or that never came.
EXPECTED = "Failed to load resource"


@pytest.fixture(scope="module")
def portal(tmp_path_factory) -> Iterator[Server]:
    """A portal of its own, which can be stopped and started again."""
    with running_server(tmp_path_factory.mktemp("typed")) as server:
        yield server


@pytest.fixture
def account(portal) -> str:
    return make_account(portal)


def make_account(portal: Server) -> str:
    name = f"staff-{secrets.token_hex(4)}"
    portal.manage(
        "createsuperuser", "--noinput", "--username", name, "--email", "", DJANGO_SUPERUSER_PASSWORD=PASSWORD
    )
    return name


@pytest.fixture
def open_desk(browser: Browser, portal):
    """A page in a fresh browser, signed in. No complaint in its console goes unheard."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(account: str, **given) -> Page:
        context = browser.new_context(reduced_motion="reduce", **given)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: message.type in ("error", "warning") and complaints.append(message.text),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        sign_in(page, portal, account)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [text for text in complaints if not text.startswith(EXPECTED)] == []


def sign_in(page: Page, portal: Server, account: str) -> None:
    page.goto(f"{portal.url}/admin/")
    page.get_by_label("Username").fill(account)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="What would you like to change?")).to_be_visible()


def said(page: Page):
    return page.locator("#typed")


def editor(page: Page):
    return page.get_by_role("textbox", name="Text", exact=True)


@contextlib.contextmanager
def own_chromium(browser: Browser, folder: Path) -> Iterator[tuple[subprocess.Popen, Browser]]:
    """A browser in a process of its own, which can be killed."""
    process = subprocess.Popen(
        [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
         "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"],
        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        door = folder / "DevToolsActivePort"
        for _ in range(300):
            if door.exists() and door.read_text().strip():
                break
            time.sleep(0.1)
        port = door.read_text().split()[0]
        yield process, browser.browser_type.connect_over_cdp(f"http://127.0.0.1:{port}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_power_is_cut_in_a_sentence_and_the_sentence_is_offered_back(
    browser, portal, account, open_desk, axe, tmp_path, scripts
):
    with own_chromium(browser, tmp_path / "profile") as (process, other):
        page = other.contexts[0].new_page()
        sign_in(page, portal, account)
        page.goto(portal.url + ADD)
        page.get_by_label("Title:").press_sequentially("A page")
        editor(page).click()
        page.keyboard.type(HALF)
        expect(said(page)).to_contain_text("Kept at")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    page = open_desk(account, java_script_enabled=scripts, viewport={"width": 360, "height": 740})
    page.goto(portal.url + ADD)
    offer = page.locator("section.typed-offer")
    expect(offer).to_contain_text(OFFER)
    expect(offer).to_contain_text("differs in: Title, Address, Text.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    if scripts:
        assert violations(page, axe) == []
    for button in offer.locator("a, button").all():
        assert button.bounding_box()["height"] >= 44
    offer.get_by_role("link", name="Take it up again").click()
    expect(page.locator(".taken-up")).to_contain_text("It is not saved yet")
    expect(page.get_by_label("Title:")).to_have_value("A page")
    assert HALF in page.locator("[name=body_en]").input_value()
    if scripts:
        expect(editor(page)).to_have_text(HALF)
        assert violations(page, axe) == []
    page.locator("[name=slug]").fill(account)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    page.goto(portal.url + ADD)
    expect(offer).to_have_count(0)


def test_two_people_at_one_form_see_each_other(portal, open_desk):
    first = open_desk(make_account(portal))
    first.clock.install()
    first.goto(portal.url + CHANGE)
    expect(first.locator("#also-here")).to_have_text("")
    name = make_account(portal)
    second = open_desk(name)
    second.goto(portal.url + CHANGE)
    expect(second.locator("#also-here")).to_have_text(
        re.compile(r"^Also being edited by staff-\w+ since \d\d:\d\d\.$")
    )
    first.clock.fast_forward("00:21")
    expect(first.locator("#also-here")).to_contain_text(f"Also being edited by {name} since")
    second.goto(portal.url + "/admin/")
    for _ in range(10):
        with first.expect_response(lambda answer: "/typed/" in answer.url) as beat:
            first.clock.fast_forward("00:21")
        if not beat.value.json()["others"]:
            break
    expect(first.locator("#also-here")).to_have_text("")


def test_the_session_ends_in_the_middle_and_what_was_typed_is_kept_once_one_is_back(
    portal, account, open_desk
):
    page = open_desk(account)
    page.goto(portal.url + ADD)
    page.get_by_label("Title:").press_sequentially("Before")
    expect(said(page)).to_contain_text("Kept at")
    portal.manage(
        "shell", "-c", "from django.contrib.sessions.models import Session; Session.objects.all().delete()"
    )
    page.get_by_label("Title:").press_sequentially(" and after")
    expect(said(page)).to_contain_text("you are signed out")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("You are signed out")
    alerts: list[str] = []
    page.on("dialog", lambda each: (alerts.append(each.message), each.accept()))
    page.keyboard.press("Control+s")
    expect(page.get_by_label("Title:")).to_have_value("Before and after")
    assert ["you are signed out" in text for text in alerts] == [True]
    with page.context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in again").click()
    other = opened.value
    other.get_by_label("Username").fill(account)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("heading", name="You are signed in")).to_be_visible()
    other.close()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(said(page)).to_contain_text("Kept at")
    fresh = open_desk(account)
    fresh.goto(portal.url + ADD)
    fresh.get_by_role("link", name="Take it up again").click()
    expect(fresh.get_by_label("Title:")).to_have_value("Before and after")


def test_nothing_that_one_typed_goes_to_another_who_signs_in_on_the_same_computer(portal, open_desk):
    first, second = make_account(portal), make_account(portal)
    page = open_desk(first)
    page.goto(portal.url + ADD)
    portal.manage(
        "shell", "-c", "from django.contrib.sessions.models import Session; Session.objects.all().delete()"
    )
    page.get_by_label("Title:").press_sequentially("A secret of the first")
    expect(said(page)).to_contain_text("you are signed out")
    other = page.context.new_page()
    sign_in(other, portal, second)
    other.goto(portal.url + ADD)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    with page.expect_response(lambda answer: "/typed/" in answer.url) as refused:
        page.get_by_label("Title:").evaluate(
            "box => { box.value += '.'; box.dispatchEvent(new Event('input', {bubbles: true})) }"
        )
    assert refused.value.status == 403
    expect(page.get_by_role("alertdialog")).to_contain_text("You are signed out")
    other.reload()
    expect(other.locator("section.typed-offer")).to_have_count(0)


def test_the_server_is_away_for_a_while_and_nothing_is_lost(portal, account, open_desk):
    page = open_desk(account)
    page.goto(portal.url + ADD)
    _stop(portal)
    page.get_by_label("Title:").press_sequentially("Typed while it was away")
    expect(said(page)).to_contain_text("the portal does not answer")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Home").first.click()
    expect(page.get_by_label("Title:")).to_have_value("Typed while it was away")
    assert asked == ["beforeunload"]
    with portal.log.open("ab") as output:
        portal.process = subprocess.Popen(
            ["sh", "deploy/run.sh"], cwd=ROOT, env=portal.environment, stdout=output, stderr=output
        )
    _wait_until_ready(portal)
    expect(said(page)).to_contain_text("Kept at", timeout=30_000)
    fresh = open_desk(account)
    fresh.goto(portal.url + ADD)
    expect(fresh.locator("section.typed-offer")).to_contain_text(OFFER)


def test_a_page_that_is_left_at_once_loses_nothing(portal, account, open_desk):
    page = open_desk(account)
    page.goto(portal.url + ADD)
    page.get_by_label("Title:").fill("Typed at the last moment")
    page.goto(portal.url + "/admin/")
    offer = page.get_by_role("link", name="Take it up again")
    # The browser sends it beside the next page.
    for _ in range(60):
        page.goto(portal.url + ADD)
        if offer.count():
            break
    offer.click()
    expect(page.get_by_label("Title:")).to_have_value("Typed at the last moment")


def test_the_keyboard_saves_as_the_button_does_and_once(portal, account, open_desk):
    page = open_desk(account)
    page.goto(portal.url + "/admin/careers/vacancy/add/")
    page.get_by_label("Title:").fill("A vacancy")
    page.get_by_label("Closing date:").click()
    page.keyboard.type("02312031")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("alert")).to_contain_text("There is no such date")
    page.goto(portal.url + ADD)
    sent: list[str] = []
    page.on(
        "request",
        lambda request: request.method == "POST" and request.url.endswith("/add/") and sent.append("one"),
    )
    page.get_by_label("Title:").fill("By the keyboard")
    page.locator("[name=slug]").fill(account)
    editor(page).click()
    page.keyboard.type("Some words.")
    page.keyboard.down("Control")
    page.keyboard.press("s")
    page.keyboard.press("s")
    page.keyboard.up("Control")
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    assert sent == ["one"]
    page.goto(portal.url + ADD)
    expect(page.locator("section.typed-offer")).to_have_count(0)


def test_signing_out_keeps_what_was_typed(portal, account, open_desk):
    page = open_desk(account)
    page.goto(portal.url + ADD)
    page.get_by_label("Title:").fill("Typed at the last moment")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/admin/log"))
    sign_in(page, portal, account)
    page.goto(portal.url + ADD)
    page.get_by_role("link", name="Take it up again").click()
    expect(page.get_by_label("Title:")).to_have_value("Typed at the last moment")
