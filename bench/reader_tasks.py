"""Ten tasks of visitors on a phone: how many taps, and how many screens they scroll.

    .venv/bin/python -m bench.reader_tasks http://127.0.0.1:8000

The portal needs an open job, and a closed one with an outcome. What is in view costs no scrolling. What a
tap brings into view by itself costs none either.
"""

import argparse
import sys

from playwright.sync_api import Page, sync_playwright

from tests.helpers.browsing import CHROMIUM

PHONE = {"width": 360, "height": 740}
#: Longer than the smooth scroll to a heading takes, in milliseconds.
SETTLE = 1200
#: From the home page: what is tapped, then what was looked for.
TASKS = {
    "Is this notice real?": ["a:has-text('Is this notice real?')", "#text"],
    "The deadline of a job": [".open-now time"],
    "How to apply": [".open-now li a", "main .button", "#apply"],
    "What is open now": [".open-now .button", "main ul.rows"],
    "The donors of a programme": [".programme-rows a", ".jump a:has-text('Donors')", "#donors + ul"],
    "A factsheet": [".site-nav a:has-text('Documents')", "h3:has-text('SEZs Factsheet')"],
    "The telephone number": [".hero .actions span:has-text('+856')"],
    "Alerts by e-mail": [".site-nav a:has-text('Jobs')", ".jump a:has-text('E-mail alerts')", "#email"],
    "A deadline in the calendar": [".open-now li a", "a[href$='deadline.ics']"],
    "The outcome of a closed job": [
        ".site-nav a:has-text('Jobs')", "a:has-text('Closed jobs')", ".deadline strong",
    ],
}  # fmt: skip


def scroll_to(page: Page, selector: str) -> float:
    """Scroll until the thing is in view. Return how many screens that took."""
    top, bottom = page.locator(selector).first.evaluate(
        "element => { const {top, bottom} = element.getBoundingClientRect(); return [top, bottom]; }"
    )
    height = PHONE["height"]
    distance = min(top, bottom - height) if bottom > height else min(top, 0)
    page.evaluate("distance => window.scrollBy({top: distance, behavior: 'instant'})", distance)
    return abs(distance) / height


def measure(page: Page, address: str, steps: list[str]) -> tuple[int, float]:
    """Taps and screens."""
    page.goto(address)
    screens = 0.0
    for place, selector in enumerate(steps):
        screens += scroll_to(page, selector)
        if place < len(steps) - 1:
            page.locator(selector).first.click()
            page.wait_for_timeout(SETTLE)
    return len(steps) - 1, screens


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reader_tasks", description=__doc__.splitlines()[0])
    parser.add_argument("address")
    address = parser.parse_args().address
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_context(viewport=PHONE).new_page()
        for task, steps in TASKS.items():
            taps, screens = measure(page, address, steps)
            sys.stdout.write(f"{task:30} {taps} taps {screens:4.1f} screens\n")
        browser.close()


if __name__ == "__main__":
    main()
