"""The pages of the alerts: asking, confirming, stopping; what is refused, and what is kept."""

import datetime

import pytest
import time_machine
from django.core.cache import caches
from django.db import IntegrityError, transaction

from careers.models import AlertMessage, Subscription
from tests.factories import (
    make_former_address,
    make_office,
    make_page,
    make_procurement_notice,
    make_subscription,
    make_vacancy,
)
from tests.reading import count_queries, read

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
ASKED_AT = datetime.datetime(2026, 6, 1, 9, tzinfo=datetime.UTC)

ADDRESS = "someone@example.org"
FORM = {"email": ADDRESS, "topic": "all", "message": ""}


@pytest.fixture(autouse=True)
def _offered(settings, db) -> None:
    settings.ALERTS = True
    caches["limits"].clear()
    make_office()
    make_page(slug="privacy", title_en="Privacy notice")


def subscriptions() -> list[tuple[str, str]]:
    return sorted(Subscription.objects.values_list("email", "topic"))


def questions() -> int:
    return AlertMessage.objects.questions().count()


# --- Asking -----------------------------------------------------------------------------------


def test_the_form_says_what_is_kept_and_for_how_long(client):
    page = read(client, "/careers/alerts/")
    assert page.h1 == ["Alerts by e-mail"]
    assert "Your address and what you asked for: nothing else about you." in page
    assert "your address is deleted after two days" in page
    assert "until you stop the alerts" in page
    assert "for 30 days" in page
    assert "/privacy/" in page.links


@pytest.mark.parametrize("topic", ["all", "vacancies", "procurement"])
def test_who_asks_is_kept_unconfirmed_and_is_to_be_asked_by_mail(client, topic):
    response = client.post("/careers/alerts/", FORM | {"topic": topic})
    assert response.status_code == 200
    assert "A message is on its way to <strong>someone@example.org</strong>" in response.content.decode()
    assert subscriptions() == [(ADDRESS, topic)]
    assert Subscription.objects.get().confirmed_at is None
    assert questions() == 1


@pytest.mark.parametrize("make", [make_vacancy, make_procurement_notice])
def test_one_notice_of_either_kind_can_be_followed(client, make):
    notice = make(slug="a-notice", title_en="Supply of <tents>")
    page = read(client, "/careers/alerts/notice/a-notice/")
    assert page.h1 == ["Alerts about: Supply of <tents>"]
    assert notice.get_absolute_url() in page.links
    assert "at most for a year after the notice has closed" in page
    response = client.post("/careers/alerts/notice/a-notice/", {"email": ADDRESS})
    assert response.status_code == 200
    assert Subscription.objects.get().notice == notice
    assert Subscription.objects.get().topic == "notice"


def test_a_closed_notice_can_be_followed_for_its_outcome_is_to_come(client):
    make_vacancy(slug="driver", closes_at=ASKED_AT)
    with time_machine.travel(ASKED_AT + 365 * DAY - SECOND, tick=False):
        assert "/careers/alerts/notice/driver/" in read(client, "/careers/vacancies/driver/").links
        assert client.get("/careers/alerts/notice/driver/").status_code == 200
        assert client.post("/careers/alerts/notice/driver/", FORM).status_code == 200
    assert Subscription.objects.count() == 1


def test_a_notice_that_closed_a_year_ago_is_not_offered_to_be_followed_and_its_form_says_so(client):
    make_vacancy(slug="driver", title_en="Driver", closes_at=ASKED_AT)
    with time_machine.travel(ASKED_AT + 365 * DAY, tick=False):
        assert "/careers/alerts/notice/driver/" not in read(client, "/careers/vacancies/driver/").links
        page = read(client, "/careers/alerts/notice/driver/")
        assert page.h1 == ["Nothing more is told of this notice"]
        assert "It closed on 1 June 2026" in page
        assert "/careers/vacancies/driver/" in page.links
        response = client.post("/careers/alerts/notice/driver/", FORM)
    assert response.status_code == 404
    assert "on its way" not in response.content.decode()
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_notice_that_is_not_public_cannot_be_followed(client, method):
    make_vacancy(slug="shown", title_en="Shown")
    make_vacancy(slug="draft", title_en="Hidden", state="draft")
    make_vacancy(slug="gone", title_en="Hidden", state="withdrawn")
    make_procurement_notice(slug="to-come", title_en="Hidden", publish_from=ASKED_AT + 10000 * DAY)
    status = {"shown": 200, "draft": 404, "gone": 410, "to-come": 404, "nothing": 404}
    for slug, expected in status.items():
        response = getattr(client, method)(f"/careers/alerts/notice/{slug}/", {"email": ADDRESS})
        assert response.status_code == expected, slug
        assert "Hidden" not in response.content.decode()
    assert Subscription.objects.count() == (method == "post")


def test_a_notice_that_has_another_address_now_leads_there(client):
    make_former_address(make_vacancy(slug="driver"), "chauffeur")
    response = client.get("/careers/alerts/notice/chauffeur/")
    assert (response.status_code, response["Location"]) == (301, "/careers/alerts/notice/driver/")


def test_a_form_that_was_opened_before_the_address_changed_is_kept(client):
    vacancy = make_vacancy(slug="driver")
    make_former_address(vacancy, "chauffeur")
    response = client.post("/careers/alerts/notice/chauffeur/", FORM)
    assert response.status_code == 200
    assert Subscription.objects.get().notice == vacancy


def test_one_person_is_kept_once_however_the_address_is_written(client):
    for written in ("Someone@Example.ORG", " someone@example.org ", "SOMEONE@EXAMPLE.ORG"):
        assert client.post("/careers/alerts/", FORM | {"email": written}).status_code == 200
    assert subscriptions() == [(ADDRESS, "all")]
    assert questions() == 1


def test_a_domain_in_other_letters_is_kept_as_mail_servers_write_it(client):
    client.post("/careers/alerts/", FORM | {"email": "someone@ລາວ.example"})
    assert subscriptions() == [("someone@xn--q7ce6a.example", "all")]


@pytest.mark.parametrize(
    ("email", "problem"),
    [
        ("", "Please give your e-mail address."),
        ("someone", "This is not an e-mail address."),
        ("someone@", "This is not an e-mail address."),
        ("some one@example.org", "This is not an e-mail address."),
        ("a@example.org, b@example.org", "This is not an e-mail address."),
        ("a@example.org\nBcc: b@example.org", "This is not an e-mail address."),
        ('"a> SIZE=1"@example.org', "This is not an e-mail address."),
        ("someone@[127.0.0.1]", "This is not an e-mail address."),
        ("ສົມ@example.org", "This is not an e-mail address."),
        ("someone@" + "a" * 64 + ".org", "This is not an e-mail address."),
        ("someone@" + "ລ" * 60 + ".org", "This is not an e-mail address."),
        ("a@example.org\0", "This is not an e-mail address."),
        (f"{'a' * 250}@example.org", "at most 254 characters"),
    ],
)
def test_what_is_no_address_is_said_beside_the_field_with_what_was_typed(client, email, problem):
    response = client.post("/careers/alerts/", FORM | {"email": email, "topic": "vacancies"})
    page = response.content.decode()
    assert response.status_code == 200
    assert problem in page.partition('id="wrong-email">')[2].partition("</p>")[0]
    assert 'aria-describedby="wrong-email"' in page
    assert "<title>Please correct the form" in page
    assert page.partition('value="vacancies"')[2].partition(">")[0].endswith("checked")
    assert subscriptions() == []


def test_what_was_typed_is_shown_again_and_never_run(client):
    page = client.post("/careers/alerts/", FORM | {"email": '"><b>x'}).content.decode()
    assert "&quot;&gt;&lt;b&gt;x" in page
    assert "<b>x" not in page


@pytest.mark.parametrize("topic", ["", "notice", "everything", "\0"])
def test_a_topic_that_is_not_offered_is_refused_beside_its_field(client, topic):
    page = client.post("/careers/alerts/", FORM | {"topic": topic}).content.decode()
    assert 'id="wrong-topic"' in page
    assert subscriptions() == []


# --- The same answer for everybody ------------------------------------------------------------


def test_the_answer_does_not_tell_whether_an_address_is_known(client):
    make_subscription(email="confirmed@example.org")
    make_subscription(email="asked@example.org", confirmed_at=None)
    answers = {
        client.post("/careers/alerts/", FORM | {"email": email}).content.decode().replace(email, "…")
        for email in ("confirmed@example.org", "asked@example.org", "unknown@example.org")
    }
    assert len(answers) == 1


def test_who_is_subscribed_already_is_not_subscribed_twice_and_stays_confirmed(client):
    before = make_subscription(email=ADDRESS)
    client.post("/careers/alerts/", FORM)
    after = Subscription.objects.get()
    assert (after.token, after.confirmed_at) == (before.token, before.confirmed_at)


def test_a_page_is_the_same_bytes_for_everyone_and_sets_no_cookie(client):
    make_vacancy(slug="driver")
    for address in ("/careers/alerts/", "/careers/alerts/notice/driver/"):
        first = client.get(address)
        client.post(address, FORM)
        second = client.get(address, headers={"Cookie": "theme=dark", "Accept-Language": "lo"})
        assert first.status_code == 200
        assert first.content == second.content
        assert first["ETag"] == second["ETag"]
        assert first["Cache-Control"] == "public, no-cache"
        assert "Cookie" not in first["Vary"]
        assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_nothing_sets_a_cookie_or_runs_a_script(client):
    token = make_subscription(confirmed_at=None).token
    for response in (
        client.get("/careers/alerts/"),
        client.post("/careers/alerts/", FORM),
        client.post("/careers/alerts/", FORM | {"email": "x"}),
        client.get(f"/careers/alerts/confirm/{token}/"),
        client.post(f"/careers/alerts/confirm/{token}/"),
        client.get(f"/careers/alerts/stop/{token}/"),
        client.post(f"/careers/alerts/stop/{token}/"),
    ):
        assert response.status_code == 200
        assert not response.cookies
        assert b"<script" not in response.content
        assert "script-src" not in response["Content-Security-Policy"]


def test_answers_are_kept_by_nobody_found_by_no_search_and_name_no_token(client):
    token = make_subscription(confirmed_at=None).token
    answers = [
        client.post("/careers/alerts/", FORM),
        client.post("/careers/alerts/", FORM | {"email": "x"}),
        client.post("/careers/alerts/", FORM, headers={"Sec-Fetch-Site": "cross-site"}),
        client.get("/careers/alerts/confirm/nothing/"),
    ]
    behind_tokens = [
        client.get(f"/careers/alerts/confirm/{token}/"),
        client.post(f"/careers/alerts/confirm/{token}/"),
        client.get(f"/careers/alerts/stop/{token}/"),
        client.post(f"/careers/alerts/stop/{token}/"),
    ]
    for response in answers + behind_tokens:
        assert "no-store" in response["Cache-Control"]
        assert '<meta name="robots" content="noindex">' in response.content.decode()
        assert response["Referrer-Policy"] in ("no-referrer", "same-origin")
        assert token not in response.content.decode()
    assert {response["Referrer-Policy"] for response in behind_tokens} == {"no-referrer"}


# --- Who may ask ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://testserver.elsewhere.example"},
        {"Origin": "https://testserver"},
        {"Origin": "http://testserver:8000"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused_and_stores_nothing(client, headers):
    response = client.post("/careers/alerts/", FORM, headers=headers)
    assert response.status_code == 403
    assert "This form was not sent from this site" in response.content.decode()
    assert subscriptions() == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://testserver"},
        {"Host": "localhost", "Origin": "http://localhost"},
        {"Host": "localhost", "Origin": "http://testserver"},
    ],
)
def test_a_form_of_this_site_is_taken(client, headers):
    assert client.post("/careers/alerts/", FORM, headers=headers).status_code == 200
    assert subscriptions() == [(ADDRESS, "all")]


def test_a_program_that_fills_in_every_field_is_answered_alike_and_nothing_is_stored(client):
    person = client.post("/careers/alerts/", FORM)
    Subscription.objects.all().delete()
    program = client.post("/careers/alerts/", FORM | {"message": "Buy now"})
    assert (program.status_code, program.content) == (person.status_code, person.content)
    assert subscriptions() == []


def test_the_trap_is_hidden_from_people(client):
    page = client.get("/careers/alerts/").content.decode()
    hidden = page.partition("<div hidden>")[2].partition("</div>")[0]
    assert 'name="message" autocomplete="off" tabindex="-1"' in hidden


# --- Limits -----------------------------------------------------------------------------------


def test_one_address_is_asked_three_times_a_day_at_most_whatever_it_is_about(client):
    with time_machine.travel(ASKED_AT, tick=False) as clock:
        for topic in ("all", "vacancies", "procurement"):
            client.post("/careers/alerts/", FORM | {"topic": topic})
        make_vacancy(slug="driver")
        fourth = client.post("/careers/alerts/notice/driver/", {"email": ADDRESS})
        assert fourth.status_code == 200
        assert "A message is on its way" in fourth.content.decode()
        assert questions() == 3
        client.post("/careers/alerts/", FORM | {"email": "other@example.org"})
        assert questions() == 4
        clock.shift(DAY)
        client.post("/careers/alerts/notice/driver/", {"email": ADDRESS})
        assert questions() == 5


def test_a_message_that_still_waits_is_not_asked_for_twice(client):
    for _ in range(3):
        client.post("/careers/alerts/", FORM)
    assert questions() == 1
    AlertMessage.objects.update(state="sent")
    client.post("/careers/alerts/", FORM)
    assert questions() == 2


def test_a_client_that_sends_too_many_forms_in_an_hour_is_asked_to_wait(client):
    with time_machine.travel(ASKED_AT, tick=False) as clock:
        statuses = [
            client.post("/careers/alerts/", FORM | {"email": f"{number}@example.org"}).status_code
            for number in range(22)
        ]
        assert statuses == [200] * 20 + [429] * 2
        refused = client.post("/careers/alerts/", FORM)
        assert refused["Retry-After"] == "3600"
        assert "Please try again in an hour" in refused.content.decode()
        assert not Subscription.objects.filter(email=ADDRESS).exists()
        assert client.get("/careers/alerts/").status_code == 200
        elsewhere = client.post("/careers/alerts/", FORM, REMOTE_ADDR="203.0.113.7")
        assert elsewhere.status_code == 200
        clock.shift(HOUR + SECOND)
        assert client.post("/careers/alerts/", FORM).status_code == 200


def test_forms_with_a_mistake_are_not_counted(client):
    for _ in range(25):
        client.post("/careers/alerts/", FORM | {"email": "someone"})
    assert client.post("/careers/alerts/", FORM).status_code == 200


def test_the_addresses_of_one_ipv6_network_are_one_client(client):
    def status(number: int, network: str) -> int:
        form = FORM | {"email": f"{number}@example.org"}
        return client.post("/careers/alerts/", form, REMOTE_ADDR=f"{network}::{number + 1:x}").status_code

    assert [status(number, "2001:db8:1:1") for number in range(21)] == [200] * 20 + [429]
    assert status(0, "2001:db8:1:2") == 200


def test_behind_a_proxy_each_visitor_is_a_client(client, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    for number in range(21):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        form = FORM | {"email": f"{number}@example.org"}
        assert client.post("/careers/alerts/", form, headers=headers).status_code == 200


def test_all_clients_together_can_have_two_hundred_messages_an_hour_written(client):
    with time_machine.travel(ASKED_AT, tick=False) as clock:
        for number in range(200):
            Subscription.objects.ask(f"{number}@example.org", "all", None, ASKED_AT)
        assert client.post("/careers/alerts/", FORM).status_code == 429
        assert client.post("/careers/alerts/", FORM).headers["Retry-After"] == "3600"
        clock.shift(HOUR)
        assert client.post("/careers/alerts/", FORM).status_code == 200


def test_nothing_of_a_client_is_written_to_the_database(client):
    client.post("/careers/alerts/", FORM, REMOTE_ADDR="203.0.113.7", headers={"User-Agent": "Firefox"})
    row = Subscription.objects.values().get()
    assert set(row) == {
        "id", "email", "topic", "vacancy_id", "procurement_notice_id", "token", "asked_at", "confirmed_at",
        "bounce_count",
    }  # fmt: skip


# --- Confirming and stopping ------------------------------------------------------------------


def test_opening_the_link_confirms_nothing_and_the_button_does(client):
    subscription = make_subscription(confirmed_at=None)
    address = f"/careers/alerts/confirm/{subscription.token}/"
    page = client.get(address)
    assert "Do you want these alerts?" in page.content.decode()
    assert "New positions and tenders" in page.content.decode()
    client.head(address)
    subscription.refresh_from_db()
    assert subscription.confirmed_at is None
    done = client.post(address)
    assert "Your alerts are on" in done.content.decode()
    subscription.refresh_from_db()
    assert subscription.confirmed_at is not None


def test_confirming_again_changes_nothing(client):
    subscription = make_subscription(confirmed_at=ASKED_AT)
    assert client.post(f"/careers/alerts/confirm/{subscription.token}/").status_code == 200
    subscription.refresh_from_db()
    assert subscription.confirmed_at == ASKED_AT


@pytest.mark.parametrize(("later", "status"), [(2 * DAY - SECOND, 200), (2 * DAY, 404)])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_confirmed_within_two_days_cannot_be_any_more(client, later, status, method):
    subscription = make_subscription(confirmed_at=None, asked_at=ASKED_AT)
    with time_machine.travel(ASKED_AT + later, tick=False):
        response = getattr(client, method)(f"/careers/alerts/confirm/{subscription.token}/")
        assert response.status_code == status
    subscription.refresh_from_db()
    assert (subscription.confirmed_at is not None) == (method == "post" and status == 200)


def test_who_asks_again_has_two_days_from_then_and_the_first_link_still_serves(client):
    with time_machine.travel(ASKED_AT, tick=False) as clock:
        client.post("/careers/alerts/", FORM)
        token = Subscription.objects.get().token
        clock.shift(DAY)
        client.post("/careers/alerts/", FORM)
        clock.shift(2 * DAY - SECOND)
        assert client.post(f"/careers/alerts/confirm/{token}/").status_code == 200


def test_opening_the_link_stops_nothing_and_the_button_deletes_the_address(client):
    token = make_subscription(email=ADDRESS).token
    other = make_subscription(email=ADDRESS, topic="vacancies")
    page = client.get(f"/careers/alerts/stop/{token}/")
    assert "Do you want to stop these alerts?" in page.content.decode()
    assert Subscription.objects.count() == 2
    done = client.post(f"/careers/alerts/stop/{token}/")
    assert "Your alerts are stopped" in done.content.decode()
    assert list(Subscription.objects.all()) == [other]


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://mail.example"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}]
)
def test_a_mail_program_stops_the_alerts_by_one_click(client, headers):
    token = make_subscription().token
    response = client.post(
        f"/careers/alerts/stop/{token}/", {"List-Unsubscribe": "One-Click"}, headers=headers
    )
    assert response.status_code == 200
    assert not Subscription.objects.exists()


def test_a_mail_program_may_repeat_itself(client):
    token = make_subscription().token
    answers = [client.post(f"/careers/alerts/stop/{token}/") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize(
    "address",
    [
        "/careers/alerts/confirm/nothing/",
        "/careers/alerts/stop/nothing/",
        f"/careers/alerts/stop/{'a' * 43}/",
    ],
)
def test_a_link_that_is_not_known_says_so_kindly(client, address):
    make_subscription()
    page = read(client, address)
    assert page.status == 404
    assert page.h1 == ["This link is not known any more"]
    assert "It may have been used already" in page
    assert "/careers/alerts/" in page.links
    assert Subscription.objects.count() == 1


def test_stopping_takes_back_what_still_waits(client):
    subscription = make_subscription()
    subscription.messages.create(made_at=ASKED_AT, send_after=ASKED_AT)
    client.post(f"/careers/alerts/stop/{subscription.token}/")
    assert not AlertMessage.objects.exists()


def test_a_page_behind_a_token_names_no_notice_that_is_not_public(client):
    for state, named in (("published", True), ("withdrawn", False), ("draft", False)):
        vacancy = make_vacancy(title_en="Driver", state=state)
        subscription = make_subscription(topic="notice", vacancy=vacancy)
        for page in ("confirm", "stop"):
            words = client.get(f"/careers/alerts/{page}/{subscription.token}/").content.decode()
            assert ("Driver" in words) is named, (state, page)
            assert ("a notice that is not public now" in words) is not named


# --- Off, and what else is refused ------------------------------------------------------------


def test_without_a_mail_server_the_page_says_so_and_leads_to_the_feeds(client, settings):
    settings.ALERTS = False
    make_vacancy(slug="driver")
    page = read(client, "/careers/alerts/")
    assert page.status == 200
    assert page.h1 == ["Alerts by e-mail are not offered here yet"]
    assert {"/careers/feed.atom", "/careers/vacancies/feed.atom", "/careers/procurement/feed.atom"} <= set(
        page.links
    )
    assert "/careers/vacancies/driver/feed.atom" in read(client, "/careers/alerts/notice/driver/").links
    for address in ("/careers/alerts/", "/careers/alerts/notice/driver/"):
        assert client.post(address, FORM).status_code == 404
    assert subscriptions() == []


def test_without_a_mail_server_alerts_can_still_be_stopped(client, settings):
    settings.ALERTS = False
    token = make_subscription().token
    assert client.post(f"/careers/alerts/stop/{token}/").status_code == 200
    assert not Subscription.objects.exists()


def test_the_feeds_that_the_pages_lead_to_are_there(client):
    make_procurement_notice(slug="tents")
    for page in ("/careers/alerts/", "/careers/alerts/notice/tents/"):
        feeds = [link for link in read(client, page).links if link.endswith(".atom")]
        assert feeds
        assert [client.get(feed).status_code for feed in feeds] == [200] * len(feeds)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_the_form_can_be_read_and_sent_and_nothing_else(client, method):
    response = client.generic(method, "/careers/alerts/")
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST"


def test_what_is_larger_than_the_form_is_refused(client):
    assert client.post("/careers/alerts/", FORM | {"more": "x" * 10_240}).status_code == 413
    assert client.post("/careers/alerts/", FORM | {"more": "x" * 5_000}).status_code == 200


def test_bytes_that_are_no_form_are_no_fault_of_ours(client):
    for body, content_type in (
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"email=%ff%00%ed%a0%80&topic=all", "application/x-www-form-urlencoded"),
        (b"&".join([b"a=b"] * 1500), "application/x-www-form-urlencoded"),
        (b"--x\r\nnothing", "multipart/form-data; boundary=x"),
        (b"nothing", "multipart/form-data"),
        (b'{"email": "a@example.org"}', "application/json"),
        (b"email=someone%40example.org", "application/x-www-form-urlencoded; charset=utf-7"),
    ):
        response = client.generic("POST", "/careers/alerts/", body, content_type)
        assert response.status_code in (200, 400), body
    assert subscriptions() == []


def test_head_answers_as_get_without_a_body(client):
    head = client.head("/careers/alerts/")
    assert (head.status_code, head.content) == (200, b"")


# --- What cannot be stored --------------------------------------------------------------------


@pytest.mark.parametrize("topic", ["all", "vacancies", "procurement"])
def test_an_address_subscribes_to_a_topic_once(topic):
    make_subscription(email=ADDRESS, topic=topic)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_subscription(email=ADDRESS, topic=topic)
    make_subscription(email="other@example.org", topic=topic)


@pytest.mark.parametrize("make", [make_vacancy, make_procurement_notice])
def test_an_address_follows_a_notice_once(make):
    notice, other = make(), make()
    make_subscription(email=ADDRESS, topic="notice", notice=notice)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_subscription(email=ADDRESS, topic="notice", notice=notice)
    make_subscription(email=ADDRESS, topic="notice", notice=other)


def test_a_subscription_is_to_a_kind_or_to_one_notice():
    vacancy, tender = make_vacancy(), make_procurement_notice()
    for given in (
        {"topic": "all", "vacancy": vacancy},
        {"topic": "notice"},
        {"topic": "notice", "vacancy": vacancy, "procurement_notice": tender},
        {"topic": "everything"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_subscription(**given)


# --- Staff ------------------------------------------------------------------------------------


def test_staff_see_who_is_subscribed_to_what_and_can_delete_it_and_do_nothing_else(admin_client):
    row = make_subscription(email=ADDRESS, topic="notice", vacancy=make_vacancy(title_en="Driver"))
    kept = make_subscription(email="other@example.org", confirmed_at=None)
    row.messages.create(made_at=ASKED_AT, send_after=ASKED_AT)
    listed = admin_client.get("/admin/careers/subscription/").content.decode()
    assert ADDRESS in listed
    assert "Changes to “Driver”" in listed
    shown = admin_client.get(f"/admin/careers/subscription/{row.pk}/change/")
    assert shown.status_code == 200
    for page in (listed, shown.content.decode()):
        assert row.token not in page
        assert "Add subscription" not in page
    assert admin_client.get("/admin/careers/subscription/add/").status_code == 403
    assert (
        admin_client.post(f"/admin/careers/subscription/{row.pk}/change/", {"email": "x@y.org"}).status_code
        == 403
    )
    found = admin_client.get("/admin/careers/subscription/?q=OTHER@example").content.decode()
    assert "other@example.org" in found
    assert ADDRESS not in found
    unconfirmed = admin_client.get("/admin/careers/subscription/?confirmed=no").content.decode()
    assert "other@example.org" in unconfirmed
    assert ADDRESS not in unconfirmed
    done = admin_client.post(
        "/admin/careers/subscription/",
        {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
    )
    assert done.status_code == 302
    assert list(Subscription.objects.all()) == [kept]


def test_the_list_of_subscriptions_costs_the_same_queries_for_few_and_for_many(admin_client):
    def add() -> None:
        make_subscription(topic="notice", vacancy=make_vacancy())
        make_subscription(topic="notice", procurement_notice=make_procurement_notice())

    add()
    few = count_queries(admin_client, "/admin/careers/subscription/")
    for _ in range(10):
        add()
    assert count_queries(admin_client, "/admin/careers/subscription/") == few
