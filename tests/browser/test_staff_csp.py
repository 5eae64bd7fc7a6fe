"""The whole admin in Chromium: no page breaks its policy, and axe finds nothing on the main ones."""

import re
import secrets
from collections import deque
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.servers import Server, running_server

from .test_admin import first_row, violations

PASSWORD = secrets.token_urlsafe(16)
#: A number or a random key in an address: one of many pages of the same shape.
KEY = re.compile(r"/(\d+|[0-9a-f]{8}-[0-9a-f-]{27})/")
#: What is no page: it signs out, is a file, or leads to what visitors see.
NO_PAGE = re.compile(r"/(logout|export|files|r)/|\.webp$")
#: What must have been on the way, so that a link that goes missing is noticed.
ON_THE_WAY = {
    "/admin/", "/admin/guide/", "/admin/second-factor/", "/admin/second-factor/set-up/", "/admin/password_change/",
    "/admin/programmes/programme/", "/admin/programmes/programme/add/", "/admin/programmes/programme/deleted/",
    "/admin/programmes/programme/*/change/", "/admin/programmes/programme/*/history/",
    "/admin/programmes/programme/*/delete/", "/admin/programmes/programme/*/links/",
    "/admin/programmes/programme/*/preview/?language=en&width=phone",
    "/admin/programmes/programme/*/preview/?language=lo&width=phone",
    "/admin/programmes/programme/*/preview/?language=en&width=desktop",
    "/admin/programmes/programme/*/preview/?language=lo&width=desktop",
    "/admin/programmes/programme/*/preview/page/?language=en",
    "/admin/programmes/programme/*/preview/page/?language=lo",
    "/admin/programmes/programme/*/step/publish/", "/admin/programmes/programme/*/step/schedule/",
    "/admin/programmes/programme/*/step/withdraw/", "/admin/programmes/programme/*/step/discard/",
    "/admin/programmes/project/*/change/", "/admin/programmes/figure/*/change/",
    "/admin/programmes/counterpart/*/change/",
    "/admin/careers/vacancy/*/step/deadline/", "/admin/careers/vacancy/*/step/close/",
    "/admin/careers/procurementnotice/*/change/", "/admin/careers/applicationform/*/change/",
    "/admin/careers/subscription/",
    "/admin/office/office/*/change/", "/admin/office/sitenotice/add/", "/admin/office/page/*/change/",
    "/admin/office/standardtext/*/change/", "/admin/office/place/*/change/", "/admin/publishing/picture/add/",
    "/admin/auth/user/*/change/", "/admin/auth/user/*/password/", "/admin/auth/group/*/change/",
    "/admin/accounts/signinevent/",
}  # fmt: skip


@pytest.fixture(scope="module")
def portal(tmp_path_factory) -> Iterator[Server]:
    """A portal of its own, with an account that may do everything."""
    with running_server(tmp_path_factory.mktemp("policy")) as server:
        server.manage(
            "createsuperuser",
            "--noinput",
            "--username",
            "staff",
            "--email",
            "",
            DJANGO_SUPERUSER_PASSWORD=PASSWORD,
        )
        yield server


@pytest.fixture(scope="module")
def state(browser: Browser, portal) -> dict:
    """The cookies of somebody who signed in, drafted a change of a programme, and published two notices."""
    context = browser.new_context(base_url=portal.url)
    page = context.new_page()
    page.goto("/admin/")
    page.get_by_label("Username").fill("staff")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(first_row(page, portal.url, "/admin/programmes/programme/?q=migration-health"))
    page.get_by_label("Summary:", exact=True).fill("Another summary, as a draft.")
    page.get_by_role("button", name="Save as a draft", exact=True).first.click()
    expect(page.locator(".messagelist")).to_contain_text("Kept as a draft.")
    portal.manage(
        "shell", "--no-imports", "--command",
        "from programmes.models import *; from tests.factories import *;"
        "make_edition(document=Document.objects.get(slug='promise-factsheet'))",
    )  # fmt: skip
    for kind in ("vacancy", "procurementnotice"):
        page.goto(f"/admin/careers/{kind}/add/")
        page.get_by_label("Title:", exact=True).first.fill(f"A trial {kind}")
        page.get_by_label("Closing date:").fill("2040-06-30")
        page.get_by_role("button", name="Publish now").first.click()
        expect(page.locator(".messagelist")).to_contain_text("It is public now.")
    # Lists come back as they were last narrowed.
    for address in ("/admin/programmes/programme/", "/admin/careers/vacancy/"):
        page.goto(f"{address}")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def desk(browser: Browser, portal, state, complaints) -> Iterator[Page]:
    context = browser.new_context(base_url=portal.url, storage_state=state, reduced_motion="reduce")
    page = context.new_page()

    def complain(words: str) -> None:
        complaints.append(f"{page.url}: {words}")

    page.on("console", lambda message: message.type in ("error", "warning") and complain(message.text))
    page.on("pageerror", lambda error: complain(str(error)))
    page.on("response", lambda answer: answer.status >= 400 and complain(f"{answer.status} {answer.url}"))
    yield page
    context.close()


@pytest.fixture
def forms(desk, portal) -> list[str]:
    """The programme with the draft, the open vacancy, and a document with an edition."""
    found = [
        first_row(desk, portal.url, "/admin/programmes/programme/?q=migration-health"),
        first_row(desk, portal.url, "/admin/careers/vacancy/?q=trial"),
        first_row(desk, portal.url, "/admin/programmes/document/?q=promise-factsheet"),
    ]
    for address in ("/admin/programmes/programme/", "/admin/careers/vacancy/", "/admin/programmes/document/"):
        desk.goto(f"{address}")
    return found


def shape(address: str) -> str:
    """Pages of one shape are made alike; of a question, only what changes a preview counts."""
    path, _, question = address.partition("#")[0].partition("?")
    told = [part for part in question.split("&") if part.startswith(("language=", "width="))]
    return KEY.sub("/*/", path) + (f"?{'&'.join(told)}" if told else "")


def test_no_page_of_the_admin_breaks_its_policy_or_a_script(portal, desk, complaints, forms):
    ahead, seen = deque([*forms, "/admin/", "/admin/login/", "/admin/password-reset/"]), set()
    while ahead:
        address = ahead.popleft()
        if shape(address) in seen or NO_PAGE.search(address.partition("?")[0]):
            continue
        seen.add(shape(address))
        desk.goto(address)
        expect(desk.locator("textarea[data-django-prose-editor-configurable]:visible")).to_have_count(0)
        links = desk.evaluate("[...document.links].map(link => link.pathname + link.search)")
        own = desk.evaluate("[...document.links].map(link => link.origin === location.origin)")
        ahead += [
            link for link, is_own in zip(links, own, strict=True) if is_own and link.startswith("/admin/")
        ]
    assert complaints == []
    assert ON_THE_WAY - seen == set()


WIDE_LISTS = [
    "/admin/careers/vacancy/", "/admin/programmes/document/", "/admin/auth/user/", "/admin/accounts/signinevent/",
    "/admin/publishing/happening/",
]  # fmt: skip


def main_pages(forms: list[str]) -> list[str]:
    programme, vacancy, document = (form.removesuffix("change/") for form in forms)
    return [
        "/admin/", "/admin/guide/", "/admin/second-factor/", "/admin/second-factor/set-up/", "/admin/password_change/",
        "/admin/programmes/programme/", "/admin/programmes/programme/deleted/",
        *WIDE_LISTS, f"{document}change/", f"{programme}change/", f"{programme}preview/", f"{programme}links/", f"{programme}history/",
        f"{programme}delete/", f"{programme}step/schedule/", f"{programme}step/withdraw/",
        f"{vacancy}change/", f"{vacancy}step/deadline/", f"{vacancy}step/close/",
        "/admin/publishing/picture/", "/admin/office/sitenotice/add/",
    ]  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_axe_finds_nothing_on_the_main_pages(desk, complaints, axe, forms, width, scheme):
    desk.set_viewport_size({"width": width, "height": 800})
    desk.emulate_media(color_scheme=scheme)
    found = []
    for address in main_pages(forms):
        desk.goto(address)
        desk.evaluate("document.querySelectorAll('main details').forEach(part => part.open = true)")
        expect(desk.locator("textarea[data-django-prose-editor-configurable]:visible")).to_have_count(0)
        if (needs := desk.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"{address} is {needs} pixels wide.")
        found += violations(desk, axe)
    assert found == []
    assert complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_axe_finds_nothing_at_the_door(browser, portal, axe, width, scheme):
    context = browser.new_context(base_url=portal.url, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    found = []
    for address in ("/admin/login/", "/admin/password-reset/"):
        page.goto(address)
        found += violations(page, axe)
    assert found == []
    assert page.goto("/admin/login/").ok
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_axe_finds_nothing_on_a_draft_that_is_shown_to_somebody_outside(
    browser, portal, axe, desk, forms, width, scheme
):
    desk.goto(forms[0].replace("/change/", "/links/"))
    desk.get_by_label("For whom").fill("The Ministry of Health")
    desk.get_by_role("button", name="Make a link").click()
    link = desk.locator(".made code").inner_text()
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    visitor = context.new_page()
    for address in (link, f"{link}lo/"):
        visitor.goto(address)
        assert violations(visitor, axe) == []
        assert visitor.evaluate("document.documentElement.scrollWidth") <= width
    heights = visitor.locator("aside.review a").evaluate_all("all => all.map(a => a.offsetHeight)")
    assert len(heights) == 2
    assert min(heights) >= 44
    context.close()


def test_on_a_phone_a_list_is_read_without_scrolling_sideways_and_each_cell_says_what_it_is(desk, forms):
    desk.set_viewport_size({"width": 360, "height": 800})
    for address in WIDE_LISTS:
        desk.goto(address)
        wider = desk.evaluate(
            """() => [...document.querySelectorAll(".results")]
                .filter(part => part.scrollWidth > part.clientWidth).map(part => part.scrollWidth)"""
        )
        assert wider == [], address
    desk.goto("/admin/careers/vacancy/")
    cell = desk.locator("#result_list .field-closes").first
    said = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert said == '"Closes: "' or said == '"Closes" ": "'


def test_of_the_buttons_of_a_form_one_stands_out_and_none_shouts(desk, forms):
    desk.goto(forms[1])
    buttons = desk.locator(".submit-row").last.locator("input")
    looks = buttons.evaluate_all(
        "all => all.map(each => [getComputedStyle(each).textTransform, getComputedStyle(each).backgroundColor])"
    )
    assert {case for case, _ in looks} == {"none"}
    first, *others = [colour for _, colour in looks]
    assert others
    assert first not in others


@pytest.mark.parametrize("width", [360, 1280])
def test_the_note_on_a_change_lies_in_line_with_the_fields_above_it(desk, forms, width):
    desk.set_viewport_size({"width": width, "height": 800})
    desk.goto(forms[2])
    note, title = (desk.locator(field).bounding_box() for field in ("#note-of-change", "#id_title_en"))
    assert note["x"] == pytest.approx(title["x"], abs=1)
    assert note["x"] + note["width"] <= width


@pytest.mark.parametrize("width", [360, 1280])
def test_the_dialog_of_pictures_keeps_the_policy_and_axe_finds_nothing(desk, complaints, axe, forms, width):
    desk.set_viewport_size({"width": width, "height": 800})
    desk.goto("/admin/programmes/project/add/")
    desk.locator(".field-body_en .prose-menubar").get_by_role("button", name="picture").click()
    expect(desk.get_by_role("dialog").get_by_label("What it shows")).to_be_visible()
    assert violations(desk, axe) == []
    desk.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert complaints == []


def test_what_would_break_the_policy_is_noticed(desk, complaints):
    desk.goto("/admin/")
    with desk.expect_console_message(lambda message: "Content Security Policy" in message.text):
        desk.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">Red</p>')")
    assert any("Content Security Policy" in complaint for complaint in complaints)
