"""Signing in with a second factor, in Chromium: on a phone, under the strict policy, with one hand."""

import base64
import re
import secrets
from collections.abc import Iterator

import pytest
from django_otp.oath import totp
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.servers import Server, running_server

from .test_admin import violations

PHONE = {"width": 360, "height": 740}
PASSWORD = secrets.token_urlsafe(16)


@pytest.fixture(scope="module")
def strict_site(tmp_path_factory) -> Iterator[Server]:
    """A portal that requires a second factor, and on which nobody stays signed in for longer than ten minutes."""
    folder = tmp_path_factory.mktemp("strict")
    with running_server(folder, STAFF_SECOND_FACTOR="required", STAFF_IDLE_MINUTES="10") as server:
        yield server


@pytest.fixture
def account(strict_site) -> str:
    """The name of a new account, without a phone. Its password is PASSWORD."""
    name = f"staff-{secrets.token_hex(4)}"
    strict_site.manage(
        "createsuperuser", "--noinput", "--username", name, "--email", "", DJANGO_SUPERUSER_PASSWORD=PASSWORD
    )
    return name


@pytest.fixture
def complaints() -> list[str]:
    return []


def watched(page: Page, complaints: list[str]) -> Page:
    page.on(
        "console", lambda message: message.type in ("error", "warning") and complaints.append(message.text)
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page


@pytest.fixture
def context(browser: Browser, complaints) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    yield context
    context.close()
    assert complaints == []


def give_password(page: Page, site: Server, account: str, then: str = "/admin/") -> None:
    page.goto(f"{site.url}/admin/login/?next={then}")
    page.get_by_label("Username").fill(account)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def code_of(letters: str) -> str:
    """What the phone shows for the key that stands on the page."""
    return f"{totp(base64.b32decode(letters.replace(' ', ''))):06d}"


def next_code_of(letters: str) -> str:
    """The code after this one, which is taken a little early too: each is taken once."""
    return f"{totp(base64.b32decode(letters.replace(' ', '')), drift=1):06d}"


def fits_a_thumb(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
    for box in page.locator("main :is(input:visible, button:visible, summary:visible, p a:visible)").all():
        assert box.bounding_box()["height"] >= 43.5, box.evaluate("box => box.outerHTML")


def set_up(page: Page) -> tuple[str, list[str]]:
    """The key of the phone, and the recovery codes."""
    letters = page.locator("code.key").inner_text()
    page.get_by_label("Code:").fill(code_of(letters))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    # They are copied by hand.
    size = page.locator(".codes code").first.evaluate("code => parseFloat(getComputedStyle(code).fontSize)")
    assert size >= 18
    return letters, page.locator(".codes code").all_inner_texts()


def test_a_phone_is_set_up_and_used_with_one_hand_under_the_policy(
    context, strict_site, account, axe, complaints
):
    page = watched(context.new_page(), complaints)
    give_password(page, strict_site, account)
    expect(page.get_by_role("heading", name="Set up your phone for signing in")).to_be_visible()
    expect(page.locator("svg.qr")).to_be_visible()
    fits_a_thumb(page)
    assert violations(page, axe) == []
    letters, codes = set_up(page)
    assert len(codes) == 10
    expect(page.get_by_role("button", name="Print this page")).to_be_visible()
    fits_a_thumb(page)
    assert violations(page, axe) == []
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", name="What would you like to change?")).to_be_visible()
    page.goto(f"{strict_site.url}/admin/second-factor/")
    fits_a_thumb(page)
    assert violations(page, axe) == []
    page.goto(f"{strict_site.url}/admin/accounts/signinevent/")
    expect(page.locator("#result_list")).to_contain_text("Second factor set up")
    assert violations(page, axe) == []
    page.goto(f"{strict_site.url}/admin/")
    page.get_by_role("button", name="Sign out").click()

    give_password(page, strict_site, account, "/admin/office/page/")
    expect(page.get_by_role("heading", name="The code from your phone")).to_be_visible()
    page.get_by_text("I do not have my phone").click()
    fits_a_thumb(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page, axe) == []
    page.get_by_role("textbox", name="Code:", exact=True).fill("000000")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("This code is wrong")
    assert violations(page, axe) == []
    page.get_by_text("I do not have my phone").click()
    page.get_by_label("Recovery code:").fill(codes[3])
    page.get_by_role("button", name="Use this recovery code").click()
    expect(page.locator(".messagelist")).to_contain_text("Codes left: 9")
    assert page.url == f"{strict_site.url}/admin/office/page/"
    page.goto(f"{strict_site.url}/admin/")
    page.get_by_role("button", name="Sign out").click()

    give_password(page, strict_site, account)
    page.get_by_role("textbox", name="Code:", exact=True).fill(next_code_of(letters))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="What would you like to change?")).to_be_visible()


def test_without_scripts_a_phone_is_set_up_too(browser, strict_site, account):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    give_password(page, strict_site, account)
    set_up(page)
    expect(page.get_by_role("button", name="Print this page")).to_be_hidden()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", name="What would you like to change?")).to_be_visible()
    context.close()


def test_the_other_pages_of_the_door_work_under_the_policy(context, strict_site, axe, complaints):
    page = watched(context.new_page(), complaints)
    for address in (
        "/admin/login/",
        "/admin/password-reset/",
        "/admin/password-reset/sent/",
        "/admin/password-reset/kept/",
    ):
        page.goto(strict_site.url + address)
        fits_a_thumb(page)
        assert violations(page, axe) == []


@pytest.fixture
def writer(context, strict_site, account, complaints) -> tuple[Page, str]:
    """Somebody who has half written a page, and the key of their phone. The page's clock can be moved."""
    page = watched(context.new_page(), complaints)
    give_password(page, strict_site, account)
    letters, _ = set_up(page)
    page.get_by_role("button", name="I have kept them").click()
    page.clock.install()
    page.goto(f"{strict_site.url}/admin/office/page/add/")
    page.get_by_label("Title:").fill("Half a sentence")
    return page, letters


def test_before_the_end_one_is_warned_and_can_stay(writer, axe):
    page, _ = writer
    dialog = page.get_by_role("alertdialog")
    page.clock.fast_forward("03:00")
    expect(dialog).to_have_count(0)
    page.clock.fast_forward("02:00")
    expect(dialog).to_contain_text("Are you still there?")
    assert violations(page, axe) == []
    with page.expect_response(re.compile("/admin/session/")) as answer:
        dialog.get_by_role("button", name="Stay signed in").click()
    assert answer.value.json()["seconds"] > 590
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Title:")).to_have_value("Half a sentence")


def test_whoever_types_is_not_away(writer):
    page, _ = writer
    page.clock.fast_forward("04:00")
    with page.expect_response(re.compile("/admin/session/")):
        page.get_by_label("Title:").press_sequentially(" and more")
    page.clock.fast_forward("03:00")
    expect(page.get_by_role("alertdialog")).to_have_count(0)


def test_after_the_end_the_form_stays_and_is_saved_once_one_has_signed_in_again(
    writer, context, strict_site, account, axe, complaints
):
    page, letters = writer
    strict_site.manage(
        "shell", "-c", "from django.contrib.sessions.models import Session; Session.objects.all().delete()"
    )
    page.clock.fast_forward("11:00")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("You are signed out")
    assert violations(page, axe) == []
    with context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in again").click()
    other = opened.value
    other.get_by_label("Username").fill(account)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.get_by_role("textbox", name="Code:", exact=True).fill(next_code_of(letters))
    other.get_by_role("button", name="Go on").click()
    expect(other.get_by_role("heading", name="You are signed in")).to_be_visible()
    other.close()
    with page.expect_response(re.compile("/admin/session/")):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    # The browser notes that the page asked while nobody was signed in.
    complaints[:] = [text for text in complaints if "status of 403" not in text]


def test_a_form_that_is_sent_too_late_leads_to_signing_in_and_then_offers_what_was_typed(
    writer, strict_site, account
):
    page, letters = writer
    page.clock.fast_forward("00:03")
    expect(page.locator("#typed")).to_contain_text("Kept at")
    strict_site.manage(
        "shell", "-c", "from django.contrib.sessions.models import Session; Session.objects.all().delete()"
    )
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_label("Username").fill(account)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("textbox", name="Code:", exact=True).fill(next_code_of(letters))
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("link", name="Take it up again").click()
    expect(page.get_by_label("Title:")).to_have_value("Half a sentence")
