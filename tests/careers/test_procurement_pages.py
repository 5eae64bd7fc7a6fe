"""Tenders as bidders read them: the notice, its documents and answers, and what came of it."""

import datetime
import re

import pytest
import time_machine
from lxml import html

from careers.models.procurement import ProcurementNotice
from tests.helpers.factories import (
    make_award,
    make_bidding_document,
    make_clarification,
    make_procurement_notice,
    make_standard_text,
    upload,
)
from tests.helpers.pages import read
from tests.helpers.uploads import pdf

pytestmark = pytest.mark.django_db

DEADLINE = ProcurementNotice.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)


def make_pumps(**given) -> ProcurementNotice:
    values = {
        "slug": "pumps",
        "title_en": "Solar pumps",
        "reference": "RFQ-03",
        "method": "rfq",
        "closes_at": DEADLINE,
        "clarifications_until": DEADLINE - 3 * DAY,
        "pre_bid_at": DEADLINE - 5 * DAY,
        "pre_bid_place_en": "Vientiane",
        "currency": "USD",
        "delivery_place_en": "Samakhixay",
        "submission_email": "bids@example.org",
        "submission_link": "https://tenders.example.org/3",
        "submission_address_en": "IOM Lao PDR\nVientiane",
        "contact_en": "The procurement unit",
        "what_next_en": "<p>Offers are opened the next day.</p>",
        "results_expected_by": datetime.date(2026, 7, 1),
    }
    return make_procurement_notice(**values | given)


def test_an_award_of_a_round_sum_is_written_without_cents_and_each_supplier_is_a_point(client):
    notice = make_pumps(outcome="awarded")
    make_award(notice=notice, supplier="Pumps Co", value="182000000.00", currency="LAK")
    make_award(notice=notice, supplier="Pipes Co", value="12.50", currency="USD")
    with time_machine.travel(DEADLINE + 20 * DAY, tick=False):
        page = client.get("/careers/procurement/pumps/").content.decode()
    assert '<span class="unbroken">LAK 182,000,000</span>' in page
    assert '<span class="unbroken">USD 12.50</span>' in page
    assert page.partition('<ul class="awards">')[2].partition("</ul>")[0].count("<li>") == 2


def test_the_way_back_from_a_tender_leads_to_the_tenders_open_or_closed(client):
    make_pumps()
    lists = ["/", "/careers/procurement/"]
    for at, way in ((DEADLINE - SECOND, lists), (DEADLINE, [*lists, "/careers/procurement/closed/"])):
        with time_machine.travel(at, tick=False):
            page = client.get("/careers/procurement/pumps/").content.decode()
        trail = page.partition('aria-label="Breadcrumb"')[2].partition("</nav>")[0]
        assert re.findall('href="(.*?)"', trail) == way


def test_an_open_tender_says_all_that_a_bidder_needs(client):
    make_standard_text(slug="misconduct", title_en="Report a problem")
    make_pumps()
    with time_machine.travel(DEADLINE - 10 * DAY, tick=False):
        page = read(client, "/careers/procurement/pumps/")
    for words in (
        "Solar pumps Request for quotation (RFQ)",
        "Submit by 10 days left Wednesday 10 June 2026 17:00, Vientiane time (UTC+7) How to submit an offer",
        "Questions until Sunday 7 June 2026, 17:00, Vientiane time (UTC+7)",
        "Pre-bid meeting Friday 5 June 2026, 17:00, Vientiane time (UTC+7) Vientiane",
        "Reference RFQ-03",
        "Request for quotation (RFQ) We ask for prices",
        "Currency of offers USD",
        "Place of delivery Samakhixay",
        "Contact The procurement unit",
        "Send your offer in one of these ways:",
        "Put “RFQ-03” in the subject.",
        "by post or in person to: IOM Lao PDR, Vientiane",
        "It must reach us by: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7) .",
        "Taking part is free. IOM never asks for money, at any stage.",
        "What happens next Offers are opened the next day. A result is expected by 1 July 2026.",
        "Report a problem",
    ):
        assert words in page, words
    assert "mailto:bids@example.org?subject=RFQ-03" in page.links
    assert "https://tenders.example.org/3" in page.links


def test_a_closed_tender_is_short_and_offers_no_way_to_submit(client):
    notice = make_pumps(body_en="<p>Ten pumps.</p>")
    document = make_bidding_document(notice=notice)
    make_clarification(notice=notice, question_en="Which colour?", answer_en="Blue.")
    with time_machine.travel(DEADLINE - SECOND, tick=False):
        open_page = read(client, "/careers/procurement/pumps/")
    with time_machine.travel(DEADLINE, tick=False):
        page = read(client, "/careers/procurement/pumps/")
    parts = [
        "Closed Solar pumps Closed on Wednesday 10 June 2026, 17:00. We no longer accept offers.",
        "Outcome Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7) Closed Result: not announced",
        "Offers are opened the next day. A result is expected by 1 July 2026.",
        "What it was Reference RFQ-03 Method Request for quotation (RFQ) Questions until",
        "Text and documents of the notice Ten pumps. Terms of reference",
        "Questions and answers We publish every answer",
        "Which colour? Blue.",
        "What to do now No tenders are open now. See open tenders Does someone still offer you this tender?",
    ]
    reached = 0
    for part in parts:
        assert part in page, part
        reached = page.text.index(part, reached)
    assert document.get_absolute_url() in page.links
    for words in (
        "How to submit an offer",
        "bids@example.org",
        "The procurement unit",
        "We ask for",
        "WhatsApp",
    ):
        assert words in open_page, words
        assert words not in page, words


def test_an_open_tender_says_from_the_second_on_that_questions_are_no_longer_accepted(client):
    make_pumps()
    asking_ends = DEADLINE - 3 * DAY
    for at, is_said in ((asking_ends - SECOND, False), (asking_ends, True), (DEADLINE, False)):
        with time_machine.travel(at, tick=False):
            page = read(client, "/careers/procurement/pumps/")
        assert ("We no longer accept questions." in page) is is_said, at


def test_a_tender_without_a_way_to_submit_sends_to_the_office_and_invents_none(client):
    make_pumps(submission_email="", submission_link="", submission_address_en="")
    with time_machine.travel(DEADLINE - DAY, tick=False):
        page = read(client, "/careers/procurement/pumps/")
    assert "Call us to ask where to send it:" in page
    assert not [link for link in page.links if link.startswith("mailto:") and "@" in link]


def test_what_nobody_gave_leaves_neither_a_heading_nor_an_empty_list(client):
    make_procurement_notice(slug="bare", title_en="Bare", closes_at=DEADLINE)
    for at in (DEADLINE - DAY, DEADLINE):
        with time_machine.travel(at, tick=False):
            main = html.fromstring(client.get("/careers/procurement/bare/").content).find(".//main")
        elements = main.iter("p", "ul", "ol", "dl", "h2", "h3", "section")
        assert [element.tag for element in elements if not element.text_content().strip()] == []
        headings = {heading.text_content() for heading in main.iter("h2")}
        assert not headings & {"What it was", "Documents", "Questions and answers", "What happens next"}


def test_answers_go_to_everybody_and_open_questions_to_nobody(client):
    notice = make_pumps()
    make_clarification(notice=notice, question_en="Which colour?", answer_en="Blue.")
    make_clarification(notice=notice, question_en="Which make?", answer_en="")
    page = read(client, "/careers/procurement/pumps/")
    assert "Which colour? Blue." in page
    assert "Which make?" not in page


def test_documents_are_fetched_while_the_notice_is_live_and_not_before_or_after(client):
    notice = make_pumps(state="draft")
    document = make_bidding_document(notice=notice, title_en="Terms", file=upload("t.pdf", pdf()))
    address = document.get_absolute_url()
    assert address.endswith("/Terms-English.pdf")
    for state, status in (("draft", 404), ("published", 200), ("withdrawn", 404)):
        notice.state = state
        notice.save()
        assert client.get(address).status_code == status
    notice.state = "published"
    notice.save()
    page = read(client, "/careers/procurement/pumps/")
    assert address in page.links
    assert "English · PDF," in page


def test_an_award_is_shown_once_the_outcome_says_so_and_not_before(client):
    notice = make_pumps()
    make_award(
        notice=notice, lot="Lot 1", supplier="Pumps Co", value="12400.50", currency="USD",
        awarded_on=datetime.date(2026, 6, 20),
    )  # fmt: skip
    words = ("Lot 1: Pumps Co", "USD 12,400.50, contract of 20 June 2026")
    with time_machine.travel(DEADLINE + 20 * DAY, tick=False):
        for address in ("/careers/procurement/pumps/", "/careers/procurement/awards/"):
            assert "Pumps Co" not in read(client, address)
        notice.outcome = "awarded"
        notice.full_clean()
        notice.save()
        for address in ("/careers/procurement/pumps/", "/careers/procurement/awards/2026/"):
            page = read(client, address)
            assert all(part in page for part in words)
        assert "Closed on Wednesday 10 June 2026, 17:00. Awarded." in read(
            client, "/careers/procurement/pumps/"
        )
    assert client.get("/careers/procurement/awards/2025/").status_code == 404


def test_a_cancelled_tender_says_why_and_one_advertised_again_leads_to_its_successor(client):
    again = make_procurement_notice(slug="pumps-2", title_en="Solar pumps, again")
    with time_machine.travel(DEADLINE + DAY, tick=False):
        make_pumps(outcome="cancelled", outcome_note_en="The donor changed the programme.")
        make_pumps(slug="pumps-1", outcome="re-advertised", readvertised_as=again)
        page = read(client, "/careers/procurement/pumps/")
        assert "11 June 2026 Cancelled The donor changed the programme." in page
        page = read(client, "/careers/procurement/pumps-1/")
        assert "11 June 2026 Advertised again: Solar pumps, again" in page
        assert "/careers/procurement/pumps-2/" in page.links
        again.state = "draft"
        again.save()
        page = read(client, "/careers/procurement/pumps-1/")
        assert "again: Solar pumps" not in page
        assert "/careers/procurement/pumps-2/" not in page.links


def test_tenders_stand_beside_jobs_and_in_their_own_lists(client):
    make_pumps()
    with time_machine.travel(DEADLINE - SECOND, tick=False):
        for address in ("/careers/", "/careers/procurement/"):
            page = read(client, address)
            assert "Open tenders" in page
            deadline = "Submit by: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)"
            assert f"{deadline} less than a minute left" in page
        assert "Solar pumps" in read(client, "/")
        assert "Solar pumps" not in read(client, "/careers/procurement/closed/")
    with time_machine.travel(DEADLINE, tick=False):
        for address in ("/careers/", "/careers/procurement/"):
            assert "No tenders are open now" in read(client, address)
        for address in ("/careers/procurement/closed/", "/careers/procurement/closed/2026/"):
            assert "Closed on 10 June 2026" in read(client, address)


def test_lists_of_closed_tenders_and_awards_keep_their_addresses(client):
    for slug in ("closed", "awards", "files"):
        notice = make_procurement_notice()
        notice.slug = slug
        with pytest.raises(Exception, match="has this address"):
            notice.full_clean()
