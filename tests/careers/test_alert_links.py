"""The links of an alert: confirming and stopping, by the button alone; and what no answer gives away."""

import datetime

import pytest
import time_machine
from django.utils import translation

from careers.alerts.models import AlertMessage, Subscription
from careers.exports.notice_data import closing_lines
from iomlaos.translations.models import Translation
from tests.helpers.factories import make_subscription, make_vacancy
from tests.helpers.mailserver import link_in, send_alerts
from tests.helpers.pages import read

pytestmark = pytest.mark.usefixtures("alerts")

DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
ASKED_AT = datetime.datetime(2026, 6, 1, 9, tzinfo=datetime.UTC)
ADDRESS = "someone@example.org"
FORM = {"email": ADDRESS, "topic": "all", "message": ""}


def test_opening_the_link_confirms_nothing_and_the_button_does(client):
    subscription = make_subscription(confirmed_at=None)
    address = f"/careers/alerts/confirm/{subscription.token}/"
    assert "New jobs and tenders" in client.get(address).content.decode()
    client.head(address)
    subscription.refresh_from_db()
    assert subscription.confirmed_at is None
    assert client.post(address).status_code == 200
    subscription.refresh_from_db()
    assert subscription.confirmed_at is not None


def test_confirming_again_changes_nothing(client):
    subscription = make_subscription(confirmed_at=ASKED_AT)
    assert client.post(f"/careers/alerts/confirm/{subscription.token}/").status_code == 200
    subscription.refresh_from_db()
    assert subscription.confirmed_at == ASKED_AT


def test_what_is_not_confirmed_within_two_days_cannot_be_any_more(client):
    subscription = make_subscription(confirmed_at=None, asked_at=ASKED_AT)
    address = f"/careers/alerts/confirm/{subscription.token}/"
    with time_machine.travel(ASKED_AT + 2 * DAY, tick=False):
        assert client.get(address).status_code == client.post(address).status_code == 404
    subscription.refresh_from_db()
    assert subscription.confirmed_at is None
    with time_machine.travel(ASKED_AT + 2 * DAY - SECOND, tick=False):
        assert client.get(address).status_code == client.post(address).status_code == 200
    subscription.refresh_from_db()
    assert subscription.confirmed_at is not None


def test_who_asks_again_has_two_days_from_then_and_the_first_link_still_serves(client):
    with time_machine.travel(ASKED_AT, tick=False) as clock:
        client.post("/careers/alerts/", FORM)
        token = Subscription.objects.get().token
        clock.shift(DAY)
        client.post("/careers/alerts/", FORM)
        clock.shift(2 * DAY - SECOND)
        assert client.post(f"/careers/alerts/confirm/{token}/").status_code == 200


def test_opening_the_link_stops_nothing_and_the_button_deletes_address_and_messages(client):
    subscription = make_subscription(email=ADDRESS)
    subscription.messages.create(created_at=ASKED_AT, send_after=ASKED_AT)
    other = make_subscription(email=ADDRESS, topic="vacancies")
    address = f"/careers/alerts/stop/{subscription.token}/"
    assert client.get(address).status_code == 200
    assert Subscription.objects.count() == 2
    first, again = client.post(address), client.post(address)
    assert list(Subscription.objects.all()) == [other]
    assert not AlertMessage.objects.exists()
    # A mail program may repeat itself.
    assert (first.status_code, first.content) == (again.status_code, again.content) == (200, first.content)


def test_a_mail_program_stops_the_alerts_by_one_click(client, settings):
    # Also where no alerts are offered any more.
    settings.ALERTS_ENABLED = False
    for headers in (
        {},
        {"Origin": "https://mail.example"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ):
        address = f"/careers/alerts/stop/{make_subscription().token}/"
        response = client.post(address, {"List-Unsubscribe": "One-Click"}, headers=headers)
        assert response.status_code == 200
        assert not Subscription.objects.exists()


def test_a_link_that_is_not_known_leads_to_the_form(client):
    make_subscription()
    for link, heading in (
        ("confirm/nothing", "This link no longer works"),
        ("stop/nothing", "You are not subscribed"),
        (f"stop/{'a' * 43}", "You are not subscribed"),
    ):
        page = read(client, f"/careers/alerts/{link}/")
        assert page.status == 404
        assert page.h1 == [heading]
        assert "/careers/alerts/" in page.links
    assert Subscription.objects.count() == 1


def test_a_page_behind_a_token_names_no_notice_that_is_not_public(client):
    for state, is_named in (("published", True), ("withdrawn", False), ("draft", False)):
        vacancy = make_vacancy(title_en="Driver", state=state)
        subscription = make_subscription(topic="notice", vacancy=vacancy)
        for page in ("confirm", "stop"):
            text = client.get(f"/careers/alerts/{page}/{subscription.token}/").content.decode()
            assert ("Driver" in text) is is_named, (state, page)


def test_answers_set_no_cookie_run_no_script_are_cached_by_nobody_and_name_no_token(client):
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
        assert not response.cookies
        assert b"<script" not in response.content
        assert "script-src" not in response["Content-Security-Policy"]
        assert "no-store" in response["Cache-Control"]
        assert '<meta name="robots" content="noindex">' in response.content.decode()
        assert response["Referrer-Policy"] in ("no-referrer", "same-origin")
        assert token not in response.content.decode()
    assert {response["Referrer-Policy"] for response in behind_tokens} == {"no-referrer"}


def test_who_signs_up_on_a_lao_page_gets_lao_mails_and_answers(client, mailoutbox):
    with time_machine.travel(ASKED_AT, tick=False) as clock:
        sent = client.post("/lo/careers/alerts/", FORM)
        send_alerts()
        [question] = mailoutbox
        confirm = link_in(question.body, "/confirm/").removeprefix("http://testserver")
        answers = [sent, client.get(confirm), client.post(confirm)]
        clock.shift(DAY)
        notice = make_vacancy(title_en="Driver", title_lo="ຄົນຂັບລົດ")
        Translation.objects.add_unreviewed([("Driver", "ຄົນຂັບລົດ")])
        send_alerts()
        alert = mailoutbox[1]
        stop = link_in(alert.body, "/stop/").removeprefix("http://testserver")
        answers += [client.get(stop), client.post(stop)]
        with translation.override("lo"):
            assert "\n".join(closing_lines(notice, ASKED_AT + DAY)) in alert.body
        # No member of staff has read the Lao words for it.
        assert "IOM never asks for money." in alert.body
    assert all('<html lang="lo">' in answer.content.decode() for answer in answers)
    assert "ຢືນຢັນ" in question.subject
    assert alert.subject.endswith("ຄົນຂັບລົດ")
    assert link_in(alert.body, "/vacancies/").endswith(f"/lo/careers/vacancies/{notice.slug}/")


def test_a_stranger_changes_the_language_of_no_confirmed_subscription(client):
    subscription = make_subscription(email=ADDRESS, confirmed_at=ASKED_AT)
    client.post("/lo/careers/alerts/", FORM)
    subscription.refresh_from_db()
    assert subscription.language == "en"
