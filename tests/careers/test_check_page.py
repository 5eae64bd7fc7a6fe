"""The page on which visitors ask whether a notice is real."""

import datetime
import re
from urllib.parse import quote

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.views.debug import ExceptionReporter
from lxml import html

from careers.models.vacancy import Vacancy
from careers.verification import check
from tests.helpers.factories import (
    make_contact_point,
    make_procurement_notice,
    make_standard_text,
    make_vacancy,
)
from tests.helpers.pages import Page, count_queries, read

pytestmark = pytest.mark.django_db

DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
DAY = datetime.timedelta(days=1)


def ask(client, text: str) -> Page:
    return read(client, f"/careers/check/?q={quote(text)}")


def send(client, text: str, **headers) -> HttpResponse:
    return client.post("/careers/check/", {"text": text}, headers=headers)


def verdicts(response: HttpResponse) -> tuple[str, str]:
    body = response.content.decode()
    return re.search('data-notice="(.*?)" data-message="(.*?)"', body).groups()


def test_without_a_question_there_is_a_form(client):
    for address in ("/careers/check/", "/careers/check/?q=", "/careers/check/?q=%20%20"):
        body = client.get(address).content.decode()
        assert 'name="text"' in body
        assert "data-notice" not in body
        assert "noindex" not in body


def test_the_answer_is_not_indexed_sets_no_cookie_and_is_kept_nowhere(client):
    asked, sent = client.get("/careers/check/?q=driver"), send(client, "driver")
    for response in (asked, sent):
        body = response.content.decode()
        assert '<meta name="robots" content="noindex">' in body
        assert '<link rel="canonical" href="http://testserver/careers/check/">' in body
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")
    assert asked.headers["Cache-Control"] == "public, no-cache"
    assert "no-store" in sent.headers["Cache-Control"]


def test_an_open_notice_is_shown_with_deadline_time_left_and_link(client):
    make_vacancy(slug="driver", title_en="Driver", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - 10 * DAY, tick=False):
        page = ask(client, "driver")
    assert page.h1 == ["We published this job, and it is open"]
    assert page.title.startswith("We published this job, and it is open ·")
    assert "Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in page
    assert "10 days left" in page
    assert "/careers/vacancies/driver/" in page.links


def test_a_message_that_copies_a_true_notice_and_asks_for_money_is_called_what_it_may_be(client):
    make_contact_point()
    make_standard_text(slug="no-fee", title_en="IOM never asks for money")
    make_vacancy(title_en="Driver", reference="VN 2026/01", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - 10 * DAY, tick=False):
        response = send(
            client,
            "Driver VN 2026/01\nPay 500,000 kip to iom.hr@gmail.com, 020 5555 1234, by 20 June 2026."
            "\nSend your bank details on Telegram @iom_hr",
        )
    assert verdicts(response) == ("open", "asks-for-money other-contact other-deadline")
    body = response.content.decode()
    assert "<h1>This job is real, but this message may be a scam</h1>" in body
    assert "Do not pay. Do not reply. Do not send papers." in body
    assert "It asks for money or bank details" in body
    assert "IOM never asks for money or bank details to apply." in body
    assert "The number is not ours" in body
    for words in ("Pay 500,000 kip", "iom.hr@gmail.com", "020 5555 1234", "20 June 2026", "Telegram @iom_hr"):
        assert re.search(f"<div><q>[^<]*{re.escape(words)}[^<]*</q></div>", body), words
    assert re.search(r'class="call" href="tel:\+85621267730">Call us: ', body)


def test_a_message_about_a_tender_is_told_how_to_submit_an_offer(client):
    make_procurement_notice(title_en="Supply of tents", reference="RFQ 7", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - DAY, tick=False):
        page = ask(client, "Supply of tents RFQ 7, pay 500,000 kip")
    assert page.h1 == ["This tender is real, but this message may be a scam"]
    assert "If you want to submit an offer, follow our notice only" in page
    assert "If you want to apply" not in page


def test_what_could_not_be_compared_is_not_to_be_followed_before_a_call(client):
    make_vacancy(title_en="Driver", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - DAY, tick=False):
        page = ask(client, "Driver. Come to UN House on Sunday with your passport and family book")
    assert page.h1 == ["This job is open. Compare your message with our notice"]
    assert "Call us before you send papers or personal details." in page


def test_a_sheet_of_paper_has_neither_the_form_nor_the_time_left(client):
    make_standard_text(slug="no-fee", title_en="IOM never asks for money")
    make_vacancy(title_en="Driver", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - 10 * DAY, tick=False):
        page = html.fromstring(send(client, "Driver").content)
    on_screen = page.xpath("//main//*[@class='no-print' or @class='screen-only']")
    words = " ".join(each.text_content() for each in on_screen)
    for each in ("Check another notice", "IOM never asks for money", "10 days left"):
        assert each in words
    assert "The notice: real and open" not in words


def test_an_address_alone_is_answered_without_an_empty_list(client):
    notice = make_vacancy(title_en="Driver", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - DAY, tick=False):
        body = send(client, f"/n/{notice.number} at IOM").content
    lists = html.fromstring(body).xpath("//main//dl")
    assert lists
    assert all(each.text_content().strip() for each in lists)


def test_a_closed_notice_says_since_when_and_what_came_of_it(client):
    again = make_vacancy(slug="again", title_en="Once more", state="draft")
    make_vacancy(
        slug="driver", title_en="Driver and clerk", closes_at=DEADLINE,
        outcome="re-advertised", readvertised_as=again,
    )  # fmt: skip
    with time_machine.travel(DEADLINE, tick=False):
        for question in ("driver and clerk", "/n/driver"):
            page = ask(client, question)
            assert page.h1 == ["This job has closed"]
            assert "Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in page
            # A successor is named once it is public.
            assert "Once more" not in page
        again.state = "published"
        again.save()
        for question in ("driver and clerk", "/n/driver"):
            assert "/careers/vacancies/again/" in ask(client, question).links


def test_what_is_not_ours_says_what_to_do_and_whom_to_call(client):
    make_contact_point()
    make_standard_text(slug="no-fee", title_en="IOM never asks for money")
    page = ask(client, "Passport stamping officer")
    assert page.h1 == ["We have not published this"]
    assert "tel:+85621267730" in page.links
    assert "Do not pay, and do not send papers or personal details." in page
    assert "IOM never asks for money" in page
    page = ask(client, "Passport stamping officer, CV to hr@iom-laos.com")
    assert page.h1 == ["We have not published this, and the message may be a scam"]


def test_what_was_withdrawn_says_what_and_why(client):
    for make, kind in ((make_vacancy, "job"), (make_procurement_notice, "tender")):
        cook = make(slug=f"cook-{kind}", title_en=f"Cook, {kind}", reference="VN 2026/02")
        cook.state, cook.withdrawal_reason_en = "withdrawn", "The budget was cut."
        cook.save()
        page = ask(client, f"/n/cook-{kind}")
        assert page.h1 == [f"We withdrew this {kind}"]
        assert f"Title Cook, {kind} Reference VN 2026/02" in page
        assert "The budget was cut." in page
        assert f"See open {kind}s" in page
        assert cook.get_absolute_url() not in page.links


def test_similar_notices_are_listed_with_their_states_the_open_one_first(client):
    make_vacancy(slug="old", title_en="Project driver", closes_at=DEADLINE - 300 * DAY)
    make_vacancy(slug="new", title_en="Project driver", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - DAY, tick=False):
        for question in ("project driver", "driver"):
            page = ask(client, question)
            assert page.h1 == ["We did not find exactly this notice"]
            found = [link for link in page.links if link.startswith("/careers/vacancies/")]
            assert found == ["/careers/vacancies/new/", "/careers/vacancies/old/"]
            assert "There are more." not in page
        for _ in range(9):
            make_vacancy(title_en="Project driver")
        assert "There are more." in ask(client, "project driver")


def test_too_little_to_go_by_says_so(client):
    assert ask(client, "vacancy").h1 == ["Please type a little more"]


def test_the_page_costs_the_same_queries_for_few_notices_and_for_many(client):
    def add(number: int) -> None:
        make_vacancy(title_en="Assistant", reference=f"VN2026.{number:02}", title_lo="ພະນັກງານ")
        make_procurement_notice(title_en="Driver and clerk", reference=f"RFQ{number}")

    questions = ["VN2026.05", "driver and clerk", "ພະນັກງານ", "/n/nothing-here"]
    addresses = [f"/careers/check/?q={quote(question)}" for question in questions]
    add(5)
    of_few = [count_queries(client, address) for address in addresses]
    for number in range(6, 26):
        add(number)
    of_many = [count_queries(client, address) for address in addresses]
    # Of few notices one may be certain, and its page is read for both languages.
    assert all(many <= few < 60 for many, few in zip(of_many, of_few, strict=True)), (of_few, of_many)


def test_a_text_that_is_too_long_stays_in_the_field_beside_the_error(client):
    response = send(client, "y" * 10_001)
    body = response.content.decode()
    assert "This is too long: 10001 characters. Paste at most 10000." in body
    assert "y" * 10_001 in body
    assert "data-notice" not in body
    assert verdicts(send(client, "y" * 10_000)) == ("unknown", "")


def test_a_long_question_in_an_address_is_put_into_the_field_to_be_sent(client):
    body = client.get("/careers/check/?q=" + "y" * 101).content.decode()
    assert "Press Check to compare this text." in body
    assert "y" * 101 in body
    assert "data-notice" not in body


def test_nothing_typed_is_said_beside_the_field(client):
    assert "Type a job title or a reference" in send(client, "  ").content.decode()


def test_a_form_of_another_site_is_refused(client):
    make_vacancy(title_en="Driver")
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        response = send(client, "driver", **headers)
        assert response.status_code == 403
        body = response.content.decode()
        assert "This form was not sent from our site." in body
        assert "data-notice" not in body


def test_a_form_of_this_site_needs_no_cookie(db):
    client = Client(enforce_csrf_checks=True)
    headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert send(client, "driver", **headers).status_code == send(client, "driver").status_code == 200


def test_a_sent_text_gets_into_no_log_and_no_error_report(client, monkeypatch, caplog, capfd):
    text = f"passport {4_700 + 11}"  # The report shows lines of this file.
    send(client, text)
    client.raise_request_exception = False
    monkeypatch.setattr(check, "check_text", lambda text, request: 1 / 0)
    response = send(client, text)
    assert response.status_code == 500
    assert "ZeroDivisionError" in caplog.text
    report = ExceptionReporter(response.wsgi_request, *response.exc_info)
    output = capfd.readouterr()
    for log in (
        caplog.text,
        output.out,
        output.err,
        report.get_traceback_text(),
        report.get_traceback_html(),
    ):
        assert "4711" not in log


def test_bytes_that_are_no_text_are_refused(client):
    for query in ("q=%00", "q=a%00b", "q=%ff", "q=%ED%A0%80"):
        assert client.get(f"/careers/check/?{query}").status_code == 400, query


def test_odd_texts_are_answered(client):
    make_vacancy(title_en="Driver and clerk")
    for text in (
        "\u202edriver",
        "\ufffe",
        "\U000e0001",
        "ﷺ" * 400,
        "(" * 400,
        "a." * 200,
        "[" * 10,
        "http://[",
        "//[",
        "31/02/2026",
        "99999999999999999999999 kip",
        "\x00",
    ):
        assert send(client, text).status_code == 200, text


def test_a_text_stands_in_the_field_escaped_and_what_is_not_ours_is_quoted(client):
    body = send(client, 'Winner <b>call</b> "me"').content.decode()
    assert body.count("Winner") == 1
    assert "Winner &lt;b&gt;call&lt;/b&gt; &quot;me&quot;</textarea>" in body


def test_head_is_answered_and_other_methods_are_refused(client):
    assert client.head("/careers/check/?q=driver").status_code == 200
    assert client.put("/careers/check/", {"q": "driver"}).status_code == 405
