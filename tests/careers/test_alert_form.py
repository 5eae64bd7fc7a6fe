"""The form by which visitors ask for alerts: what it stores, and what it answers."""

import datetime

import time_machine

from careers.alerts.forms import SubscribeForm
from careers.alerts.models import AlertMessage, Subscription
from tests.helpers.factories import (
    make_former_address,
    make_page,
    make_procurement_notice,
    make_subscription,
    make_vacancy,
)
from tests.helpers.pages import read

DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
ASKED_AT = datetime.datetime(2026, 6, 1, 9, tzinfo=datetime.UTC)
ADDRESS = "someone@example.org"
FORM = {"email": ADDRESS, "topic": "all", "message": ""}


def subscriptions() -> list[tuple[str, str]]:
    return sorted(Subscription.objects.values_list("email", "topic"))


# --- What is an address -----------------------------------------------------------------------


def test_an_address_is_stored_as_mail_servers_write_it():
    for email, stored in (
        (" Someone@Example.ORG ", "someone@example.org"),
        ("someone@ລາວ.example", "someone@xn--q7ce6a.example"),
    ):
        form = SubscribeForm(FORM | {"email": email})
        assert form.is_valid()
        assert form.cleaned_data["email"] == stored


def test_what_is_no_address_or_no_topic_is_refused_by_its_name():
    for email in (
        "", "someone", "someone@", "some one@example.org", "a@example.org, b@example.org",
        "a@example.org\nBcc: b@example.org", '"a> SIZE=1"@example.org', "someone@[127.0.0.1]", "ສົມ@example.org",
        "someone@" + "a" * 64 + ".org", "someone@" + "ລ" * 60 + ".org", "a@example.org\0", f"{'a' * 250}@example.org",
    ):  # fmt: skip
        assert list(SubscribeForm(FORM | {"email": email}).errors) == ["email"], email
    for topic in ("", "notice", "everything"):
        assert list(SubscribeForm(FORM | {"topic": topic}).errors) == ["topic"], topic


# --- Asking -----------------------------------------------------------------------------------


def test_the_form_says_what_is_stored_and_leads_to_the_privacy_notice(client, alerts):
    make_page(slug="privacy", title_en="Privacy notice")
    page = read(client, "/careers/alerts/")
    assert page.h1 == ["E-mail alerts"]
    assert "after two days" in page
    assert "30 days" in page
    assert "/privacy/" in page.links


def test_who_asks_is_stored_unconfirmed_and_gets_a_message_that_asks(client, alerts):
    response = client.post("/careers/alerts/", FORM | {"topic": "procurement"})
    assert response.status_code == 200
    assert "<strong>someone@example.org</strong>" in response.content.decode()
    assert subscriptions() == [(ADDRESS, "procurement")]
    assert Subscription.objects.get().confirmed_at is None
    assert AlertMessage.objects.confirmations().count() == 1


def test_one_notice_can_be_followed(client, alerts):
    for make in (make_vacancy, make_procurement_notice):
        notice = make(title_en="Supply of <tents>")
        address = f"/careers/alerts/notice/{notice.slug}/"
        page = read(client, address)
        assert page.h1 == ["E-mail alerts: Supply of <tents>"]
        assert notice.get_absolute_url() in page.links
        assert client.post(address, {"email": ADDRESS}).status_code == 200
        subscription = notice.subscriptions.get()
        assert (subscription.notice, subscription.topic) == (notice, "notice")


def test_a_notice_can_be_followed_for_a_year_after_its_closing(client, alerts):
    make_vacancy(slug="driver", closes_at=ASKED_AT)
    address = "/careers/alerts/notice/driver/"
    with time_machine.travel(ASKED_AT + 365 * DAY - SECOND, tick=False):
        assert address in read(client, "/careers/vacancies/driver/").links
        assert client.post(address, FORM).status_code == 200
        Subscription.objects.all().delete()
    with time_machine.travel(ASKED_AT + 365 * DAY, tick=False):
        assert address not in read(client, "/careers/vacancies/driver/").links
        page = read(client, address)
        assert "It closed on 1 June 2026" in page
        assert "/careers/vacancies/driver/" in page.links
        assert client.post(address, FORM).status_code == 404
    assert subscriptions() == []


def test_a_notice_that_is_not_public_cannot_be_followed(client, alerts):
    make_vacancy(slug="shown", title_en="Shown")
    make_vacancy(slug="draft", title_en="Hidden", state="draft")
    make_vacancy(slug="gone", title_en="Known", state="withdrawn")
    make_procurement_notice(slug="to-come", title_en="Hidden", publish_from=ASKED_AT + 10000 * DAY)
    status = {"shown": 200, "draft": 404, "gone": 410, "to-come": 404, "nothing": 404}
    for slug, expected in status.items():
        address = f"/careers/alerts/notice/{slug}/"
        for response in (client.get(address), client.post(address, {"email": ADDRESS})):
            assert response.status_code == expected, slug
            assert "Hidden" not in response.content.decode()
            assert ("Withdrawn: Known" in response.content.decode()) is (slug == "gone")
    assert Subscription.objects.count() == 1


def test_a_former_address_leads_on_and_its_form_still_counts(client, alerts):
    vacancy = make_vacancy(slug="driver")
    make_former_address(vacancy, "chauffeur")
    response = client.get("/careers/alerts/notice/chauffeur/")
    assert (response.status_code, response["Location"]) == (301, "/careers/alerts/notice/driver/")
    assert client.post("/careers/alerts/notice/chauffeur/", FORM).status_code == 200
    assert Subscription.objects.get().notice == vacancy


def test_a_mistake_is_said_beside_its_field_with_what_was_typed_escaped(client, alerts):
    page = client.post("/careers/alerts/", FORM | {"email": '"><b>x', "topic": "vacancies"}).content.decode()
    assert page.partition('id="wrong-email">')[2].partition("</p>")[0].strip()
    assert 'aria-describedby="wrong-email"' in page
    assert page.partition('value="vacancies"')[2].partition(">")[0].endswith("checked")
    assert "&quot;&gt;&lt;b&gt;x" in page
    assert "<b>x" not in page
    page = client.post("/careers/alerts/", FORM | {"topic": "\0"}).content.decode()
    assert 'id="wrong-topic"' in page
    assert subscriptions() == []


# --- The same answer for everybody ------------------------------------------------------------


def test_the_answer_does_not_tell_whether_an_address_is_known(client, alerts):
    known = make_subscription(email="confirmed@example.org")
    make_subscription(email="asked@example.org", confirmed_at=None)
    answers = {
        client.post("/careers/alerts/", FORM | {"email": email}).content.decode().replace(email, "…")
        for email in ("confirmed@example.org", "asked@example.org", "unknown@example.org")
    }
    assert len(answers) == 1
    # Who is subscribed stays as they are.
    after = Subscription.objects.get(email="confirmed@example.org")
    assert (after.token, after.confirmed_at) == (known.token, known.confirmed_at)


def test_the_form_is_the_same_bytes_for_everyone(client, alerts):
    make_vacancy(slug="driver")
    for address in ("/careers/alerts/", "/careers/alerts/notice/driver/"):
        first = client.get(address)
        client.post(address, FORM)
        second = client.get(address, headers={"Cookie": "theme=dark", "Accept-Language": "lo"})
        assert (first.status_code, first.content) == (200, second.content)
        assert first["Cache-Control"] == "public, no-cache"
        assert "Cookie" not in first["Vary"]
        assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_a_program_that_fills_in_the_hidden_field_is_answered_alike_and_nothing_is_stored(client, alerts):
    page = client.get("/careers/alerts/").content.decode()
    hidden = page.partition("<div hidden>")[2].partition("</div>")[0]
    assert 'name="message" autocomplete="off" tabindex="-1"' in hidden
    person = client.post("/careers/alerts/", FORM)
    Subscription.objects.all().delete()
    program = client.post("/careers/alerts/", FORM | {"message": "Buy now"})
    assert (program.status_code, program.content) == (person.status_code, person.content)
    assert subscriptions() == []


# --- Off, and what else is refused ------------------------------------------------------------


def test_without_a_mail_server_the_pages_lead_to_the_feeds_instead(client, alerts, settings):
    settings.ALERTS_ENABLED = False
    make_vacancy(slug="driver")
    feeds = {
        "/careers/alerts/": {
            "/careers/feed.atom", "/careers/vacancies/feed.atom", "/careers/procurement/feed.atom"
        },
        "/careers/alerts/notice/driver/": {"/careers/vacancies/driver/feed.atom"},
    }  # fmt: skip
    for address, expected in feeds.items():
        page = read(client, address)
        assert page.status == 200
        assert page.h1 == ["We do not offer e-mail alerts yet"]
        assert expected <= set(page.links)
        assert client.post(address, FORM).status_code == 404
    assert subscriptions() == []


def test_calendars_are_offered_by_webcal_while_there_is_a_date_to_come(client, alerts, time_machine):
    time_machine.move_to(ASKED_AT, tick=False)
    make_vacancy(slug="driver", closes_at=ASKED_AT + DAY)
    calendars = {
        "/careers/alerts/": "testserver/careers/calendar.ics",
        "/careers/alerts/notice/driver/": "testserver/careers/vacancies/driver/deadline.ics",
    }
    for page, calendar in calendars.items():
        shown = read(client, page)
        assert f"webcal://{calendar}" in shown.links
        assert f"http://{calendar}" in shown.text
        assert client.get(f"http://{calendar}").status_code == 200
    time_machine.move_to(ASKED_AT + DAY, tick=False)
    assert not [link for link in read(client, "/careers/alerts/notice/driver/").links if ".ics" in link]


def test_the_feeds_that_the_form_leads_to_are_there(client, alerts):
    make_procurement_notice(slug="tents")
    for page in ("/careers/alerts/", "/careers/alerts/notice/tents/"):
        feeds = [link for link in read(client, page).links if link.endswith(".atom")]
        assert feeds
        assert {client.get(feed).status_code for feed in feeds} == {200}


def test_the_form_can_be_read_and_sent_and_nothing_else(client, alerts):
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE", "BREW"):
        response = client.generic(method, "/careers/alerts/")
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")
    head = client.head("/careers/alerts/")
    assert (head.status_code, head.content) == (200, b"")


def test_what_is_larger_than_the_form_is_refused(client, alerts):
    assert client.post("/careers/alerts/", FORM | {"more": "x" * 256 * 1024}).status_code == 413
    assert client.post("/careers/alerts/", FORM | {"more": "x" * 5_000}).status_code == 200


def test_bytes_that_are_no_form_are_answered_and_store_nothing(client, alerts):
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
