"""A subscriber's whole way, in Chromium without scripts and with a real mail server; and the pages."""

import re
from collections.abc import Iterator

import html5lib
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_pages import overflow, violations
from tests.mailserver import MailServer, link_in, running_mail_server, text_of
from tests.servers import Server, running_server

READER = "reader@example.org"


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def portal(mail, tmp_path_factory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("alerts"), EMAIL_URL=mail.url) as server:
        do(server, "make_procurement_notice(slug='tents', title_en='Supply of tents')")
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def do(portal: Server, *lines: str) -> str:
    """Python on the portal's data; what it prints."""
    code = ["from careers.models import *", "from tests.factories import *", *lines]
    return portal.manage("shell", "--no-imports", "--command", "\n".join(code)).stdout.strip()


def reads(page: Page, heading: str) -> None:
    """The page with this first heading is there, or comes."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def test_a_subscriber_s_whole_way(portal, mail, page):
    page.goto(f"{portal.url}/careers/alerts/")
    page.get_by_label("New positions", exact=True).check()
    # A browser knows that this is none; it lets through what only the site refuses.
    page.get_by_label("Your e-mail address").fill("reader@example")
    page.get_by_role("button", name="Ask for these alerts").click()
    expect(page.get_by_text("This is not an e-mail address.")).to_be_visible()
    assert page.get_by_label("Your e-mail address").input_value() == "reader@example"
    assert page.get_by_label("New positions", exact=True).is_checked()
    page.get_by_label("Your e-mail address").fill(READER)
    page.get_by_role("button", name="Ask for these alerts").click()
    reads(page, "Please confirm by e-mail")
    assert READER in page.get_by_role("main").inner_text()
    assert mail.received == []

    portal.manage("send_alerts")
    [question] = mail.to(READER)
    page.goto(link_in(text_of(question), "/confirm/"))
    assert "New positions" in page.get_by_role("main").inner_text()
    page.get_by_role("button", name="Yes, send me these alerts").click()
    reads(page, "Your alerts are on")

    do(
        portal,
        "[make_vacancy(title_en=f'Post {number}') for number in range(5)]",
        "make_vacancy(title_en='Draft', state='draft'), make_vacancy(title_en='Gone', state='withdrawn')",
        "make_procurement_notice(title_en='Blankets')",
    )
    mail.received.clear()
    portal.manage("send_alerts")
    portal.manage("send_alerts")
    assert mail.subjects(READER) == [f"New position: Post {number}" for number in range(5)]
    for message in mail.received:
        number = str(message["Subject"])[-1]
        assert f"Post {number}" in text_of(message).splitlines()
        assert "Closes: end of Sunday 30 June 2030, Vientiane time (UTC+7)" in text_of(message).splitlines()

    page.goto(link_in(text_of(mail.received[0]), "/stop/"))
    page.get_by_role("button", name="Stop these alerts").click()
    reads(page, "Your alerts are stopped")
    assert page.goto(link_in(text_of(mail.received[0]), "/stop/")).status == 404
    reads(page, "This link is not known any more")

    do(portal, "make_vacancy(slug='later', title_en='Later')")
    portal.manage("send_alerts")
    assert len(mail.received) == 5
    assert do(portal, f"print(Subscription.objects.filter(email={READER!r}).count())") == "0"
    assert page.context.cookies() == []


def test_somebody_follows_one_notice_and_stops_by_one_click(portal, mail, page):
    mail.received.clear()
    page.goto(f"{portal.url}/careers/alerts/notice/tents/")
    page.get_by_label("Your e-mail address").fill("bidder@example.org")
    page.keyboard.press("Enter")
    reads(page, "Please confirm by e-mail")
    portal.manage("send_alerts")
    page.goto(link_in(text_of(mail.received[0]), "/confirm/"))
    page.get_by_role("button", name="Yes, send me these alerts").click()
    do(portal, "make_amendment(ProcurementNotice.objects.get(slug='tents'), text_en='Forty tents.')")
    portal.manage("send_alerts")
    assert mail.subjects("bidder@example.org") == ["Amended: Supply of tents", "Please confirm your alerts"]
    address = link_in(text_of(mail.received[1]), "/stop/").removeprefix(portal.url)
    response, _ = portal.get(address, "POST", b"List-Unsubscribe=One-Click")
    assert response.status == 200
    do(portal, "make_amendment(ProcurementNotice.objects.get(slug='tents'), text_en='Fifty tents.')")
    portal.manage("send_alerts")
    assert len(mail.received) == 2


def test_a_form_on_another_site_is_refused(portal, browser):
    """Chromium itself says from where it was sent."""
    context = browser.new_context()
    page = context.new_page()
    elsewhere = portal.url.replace("127.0.0.1", "localhost")
    form = f'<form method="post" action="{portal.url}/careers/alerts/"><input name="email" value="x@example.org"><input name="topic" value="all"><button>Win</button></form>'
    page.route(f"{elsewhere}/trap", lambda route: route.fulfill(content_type="text/html", body=form))
    page.goto(f"{elsewhere}/trap")
    with page.expect_navigation() as navigation:
        page.get_by_role("button", name="Win").click()
    assert navigation.value.status == 403
    reads(page, "This form was not sent from this site")
    context.close()


@pytest.fixture(scope="module")
def links(portal) -> dict[str, str]:
    """The addresses of the pages, those behind a token too."""
    tokens = "make_subscription().token, make_subscription(confirmed_at=None).token"
    stop, confirm = do(portal, f"print(*({tokens}))").split()
    return {
        "the form": "/careers/alerts/",
        "of a notice": "/careers/alerts/notice/tents/",
        "confirm": f"/careers/alerts/confirm/{confirm}/",
        "stop": f"/careers/alerts/stop/{stop}/",
        "unknown": "/careers/alerts/stop/unknown/",
    }


def look(page: Page, axe: str) -> None:
    page.evaluate(axe)
    for width in (320, 360, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == [], width
        for scheme in ("light", "dark") if width in (320, 1280) else ():
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (scheme, width)


@pytest.mark.parametrize("name", ["the form", "of a notice", "confirm", "stop", "unknown"])
def test_axe_finds_nothing_and_nothing_is_cut_off(portal, browser, axe, links, name):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(portal.url + links[name])
    look(page, axe)
    assert not [url for url in asked if not url.startswith(portal.url + "/")]
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize(
    "email", ["reader@example", "somebody.with.a.long.name@a-long-domain-of-a-ministry.example.org"]
)
def test_the_answers_to_the_form_are_accessible_too(portal, browser, axe, email):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{portal.url}/careers/alerts/")
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_role("button", name="Ask for these alerts").click()
    expect(page).to_have_title(re.compile("Please"))
    look(page, axe)
    context.close()


def test_targets_are_large_enough_for_a_thumb(portal, page):
    page.goto(f"{portal.url}/careers/alerts/")
    targets = page.locator("main form :is(button, fieldset label, input[type=email])").all()
    assert len(targets) == 5
    for target in targets:
        assert target.bounding_box()["height"] >= 44, target.inner_text()


def test_the_pages_are_valid_html(portal, links):
    for name, address in links.items():
        _, body = portal.get(address)
        parser = html5lib.HTMLParser()
        parser.parse(body, transport_encoding="utf-8")
        assert parser.errors == [], name
