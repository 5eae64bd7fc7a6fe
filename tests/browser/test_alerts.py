"""A subscriber's whole way, in Chromium without scripts and with a real mail server; and the pages."""

import re
from collections.abc import Iterator

import html5lib
import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browsing import DESKTOP, PHONE, faults, small_targets
from tests.helpers.mailserver import MailServer, link_in, running_mail_server, text_of
from tests.helpers.servers import Server, running_server

pytestmark = pytest.mark.one_database

READER = "reader@example.org"
SMALLEST = {"width": 320, "height": 640}


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
def page(open_page, portal) -> Page:
    return open_page(java_script_enabled=False, base_url=portal.url, viewport=PHONE)


def do(portal: Server, *lines: str) -> str:
    """Python on the portal's data; what it prints."""
    code = ["from careers.models import *", "from tests.helpers.factories import *", *lines]
    return portal.manage("shell", "--no-imports", "--command", "\n".join(code)).stdout.strip()


def reads(page: Page, heading: str) -> None:
    """The page with this first heading is there, or comes."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def test_a_subscriber_s_whole_way(portal, mail, page, complaints):
    page.goto("/careers/alerts/")
    page.get_by_label("New jobs", exact=True).check()
    # A browser knows that this is none; it lets through what only the site refuses.
    page.get_by_label("Your e-mail address").fill("reader@example")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_text("Enter an e-mail address like name@example.org.")).to_be_visible()
    expect(page.get_by_label("Your e-mail address")).to_have_value("reader@example")
    expect(page.get_by_label("New jobs", exact=True)).to_be_checked()
    page.get_by_label("Your e-mail address").fill(READER)
    page.get_by_role("button", name="Subscribe").click()
    reads(page, "Check your e-mail")
    expect(page.get_by_role("main")).to_contain_text(READER)
    assert mail.received == []

    portal.manage("send_alerts")
    [question] = mail.to(READER)
    page.goto(link_in(text_of(question), "/confirm/"))
    expect(page.get_by_role("main")).to_contain_text("New jobs")
    page.get_by_role("button", name="Confirm").click()
    reads(page, "You are subscribed")

    do(
        portal,
        "[make_vacancy(title_en=f'Post {number}') for number in range(5)]",
        "make_vacancy(title_en='Draft', state='draft'), make_vacancy(title_en='Gone', state='withdrawn')",
        "make_procurement_notice(title_en='Blankets')",
    )
    mail.received.clear()
    portal.manage("send_alerts")
    portal.manage("send_alerts")
    assert mail.subjects(READER) == [f"New job: Post {number}" for number in range(5)]
    for message in mail.received:
        number = str(message["Subject"])[-1]
        assert f"Post {number}" in text_of(message).splitlines()
        assert "Closes: end of Sunday 30 June 2030, Vientiane time (UTC+7)" in text_of(message).splitlines()

    page.goto(link_in(text_of(mail.received[0]), "/stop/"))
    page.get_by_role("button", name="Unsubscribe").click()
    reads(page, "You have unsubscribed")
    assert page.goto(link_in(text_of(mail.received[0]), "/stop/")).status == 404
    reads(page, "You are not subscribed")
    complaints.clear()

    do(portal, "make_vacancy(slug='later', title_en='Later')")
    portal.manage("send_alerts")
    assert len(mail.received) == 5
    assert do(portal, f"print(Subscription.objects.filter(email={READER!r}).count())") == "0"
    assert page.context.cookies() == []


def test_somebody_follows_one_notice_and_stops_by_one_click(portal, mail, page):
    mail.received.clear()
    page.goto("/careers/alerts/notice/tents/")
    page.get_by_label("Your e-mail address").fill("bidder@example.org")
    page.keyboard.press("Enter")
    reads(page, "Check your e-mail")
    portal.manage("send_alerts")
    page.goto(link_in(text_of(mail.received[0]), "/confirm/"))
    page.get_by_role("button", name="Confirm").click()
    reads(page, "You are subscribed")
    do(portal, "make_amendment(ProcurementNotice.objects.get(slug='tents'), text_en='Forty tents.')")
    portal.manage("send_alerts")
    assert mail.subjects("bidder@example.org") == ["Amended: Supply of tents", "Confirm your e-mail alerts"]
    address = link_in(text_of(mail.received[1]), "/stop/").removeprefix(portal.url)
    response, _ = portal.get(address, "POST", b"List-Unsubscribe=One-Click")
    assert response.status == 200
    do(portal, "make_amendment(ProcurementNotice.objects.get(slug='tents'), text_en='Fifty tents.')")
    portal.manage("send_alerts")
    assert len(mail.received) == 2


def test_a_form_on_another_site_is_refused(portal, open_page, complaints):
    """Chromium itself says from where it was sent."""
    page = open_page()
    elsewhere = portal.url.replace("127.0.0.1", "localhost")
    form = f'<form method="post" action="{portal.url}/careers/alerts/"><input name="email" value="x@example.org"><input name="topic" value="all"><button>Win</button></form>'
    page.route(f"{elsewhere}/trap", lambda route: route.fulfill(content_type="text/html", body=form))
    page.goto(f"{elsewhere}/trap")
    with page.expect_navigation() as navigation:
        page.get_by_role("button", name="Win").click()
    assert navigation.value.status == 403
    reads(page, "This form was not sent from our site")
    complaints.clear()


@pytest.fixture(scope="module")
def links(portal) -> list[str]:
    """The addresses of the pages, those behind a token too."""
    tokens = "make_subscription().token, make_subscription(confirmed_at=None).token"
    stop, confirm = do(portal, f"print(*({tokens}))").split()
    return [
        "/careers/alerts/", "/careers/alerts/notice/tents/", f"/careers/alerts/confirm/{confirm}/",
        f"/careers/alerts/stop/{stop}/", "/careers/alerts/stop/unknown/",
    ]  # fmt: skip


def test_axe_finds_nothing_on_the_pages_and_the_answers_and_they_keep_no_cookie(
    portal, open_page, axe, links, complaints
):
    looks = [(size, scheme) for size in (SMALLEST, DESKTOP) for scheme in ("light", "dark")]
    page = open_page(base_url=portal.url)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    found = []
    for address in links:
        page.goto(address)
        found += faults(page, axe, *looks)
    for email in ("reader@example", "somebody.with.a.long.name@a-long-domain-of-a-ministry.example.org"):
        page.goto("/careers/alerts/")
        page.get_by_label("Your e-mail address").fill(email)
        page.get_by_role("button", name="Subscribe").click()
        expect(page).to_have_title(re.compile("Please correct|Check your e-mail"))
        found += faults(page, axe, *looks)
    assert found == []
    assert [url for url in requests if not url.startswith(portal.url + "/")] == []
    assert page.context.cookies() == []
    complaints[:] = [complaint for complaint in complaints if "/unknown/" not in complaint]


def test_targets_are_large_enough_for_a_thumb(page):
    page.goto("/careers/alerts/")
    targets = page.locator("main form :is(button, fieldset label, input[type=email])")
    expect(targets).to_have_count(5)
    assert small_targets(targets) == []


def test_the_pages_are_valid_html(portal, links):
    for address in links:
        _, body = portal.get(address)
        parser = html5lib.HTMLParser()
        parser.parse(body, transport_encoding="utf-8")
        assert parser.errors == [], address
