"""`send_alerts` in which order, at which cost, and when it deletes addresses and messages."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from careers.alerts.models import AlertEvent, AlertMessage, Subscription
from tests.helpers.factories import make_procurement_notice, make_subscription, make_vacancy
from tests.helpers.mailserver import send_alerts

pytestmark = pytest.mark.django_db

SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime(2026, 6, 1, 9, tzinfo=datetime.UTC)
READER = "reader@example.org"


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def test_confirmations_go_before_alerts(mail, clock):
    for _ in range(3):
        make_subscription()
    make_vacancy()
    Subscription.objects.subscribe(READER, "all", None, "en", NOW)
    send_alerts()
    assert mail[0].to == [READER]


def test_an_address_that_was_never_confirmed_is_deleted_after_two_days(mail, clock):
    make_subscription(email="confirmed@example.org", asked_at=NOW)
    make_subscription(email="asked@example.org", asked_at=NOW, confirmed_at=None)
    clock.shift(2 * DAY - SECOND)
    send_alerts()
    assert Subscription.objects.count() == 2
    clock.shift(SECOND)
    send_alerts()
    assert [row.email for row in Subscription.objects.all()] == ["confirmed@example.org"]


def test_alerts_about_one_notice_end_a_year_after_it_closed(mail, clock):
    for make in (make_vacancy, make_procurement_notice):
        make_subscription(topic="notice", notice=make(closes_at=NOW))
        make_subscription(topic="notice", notice=make(closes_at=NOW + SECOND))
    make_subscription(topic="all")
    clock.shift(365 * DAY - SECOND)
    send_alerts()
    assert Subscription.objects.count() == 5
    clock.shift(SECOND)
    send_alerts()
    assert Subscription.objects.count() == 3


def test_messages_are_forgotten_after_thirty_days_and_not_sent_again(mail, clock):
    make_subscription(email=READER), make_vacancy()
    send_alerts()
    clock.shift(30 * DAY - SECOND)
    send_alerts()
    assert AlertMessage.objects.count() == 1
    clock.shift(SECOND)
    send_alerts()
    assert AlertMessage.objects.count() == 0
    assert AlertEvent.objects.count() == 1
    send_alerts()
    assert len(mail) == 1


def test_without_a_mail_server_nothing_is_noticed_or_sent(db):
    make_subscription(), make_vacancy()
    assert send_alerts() == "Alerts are off: EMAIL_URL names no mail server. Nothing was sent."
    assert not AlertEvent.objects.exists()


def test_noticing_costs_the_same_queries_for_few_notices_and_for_many(mail, clock):
    def add() -> None:
        make_subscription(topic="notice", notice=make_vacancy())
        make_subscription(topic="notice", notice=make_procurement_notice())
        make_vacancy(closes_at=NOW)

    def queries() -> int:
        with CaptureQueriesContext(connection) as run:
            assert send_alerts() == "0 events recorded. Messages: none to send."
        return len(run)

    add(), send_alerts()
    few = queries()
    for _ in range(6):
        add()
    send_alerts()
    assert queries() == few
