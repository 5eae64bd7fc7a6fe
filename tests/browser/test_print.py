"""A notice on paper, and its lists, in Chromium: what office printers and telephones make of them."""

import io
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from tests.helpers.browsing import DESKTOP, open_context, overflow
from tests.helpers.servers import Server, running_server

pytestmark = pytest.mark.one_database

LONG_REFERENCE = "VN2026-0123456789012345678901234567890AB"
NOTICES = f"""
import datetime
from careers.models import *
from iomlaos.office.models import Place
from tests.helpers.factories import *

SENTENCE = "Assist in planning, carrying out and monitoring activities, together with provincial departments. "


LAO = "ຊ່ວຍວາງແຜນ, ຈັດຕັ້ງປະຕິບັດ ແລະ ຕິດຕາມກິດຈະກຳຕ່າງໆ ຮ່ວມກັບພະແນກການຂອງແຂວງ. "


def points(number, sentence=SENTENCE):
    return "<ul>" + f"<li>{{sentence}}{{sentence[:48]}}</li>" * number + "</ul>"


notice = make_vacancy(
    slug="long", title_en="Senior Project Assistant (Malaria among Mobile and Migrant Populations)",
    reference="VN2026.14", grade="G6", duty_station=Place.objects.get(slug="vientiane"),
    organizational_unit_en="Migration Health Division", appointment_type_en="Special short-term graded",
    contract="short-term", working_time="full-time", duration_en="Nine months", starts_en="At once",
    eligibility="nationals", tier="internal-first", contact_en="Human Resources, +856 21 267 730",
    posted_on=datetime.date(2026, 6, 1), results_expected_by=datetime.date(2041, 1, 31),
    closes_at=Vacancy.closing_moment(datetime.date(2040, 12, 20)),
    context_en=f"<p>{{SENTENCE * 9}}</p><p>{{SENTENCE * 4}}</p>", responsibilities_en=points(17),
    qualifications_en=f"<h3>Required</h3>{{points(6)}}<h3>An advantage</h3>{{points(3)}}",
    languages_en="<p>Fluency in Lao and English, oral and written.</p>", competencies_en=points(4),
    submission_email="hr@example.org", submission_link="https://recruit.example.org/careers/apply/vn-14",
    submission_address_en="IOM Vientiane\\nHuman Resources\\nVientiane",
    what_next_en="<p>Only shortlisted candidates are contacted.</p>",
    form=ApplicationForm.objects.get(slug="personal-history-form"),
    title_lo="ຜູ້ຊ່ວຍໂຄງການອາວຸໂສ (ໄຂ້ຍຸງໃນກຸ່ມປະຊາກອນເຄື່ອນທີ່ ແລະ ຜູ້ເຄື່ອນຍ້າຍ)",
    context_lo=f"<p>{{LAO * 9}}</p><p>{{LAO * 4}}</p>", responsibilities_lo=points(17, LAO),
    qualifications_lo=f"<h3>ຈຳເປັນ</h3>{{points(6, LAO)}}<h3>ເປັນຂໍ້ໄດ້ປຽບ</h3>{{points(3, LAO)}}",
    competencies_lo=points(4, LAO),
)
letters = (notice.context, notice.responsibilities, notice.qualifications, notice.languages, notice.competencies)
assert 6000 < len("".join(letters)) < 6600, len("".join(letters))
change_deadline(
    notice, Vacancy.closing_moment(datetime.date(2040, 12, 24), datetime.time(17)), "Nobody could reach it."
)
make_amendment(notice, text_en="The duty station was corrected: Vientiane, not Attapeu.")
make_vacancy(
    slug="driver", title_en="Driver", reference="{LONG_REFERENCE}", grade="G2",
    closes_at=Vacancy.closing_moment(datetime.date(2040, 12, 5)),
)
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("paper")) as server:
        server.manage("shell", "--no-imports", "--command", NOTICES)
        yield server


@pytest.fixture(scope="module")
def window(browser: Browser, portal) -> Iterator[Page]:
    """One window for all tests here: public pages leave nothing behind in it."""
    context = open_context(browser, base_url=portal.url)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(window: Page) -> Page:
    window.set_viewport_size(DESKTOP)
    window.emulate_media(media="screen")
    return window


@pytest.fixture(scope="module")
def sheets(window: Page) -> list[str]:
    """The sheets of A4 that a long notice makes, as words."""
    window.goto("/careers/vacancies/long/")
    return [sheet.extract_text() for sheet in PdfReader(io.BytesIO(window.pdf(format="A4"))).pages]


def test_a_notice_of_six_thousand_letters_with_a_change_and_an_amendment_takes_two_sheets(sheets):
    assert len(sheets) == 2
    assert "This printout may be out of date." in sheets[0]
    assert "IOM never asks for money" in sheets[1]


def test_the_same_notice_in_lao_takes_two_sheets(portal, browser_without_lao):
    """In the face that we send. Its lines are higher than in English, and fewer."""
    page = browser_without_lao.new_page()
    page.goto(portal.url + "/lo/careers/vacancies/long/", wait_until="networkidle")
    sheets = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    assert len(sheets) == 2
    assert "recruit.example.org" in sheets[1].extract_text()
    page.close()


def test_on_paper_an_address_is_printed_once_and_only_where_somebody_can_use_it(sheets):
    words = " ".join(sheets)
    assert re.search(r"/n/\d+\b", words)
    assert "hr@example.org" in words
    assert words.count("recruit.example.org") == 1
    for useless in ("(#", "(mailto:", "(tel:", "(/"):
        assert useless not in words


def test_on_paper_links_stand_in_their_line(page):
    page.emulate_media(media="print")
    for address in ("/careers/", "/careers/vacancies/long/", "/careers/forms/"):
        page.goto(address)
        shown = page.locator("main a:visible").evaluate_all(
            "all => all.map(a => getComputedStyle(a).display)"
        )
        assert shown
        assert "inline-flex" not in shown, address


def test_a_reference_stays_whole_where_there_is_room_and_never_sticks_out(page):
    page.goto("/careers/")
    short, long = (page.get_by_text(text, exact=True) for text in ("VN2026.14", LONG_REFERENCE))
    for width in (320, 360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) == []
        assert short.evaluate("words => words.getClientRects().length") == 1, width
        assert long.evaluate("words => words.getBoundingClientRect().right") <= width


def test_at_a_desk_the_questions_of_a_list_and_their_button_stand_in_one_line(page):
    page.goto("/careers/")
    ends = page.locator(".filters :is(select, button)").evaluate_all(
        "all => all.map(each => Math.round(each.getBoundingClientRect().bottom))"
    )
    assert len(ends) == 5
    assert len(set(ends)) == 1


def test_the_text_to_copy_is_seen_whole_on_a_telephone(page):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/careers/vacancies/long/")
    page.locator("summary", has_text="Text to copy").click()
    text = page.get_by_label("Text to copy")
    assert "IOM never asks for money" in text.input_value()
    assert text.evaluate("text => text.scrollHeight <= text.clientHeight")


def test_the_foot_of_a_short_page_lies_at_the_bottom_of_the_window(page):
    page.set_viewport_size({"width": 1280, "height": 2000})
    page.goto("/careers/forms/")
    assert page.locator("footer").evaluate("foot => foot.getBoundingClientRect().bottom") == 2000
