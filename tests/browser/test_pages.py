"""Each kind of page in Chromium: accessible, whole on a small screen, light, dark, and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

KINDS = [
    "/", "/about/", "/programmes/", "/programmes/counter-trafficking/", "/projects/", "/projects/promise/",
    "/donors/", "/donors/asian-development-bank/", "/documents/", "/careers/", "/careers/procurement/",
    "/careers/closed/", "/careers/closed/2021/", "/careers/forms/", "/careers/procurement/closed/",
    "/careers/procurement/awards/", "/careers/check/", "/careers/check/?q=Project+Assistant",
    "/careers/check/?q=Nobody+knows+this", "/careers/alerts/", "/contact/", "/accessibility/", "/privacy/",
    "/how-to-apply/", "/nothing-is-here/", "/?q=%00",
]  # fmt: skip


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def vacancy(server) -> str:
    """The address of the vacancy that the content holds, from the list of what has closed."""
    _, body = server.get("/careers/closed/")
    return body.decode().split('href="/careers/vacancies/')[1].split('"')[0].join(("/careers/vacancies/", ""))


def violations(page: Page) -> list[str]:
    """What axe-core objects to on a page, each with the element that it means."""
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {[node['html'][:160] for node in rule['nodes']][:3]}"
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


@pytest.mark.parametrize("address", [*KINDS, "a vacancy"])
def test_axe_finds_nothing_and_nothing_is_cut_off(site, page, axe, vacancy, address):
    page.goto(site + (vacancy if address == "a vacancy" else address))
    page.evaluate(axe)
    for width in (320, 360, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == [], width
        for scheme in ("light", "dark") if width in (320, 1280) else ():
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (scheme, width)


def test_at_400_percent_the_pages_need_no_sideways_scrolling(site, browser):
    """A window of 1280 by 1024 at 400 %: 320 by 256 pixels of CSS, each four by four of the screen."""
    context = browser.new_context(viewport={"width": 320, "height": 256}, device_scale_factor=4)
    page = context.new_page()
    for address in KINDS:
        page.goto(site + address)
        assert overflow(page) == [], address
    context.close()


def test_the_first_view_is_light(site, page):
    """At most 14 KB of HTML and CSS as they travel, in at most five requests."""
    responses = []
    page.on("response", lambda response: responses.append(response))
    page.goto(site + "/", wait_until="networkidle")
    assert len(responses) <= 5, [response.url for response in responses]
    sizes = {
        response.url: int(response.header_value("content-length"))
        for response in responses
        if response.header_value("content-type").startswith(("text/html", "text/css"))
    }
    assert len(sizes) >= 2
    assert sum(sizes.values()) <= 14 * 1024, sizes


@pytest.mark.parametrize("address", KINDS)
def test_a_page_asks_nothing_of_other_hosts_and_leaves_nothing_behind(site, page, address):
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    response = page.goto(site + address)
    assert not [url for url in asked if not url.startswith(site + "/")]
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    if response.status == 200:
        assert complaints == []


def test_a_visitor_without_scripts_reaches_a_programme_and_the_telephone(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + "/")
    page.get_by_role("navigation").get_by_role("link", name="Programmes").first.click()
    page.get_by_role("main").get_by_role("link", name="Counter Trafficking").first.click()
    assert page.url == site + "/programmes/counter-trafficking/"
    page.get_by_role("link", name="Contact").first.click()
    assert page.get_by_role("main").locator("a[href^='tel:']").first.is_visible()
    context.close()


def test_the_keyboard_skips_to_the_content(site, page):
    page.goto(site + "/about/")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.get_attribute("href") == "#main"
    assert skip.is_visible()
    skip.press("Enter")
    assert page.url.endswith("#main")


def test_forced_colours_and_paper_keep_the_words(site, page):
    for media in ({"forced_colors": "active"}, {"media": "print"}):
        page.emulate_media(**media)
        page.goto(site + "/careers/")
        assert page.get_by_role("heading", level=1).is_visible()
        assert page.get_by_role("main").inner_text().strip()
