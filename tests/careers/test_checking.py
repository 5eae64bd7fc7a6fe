"""The page that says whether a notice read elsewhere is the office's."""

import datetime
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from careers.models import ProcurementNotice, Vacancy
from careers.sharing import Share
from tests.factories import (
    make_contact_point,
    make_former_address,
    make_procurement_notice,
    make_standard_text,
    make_vacancy,
)
from tests.reading import Page, count_queries, read

pytestmark = pytest.mark.django_db

DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)

OPEN = "Genuine, and open"
CLOSED = "Genuine, and closed"
SEVERAL = "Genuine: several match"
COMPARE = "Not certain: please compare"
UNKNOWN = "Unknown to the office"
TOO_LITTLE = "Too little to go by"


def asked(client, text: str) -> Page:
    return read(client, f"/careers/check/?q={quote(text)}")


def verdict(client, text: str) -> str:
    """The answer in words, as the page's title begins with it."""
    return asked(client, text).title.split(": is this notice real?")[0]


def test_without_a_question_there_is_a_form_and_how_it_works(client):
    for address in ("/careers/check/", "/careers/check/?q=", "/careers/check/?q=%20%20"):
        page = read(client, address)
        assert page.status == 200
        assert "What you type is compared with all notices on this site, open and closed." in page
        assert "noindex" not in client.get(address).content.decode()


def test_the_answer_is_not_indexed_and_its_address_without_the_question_is_the_one_that_counts(client):
    body = client.get("/careers/check/?q=driver").content.decode()
    assert '<meta name="robots" content="noindex">' in body
    assert '<link rel="canonical" href="http://testserver/careers/check/">' in body


def test_the_page_sets_no_cookie_and_is_the_same_for_everyone(client):
    response = client.get("/careers/check/?q=driver")
    assert not response.cookies
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert "Cookie" not in response.headers.get("Vary", "")


def test_an_open_notice_reads_as_genuine_with_its_deadline_time_left_and_link(client):
    make_vacancy(
        slug="driver", title_en="Driver and logistics clerk", reference="VN2026.05", closes_at=DEADLINE
    )
    with time_machine.travel(DEADLINE - 10 * DAY, tick=False):
        page = asked(client, "VN2026.05")
    assert OPEN in page
    assert "Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in page
    assert "closes in 10 days" in page
    assert "/careers/vacancies/driver/" in page.links
    assert "The deadline and the way to apply that count are those on the notice's page on this site." in page


def test_a_notice_turns_from_open_to_closed_at_its_deadline(client):
    make_vacancy(title_en="Driver and clerk", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - SECOND, tick=False):
        assert verdict(client, "driver and clerk") == OPEN
    with time_machine.travel(DEADLINE, tick=False):
        assert verdict(client, "driver and clerk") == CLOSED


def test_a_closed_notice_says_since_when_what_came_of_it_and_that_nothing_is_taken(client):
    again = make_vacancy(slug="again", title_en="Once more")
    make_vacancy(
        title_en="Driver and clerk", closes_at=DEADLINE, outcome="re-advertised", readvertised_as=again
    )
    with time_machine.travel(DEADLINE + DAY, tick=False):
        page = asked(client, "driver and clerk")
    assert CLOSED in page
    assert "Closed since Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in page
    assert "Outcome Advertised again: Once more" in page
    assert "Applications are no longer taken. Whoever says otherwise is not from the office." in page
    assert "/careers/vacancies/again/" in page.links


@pytest.mark.parametrize("question", ["driver and clerk", "/n/driver-and-clerk"])
def test_a_successor_that_is_not_public_is_not_named(client, question):
    hidden = make_vacancy(slug="hidden", title_en="Hidden", state="draft")
    notice = make_vacancy(
        slug="driver-and-clerk", title_en="Driver and clerk", closes_at=DEADLINE,
        outcome="re-advertised", readvertised_as=hidden,
    )  # fmt: skip
    with time_machine.travel(DEADLINE + DAY, tick=False):
        page = asked(client, question)
        assert "Advertised again" in page
        assert "Hidden" not in page
        assert "/careers/vacancies/hidden/" not in page.links
        hidden.state = "published"
        hidden.save()
        assert "/careers/vacancies/hidden/" in asked(client, question).links
    assert notice.readvertised_as == hidden


def test_what_the_office_does_not_know_says_what_to_do(client):
    make_contact_point()
    make_standard_text(slug="no-fee", title_en="IOM never asks for money")
    page = asked(client, "Passport stamping officer")
    assert UNKNOWN in page
    assert "Do not pay, and do not send papers or personal details." in page
    assert "tel:+85621267730" in page.links
    assert "/contact/" in page.links
    assert "Please tell the office where you read it" in page
    assert "IOM never asks for money" in page


@pytest.mark.parametrize(
    "question",
    [
        "CFCV2021.51",
        "cfcv2021.51",
        "CFCV 2021 51",
        "CFCV-2021-51",
        "CFCV202151",
        "CFCV2021/51.",
        "Ref: CFCV2021.51",
        "Re: Vacancy CFCV2021.51",
        "“CFCV2021.51”",
        "ＣＦＣＶ２０２１．５１",
        "CFCV2021.51 Project assistant, migration health",
        "Vacancy notice CFCV2021.51: Project Assistant (Migration Health), IOM Lao PDR, apply now",
    ],
)
def test_a_reference_is_known_however_it_is_typed(client, question):
    make_vacancy(title_en="Project Assistant (Migration Health)", reference="CFCV2021.51")
    assert verdict(client, question) == OPEN


@pytest.mark.parametrize(
    "question",
    ["CFCV2021.5", "CFCV2021.511", "CFCV202.151", "XCFCV2021.51", "CFCV", "2021.51", "51", "CFCV2020.51"],
)
def test_another_reference_is_not_taken_for_one_of_the_office(client, question):
    make_vacancy(title_en="Project Assistant (Migration Health)", reference="CFCV2021.51")
    assert verdict(client, question) in (COMPARE, UNKNOWN, TOO_LITTLE)
    assert verdict(client, "CFCV2021.51") == OPEN


@pytest.mark.parametrize("reference", ["5", "G4", "2026"])
def test_a_reference_that_figures_may_hit_by_chance_is_only_to_be_compared(client, reference):
    make_vacancy(title_en="Driver and clerk", reference=reference)
    assert verdict(client, f"{reference} days in Pakse") not in (OPEN, CLOSED)
    assert verdict(client, reference) not in (OPEN, CLOSED)


def test_a_true_reference_with_the_title_of_something_else_is_only_to_be_compared(client):
    make_vacancy(title_en="Driver and clerk", reference="VN2026.05")
    page = asked(client, "VN2026.05 Senior finance officer")
    assert COMPARE in page
    assert "Driver and clerk" in page


@pytest.mark.parametrize(
    "question",
    [
        "Project Assistant (Migration Health Division)",
        "project assistant migration health division",
        "PROJECT  ASSISTANT – MIGRATION-HEALTH DIVISION",
        "Vacancy: Project Assistant, Migration Health Division",
        "Re: Fwd: “Project Assistant (Migration Health Division)”",
        "Project Assistant, Migration Health",
        "ProjectAssistant (MigrationHealthDivision)",
        "Projéct Assistant Migration Health Division",
    ],
)
def test_a_title_is_known_however_it_is_typed(client, question):
    make_vacancy(title_en="Project Assistant (Migration Health Division)")
    assert verdict(client, question) == OPEN


@pytest.mark.parametrize(
    "question",
    [
        "assistant",
        "Project",
        "assistant assistant",
        "assistant assistant assistant",
        "Project Assistant",
        "Assistant, Health Division",
        "Health Division",
        "Migration Health Division",
        "Senior Project Assistant (Migration Health Division)",
        "Project Assistant (Migration Health Division), pay 500,000 kip to register",
    ],
)
def test_a_thin_match_is_never_called_genuine(client, question):
    make_vacancy(title_en="Project Assistant (Migration Health Division)")
    page = asked(client, question)
    assert COMPARE in page
    assert "Genuine" not in page
    assert "Project Assistant (Migration Health Division)" in page
    assert "Do not pay" in page


def test_a_title_of_one_word_is_only_to_be_compared(client):
    make_vacancy(title_en="Driver", reference="VN2026.05")
    assert verdict(client, "Driver") == COMPARE
    assert verdict(client, "IOM is hiring a driver in Vientiane, salary 900 USD") == COMPARE
    assert verdict(client, "Driver VN2026.05") == OPEN


def test_letters_within_another_word_are_no_match(client):
    make_vacancy(title_en="Art officer")
    assert verdict(client, "start officer training") == UNKNOWN
    assert verdict(client, "smart officers") == UNKNOWN


@pytest.mark.parametrize("question", ["vacancy", "Re:", "!!!", "a", "IOM Lao PDR", "์", "💰", "()", "%", "_"])
def test_what_says_nothing_is_too_little(client, question):
    make_vacancy(title_en="Driver and clerk")
    assert verdict(client, question) == TOO_LITTLE


@pytest.mark.parametrize(
    "question", ["%%%", "dri%clerk", "d_iver and clerk", "\\\\\\", "' OR 1=1 --", "driver'; --"]
)
def test_signs_that_mean_something_to_a_database_mean_nothing_here(client, question):
    make_vacancy(title_en="Driver and clerk")
    assert verdict(client, question) not in (OPEN, CLOSED)


@pytest.mark.parametrize(
    "question",
    [
        "ພະນັກງານຂັບລົດ ແຂວງສະຫວັນນະເຂດ",
        "ພະນັກງານ ຂັບລົດ ແຂວງ ສະຫວັນນະເຂດ",
        "ພະນັກງານ\u200bຂັບລົດແຂວງສະຫວັນນະເຂດ",
        "ປະກາດຮັບສະໝັກພະນັກງານຂັບລົດແຂວງສະຫວັນນະເຂດ",
        "ປະກາດຮັບສະຫມັກ: ພະນັກງານຂັບລົດ ແຂວງສະຫວັນນະເຂດ",
        "ພະນັກງານຂັບລົດ",
        "Vacancy: ພະນັກງານຂັບລົດ ແຂວງສະຫວັນນະເຂດ",
    ],
)
def test_a_title_in_lao_is_known_with_and_without_spaces_and_opening_words(client, question):
    make_vacancy(title_en="Driver, Savannakhet", title_lo="ພະນັກງານຂັບລົດ ແຂວງສະຫວັນນະເຂດ")
    assert verdict(client, question) == OPEN


@pytest.mark.parametrize(
    "title",
    [
        "ພະນັກງານຂັບລົດ ຕຳແໜ່ງ G4 ປະຈຳແຂວງອັດຕະປື",
        "ອົງການ IOM ຊອກຫາ ພະນັກງານຂັບລົດ",
        "ອົງການສາກົນ ປະກາດຮັບສະໝັກ ຜູ້ຊ່ວຍບໍລິຫານ",
    ],
)
@pytest.mark.parametrize("between", [" ", "", "\u200b"])
def test_a_lao_title_with_a_common_word_in_its_middle_is_known_wherever_the_spaces_are(
    client, title, between
):
    make_vacancy(title_en="Something", title_lo=title)
    assert verdict(client, title.replace(" ", between)) == OPEN


@pytest.mark.parametrize("title", ["ທີ່ປຶກສາດ້ານນ້ຳສະອາດ", "ທີ່ປຶກສາດ້ານນໍ້າສະອາດ", "ທີ່ປຶກສາດ້ານນ້ໍາສະອາດ"])
def test_lao_is_known_however_a_keyboard_writes_its_vowels(client, title):
    make_vacancy(title_en="Water consultant", title_lo=title)
    assert verdict(client, "ທີ່ປຶກສາດ້ານນ້ຳສະອາດ") == OPEN
    assert verdict(client, "ທີ່ປຶກສາ ດ້ານນໍ້າສະອາດ") == OPEN


def test_a_lao_title_in_the_english_field_is_known_too(client):
    make_vacancy(title_en="ພະນັກງານຂັບລົດ ແຂວງສະຫວັນນະເຂດ")
    assert verdict(client, "ພະນັກງານຂັບລົດແຂວງສະຫວັນນະເຂດ") == OPEN


def test_a_common_lao_word_is_only_to_be_compared(client):
    make_vacancy(title_en="Driver", title_lo="ພະນັກງານຂັບລົດ ແຂວງສະຫວັນນະເຂດ")
    assert verdict(client, "ພະນັກງານ") == COMPARE
    assert verdict(client, "ຮັບສະໝັກ ພະນັກງານ") == COMPARE
    assert verdict(client, "ຜູ້ປະສານງານ") == UNKNOWN


def test_a_reference_in_lao_figures_is_known(client):
    make_vacancy(title_en="Driver and clerk", reference="VN2026.05")
    assert verdict(client, "VN໒໐໒໖.໐໕") == OPEN


@pytest.mark.parametrize(
    "question",
    [
        "http://testserver/n/driver",
        "https://testserver/n/driver",
        "HTTP://TESTSERVER/n/driver",
        "/n/driver",
        "/n/driver/",
        "/n/Driver.",
        "(http://testserver/n/driver)",
        "http://testserver/n/driver?fbclid=abc#top",
        "http://testserver/careers/vacancies/driver/",
        "http://testserver/careers/vacancies/driver",
        "/careers/vacancies/driver/",
        "http://testserver/n/old-driver",
        "Driver http://testserver/n/driver",
    ],
)
def test_an_address_of_this_site_is_known(client, question):
    notice = make_vacancy(slug="driver", title_en="Driver")
    make_former_address(notice, "old-driver")
    page = asked(client, question)
    assert OPEN in page
    assert "an address that is not of this site" not in page


@pytest.mark.parametrize(
    "question",
    [
        "http://testserver.example.org/n/driver",
        "https://example.org/n/driver",
        "example.org/n/driver",
        "www.example.org/n/driver",
        "http://testserver@example.org/n/driver",
        "http://example.org/http://testserver/n/nothing",
        "http://testserver:81/n/driver",
        "//testserver/n/driver",
        "http://testserver/n/nothing",
        "http://testserver/careers/",
    ],
)
def test_an_address_of_another_site_or_of_nothing_makes_nothing_genuine(client, question):
    make_vacancy(slug="driver", title_en="Clerk")
    assert verdict(client, question) in (UNKNOWN, TOO_LITTLE)


def test_the_title_of_a_notice_beside_a_foreign_address_is_told_apart_from_it(client):
    make_vacancy(title_en="Driver and clerk")
    page = asked(client, "Driver and clerk https://jobs.example.org/apply")
    assert OPEN in page
    assert "What you gave also names an address that is not of this site." in page


def test_the_address_of_a_notice_with_the_title_of_something_else_is_only_to_be_compared(client):
    make_vacancy(slug="driver", title_en="Driver")
    assert verdict(client, "Senior finance officer http://testserver/n/driver") == COMPARE


def test_a_caption_pasted_whole_is_known_while_it_is_open_and_after(client):
    notices = [
        make_vacancy(title_en="Driver", title_lo="ຄົນຂັບລົດ", closes_at=DEADLINE),
        make_procurement_notice(title_en="Supply of 40 tents & tarpaulins – lot “A”", closes_at=DEADLINE),
    ]
    for notice in notices:
        for at, expected in ((DEADLINE - DAY, OPEN), (DEADLINE + DAY, CLOSED)):
            with time_machine.travel(at, tick=False):
                assert verdict(client, Share(notice, at).caption) == expected
                assert verdict(client, Share(notice, at).caption.replace("\n", " ")) == expected


def test_tenders_are_known_as_vacancies_are(client):
    make_procurement_notice(slug="tents", title_en="Supply of tents", reference="RFQ-LA-2026-003")
    for question in ("rfq la 2026 003", "Supply of tents", "/n/tents", "/careers/procurement/tents/"):
        page = asked(client, question)
        assert OPEN in page
        assert "/careers/procurement/tents/" in page.links


@pytest.mark.parametrize("make", [make_vacancy, make_procurement_notice])
@pytest.mark.parametrize(
    "hidden", [{"state": "draft"}, {"state": "withdrawn"}, {"publish_from": DEADLINE + 2 * DAY}]
)
def test_what_is_not_public_reads_as_unknown_and_its_public_twin_does_not(client, make, hidden):
    make(slug="secret", title_en="Secret tent keeper", reference="VN2026.07", **hidden)
    make(slug="known", title_en="Known tent keeper", reference="VN2026.08")
    with time_machine.travel(DEADLINE, tick=False):
        for question in ("VN2026.07", "/n/secret", "Secret", "VN2026.07 Secret"):
            page = asked(client, question)
            assert UNKNOWN in page, question
            assert "keeper" not in page
        assert "Secret" not in asked(client, "Secret tent keeper")
        for question in ("VN2026.08", "/n/known", "Known tent keeper"):
            assert OPEN in asked(client, question), question


WITHDRAWN = "Withdrawn by the office"


@pytest.mark.parametrize(
    "question",
    [
        "/n/cook",
        "http://testserver/n/cook",
        "/n/chef",
        "VN2026.08",
        "Cook for the guest house",
        "VN2026.08 Cook for the guest house",
    ],
)
def test_what_the_office_took_back_says_so_and_why(client, question):
    cook = make_vacancy(slug="cook", title_en="Cook for the guest house", reference="VN2026.08")
    make_former_address(cook, "chef")
    cook.state, cook.withdrawal_reason_en = "withdrawn", "The budget was cut."
    cook.title_en = "Cook for the guest house"
    cook.save()
    page = asked(client, question)
    assert page.title.startswith(WITHDRAWN)
    assert "The office published this notice, and took it back." in page
    assert "Why: The budget was cut." in page
    assert "Please tell the office where you read it" not in page
    assert "/careers/vacancies/cook/" not in page.links
    for near in ("Guest", "VN2026.09", "/n/cooks", "VN2026.08 Senior accountant"):
        assert WITHDRAWN not in asked(client, near), near


def test_a_notice_that_is_public_comes_before_one_that_was_withdrawn(client):
    for slug in ("gone", "again"):
        notice = make_vacancy(slug=slug, title_en="Cook for the guest house")
        if slug == "gone":
            notice.state, notice.withdrawal_reason_en = "withdrawn", "A mistake."
            notice.save()
    assert verdict(client, "Cook for the guest house") == OPEN


def test_a_notice_is_unknown_before_its_moment_and_genuine_at_it(client):
    make_vacancy(title_en="Driver and clerk", publish_from=DEADLINE)
    with time_machine.travel(DEADLINE - SECOND, tick=False):
        assert verdict(client, "driver and clerk") == UNKNOWN
    with time_machine.travel(DEADLINE, tick=False):
        assert verdict(client, "driver and clerk") == OPEN


def test_several_notices_of_one_title_are_listed_with_their_states_the_open_one_first(client):
    make_vacancy(slug="old", title_en="Project driver", closes_at=DEADLINE - 300 * DAY)
    make_vacancy(slug="new", title_en="Project driver", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - DAY, tick=False):
        page = asked(client, "project driver")
    assert SEVERAL in page
    found = [link for link in page.links if link.startswith("/careers/vacancies/")]
    assert found == ["/careers/vacancies/new/", "/careers/vacancies/old/"]
    assert "Closing soon" in page
    assert "Closed:" in page
    assert "There are more than these." not in page


def test_ten_are_listed_and_then_it_says_that_there_are_more(client):
    for _ in range(7):
        make_vacancy(title_en="Project driver")
        make_procurement_notice(title_en="Project driver")
    page = asked(client, "project driver")
    assert SEVERAL in page
    assert len([link for link in page.links if "vacancy-" in link or "tender-" in link]) == 10
    assert "There are more than these." in page


def test_the_exact_title_is_found_among_many_like_it(client):
    for number in range(40):
        make_vacancy(title_en=f"Project assistant district {number}", closes_at=DEADLINE - number * DAY)
    with time_machine.travel(DEADLINE, tick=False):
        page = asked(client, "Project assistant district 37")
    assert CLOSED in page
    assert "Project assistant district 37" in page


@pytest.mark.parametrize(
    "question", ["VN2026.05", "driver and clerk", "assistant", "ພະນັກງານ", "/n/nothing-here"]
)
def test_the_page_costs_the_same_queries_for_few_notices_and_for_many(client, question):
    def add(number: int) -> None:
        make_vacancy(title_en="Assistant", reference=f"VN2026.{number:02}", title_lo="ພະນັກງານ")
        make_procurement_notice(title_en="Driver and clerk", reference=f"RFQ{number}")

    address = f"/careers/check/?q={quote(question)}"
    add(5)
    of_few = count_queries(client, address)
    for number in range(6, 46):
        add(number)
    assert count_queries(client, address) == of_few
    assert of_few < 30


def test_of_ten_thousand_notices_the_one_is_found_and_a_few_are_read(client):
    closings = [DEADLINE - number * SECOND for number in range(5000)]
    for kind, name in ((Vacancy, "Assistant"), (ProcurementNotice, "Supply")):
        kind.objects.bulk_create(
            kind(slug=f"{name}-{n}".lower(), title_en=f"{name} number {n}", reference=f"VN{n}.2026",
                 closes_at=closing, state="published")
            for n, closing in enumerate(closings)
        )  # fmt: skip
    with time_machine.travel(DEADLINE + DAY, tick=False), CaptureQueriesContext(connection) as queries:
        page = asked(client, "VN4711.2026 Assistant number 4711")
    assert CLOSED in page
    assert "/careers/vacancies/assistant-4711/" in page.links
    of_notices = [query["sql"] for query in queries if 'FROM "careers_' in query["sql"]]
    assert len(of_notices) == 6
    assert all(sql.endswith("LIMIT 11") for sql in of_notices)


def test_an_overlong_question_is_cut_and_answered(client):
    make_vacancy(title_en="Driver and clerk")
    assert asked(client, "x" * 3000).status == 200
    assert asked(client, "Driver and clerk " + " " * 380 + "and more").status == 200
    body = client.get("/careers/check/?q=" + "y" * 1000).content.decode()
    assert "y" * 400 in body
    assert "y" * 401 not in body


@pytest.mark.parametrize("query", ["q=%00", "q=a%00b", "q=%ff", "q=%ED%A0%80"])
def test_bytes_that_are_no_text_are_refused_and_not_a_fault(client, query):
    assert client.get(f"/careers/check/?{query}").status_code == 400


@pytest.mark.parametrize(
    "question",
    ["\u202edriver", "\ufffe", "\U000e0001", "ﷺ" * 400, "(" * 400, "a." * 200, "[" * 10, "http://[", "//["],
)
def test_odd_texts_are_answered(client, question):
    make_vacancy(title_en="Driver and clerk")
    assert asked(client, question).status == 200


def test_what_is_asked_stands_in_the_field_alone_and_escaped(client):
    body = client.get("/careers/check/", {"q": 'Winner <b>call</b> "me"'}).content.decode()
    assert body.count("Winner") == 1
    assert 'value="Winner &lt;b&gt;call&lt;/b&gt; &quot;me&quot;"' in body


def test_head_is_answered_and_writing_is_refused(client):
    assert client.head("/careers/check/?q=driver").status_code == 200
    assert client.post("/careers/check/", {"q": "driver"}).status_code == 405
