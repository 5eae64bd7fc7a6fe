"""What is typed is kept, in Chromium: the power goes, the session ends, the server is away, colleagues come."""

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.browsing import (
    PHONE,
    cut_power,
    give_password,
    make_superuser,
    open_section,
    overflow,
    own_chromium,
    save_draft,
    sign_in,
    sign_out,
    signed_in,
    small_targets,
    violations,
)
from tests.helpers.servers import Server, running_server

pytestmark = pytest.mark.one_database

ADD = "/admin/office/page/add/"
CHANGE = "/admin/office/page/1/change/"
HALF = "Half a sentence that the power cut off in the mid"
OFFER = "Unsaved changes from"
#: What the browser itself says of an answer that failed, or that never came.
EXPECTED = "Failed to load resource"
END_SESSIONS = "from django.contrib.sessions.models import Session; Session.objects.all().delete()"


@pytest.fixture(scope="module")
def portal(tmp_path_factory) -> Iterator[Server]:
    """A portal of its own, which can be stopped and started again."""
    with running_server(tmp_path_factory.mktemp("typed")) as server:
        yield server


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    complaints: list[str] = []
    yield complaints
    assert [text for text in complaints if EXPECTED not in text] == []


@pytest.fixture
def account() -> str:
    return new_name()


def new_name() -> str:
    return f"staff-{secrets.token_hex(4)}"


@pytest.fixture
def open_desk(open_page, portal):
    """Open a page in a fresh browser, signed in. An account is made when it is named for the first time."""
    cookies = {}

    def open_desk(name: str, **options) -> Page:
        if name not in cookies:
            cookies[name] = signed_in(portal, name)
        return open_page(base_url=portal.url, storage_state=cookies[name], **options)

    return open_desk


def said(page: Page) -> Locator:
    return page.locator("#autosave-status")


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text", exact=True)


def test_the_power_is_cut_in_a_sentence_and_the_sentence_is_offered_back(
    browser, portal, account, open_desk, axe, tmp_path
):
    cookies = open_desk(account).context.cookies()
    with own_chromium(browser, tmp_path / "profile") as (process, context):
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(portal.url + ADD)
        page.get_by_label("Title", exact=True).press_sequentially("A page")
        editor(page).click()
        with page.expect_response(lambda answer: HALF in (answer.request.post_data or "")) as answer:
            page.keyboard.type(HALF)
        assert answer.value.ok
        expect(said(page)).to_contain_text("backed up")
        cut_power(process)

    for scripts in (True, False):
        page = open_desk(account, java_script_enabled=scripts, viewport=PHONE)
        page.goto(ADD)
        offer = page.locator("section.autosave-offer")
        expect(offer).to_contain_text(OFFER)
        expect(offer).to_contain_text("in: Title, Text, Address of the page.")
        assert small_targets(offer.locator("a, button")) == []
        offer.get_by_role("link", name="Restore").click()
        expect(page.locator(".note")).to_contain_text("It is not saved yet")
        expect(page.get_by_label("Title", exact=True)).to_have_value("A page")
        assert HALF in page.locator("[name=body_en]").input_value()
        if scripts:
            assert overflow(page) == []
            expect(editor(page)).to_have_text(HALF)
            assert violations(page, axe) == []
    page.locator("[name=slug]").fill(account)
    save_draft(page)
    page.goto(ADD)
    expect(offer).to_have_count(0)


def test_two_people_at_one_form_see_each_other(open_desk):
    first = open_desk(new_name())
    first.clock.install()
    first.goto(CHANGE)
    expect(first.locator("#other-editors")).to_have_text("")
    name = new_name()
    second = open_desk(name)
    second.goto(CHANGE)
    expect(second.locator("#other-editors")).to_have_text(
        re.compile(r"^Also being edited by staff-\w+ since \d\d:\d\d\.$")
    )
    first.clock.fast_forward("00:21")
    expect(first.locator("#other-editors")).to_contain_text(f"Also being edited by {name} since")
    second.goto("/admin/")
    for _ in range(200):
        with first.expect_response(lambda answer: "/typed/" in answer.url) as beat:
            first.clock.fast_forward("00:21")
        if not beat.value.json()["others"]:
            break
    expect(first.locator("#other-editors")).to_have_text("")


def test_the_session_ends_in_the_middle_and_what_was_typed_is_kept_once_one_is_back(
    portal, account, open_desk
):
    page = open_desk(account)
    page.goto(ADD)
    page.get_by_label("Title", exact=True).press_sequentially("Before")
    expect(said(page)).to_contain_text("backed up")
    portal.manage("shell", "-c", END_SESSIONS)
    page.get_by_label("Title", exact=True).press_sequentially(" and after")
    expect(said(page)).to_contain_text("Signed out")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("You are signed out")
    alerts: list[str] = []
    page.on("dialog", lambda each: (alerts.append(each.message), each.accept()))
    page.keyboard.press("Control+s")
    expect(page.get_by_label("Title", exact=True)).to_have_value("Before and after")
    assert ["Signed out" in text for text in alerts] == [True]
    with page.context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in again").click()
    other = opened.value
    give_password(other, account)
    expect(other.get_by_role("heading", name="You are signed in")).to_be_visible()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(said(page)).to_contain_text("backed up")
    other.goto(ADD)
    other.get_by_role("link", name="Restore").click()
    expect(other.get_by_label("Title", exact=True)).to_have_value("Before and after")


def test_nothing_that_one_typed_goes_to_another_who_signs_in_on_the_same_computer(portal, open_desk):
    second = make_superuser(portal)
    page = open_desk(new_name())
    page.goto(ADD)
    portal.manage("shell", "-c", END_SESSIONS)
    page.get_by_label("Title", exact=True).press_sequentially("A secret of the first")
    expect(said(page)).to_contain_text("Signed out")
    other = page.context.new_page()
    sign_in(other, portal, second)
    other.goto(ADD)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    with page.expect_response(lambda answer: "/typed/" in answer.url) as refused:
        page.get_by_label("Title", exact=True).evaluate(
            "box => { box.value += '.'; box.dispatchEvent(new Event('input', {bubbles: true})) }"
        )
    assert refused.value.status == 403
    expect(page.get_by_role("alertdialog")).to_contain_text("You are signed out")
    other.reload()
    expect(other.locator("section.autosave-offer")).to_have_count(0)


def test_the_server_is_away_for_a_while_and_nothing_is_lost(portal, account, open_desk):
    page = open_desk(account)
    page.goto(ADD)
    # The editor loads its parts by itself.
    page.locator(".ProseMirror").first.wait_for(state="attached")
    portal.stop()
    page.get_by_label("Title", exact=True).press_sequentially("Typed while it was away")
    expect(said(page)).to_contain_text("No connection.")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Home").first.click()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Typed while it was away")
    assert asked == ["beforeunload"]
    portal.start()
    expect(said(page)).to_contain_text("backed up")
    fresh = open_desk(account)
    fresh.goto(ADD)
    expect(fresh.locator("section.autosave-offer")).to_contain_text(OFFER)


def test_a_page_that_is_left_at_once_or_by_signing_out_loses_nothing(portal, account, open_desk):
    page = open_desk(account)
    page.goto(ADD)
    title, offer = page.get_by_label("Title", exact=True), page.get_by_role("link", name="Restore")
    title.fill("Typed at the last moment")
    page.goto("/admin/")
    # The browser sends it beside the next page.
    for _ in range(200):
        page.goto(ADD)
        if offer.count():
            break
    offer.click()
    expect(title).to_have_value("Typed at the last moment")
    title.fill("Typed before signing out")
    sign_out(page)
    expect(page).to_have_url(re.compile("/admin/log"))
    sign_in(page, portal, account)
    page.goto(ADD)
    offer.click()
    expect(title).to_have_value("Typed before signing out")


def test_the_keyboard_saves_as_the_button_does_and_once(account, open_desk):
    page = open_desk(account)
    page.goto(ADD)
    sent: list[str] = []
    page.on(
        "request",
        lambda request: request.method == "POST" and request.url.endswith("/add/") and sent.append("one"),
    )
    page.get_by_label("Title", exact=True).fill("By the keyboard")
    open_section(page, "Publishing")
    page.locator("[name=slug]").fill(account)
    open_section(page, "Text")
    editor(page).click()
    page.keyboard.type("Some words.")
    page.keyboard.down("Control")
    page.keyboard.press("s")
    page.keyboard.press("s")
    page.keyboard.up("Control")
    expect(page.locator(".messagelist")).to_contain_text("Draft saved.")
    assert sent == ["one"]
    page.goto(ADD)
    expect(page.locator("section.autosave-offer")).to_have_count(0)
