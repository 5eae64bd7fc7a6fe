"""Is this notice real? What is answered to messages as people receive them, true and false."""

import datetime

import pytest
import time_machine
from django.test import RequestFactory
from django.utils.translation import override

from careers.exports.notice_data import closing_line, notice_facts
from careers.exports.share import ShareLinks
from careers.models.vacancy import Vacancy
from careers.verification import check
from careers.verification.check import CheckResult, check_text
from tests.helpers.factories import (
    make_contact_point,
    make_procurement_notice,
    make_standard_text,
    make_vacancy,
)
from tests.helpers.pages import read

# Which notices the database finds is asked on both in test_check_notices.py and test_check_page.py.
pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

DAY = datetime.timedelta(days=1)
CLOSING = Vacancy.closing_moment(datetime.date(2026, 12, 4), datetime.time(17, 0))
AT = CLOSING - 5 * DAY


@pytest.fixture(autouse=True)
def notices():
    with time_machine.travel(AT - 3 * DAY, tick=False):
        make_notices()


@pytest.fixture
def own_texts_once(monkeypatch) -> None:
    """While nothing changes, what we say of a notice is read once for all messages about it."""
    read, known = check.own_texts, {}

    def read_once(notices: list, similar: list, request):
        key = *notices, None, *similar
        if key not in known:
            known[key] = read(notices, similar, request)
        return known[key]

    monkeypatch.setattr(check, "own_texts", read_once)


def make_notices() -> None:
    make_contact_point()
    make_standard_text(
        slug="no-fee",
        title_en="IOM never asks for money",
        body_en="<p>IOM charges no fee at any stage. Anyone who asks you for money is not from IOM. Do not pay.</p>",
    )
    make_vacancy(
        slug="driver", title_en="Driver", title_lo="ພະນັກງານຂັບລົດປະຈຳນະຄອນຫຼວງວຽງຈັນ", reference="VN 2026/01", closes_at=CLOSING,
        submission_email="hiring@iom.example",
        context_en="<p>You drive the cars of the mission in Vientiane and keep their log books in order.</p>",
    )  # fmt: skip
    make_vacancy(
        slug="assistant", title_en="Project Assistant (Migration Health)", reference="CFCV2021.51",
        closes_at=CLOSING + 10 * DAY, submission_link="https://forms.iom.example/apply?id=51",
    )  # fmt: skip
    make_procurement_notice(
        slug="tents", title_en="Supply of family tents", currency="USD", reference="RFQ-LA-2026-003", closes_at=CLOSING,
        submission_email="bids@iom.example", body_en="<p>A bid security of USD 2,000 is due with the offer.</p>",
    )  # fmt: skip
    make_vacancy(
        slug="cook", title_en="Cook for the guest house", reference="VN 2026/02", closes_at=AT - DAY,
        submission_email="kitchen@iom.example", submission_link="https://forms.iom.example/cook", contact="cook@iom.example",
    )  # fmt: skip
    gone = make_vacancy(slug="nurse", title_en="Nurse at the transit centre", reference="VN 2026/03")
    gone.state, gone.withdrawal_reason_en = "withdrawn", "The budget was cut."
    gone.save()


def ask(text: str, at: datetime.datetime = AT) -> CheckResult:
    request = RequestFactory().post("/careers/check/")
    request.at = at
    return check_text(text, request)


def verdicts(text: str, at: datetime.datetime = AT) -> tuple[str, str]:
    result = ask(text, at)
    return result.verdict.value, " ".join(result.message_verdicts)


MONEY, CONTACT, DATE = "asks-for-money", "other-contact", "other-deadline"
MESSAGES = {
    "a title or a reference alone": {
        "Driver": ("open", ""),
        "driver VN2026-01": ("open", ""),
        "VN 2026 / 1": ("open", ""),
        "vn2026/001": ("open", ""),
        "CFCV 2021 51": ("open", ""),
        "Vacancy: Project Assistant, Migration Health": ("open", ""),
        "RFQ LA 2026 3": ("open", ""),
        "ພະນັກງານຂັບລົດ ປະຈຳນະຄອນຫຼວງວຽງຈັນ": ("open", ""),
        "VN 2026/02": ("closed", ""),
        "Cook for the guest house": ("closed", ""),
        "VN 2026/03": ("withdrawn", ""),
        "Senior Driver": ("similar", ""),
        "/n/driver": ("open", ""),
        "/N/DRIVER": ("open", ""),
        "/lo/n/driverແທ້ບໍ": ("open", ""),
        "ເລກທີອ້າງອີງ: VN 2026/01": ("open", ""),
        "/lo/n/driver ປະກາດນີ້ແມ່ນຂອງແທ້ບໍ?": ("open", ""),
        "testserver/n/driver": ("open", ""),
        "Senior Driver, CV to hiring@iom.example by 4 December 2026": ("similar", ""),
        "Senior Driver, CV to hiring@iom.example.co by 4 December 2026": ("similar", CONTACT),
        "Supply of family tents winter lot: bid security USD 2,000 to bids@iom.example": ("similar", MONEY),
        "VN 2026/01 Senior Finance Officer": ("similar", ""),
        "VN 2026/01 Senior Finance Officer, apply by 20 December 2026": ("similar", DATE),
        "Passport stamping officer": ("unknown", ""),
        "IOM job": ("too-little", ""),
    },
    "what friends pass on": {
        "IOM is hiring a driver (VN 2026/01). Deadline 4 December 2026. Free to apply!": ("open", "consistent"),
        "Driver VN 2026/01, apply to hiring@iom.example by 4 Dec": ("open", "consistent"),
        "[29/11/2026, 09:12:33] Office: Driver, VN 2026/01. Closes on 04/12/2026": ("open", "consistent"),
        "Supply of family tents RFQ-LA-2026-003: bids@iom.example, bid security USD 2,000": ("open", "consistent"),
        "Project Assistant (Migration Health) https://forms.iom.example/apply?id=51&fbclid=abc": ("open", "consistent"),
        "Questions about Driver VN 2026/01? Call +856 21 26 77 30 or 021 267730.": ("open", "consistent"),
        "ຮັບສະໝັກ ພະນັກງານຂັບລົດປະຈຳນະຄອນຫຼວງວຽງຈັນ VN 2026/01 ໝົດເຂດ ວັນທີ 4 ທັນວາ 2026 ບໍ່ເສຍຄ່າສະໝັກ": ("open", "consistent"),
        "From: Hiring <hiring@iom.example>\nSent: Monday, 30 November 2026 09:12\nTo: you@example.com\nSubject: Driver VN 2026/01": ("open", "consistent"),
        "VN 2026/01: closing date 4 December 2026, send your CV to hiring@iom.example": ("open", "consistent"),
        "Supply of family tents\nQuestions: bids@iom.example": ("open", "consistent"),
        "Cook for the guest house: write to kitchen@iom.example or cook@iom.example, form at https://forms.iom.example/cook": ("closed", "consistent"),
        "VN 2026/01 ໝົດເຂດວັນທີ4ທັນວາ2026 5 ໂມງແລງ": ("open", "consistent"),
        "Driver VN 2026/01: 2026-12-04T10:00:00Z": ("open", "consistent"),
        "Driver VN 2026/01. There is no fee, and you do not have to pay for an interview.": ("open", "consistent"),
    },
    "what asks us, or says what our notice does not": {
        "Is this job real? Driver VN 2026/01": ("open", ""),
        "ສະບາຍດີ, ປະກາດນີ້ແທ້ບໍ VN 2026/01": ("open", ""),
        "Driver VN 2026/01. I got this message on WhatsApp, is it real?": ("open", "consistent"),
        "Driver VN 2026/01. Do I have to pay?": ("open", "consistent"),
        "Driver VN 2026/01. If someone asks you for money, do not pay.": ("open", "consistent"),
        "Driver VN 2026/01. IOM does not charge a fee at any stage of its recruitment process (application, interview, processing, training or other fee).": ("open", "consistent"),
        "Driver (VN 2026/01)\nPosted on 25 Nov 2026\nDeadline: Fri 4 Dec 2026, 5 p.m.": ("open", "consistent"),
        "Driver VN 2026/01. Salary USD 900 per month": ("open", "consistent"),
        "Driver VN 2026/01 ເງິນເດືອນ 9.000.000 ກີບ": ("open", "consistent"),
        "Driver VN 2026/01 ເງິນເດືອນ 9 ລ້ານກີບ": ("open", "consistent"),
        "Driver VN 2026/01. Salary 3,000,000 kip per month.": ("open", "consistent"),
        "Driver VN 2026/01. Salary 3 million kip": ("open", "consistent"),
        "Driver VN 2026/01. Salary: 300 USDT a month": ("open", "consistent"),
        "Driver VN 2026/01. My date of birth is 12 March 1994": ("open", "consistent"),
        "Driver VN 2026/01. Dead line: 4 December 2026": ("open", "consistent"),
        "Driver VN 2026/01. ໂທ021/267730": ("open", "consistent"),
    },
    "money": {
        "Driver VN 2026/01. Pay 500,000 kip to register.": ("open", MONEY),
        "Driver VN 2026/01. A refundable deposit is required before the interview.": ("open", MONEY),
        "Driver VN 2026/01. There is no application fee, only the medical exam of $50.": ("open", MONEY),
        "Driver VN 2026/01 training cost 1.500.000 LAK": ("open", MONEY),
        "Driver VN 2026/01. Five hundred thousand kip for the uniform.": ("open", MONEY),
        "Driver VN 2026/01. Please transfer to BCEL One 0101 2000 3456 78901": ("open", MONEY),
        "Driver VN 2026/01. Send a scratch card code to confirm.": ("open", MONEY),
        "ພະນັກງານຂັບລົດ VN 2026/01 ກະລຸນາໂອນເງິນ 500.000 ກີບ": ("open", MONEY),
        "VN 2026/01 ຄ່າສະໝັກ ໕໐໐.໐໐໐ ກີບ": ("open", MONEY),
        "Supply of family tents RFQ-LA-2026-003: bid security USD 5,000": ("open", MONEY),
        "Cook for the guest house VN 2026/02: pay the registration fee now": ("closed", MONEY),
        "IOM lottery winner! Pay the processing fee": ("unknown", MONEY),
        "VN 2026/01: pay 500,000 kip": ("open", MONEY),
        "Driver VN 2026/01. Send your passport and 300k": ("open", MONEY),
        "Driver VN 2026/01. Uniform: 500.000": ("open", MONEY),
        "Driver VN 2026/01. Send 50 thousand phone credit": ("open", MONEY),
        "Driver VN 2026/01. Send depоsit first": ("open", MONEY),
        "Driver VN 2026/01. P.A.Y to register": ("open", MONEY),
        "Driver VN 2026/01. Processing charge applies": ("open", MONEY),
        "Driver VN 2026/01. You do not pay a fee, you pay a deposit": ("open", MONEY),
        "Driver VN 2026/01. There is no fee except the stamp": ("open", MONEY),
        "Driver VN 2026/01. We cannot accept applications without payment": ("open", MONEY),
        "Driver VN 2026/01. No payment no interview": ("open", MONEY),
        "Driver VN 2026/01 ຄ່າຊຸດ": ("open", MONEY),
        "Driver VN 2026/01 ບໍ່ແມ່ນຄ່າທຳນຽມ ແຕ່ແມ່ນຄ່າປະກັນ": ("open", MONEY),
        "Driver VN 2026/01. โอนเงินก่อน": ("open", MONEY),
        "Driver VN 2026/01. Salary 3,000,000 kip per month, registration 300,000 kip": ("open", MONEY),
        "Driver VN 2026/01. Salary 3,000,000 kip, the fee comes first": ("open", MONEY),
        "Driver VN 2026/01. Bring 300,000 kip a day before": ("open", MONEY),
        "Driver VN 2026/01. Send 20 USD per week": ("open", MONEY),
        "Driver VN 2026/01. Give 3,000,000 kip per month": ("open", MONEY),
        "Driver VN 2026/01. Payable in kip": ("open", MONEY),
        "Driver VN 2026/01. Bring some kip": ("open", MONEY),
        "Driver VN 2026/01. Send USDT": ("open", MONEY),
    },
    "a stranger's address": {
        "Driver VN 2026/01, send your CV to iom.hiring@gmail.com": ("open", CONTACT),
        "Driver VN 2026/01, send your CV to iom.hiring (at) gmail (dot) com": ("open", CONTACT),
        "Driver VN 2026/01, mail hiring＠iom.example.co": ("open", CONTACT),
        "Driver VN 2026/01. Send your CV\nTo: iom.hiring@gmail.com": ("open", CONTACT),
        "From: Recruitment <jobs@iom-laos.example>\nTo: you@example.com\nSubject: Driver VN 2026/01\n\nApply now.": ("open", CONTACT),
        "Driver VN 2026/01. WhatsApp 020 5555 1234": ("open", CONTACT),
        "Driver VN 2026/01. ໂທ ໐໒໐ ໕໕໕໕ ໑໒໓໔": ("open", CONTACT),
        "Driver VN 2026/01. Call +856-20-5555.1234": ("open", CONTACT),
        "Driver VN 2026/01. Apply: bit.ly/iom-driver": ("open", CONTACT),
        "Driver VN 2026/01. Apply: https://testserver.jobs.example/careers/": ("open", CONTACT),
        "Driver VN 2026/01. Apply: https://testserver@evil.example/n/driver": ("open", CONTACT),
        "Driver VN 2026/01. Apply: testserver.evil.example/n/driver": ("open", CONTACT),
        "Driver VN 2026/01. testserver/n/driver@evil.example": ("open", CONTACT),
        "Driver VN 2026/01. http://testserver/n/driver@evil.example": ("open", CONTACT),
        "Driver VN 2026/01. /n/driver@evil.example": ("open", CONTACT),
        "Driver VN 2026/01. Chat with us on Telegram": ("open", CONTACT),
        "Driver VN 2026/01. Line ID: iomlaos": ("open", CONTACT),
        "Driver VN 2026/01. Add @iom_laos_hr": ("open", CONTACT),
        "Project Assistant (Migration Health) https://forms.iom.example/apply?id=99": ("open", CONTACT),
        "Nurse at the transit centre VN 2026/03, write to hr@iom-laos.com": ("withdrawn", CONTACT),
        "Manager wanted, IOM Vientiane, CV to hr@iom-laos.com": ("unknown", CONTACT),
        "Driver VN 2026/01, CV to iomhiring@gmail,com": ("open", CONTACT),
        "Driver VN 2026/01, CV to iomhiring gmail dot com": ("open", CONTACT),
        "Driver VN 2026/01, CV to hiring@іom.example": ("open", CONTACT),
        "Driver VN 2026/01. iоm.int": ("open", CONTACT),
        "Driver VN 2026/01. bit . ly / iomjob": ("open", CONTACT),
        "Driver VN 2026/01. Call 021 267731": ("open", CONTACT),
        "Driver VN 2026/01. Tel.020/5555/1234": ("open", CONTACT),
        "Driver VN 2026/01. Call zero two zero, five five five five, one two three four": ("open", CONTACT),
        "Driver VN 2026/01. Inbox me": ("open", CONTACT),
    },
    "another deadline": {
        "Driver VN 2026/01, deadline 20 December 2026": ("open", DATE),
        "Driver VN 2026/01, closes 4/12/2027": ("open", DATE),
        "Driver VN 2026/01: reply within 24 hours": ("open", DATE),
        "VN 2026/01 ໝົດເຂດ ວັນທີ 20 ເດືອນ 12 ປີ 2026": ("open", DATE),
        "VN 2026/01 ປິດຮັບວັນທີ 22 ທັນວາ2026": ("open", DATE),
        "VN 2026/01 ໝົດເຂດຮອດ22ທັນວານີ້": ("open", DATE),
        "VN 2026/01 ໝົດເຂດ ວັນທີ 4 ທັນວາ 2026, 8 ໂມງແລງ": ("open", DATE),
        "Cook for the guest house VN 2026/02, extended to 24 December 2026": ("closed", DATE),
        "Driver VN 2026/01, deadline Dec. 5th": ("open", DATE),
        "Driver VN 2026/01, deadline 2026/12/05": ("open", DATE),
        "Driver VN 2026/01, deadline 4 December 2026 at 23:59": ("open", DATE),
        "Driver VN 2026/01, only today": ("open", DATE),
    },
    "several at once": {
        "Congratulations, you are shortlisted as Driver VN 2026/01! Pay 500,000 kip to 020 5555 1234 before 1 December": (
            "open", f"{MONEY} {CONTACT} {DATE}",
        ),
    },
}  # fmt: skip


@pytest.mark.usefixtures("own_texts_once")
def test_a_message_gets_its_two_verdicts_and_no_scam_is_vouched_for():
    for kind, messages in MESSAGES.items():
        results = {text: ask(text) for text in messages}
        found = {
            text: (result.verdict.value, " ".join(result.message_verdicts))
            for text, result in results.items()
        }
        assert found == messages, kind
        for text, result in results.items():
            if {MONEY, CONTACT} & {*result.message_verdicts}:
                assert "may be a scam" in result.heading, text


def test_an_address_of_this_site_alone_is_no_message():
    for text in ("/n/driver", "testserver/n/driver", "http://testserver/n/driver"):
        assert ask(text).heading == "We published this job, and it is open", text


def test_a_contact_point_counts_as_ours_once_the_office_gives_it():
    for kind, written, address, words in (
        ("email", "office@iom.example", "", "Office@IOM.example"),
        ("press", "press@iom.example", "", "press@iom.example"),
        ("press", "+856 20 555 99 99", "", "020 5559999"),
        ("map", "UN House", "https://maps.example/iom", "https://maps.example/iom"),
    ):
        text = f"Driver VN 2026/01. Questions? {words}"
        assert verdicts(text) == ("open", CONTACT), words
        make_contact_point(kind=kind, written=written, address=address)
        assert verdicts(text) == ("open", "consistent"), words


@pytest.mark.usefixtures("own_texts_once")
def test_what_was_not_compared_is_not_vouched_for():
    for words in (
        "Bring your passport to our agent at the morning market.", "Bring 200", "Scan this QR", "付款",
        "u must pey", "ສະແກນ QR", "deadline extended", "deadline Monday", "iom.recruitment", "$$$", "Send documents to me",
    ):  # fmt: skip
        result = ask(f"Driver VN 2026/01. {words}")
        heading = "This job is open. Compare your message with our notice"
        assert (result.heading, result.is_good) == (heading, False), words


def test_words_within_our_own_page_are_not_vouched_for(client):
    with time_machine.travel(AT, tick=False):
        before, deadline, after = read(client, "/careers/vacancies/driver/").text.partition("17:00")
    for words, is_suspect in (("Bring 200k.", True), ("Inbox me.", True), ("Bring it to our agent.", False)):
        result = ask(f"{before}{deadline} {words} {after}")
        assert (result.is_suspect, result.is_good) == (is_suspect, False), words


def test_the_page_and_the_share_text_of_a_notice_pasted_back_are_consistent(client):
    for slug, expected in (
        ("vacancies/driver", "open"),
        ("vacancies/assistant", "open"),
        ("vacancies/cook", "closed"),
        ("procurement/tents", "open"),
    ):
        with time_machine.travel(AT, tick=False):
            page = read(client, f"/careers/{slug}/")
        result = ask(page.text)
        found = (result.verdict.value, result.message_verdicts, result.rows, result.is_good)
        assert found == (expected, ["consistent"], [], expected == "open"), slug
        for language in ("en", "lo"):
            with override(language):
                caption = ShareLinks(result.notice, AT).caption
                facts = "\n".join([closing_line(result.notice, AT), *notice_facts(result.notice)])
            for text in (caption, caption.replace("\n", " "), f"{result.notice.title_en}\n{facts}"):
                assert verdicts(text) == (expected, "consistent"), text
