"""Makes the pictures of docs/staff-guide.md: `make guide`.

Two people, "Editor 1" and "Contributor 1", work at a portal of their own, with the seeded content, as the
guide tells it. What they write is marked as an example, and gone afterwards.
"""

import io
import secrets
import tempfile
from pathlib import Path

from django_otp.oath import totp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

import tests.environment  # noqa: F401  (the settings of its server)
from tests.helpers.browsing import CHROMIUM, FLAGS, first_row, follow, more, open_section, press, publish
from tests.helpers.commands import ROOT
from tests.helpers.servers import Server, running_server

PICTURES = ROOT / "docs" / "staff-guide"
MOST_BYTES = 60_000
DESKTOP, PHONE = {"width": 1000, "height": 760}, {"width": 360, "height": 640}
PASSWORD = secrets.token_urlsafe(16)
ROLES = {"editor": ("Editors", "HR"), "contributor": ("Contributors",)}
#: A person of these groups, with a phone whose key is known here.
MAKE_PERSON = """
from django.contrib.auth.models import Group, User
from django_otp.plugins.otp_totp.models import TOTPDevice
person = User.objects.create_user({name!r}, password={password!r}, first_name={name!r}.title(), last_name="1")
person.groups.set(Group.objects.filter(name__in={groups!r}))
TOTPDevice.objects.create(user=person, name="phone", confirmed=True, key={key!r})
"""
PROGRAMME = "/admin/programmes/programme/?q=migration-health"
VACANCY = "An example vacancy"


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "site", STAFF_SECOND_FACTOR="required") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        draw(server, browser)
        browser.close()


def draw(server: Server, browser: Browser) -> None:
    phone = sign_in(server, browser, "editor", PHONE)
    editor = browser.new_context(
        base_url=server.url, viewport=DESKTOP, storage_state=phone.storage_state(), reduced_motion="reduce"
    )
    contributor = sign_in(server, browser, "contributor", DESKTOP)
    submitting(editor, contributor)
    a_notice(editor, phone)
    two_at_once(editor)


def sign_in(server: Server, browser: Browser, name: str, viewport: dict) -> BrowserContext:
    key = secrets.token_hex(20)
    words = MAKE_PERSON.format(name=name, password=PASSWORD, groups=ROLES[name], key=key)
    server.manage("shell", "--command", words)
    context = browser.new_context(base_url=server.url, viewport=viewport, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    code = page.get_by_label("Code:", exact=True)
    code.wait_for()
    if viewport == PHONE:
        keep(page, "code")
    code.fill(f"{totp(bytes.fromhex(key)):06d}")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#nav-sidebar")).to_have_count(1)
    return context


def submitting(editor: BrowserContext, contributor: BrowserContext) -> None:
    page = contributor.new_page()
    form = first_row(page, PROGRAMME)
    page.goto(form)
    summary = page.get_by_label("Summary", exact=True)
    summary.fill(f"{summary.input_value()} This sentence is an example.")
    follow(page.get_by_role("button", name="Submit for review…"))
    press(page, "Submit for review", "Submitted for review.")

    desk = editor.new_page()
    desk.goto("/admin/")
    keep(desk, "work-list")
    desk.goto(form)
    keep(desk, "form")
    open_section(desk, "Lao")
    keep(desk, "lao")
    desk.goto(form.replace("/change/", "/publish/"))
    keep(desk, "publish")
    desk.goto(form.replace("/change/", "/preview/"))
    desk.frame_locator("iframe").get_by_text("This sentence is an example.").wait_for()
    keep(desk, "preview")
    links = form.replace("/change/", "/links/")
    desk.goto(links)
    desk.get_by_label("For whom").fill("A ministry")
    desk.get_by_role("button", name="Make a link").click()
    expect(desk.locator(".new-link")).to_be_visible()
    desk.goto(links)
    keep(desk, "links")
    desk.goto(form.replace("/change/", "/return/"))
    desk.get_by_label("What should change?").fill("Please say since when.")
    press(desk, "Return", "Returned.")

    page.goto(form)
    keep(page, "given-back", height=680)


def a_notice(editor: BrowserContext, phone: BrowserContext) -> None:
    desk = editor.new_page()
    desk.goto("/admin/careers/vacancy/add/")
    desk.get_by_label("Title", exact=True).first.fill(VACANCY)
    desk.get_by_label("Deadline", exact=True).fill("2040-06-30")
    open_section(desk, "Apply")
    desk.get_by_label("E-mail (optional)").fill("example@example.org")
    publish(desk)

    hand = phone.new_page()
    hand.goto(first_row(hand, "/admin/careers/vacancy/?q=example"))
    follow(more(hand, "Extend or change the deadline…"))
    hand.get_by_label("Deadline", exact=True).fill("2040-07-15")
    hand.get_by_label("Why the deadline changes").fill("An example of a reason.")
    keep(hand, "deadline", full=True)
    press(hand, "Change the deadline", "The deadline is changed.")


def two_at_once(editor: BrowserContext) -> None:
    one, other = editor.new_page(), editor.new_page()
    form = first_row(one, "/admin/careers/vacancy/?q=example")
    for page, duration in ((one, "Six months"), (other, "One year")):
        page.goto(form)
        page.get_by_label("Duration (optional)", exact=True).fill(duration)
    publish(one)
    follow(other.get_by_role("button", name="Save draft"))
    keep(other, "two-at-once", beside=".conflicts")
    one.goto(form.replace("/change/", "/history/"))
    keep(one, "history")


def keep(page: Page, name: str, *, height: int | None = None, full: bool = False, beside: str = "") -> None:
    """The page as it stands, small enough for a slow line."""
    page.evaluate("document.activeElement.blur()")
    if beside:
        content = page.locator(beside).screenshot(animations="disabled")
    else:
        clip = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height} if height else None
        content = page.screenshot(clip=clip, full_page=full, animations="disabled")
    file = PICTURES / f"{name}.webp"
    Image.open(io.BytesIO(content)).convert("RGB").save(file, quality=60, method=6)
    if file.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{file} has {file.stat().st_size} bytes.")


if __name__ == "__main__":
    main()
