"""Signing in with a second factor, in Chromium: on a phone, under the strict policy, with one hand."""

import base64
import re
import secrets
from collections.abc import Iterator

import pytest
from django_otp.oath import totp
from playwright.sync_api import Page, expect

from tests.helpers import browsing
from tests.helpers.browsing import (
    DESKTOP,
    PHONE,
    faults,
    make_superuser,
    overflow,
    signed_in,
    small_targets,
    violations,
)
from tests.helpers.servers import Server, running_server

pytestmark = pytest.mark.one_database

END_SESSIONS = "from django.contrib.sessions.models import Session; Session.objects.all().delete()"


@pytest.fixture(scope="module")
def strict_site(tmp_path_factory) -> Iterator[Server]:
    """A portal that requires a second factor, and on which nobody stays signed in for longer than ten minutes."""
    folder = tmp_path_factory.mktemp("strict")
    with running_server(folder, STAFF_SECOND_FACTOR="required", STAFF_IDLE_MINUTES="10") as server:
        yield server


@pytest.fixture
def account(strict_site) -> str:
    """The name of a new account, without a phone."""
    return make_superuser(strict_site)


@pytest.fixture
def page(open_page, strict_site) -> Page:
    return open_page(base_url=strict_site.url, viewport=PHONE)


def give_password(page: Page, account: str, then: str = "/admin/") -> None:
    page.goto(f"/admin/login/?next={then}")
    browsing.give_password(page, account)


def code_of(letters: str) -> str:
    """What the phone shows for the key that stands on the page."""
    return f"{totp(base64.b32decode(letters.replace(' ', ''))):06d}"


def next_code_of(letters: str) -> str:
    """The code after this one, which is taken a little early too. Each code is taken once."""
    return f"{totp(base64.b32decode(letters.replace(' ', '')), drift=1):06d}"


def give_code(page: Page, code: str) -> None:
    page.get_by_role("textbox", name="Code:", exact=True).fill(code)
    page.get_by_role("button", name="Continue").click()


def sign_out(page: Page) -> None:
    page.goto("/admin/")
    browsing.sign_out(page)
    expect(page.locator("#user-tools")).to_have_count(0)


def is_at_the_front(page: Page) -> None:
    expect(page.locator("#nav-sidebar")).to_have_count(1)


def fits_a_thumb(page: Page) -> None:
    assert overflow(page) == []
    assert (
        small_targets(page.locator("main :is(input:visible, button:visible, summary:visible, p a:visible)"))
        == []
    )


def set_up(page: Page) -> tuple[str, list[str]]:
    """The key of the phone, and the recovery codes."""
    letters = page.locator("code.key").inner_text()
    give_code(page, code_of(letters))
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    # They are copied by hand.
    size = page.locator(".codes code").first.evaluate("code => parseFloat(getComputedStyle(code).fontSize)")
    assert size >= 18
    return letters, page.locator(".codes code").all_inner_texts()


def test_a_phone_is_set_up_and_used_with_one_hand_under_the_policy(page, account, axe):
    give_password(page, account)
    expect(page.get_by_role("heading", name="Set up two-step sign-in")).to_be_visible()
    expect(page.locator("svg.qr")).to_be_visible()
    fits_a_thumb(page)
    assert violations(page, axe) == []
    letters, codes = set_up(page)
    assert len(codes) == 10
    expect(page.get_by_role("button", name="Print this page")).to_be_visible()
    fits_a_thumb(page)
    assert violations(page, axe) == []
    page.get_by_role("button", name="I have saved these codes").click()
    is_at_the_front(page)
    page.goto("/admin/second-factor/")
    fits_a_thumb(page)
    assert violations(page, axe) == []
    sign_out(page)

    give_password(page, account, "/admin/office/page/")
    expect(page.get_by_role("heading", name="Enter the code from your phone")).to_be_visible()
    page.get_by_text("I do not have my phone").click()
    fits_a_thumb(page)
    assert faults(page, axe, (PHONE, "light"), (PHONE, "dark")) == []
    give_code(page, "000000")
    expect(page.get_by_role("alert")).to_contain_text("This code is wrong")
    assert violations(page, axe) == []
    page.get_by_text("I do not have my phone").click()
    page.get_by_label("Recovery code:").fill(codes[3])
    page.get_by_role("button", name="Use this recovery code").click()
    expect(page.locator(".messagelist")).to_contain_text("Codes left: 9")
    page.wait_for_url("**/admin/office/page/")
    sign_out(page)

    give_password(page, account)
    give_code(page, next_code_of(letters))
    is_at_the_front(page)


def test_somebody_new_comes_from_a_link_to_the_front_page(open_page, strict_site, page, axe):
    name = f"editor-{secrets.token_hex(4)}"
    boss = signed_in(strict_site, key=secrets.token_hex(20))
    desk = open_page(base_url=strict_site.url, viewport=PHONE, storage_state=boss)
    desk.goto("/admin/auth/user/add/")
    desk.get_by_label("Username", exact=True).fill(name)
    desk.get_by_label("Contributors").check()
    desk.get_by_role("button", name="Save…", exact=True).click()
    expect(desk.locator(".messagelist")).to_contain_text("Copy the link now.")
    assert faults(desk, axe, (PHONE, "light"), (PHONE, "dark")) == []

    page.goto(desk.locator(".messagelist code").inner_text())
    expect(page.get_by_role("heading", name="Choose your password")).to_be_visible()
    fits_a_thumb(page)
    assert faults(page, axe, (PHONE, "light"), (PHONE, "dark")) == []
    for label in ("New password:", "New password again:"):
        page.get_by_label(label, exact=True).fill(browsing.PASSWORD)
    page.get_by_role("button", name="Save password").click()
    expect(page.locator(".messagelist")).to_contain_text("Your password is saved.")
    browsing.give_password(page, name)
    set_up(page)
    page.get_by_role("button", name="I have saved these codes").click()
    is_at_the_front(page)


def test_without_scripts_a_phone_is_set_up_too(open_page, strict_site, account):
    page = open_page(base_url=strict_site.url, viewport=PHONE, java_script_enabled=False)
    give_password(page, account)
    set_up(page)
    expect(page.get_by_role("button", name="Print this page")).to_be_hidden()
    page.get_by_role("button", name="I have saved these codes").click()
    is_at_the_front(page)


def test_the_other_pages_for_signing_in_fit_a_thumb_and_axe_finds_nothing(page, axe):
    looks = (DESKTOP, "dark"), (PHONE, "light")
    for address in (
        "/admin/password-reset/", "/admin/password-reset/sent/", "/admin/sign-in-link/a/b/", "/admin/login/"
    ):  # fmt: skip
        page.goto(address)
        fits_a_thumb(page)
        assert faults(page, axe, *looks) == []
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("The username or the password is wrong.")
    assert faults(page, axe, *looks) == []


@pytest.fixture
def writer(open_page, strict_site) -> tuple[Page, str, str]:
    """Somebody who has half written a page, their name and the key of their phone. The page's clock can be moved."""
    name, key = f"staff-{secrets.token_hex(4)}", secrets.token_hex(20)
    page = open_page(
        base_url=strict_site.url, viewport=PHONE, storage_state=signed_in(strict_site, name, key=key)
    )
    page.clock.install()
    page.goto("/admin/office/page/add/")
    page.get_by_label("Title", exact=True).fill("Half a sentence")
    return page, name, base64.b32encode(bytes.fromhex(key)).decode()


def test_before_the_end_one_is_warned_and_can_stay(writer, axe):
    page, *_ = writer
    dialog = page.get_by_role("alertdialog")
    page.clock.fast_forward("03:00")
    expect(dialog).to_have_count(0)
    page.clock.fast_forward("02:00")
    expect(dialog).to_contain_text("Are you still there?")
    assert violations(page, axe) == []
    with page.expect_response(re.compile("/admin/session/")) as answer:
        dialog.get_by_role("button", name="Stay signed in").click()
    assert answer.value.json()["seconds"] > 300
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Half a sentence")


def test_whoever_types_is_not_away(writer):
    page, *_ = writer
    page.clock.fast_forward("04:00")
    with page.expect_response(re.compile("/admin/session/")):
        page.get_by_label("Title", exact=True).press_sequentially(" and more")
    page.clock.fast_forward("03:00")
    expect(page.get_by_role("alertdialog")).to_have_count(0)


def test_after_the_end_the_form_stays_and_is_saved_once_one_has_signed_in_again(
    writer, strict_site, axe, complaints
):
    page, account, letters = writer
    strict_site.manage("shell", "-c", END_SESSIONS)
    page.clock.fast_forward("11:00")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("You are signed out")
    assert violations(page, axe) == []
    with page.context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in again").click()
    other = opened.value
    browsing.give_password(other, account)
    give_code(other, next_code_of(letters))
    expect(other.get_by_role("heading", name="You are signed in")).to_be_visible()
    other.close()
    with page.expect_response(re.compile("/admin/session/")):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(dialog).to_be_hidden()
    # Only then is the form sent.
    expect(page.locator("#autosave-status")).to_contain_text("backed up")
    browsing.save_draft(page)
    # The browser notes that the page asked while nobody was signed in.
    complaints[:] = [text for text in complaints if "status of 403" not in text]


def test_a_form_that_is_sent_too_late_leads_to_signing_in_and_then_offers_what_was_typed(writer, strict_site):
    page, account, letters = writer
    page.clock.fast_forward("00:03")
    expect(page.locator("#autosave-status")).to_contain_text("backed up")
    strict_site.manage("shell", "-c", END_SESSIONS)
    page.get_by_role("button", name="Save draft").click()
    browsing.give_password(page, account)
    give_code(page, next_code_of(letters))
    page.get_by_role("link", name="Restore").click()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Half a sentence")
