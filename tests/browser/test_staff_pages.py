"""The whole admin in Chromium: every shape of page keeps its policy, fits a phone, and axe finds nothing on it."""

import re
from collections import deque
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers.browsing import (
    DESKTOP,
    PHONE,
    faults,
    first_row,
    more,
    open_context,
    overflow,
    publish,
    save_draft,
    signed_in,
    small_targets,
    violations,
    wait_for_editors,
)
from tests.helpers.servers import Server, running_server

pytestmark = pytest.mark.one_database

LOOKS = (PHONE, "light"), (DESKTOP, "dark")
#: A number or a random key in an address: one of many pages of the same shape.
KEY = re.compile(r"/(\d+|[0-9a-f]{8}-[0-9a-f-]{27})/")
#: What is no page: it signs out, is a file, or leads to what visitors see.
NO_PAGE = re.compile(r"/(logout|export/\w+|files|r)/|\.webp$")
#: What must have been on the way, so that a link that goes missing is noticed.
ON_THE_WAY = {
    "/admin/", "/admin/guide/", "/admin/export/", "/admin/deleted/", "/admin/worklist/lao/",
    "/admin/second-factor/", "/admin/second-factor/set-up/", "/admin/password_change/",
    "/admin/programmes/programme/", "/admin/programmes/programme/*/change/", "/admin/programmes/programme/*/history/",
    "/admin/programmes/donor/*/delete/", "/admin/programmes/programme/*/links/",
    "/admin/programmes/programme/*/preview/?language=en&width=phone",
    "/admin/programmes/programme/*/preview/?language=lo&width=phone",
    "/admin/programmes/programme/*/preview/?language=en&width=desktop",
    "/admin/programmes/programme/*/preview/?language=lo&width=desktop",
    "/admin/programmes/programme/*/preview/page/?language=en",
    "/admin/programmes/programme/*/preview/page/?language=lo",
    "/admin/programmes/programme/*/publish/", "/admin/programmes/programme/*/submit/",
    "/admin/programmes/programme/*/withdraw/", "/admin/programmes/programme/*/take-down/",
    "/admin/programmes/programme/*/delete-draft/",
    "/admin/programmes/project/*/change/", "/admin/programmes/figure/*/change/",
    "/admin/programmes/counterpart/*/change/",
    "/admin/careers/vacancy/*/deadline/", "/admin/careers/vacancy/*/close/",
    "/admin/careers/procurementnotice/*/change/", "/admin/careers/applicationform/*/change/",
    "/admin/careers/subscription/",
    "/admin/office/office/*/change/", "/admin/office/sitenotice/add/", "/admin/office/page/*/change/",
    "/admin/office/standardtext/*/change/", "/admin/office/place/*/change/", "/admin/media/image/add/",
    "/admin/auth/user/*/change/", "/admin/auth/user/*/sign-in-link/", "/admin/accounts/role/*/change/",
    "/admin/accounts/signinevent/",
}  # fmt: skip


#: The pages of a programme with a draft that are reached by the buttons of its form.
PROGRAMME_STEPS = (
    "publish",
    "submit",
    "withdraw",
    "take-down",
    "delete-draft",
    "history",
    "links",
    "preview",
)
#: What differs between the addresses of pages that are made alike.
MODEL = re.compile(r"^/admin/\w+/\w+/(?=$|add/|deleted/|\*/)")


@pytest.fixture(scope="module")
def portal(tmp_path_factory) -> Iterator[Server]:
    """A portal with a draft of a programme, two published notices, and a document with a version."""
    with running_server(tmp_path_factory.mktemp("policy")) as server:
        server.manage(
            "shell", "--no-imports", "--command",
            "from programmes.models import *; from tests.helpers.factories import *;"
            "make_document_version(document=Document.objects.get(slug='promise-factsheet'))",
        )  # fmt: skip
        yield server


@pytest.fixture(scope="module")
def cookies(browser: Browser, portal) -> dict:
    """The cookies of somebody who signed in, drafted a change of a programme, and published two notices."""
    cookies = signed_in(portal)
    context = open_context(browser, base_url=portal.url, storage_state=cookies)
    page = context.new_page()
    page.goto(first_row(page, "/admin/programmes/programme/?q=migration-health"))
    page.get_by_label("Summary", exact=True).fill("Another summary, as a draft.")
    save_draft(page)
    for kind in ("vacancy", "procurementnotice"):
        page.goto(f"/admin/careers/{kind}/add/")
        page.get_by_label("Title", exact=True).first.fill(f"A trial {kind}")
        page.get_by_label("Deadline", exact=True).fill("2040-06-30")
        publish(page)
    context.close()
    return cookies


@pytest.fixture
def desk(open_page, portal, cookies) -> Page:
    return open_page(base_url=portal.url, storage_state=cookies)


@pytest.fixture(scope="module")
def forms(browser: Browser, portal, cookies) -> list[str]:
    """The programme with the draft, the open vacancy, and the document with a version."""
    context = open_context(browser, base_url=portal.url, storage_state=cookies)
    page = context.new_page()
    lists = (
        "programmes/programme/?q=migration-health",
        "careers/vacancy/?q=trial",
        "programmes/document/?q=promise-factsheet",
    )
    found = [first_row(page, f"/admin/{address}") for address in lists]
    context.close()
    return found


def shape(address: str) -> str:
    """Pages of one shape are made alike; of a query, only what changes the page counts."""
    path, _, query = address.partition("#")[0].partition("?")
    kept = [part for part in query.split("&") if part.startswith(("language=", "width="))]
    kept += ["copy"] * ("copy_of=" in query)
    return KEY.sub("/*/", path) + (f"?{'&'.join(kept)}" if kept else "")


@pytest.mark.timeout(1200)
def test_every_page_keeps_the_policy_fits_a_phone_and_axe_finds_nothing(desk, complaints, axe, forms):
    # What a public page belongs to is not deleted: the page says where it is.
    donor = first_row(desk, "/admin/programmes/donor/?q=asian").replace("/change/", "/delete/")
    # What was deleted of one kind is reached when a form is sent whose record is gone.
    # The entries of the menu of a form are buttons.
    steps = [
        *(forms[0].replace("/change/", f"/{step}/") for step in PROGRAMME_STEPS),
        *(forms[1].replace("/change/", f"/{step}/") for step in ("deadline", "close")),
    ]
    ahead = deque([donor, *forms, *steps, "/admin/programmes/programme/deleted/", "/admin/"])
    seen, opened, found = set(), set(), []
    while ahead:
        address = ahead.popleft()
        here = shape(address)
        alike = MODEL.sub("", here)
        template = alike.partition("?")[0]
        # Lists and forms are each kind's own; the other pages of a kind, and copies, are made alike.
        is_own = template in ("", "*/change/") or (alike == "add/" and not is_empty_form(here))
        page = here if is_own else alike
        if page in opened or NO_PAGE.search(address.partition("?")[0]):
            continue
        seen.add(here)
        desk.goto(address)
        links = desk.evaluate(
            """[...document.links].filter(link => link.origin === location.origin)
                .map(link => link.pathname + link.search)"""
        )
        ahead += [link for link in links if link.startswith("/admin/")]
        wait_for_editors(desk)
        looks = [] if is_empty_form(here) else [(PHONE, "light")]
        if template not in opened or address in forms:
            looks.append((DESKTOP, "dark"))
        opened |= {page, template}
        found += faults(desk, axe, *looks)
        desk.set_viewport_size(PHONE)
        found += [f"{address}: {problem}" for problem in overflow(desk)]
        lines = desk.locator(".breadcrumbs").evaluate_all("all => all.filter(each => each.offsetHeight > 60)")
        found += [f"{address}: breadcrumbs of several lines" for _ in lines]
    assert found == []
    assert complaints == []
    assert ON_THE_WAY - seen == set()
    assert {"add/", "deleted/"} <= opened


def is_empty_form(page: str) -> bool:
    """A form for a new record of a kind that has records: the forms of those show more."""
    return page.endswith("/add/") and page not in (
        "/admin/office/sitenotice/add/",
        "/admin/media/image/add/",
    )


def test_axe_finds_nothing_on_a_draft_that_is_shown_to_somebody_outside(open_page, axe, desk, forms):
    desk.goto(forms[0].replace("/change/", "/links/"))
    desk.get_by_label("For whom").fill("The Ministry of Health")
    desk.get_by_role("button", name="Make a link").click()
    link = desk.locator(".new-link code").inner_text()
    visitor = open_page()
    for address in (link, f"{link}lo/"):
        visitor.goto(address)
        assert faults(visitor, axe, *LOOKS) == []
    visitor.set_viewport_size(PHONE)
    expect(visitor.locator("aside.review a")).to_have_count(2)
    assert small_targets(visitor.locator("aside.review a")) == []


def test_on_a_phone_a_list_is_read_without_scrolling_sideways_in_cards(desk, forms):
    desk.set_viewport_size(PHONE)
    for address in (
        "/admin/programmes/document/", "/admin/auth/user/", "/admin/accounts/signinevent/",
        "/admin/publishing/publishinglogentry/", "/admin/careers/vacancy/",
    ):  # fmt: skip
        desk.goto(address)
        wider = desk.evaluate(
            """() => [...document.querySelectorAll(".results")]
                .filter(part => part.scrollWidth > part.clientWidth).map(part => part.scrollWidth)"""
        )
        assert wider == [], address
    expect(desk.locator("#result_list thead")).to_be_hidden()
    card = desk.locator("#result_list tbody tr").first
    boxes = [card.locator(f".field-{name}").bounding_box() for name in ("headline", "status", "closes")]
    assert [box["x"] for box in boxes] == [boxes[0]["x"]] * 3
    assert sorted(box["y"] for box in boxes) == [box["y"] for box in boxes]


def test_in_a_form_one_button_stands_out_and_everything_is_high_enough_for_a_thumb(desk, forms):
    desk.set_viewport_size(PHONE)
    desk.goto(forms[1])
    wait_for_editors(desk)
    buttons = desk.locator(".submit-row > :is(input, button)")
    *others, publish = buttons.evaluate_all("all => all.map(each => getComputedStyle(each).backgroundColor)")
    assert len(others) == 2
    assert publish not in others
    touched = (
        "main input:visible:not([type=checkbox], [aria-hidden]), main select:visible, .submit-row > button"
    )
    assert small_targets(desk.locator(touched)) == []


def test_axe_finds_nothing_on_the_open_menu_a_moment_and_two_peoples_versions(desk, axe, forms):
    desk.goto(forms[0])
    more(desk, "Withdraw…")
    assert faults(desk, axe, *LOOKS) == []
    desk.goto(forms[0].replace("/change/", "/publish/"))
    desk.get_by_label("On a date").check()
    desk.get_by_label("Date", exact=True).fill("1 December 2040")
    desk.get_by_label("Hour").fill("9:00")
    assert faults(desk, axe, *LOOKS) == []

    other = desk.context.new_page()
    for page, title in ((desk, "One title"), (other, "Another title")):
        page.goto(forms[0])
        page.get_by_label("Title", exact=True).fill(title)
    save_draft(desk)
    other.get_by_role("button", name="Save draft").click()
    expect(other.locator(".conflicts")).to_contain_text("Another title")
    other.get_by_label("Write a new version").check()
    assert faults(other, axe, *LOOKS) == []


def test_axe_finds_nothing_on_words_that_are_marked_beside_the_form_and_before_they_are_restored(
    desk, axe, forms
):
    desk.set_viewport_size(DESKTOP)
    desk.goto(forms[0])
    desk.get_by_label("Title", exact=True).fill("Typed and not saved")
    expect(desk.locator("#autosave-status")).to_contain_text("backed up")
    desk.get_by_role("button", name="Changes").click()
    expect(desk.locator(".preview-pane ins").first).to_be_visible()
    assert faults(desk, axe, *LOOKS) == []
    desk.goto(forms[0])
    desk.get_by_text("Show them").click()
    expect(desk.locator(".autosave-offer ins").first).to_be_visible()
    assert faults(desk, axe, *LOOKS) == []


def test_a_step_that_is_refused_shows_why_on_a_phone(desk, axe, forms):
    desk.set_viewport_size(PHONE)
    desk.goto(forms[1].replace("/change/", "/deadline/"))
    date = desk.get_by_label("Deadline", exact=True)
    expect(date).to_be_in_viewport()
    date.fill("2040-07-15")
    desk.get_by_role("button", name="Change the deadline").click()
    expect(desk.locator("#content .errorlist")).to_be_visible()
    expect(date).to_have_value("2040-07-15")
    assert violations(desk, axe) == []


def test_the_dialog_of_pictures_keeps_the_policy_and_axe_finds_nothing(desk, axe):
    desk.goto("/admin/programmes/project/add/")
    desk.locator(".field-body_en .prose-menubar").get_by_role("button", name="picture").click()
    expect(desk.get_by_role("dialog").get_by_label("What it shows")).to_be_visible()
    assert faults(desk, axe, *LOOKS) == []
    desk.get_by_role("dialog").get_by_role("button", name="Cancel").click()


def test_each_menu_opens_by_keyboard_and_escape_leads_back_to_its_button(desk, axe):
    desk.set_viewport_size(PHONE)
    desk.goto("/admin/")
    for button, inside in (
        (desk.locator("[popovertarget=nav-sidebar]").first, desk.locator("#nav-sidebar")),
        (desk.locator("[popovertarget=account]"), desk.locator("#account")),
        (desk.locator(".drop-menu summary"), desk.locator(".drop-menu ul")),
    ):
        expect(inside).to_be_hidden()
        button.press("Enter")
        expect(inside).to_be_in_viewport()
        assert small_targets(inside.locator(":is(a, button):visible")) == []
        assert violations(desk, axe, is_covered=True) == []
        desk.keyboard.press("Escape")
        expect(inside).to_be_hidden()
        expect(button).to_be_focused()
    desk.set_viewport_size(DESKTOP)
    expect(desk.locator("#nav-sidebar")).to_be_visible()


def test_the_colours_are_those_of_the_device_until_others_are_chosen(desk):
    desk.goto("/admin/")
    desk.emulate_media(color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = desk.evaluate(paper)
    desk.locator("[popovertarget=account]").click()
    desk.get_by_role("button", name="Colours: as on this device").click()
    expect(desk.get_by_role("button", name="Colours: light")).to_be_visible()
    light = desk.evaluate(paper)
    assert light != dark
    desk.reload()
    assert desk.evaluate(paper) == light


def test_what_would_break_the_policy_is_noticed(desk, complaints):
    desk.goto("/admin/")
    with desk.expect_console_message(lambda message: "Content Security Policy" in message.text):
        desk.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">Red</p>')")
    assert any("Content Security Policy" in complaint for complaint in complaints)
    complaints.clear()
