"""The page on which visitors ask whether a notice is real."""

import datetime
from urllib.parse import quote

import pytest
import time_machine

from careers.models.vacancy import Vacancy
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


def test_without_a_question_there_is_a_form(client):
    for address in ("/careers/check/", "/careers/check/?q=", "/careers/check/?q=%20%20"):
        body = client.get(address).content.decode()
        assert 'name="q"' in body
        assert "noindex" not in body


def test_the_answer_is_not_indexed_sets_no_cookie_and_is_the_same_for_everyone(client):
    response = client.get("/careers/check/?q=driver")
    body = response.content.decode()
    assert '<meta name="robots" content="noindex">' in body
    assert '<link rel="canonical" href="http://testserver/careers/check/">' in body
    assert not response.cookies
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert "Cookie" not in response.headers.get("Vary", "")


def test_an_open_notice_is_shown_with_deadline_time_left_and_link(client):
    make_vacancy(slug="driver", title_en="Driver and clerk", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - 10 * DAY, tick=False):
        page = ask(client, "driver and clerk")
    assert "Genuine, and open" in page
    assert "Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in page
    assert "closes in 10 days" in page
    assert "/careers/vacancies/driver/" in page.links


def test_a_closed_notice_says_since_when_and_what_came_of_it(client):
    again = make_vacancy(slug="again", title_en="Once more", state="draft")
    make_vacancy(
        slug="driver", title_en="Driver and clerk", closes_at=DEADLINE,
        outcome="re-advertised", readvertised_as=again,
    )  # fmt: skip
    with time_machine.travel(DEADLINE, tick=False):
        for question in ("driver and clerk", "/n/driver"):
            page = ask(client, question)
            assert "Genuine, and closed" in page
            assert "Closed since Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in page
            # A successor is named once it is public.
            assert "Once more" not in page
        again.state = "published"
        again.save()
        for question in ("driver and clerk", "/n/driver"):
            assert "/careers/vacancies/again/" in ask(client, question).links


def test_what_the_office_does_not_know_says_what_to_do(client):
    make_contact_point()
    make_standard_text(slug="no-fee", title_en="IOM never asks for money")
    page = ask(client, "Passport stamping officer https://example.org/apply")
    assert "Unknown to the office" in page
    assert {"tel:+85621267730", "/contact/"} <= set(page.links)
    assert "an address that is not of this site" in page
    assert "IOM never asks for money" in page


def test_what_the_office_withdrew_says_why(client):
    cook = make_vacancy(slug="cook", title_en="Cook for the guest house")
    cook.state, cook.withdrawal_reason_en = "withdrawn", "The budget was cut."
    cook.save()
    page = ask(client, "/n/cook")
    assert page.title.startswith("Withdrawn by the office")
    assert "The budget was cut." in page
    assert "/careers/vacancies/cook/" not in page.links


def test_what_is_uncertain_is_shown_to_compare_and_never_called_genuine(client):
    make_vacancy(slug="driver", title_en="Project driver")
    page = ask(client, "driver")
    assert "Not certain: please compare" in page
    assert "Genuine" not in page
    assert "/careers/vacancies/driver/" in page.links


def test_several_matches_are_listed_with_their_states_the_open_one_first(client):
    make_vacancy(slug="old", title_en="Project driver", closes_at=DEADLINE - 300 * DAY)
    make_vacancy(slug="new", title_en="Project driver", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - DAY, tick=False):
        page = ask(client, "project driver")
        assert "Genuine: several match" in page
        found = [link for link in page.links if link.startswith("/careers/vacancies/")]
        assert found == ["/careers/vacancies/new/", "/careers/vacancies/old/"]
        assert "There are more than these." not in page
        for _ in range(9):
            make_vacancy(title_en="Project driver")
        assert "There are more than these." in ask(client, "project driver")


def test_too_little_to_go_by_says_so(client):
    assert "Too little to go by" in ask(client, "vacancy")


@pytest.mark.parametrize("question", ["VN2026.05", "driver and clerk", "ພະນັກງານ", "/n/nothing-here"])
def test_the_page_costs_the_same_queries_for_few_notices_and_for_many(client, question):
    def add(number: int) -> None:
        make_vacancy(title_en="Assistant", reference=f"VN2026.{number:02}", title_lo="ພະນັກງານ")
        make_procurement_notice(title_en="Driver and clerk", reference=f"RFQ{number}")

    address = f"/careers/check/?q={quote(question)}"
    add(5)
    of_few = count_queries(client, address)
    for number in range(6, 26):
        add(number)
    assert count_queries(client, address) == of_few
    assert of_few < 30


def test_an_overlong_question_is_cut(client):
    body = client.get("/careers/check/?q=" + "y" * 3000).content.decode()
    assert "y" * 400 in body
    assert "y" * 401 not in body


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
    ):
        assert ask(client, text).status == 200, text


def test_a_question_stands_in_the_field_alone_and_escaped(client):
    body = client.get("/careers/check/", {"q": 'Winner <b>call</b> "me"'}).content.decode()
    assert body.count("Winner") == 1
    assert 'value="Winner &lt;b&gt;call&lt;/b&gt; &quot;me&quot;"' in body


def test_head_is_answered_and_writing_is_refused(client):
    assert client.head("/careers/check/?q=driver").status_code == 200
    assert client.post("/careers/check/", {"q": "driver"}).status_code == 405
