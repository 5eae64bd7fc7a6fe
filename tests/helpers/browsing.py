"""What the tests ask of pages in Chromium."""

import contextlib
import os
import re
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.helpers.servers import Server

#: The headless shell draws the pages alone, without a browser's window around them: a fifth of the work.
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
#: Milliseconds for whatever a test waits for; long, for a machine that has other work.
PATIENCE = 60_000
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
PASSWORD = secrets.token_urlsafe(16)

expect.set_options(timeout=PATIENCE)


def open_context(browser: Browser, **options) -> BrowserContext:
    context = browser.new_context(reduced_motion="reduce", **options)
    context.set_default_timeout(PATIENCE)
    return context


def listen(page: Page, complaints: list[str]) -> Page:
    """Collect what the browser complains of in its console."""

    def complain(words: str) -> None:
        # The preview allows no script, and tests run some in every frame.
        if "Blocked script execution in 'about:" not in words:
            complaints.append(f"{page.url}: {words}")

    page.on("console", lambda message: message.type in ("error", "warning") and complain(message.text))
    page.on("pageerror", lambda error: complain(str(error)))
    return page


@contextlib.contextmanager
def own_chromium(browser: Browser, folder: Path) -> Iterator[tuple[subprocess.Popen, BrowserContext]]:
    """A browser in a process of its own, which can be killed."""
    process = subprocess.Popen(
        [CHROMIUM, *FLAGS, "--headless", "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"],
        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        port = folder / "DevToolsActivePort"
        ends = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < ends and not (port.exists() and port.read_text().strip()):
            time.sleep(0.05)
        address = f"http://127.0.0.1:{port.read_text().split()[0]}"
        [context] = browser.browser_type.connect_over_cdp(address).contexts
        context.set_default_timeout(PATIENCE)
        yield process, context
    finally:
        cut_power(process)


def cut_power(process: subprocess.Popen) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# --- What is wrong with a page --------------------------------------------------------------------


def violations(page: Page, axe: str, *, is_covered: bool = False) -> list[str]:
    """What axe-core objects to on a page, each with the elements that it means.

    `is_covered`: an open menu lies over other targets, which axe would call too small.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    # axe would put styles of its own into the page, which the policy of the admin refuses (preload).
    # Two rules are off in axe unless they are asked for: what a thumb finds, and what a voice can name.
    # At its end, the bar of a form covers nothing.
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    found = page.evaluate(
        """measures => axe.run(document, {
            resultTypes: ['violations'], preload: false,
            rules: {'target-size': {enabled: measures}, 'label-content-name-mismatch': {enabled: true}},
        })""",
        not is_covered,
    )["violations"]
    return [
        f"{page.url}: {rule['id']}: {rule['help']}: {[node['html'][:160] for node in rule['nodes']][:3]}"
        for rule in found
    ]


def overflow(page: Page) -> list[str]:
    """What stands out beyond the right edge of the window, if the page can be scrolled sideways."""
    return page.evaluate(
        """() => {
            const root = document.documentElement;
            if (root.scrollWidth <= root.clientWidth) return [];
            return [...document.querySelectorAll("body *")]
                .filter(element => element.getBoundingClientRect().right > root.clientWidth + 1)
                .map(element => element.outerHTML.slice(0, 120)).concat(`${root.scrollWidth} pixels wide`);
        }"""
    )


def faults(page: Page, axe: str, *looks: tuple[dict, str]) -> list[str]:
    """What axe objects to and what is cut off, in windows of these sizes and colour schemes."""
    found = []
    for size, scheme in looks:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        problems = overflow(page) + violations(page, axe)
        found += [f"{page.url} {size['width']} {scheme}: {problem}" for problem in problems]
    return found


def small_targets(targets: Locator) -> list[str]:
    """The elements that are too low for a thumb: less than 44 pixels, but for rounding."""
    return targets.evaluate_all(
        "all => all.filter(each => each.getBoundingClientRect().height < 43.5).map(each => each.outerHTML)"
    )


# --- The admin ------------------------------------------------------------------------------------


def make_superuser(server: Server, name: str = "") -> str:
    """An account with the password PASSWORD. Returns its name."""
    name = name or f"staff-{secrets.token_hex(4)}"
    server.manage(
        "createsuperuser", "--noinput", "--username", name, "--email", "", DJANGO_SUPERUSER_PASSWORD=PASSWORD
    )
    return name


def signed_in(server: Server, name: str = "", *, role: str = "", key: str = "") -> dict:
    """The cookies of new staff who are signed in, as `storage_state` of a browser.

    They may do everything unless they have a role, and their password is PASSWORD. With a key, in
    hexadecimal digits, a phone that shows codes for it is set up.
    """
    session = server.manage("shell", "--no-imports", "--command", f"""
from django.contrib.auth.models import Group, User
from django.test import Client
user = User.objects.create_user({name or f"staff-{secrets.token_hex(4)}"!r}, password={PASSWORD!r})
if {role!r}:
    user.groups.add(Group.objects.get(name={role!r}))
else:
    User.objects.filter(pk=user.pk).update(is_superuser=True)
client = Client()
client.force_login(user)
session = client.session
if {key!r}:
    phone = user.totpdevice_set.create(name="phone", confirmed=True, key={key!r})
    session["otp_device_id"] = phone.persistent_id
    session.save()
print(session.session_key)
""").stdout.strip()  # fmt: skip
    cookie = {
        "name": "session", "value": session, "domain": "127.0.0.1", "path": "/", "expires": -1,
        "httpOnly": True, "secure": False, "sameSite": "Lax",
    }  # fmt: skip
    return {"cookies": [cookie], "origins": []}


def give_password(page: Page, name: str) -> None:
    """Fill in and send the form for signing in."""
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def sign_in(page: Page, server: Server, name: str) -> None:
    page.goto(f"{server.url}/admin/")
    give_password(page, name)
    expect(page.locator("#nav-sidebar")).to_have_count(1)


def sign_out(page: Page) -> None:
    page.locator("[popovertarget=account]").click()
    page.get_by_role("button", name="Sign out").click()


def wait_for_editors(page: Page) -> None:
    """Open all parts of a form, and wait until its rich text editors stand where text areas stood."""
    page.evaluate(
        "document.querySelectorAll('main details:not(.drop-menu)').forEach(part => part.open = true)"
    )
    page.evaluate("document.querySelectorAll('.form-section').forEach(section => section.hidden = false)")
    expect(page.locator("textarea[data-django-prose-editor-configurable]:visible")).to_have_count(0)


def open_section(page: Page, title: str) -> None:
    """Open a section of a form by its tab."""
    page.get_by_role("tab", name=re.compile(f"^{title}")).click()


def first_row(page: Page, address: str) -> str:
    """The form of the first record of a list."""
    page.goto(address)
    link = page.locator("#result_list tbody th a").first
    return link.get_attribute("href").partition("?")[0]


def follow(link: Locator) -> None:
    """Click what leads to another page, and wait for it."""
    with link.page.expect_navigation():
        link.click()


def press(page: Page, button: str | re.Pattern, says: str) -> None:
    """Press a button, and read what the next page says of it."""
    follow(page.get_by_role("button", name=button, exact=True))
    expect(page.locator(".messagelist")).to_contain_text(says)


def save_draft(page: Page) -> None:
    press(page, "Save draft", "Draft saved.")


def publish(page: Page) -> None:
    """Publish what a form holds, whatever the step warns of."""
    follow(page.get_by_role("button", name="Publish…", exact=True))
    if (anyway := page.get_by_label("Publish anyway")).count():
        anyway.check()
    press(page, "Publish now", "Published. Visitors see it now.")


def more(page: Page, entry: str) -> Locator:
    """An entry of the menu of a form, which is opened."""
    page.get_by_role("button", name="More", exact=True).click()
    return page.locator("#more-actions").get_by_text(entry, exact=False)
