"""Who may send the form of alerts: pages of this site, and not too often."""

import datetime
import os

import time_machine
from django.test import RequestFactory

from careers.alerts.models import AlertMessage, Subscription
from careers.alerts.rate_limit import SharedCounts
from iomlaos.delivery.origin import is_same_origin
from tests.helpers.factories import make_vacancy

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
ASKED_AT = datetime.datetime(2026, 6, 1, 9, tzinfo=datetime.UTC)
ADDRESS = "someone@example.org"
FORM = {"email": ADDRESS, "topic": "all", "message": ""}


def confirmations() -> int:
    return AlertMessage.objects.confirmations().count()


# --- From where -------------------------------------------------------------------------------


def is_own(headers: dict[str, str]) -> bool:
    return is_same_origin(RequestFactory().post("/careers/alerts/", headers=headers))


def test_a_form_of_another_site_is_recognised_by_the_headers_of_the_browser():
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://testserver.elsewhere.example"},
        {"Origin": "https://testserver"},
        {"Origin": "http://testserver:8000"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": ""},
    ):
        assert not is_own(headers), headers
    for headers in (
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "none"},
        {"Host": "localhost", "Origin": "http://localhost"},
        {"Host": "localhost", "Origin": "http://testserver"},
    ):
        assert is_own(headers), headers


def test_a_form_of_another_site_is_refused_and_stores_nothing(client, alerts):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert client.post("/careers/alerts/", FORM, headers=headers).status_code == 403
    assert not Subscription.objects.exists()


# --- How often --------------------------------------------------------------------------------


def test_one_address_is_asked_three_times_a_day_at_most_whatever_it_is_about(client, alerts):
    with time_machine.travel(ASKED_AT, tick=False) as clock:
        for topic in ("all", "vacancies", "procurement"):
            client.post("/careers/alerts/", FORM | {"topic": topic})
        make_vacancy(slug="driver")
        assert client.post("/careers/alerts/notice/driver/", {"email": ADDRESS}).status_code == 200
        assert confirmations() == 3
        client.post("/careers/alerts/", FORM | {"email": "other@example.org"})
        assert confirmations() == 4
        clock.shift(DAY)
        client.post("/careers/alerts/notice/driver/", {"email": ADDRESS})
        assert confirmations() == 5


def test_an_address_with_a_plus_counts_as_the_mailbox_that_it_reaches(client, alerts):
    for email in ("a@example.org", "a+jobs@example.org", "A+2@example.org", "a+3+4@example.org"):
        assert client.post("/careers/alerts/", FORM | {"email": email}).status_code == 200
    assert confirmations() == 3
    for email in ("a%@example.org", "a_b@example.org", "ab+c@example.org", "a+x@example.org.la"):
        client.post("/careers/alerts/", FORM | {"email": email})
    assert confirmations() == 7


def test_the_forms_of_a_client_are_counted_in_one_place_for_all_workers():
    counts = SharedCounts()
    if (worker := os.fork()) == 0:
        counts.add("203.0.113.7", ASKED_AT)
        os._exit(0)
    os.waitpid(worker, 0)
    assert counts.add("203.0.113.7", ASKED_AT) == 2
    assert counts.add("203.0.113.8", ASKED_AT) == 1
    assert counts.add("203.0.113.7", ASKED_AT + HOUR) == 1


def test_a_message_that_still_waits_is_not_made_twice(client, alerts):
    for email in (ADDRESS, "Someone@Example.ORG", f" {ADDRESS}"):
        client.post("/careers/alerts/", FORM | {"email": email})
    assert (Subscription.objects.count(), confirmations()) == (1, 1)
    AlertMessage.objects.update(state="sent")
    client.post("/careers/alerts/", FORM)
    assert (Subscription.objects.count(), confirmations()) == (1, 2)


def test_a_client_that_sends_too_many_forms_in_an_hour_is_asked_to_wait(client, alerts):
    with time_machine.travel(ASKED_AT, tick=False) as clock:
        # Forms with a mistake do not count.
        for _ in range(25):
            client.post("/careers/alerts/", FORM | {"email": "someone"})
        statuses = [
            client.post("/careers/alerts/", FORM | {"email": f"{number}@example.org"}).status_code
            for number in range(22)
        ]
        assert statuses == [200] * 20 + [429] * 2
        assert client.post("/careers/alerts/", FORM)["Retry-After"] == "3600"
        assert not Subscription.objects.filter(email=ADDRESS).exists()
        assert client.get("/careers/alerts/").status_code == 200
        assert client.post("/careers/alerts/", FORM, REMOTE_ADDR="203.0.113.7").status_code == 200
        clock.shift(HOUR + SECOND)
        assert client.post("/careers/alerts/", FORM).status_code == 200


def test_the_addresses_of_one_ipv6_network_are_one_client(client, alerts):
    def status(number: int, network: str) -> int:
        form = FORM | {"email": f"{number}@example.org"}
        return client.post("/careers/alerts/", form, REMOTE_ADDR=f"{network}::{number + 1:x}").status_code

    assert [status(number, "2001:db8:1:1") for number in range(21)] == [200] * 20 + [429]
    assert status(0, "2001:db8:1:2") == 200


def test_behind_a_proxy_each_visitor_is_a_client(client, alerts, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    for number in range(21):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        form = FORM | {"email": f"{number}@example.org"}
        assert client.post("/careers/alerts/", form, headers=headers).status_code == 200


def test_all_clients_together_can_have_two_hundred_messages_an_hour_sent(client, alerts):
    with time_machine.travel(ASKED_AT, tick=False) as clock:
        for number in range(200):
            Subscription.objects.subscribe(f"{number}@example.org", "all", None, "en", ASKED_AT)
        response = client.post("/careers/alerts/", FORM)
        assert (response.status_code, response["Retry-After"]) == (429, "3600")
        clock.shift(HOUR)
        assert client.post("/careers/alerts/", FORM).status_code == 200


def test_nothing_of_a_client_is_written_to_the_database(client, alerts):
    client.post("/careers/alerts/", FORM, REMOTE_ADDR="203.0.113.7", headers={"User-Agent": "Firefox"})
    assert set(Subscription.objects.values().get()) == {
        "id", "email", "topic", "vacancy_id", "procurement_notice_id", "token", "asked_at", "confirmed_at",
        "bounce_count", "language",
    }  # fmt: skip
