"""A real browser for the running portal (`site` and `server` are in tests/conftest.py)."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.helpers.browsing import CHROMIUM, FLAGS, listen, open_context, signed_in
from tests.helpers.commands import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(
            f"There is no Chromium at {CHROMIUM}. On Debian: apt install chromium-headless-shell; or set CHROMIUM."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser_without_lao(browser: Browser, tmp_path_factory) -> Iterator[Browser]:
    """On a machine without a face that has Lao."""
    folder = tmp_path_factory.mktemp("fonts")
    config = folder / "fonts.conf"
    config.write_text(
        f"<fontconfig><dir>/usr/share/fonts</dir><cachedir>{folder}</cachedir><selectfont><rejectfont><pattern>"
        "<patelt name='lang'><string>lo</string></patelt></pattern></rejectfont></selectfont></fontconfig>"
    )
    bare = browser.browser_type.launch(
        executable_path=CHROMIUM, args=FLAGS, env=os.environ | {"FONTCONFIG_FILE": str(config)}
    )
    yield bare
    bare.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, to be evaluated in a page."""
    if not AXE.exists():
        pytest.skip("axe-core is missing. Install Node.js, then: npm ci --ignore-scripts")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What browsers complain of in their consoles. A test takes out what it expects."""
    complaints: list[str] = []
    yield complaints
    assert complaints == []


@pytest.fixture
def open_page(browser: Browser, complaints) -> Iterator[Callable[..., Page]]:
    """Open a page in a fresh context."""
    contexts = []

    def open_page(**options) -> Page:
        contexts.append(open_context(browser, **options))
        return listen(contexts[-1].new_page(), complaints)

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def staff_cookies(server) -> dict:
    """The cookies of somebody who may do everything in the admin of the running portal."""
    return signed_in(server)


@pytest.fixture
def desk(open_page, server, staff_cookies) -> Page:
    """A page of staff who are signed in."""
    return open_page(base_url=server.url, storage_state=staff_cookies)
