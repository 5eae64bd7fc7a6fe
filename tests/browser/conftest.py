"""A real browser for the running portal (`site` and `server` are in tests/conftest.py)."""

import dataclasses
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.servers import ROOT

#: The headless shell draws the pages alone, without a browser's window around them: a fifth of the work.
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@dataclasses.dataclass(frozen=True)
class StaffAccount:
    username: str
    password: str


@pytest.fixture(scope="session")
def staff_account(server) -> StaffAccount:
    """An account that may do everything in the admin of the running portal."""
    account = StaffAccount("staff", secrets.token_urlsafe(16))
    server.manage(
        "createsuperuser", "--noinput", "--username", account.username, "--email", "",
        DJANGO_SUPERUSER_PASSWORD=account.password,
    )  # fmt: skip
    return account


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Tests open contexts of their own in it and close them."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"There is no Chromium at {CHROMIUM}. On Debian: apt install chromium-headless-shell; or set CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, to be evaluated in a page."""
    if not AXE.exists():
        pytest.skip("axe-core is missing. Install Node.js, then: npm ci --ignore-scripts")
    return AXE.read_text(encoding="utf-8")
