"""Each kind of page in Chromium: accessible, whole on every screen, light and dark, private, without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.helpers.browsing import DESKTOP, PHONE, faults, listen, open_context, overflow, violations
from tests.helpers.lao_lines import broken_words, forget_words, low_lines

pytestmark = pytest.mark.one_database

#: One of each template.
KINDS = [
    "/", "/about/", "/programmes/", "/programmes/counter-trafficking/", "/projects/", "/projects/promise/",
    "/donors/", "/donors/asian-development-bank/", "/documents/", "/careers/", "/careers/closed/",
    "/careers/forms/", "/careers/procurement/awards/", "/careers/check/?q=Project+Assistant",
    "/careers/check/?q=Nobody+knows+this", "/careers/alerts/", "/contact/", "/privacy/", "/nothing-is-here/",
]  # fmt: skip
LAO_KINDS = [
    "/lo/", "/lo/about/", "/lo/programmes/counter-trafficking/", "/lo/projects/strengthening-capacity/",
    "/lo/documents/", "/lo/careers/", "/lo/careers/check/?q=Nobody+knows+this", "/lo/contact/",
]  # fmt: skip
#: A window of 1280 by 1024 at 400 %.
ENLARGED = {"width": 320, "height": 256}
OTHER_SIZES = [PHONE, {"width": 768, "height": 1024}, {"width": 1920, "height": 1080}]


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all tests here: public pages leave nothing behind in it."""
    context = open_context(browser)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    yield page
    page.close()
    context.clear_cookies()


@pytest.fixture(scope="module")
def vacancy(server) -> str:
    """The address of the vacancy that the content holds, from the list of what has closed."""
    _, body = server.get("/careers/closed/")
    return body.decode().split('href="/careers/vacancies/')[1].split('"')[0].join(("/careers/vacancies/", ""))


@pytest.mark.parametrize("address", [*KINDS, "a vacancy"])
def test_a_page_is_accessible_fits_every_screen_and_asks_nothing_of_other_hosts(
    site, page, axe, vacancy, complaints, address
):
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    listen(page, complaints)
    response = page.goto(site + (vacancy if address == "a vacancy" else address))
    assert [url for url in requests if not url.startswith(site + "/")] == []
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    if response.status >= 400:
        # The browser says so in its console.
        complaints.clear()
    assert complaints == []

    looks = [(size, scheme) for size in (ENLARGED, DESKTOP) for scheme in ("light", "dark")]
    assert faults(page, axe, *looks) == []
    for size in OTHER_SIZES:
        page.set_viewport_size(size)
        assert overflow(page) == [], size


@pytest.mark.parametrize("address", [*LAO_KINDS, "a vacancy"])
def test_a_lao_page_is_accessible_and_has_room_for_the_signs_of_its_letters(
    site, page, axe, vacancy, address
):
    page.goto(site + ("/lo" + vacancy if address == "a vacancy" else address))
    found = []
    for size in (DESKTOP, PHONE, ENLARGED):
        page.set_viewport_size(size)
        problems = overflow(page) + low_lines(page) + broken_words(page)
        found += [f"{size['width']}: {problem}" for problem in problems]
    assert found == []
    assert violations(page, axe) == []
    forget_words(page)
    assert overflow(page) == []


def test_without_a_face_for_lao_a_page_in_it_fetches_two_and_one_in_english_none(site, browser_without_lao):
    page = browser_without_lao.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: request.resource_type == "font" and fetched.append(request.url))
    page.goto(site + "/", wait_until="networkidle")
    assert fetched == []
    page.goto(site + "/lo/", wait_until="networkidle")
    assert len(fetched) == 2
    assert page.evaluate("[...document.fonts].map(face => face.status)") == ["loaded", "loaded"]
    page.close()


@pytest.mark.parametrize(("address", "most"), [("/", 5), ("/lo/", 8)])
def test_the_first_view_is_light(site, browser, address, most):
    """At most 14 KB of HTML and CSS as they travel, in few requests; Lao has one sheet more, and two faces."""
    context = open_context(browser)
    page = context.new_page()
    responses = []
    page.on("response", lambda response: responses.append(response))
    page.goto(site + address, wait_until="networkidle")
    assert len(responses) <= most, [response.url for response in responses]
    sizes = {
        response.url: int(response.header_value("content-length"))
        for response in responses
        if response.header_value("content-type").startswith(("text/html", "text/css"))
    }
    assert len(sizes) >= 2
    assert sum(sizes.values()) <= 14 * 1024, sizes
    context.close()


def test_a_visitor_without_scripts_reaches_a_programme_and_the_telephone(site, browser):
    context = open_context(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(site + "/")
    page.get_by_role("navigation").get_by_role("link", name="Our work").first.click()
    page.get_by_role("main").get_by_role("link", name="Counter Trafficking").first.click()
    page.wait_for_url(site + "/programmes/counter-trafficking/")
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
    page.wait_for_url("**#main")


def test_forced_colours_and_paper_keep_the_words(site, page):
    for media in ({"forced_colors": "active"}, {"media": "print"}):
        page.emulate_media(**media)
        page.goto(site + "/careers/")
        assert page.get_by_role("heading", level=1).is_visible()
        assert page.get_by_role("main").inner_text().strip()
