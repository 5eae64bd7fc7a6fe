"""`send_alerts`: whom it tells of what, in which words, and when it deletes what it knows."""

import datetime

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.utils import timezone

from careers.alerts.detect import record_events
from careers.alerts.models import Subscription
from careers.models.vacancy import Vacancy
from iomlaos.publishing import serialization
from iomlaos.publishing.models import Revision
from tests.helpers.factories import (
    change_deadline,
    make_amendment,
    make_clarification,
    make_procurement_notice,
    make_subscription,
    make_vacancy,
)
from tests.helpers.mailserver import link_in, send_alerts

pytestmark = pytest.mark.django_db

SECOND = datetime.timedelta(seconds=1)
MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime(2026, 6, 1, 9, tzinfo=datetime.UTC)
DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))

READER = "reader@example.org"


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def subjects(mail: list[EmailMessage], address: str = READER) -> list[str]:
    return sorted(message.subject for message in mail if message.to == [address])


# --- Who is told of what ----------------------------------------------------------------------


def test_new_notices_reach_those_who_asked_for_their_kind(mail, clock):
    for topic in ("all", "vacancies", "procurement"):
        make_subscription(email=f"{topic}@example.org", topic=topic)
    make_vacancy(title_en="Driver"), make_procurement_notice(title_en="Tents")
    assert send_alerts() == "2 events recorded. Messages: 4 sent."
    assert subjects(mail, "all@example.org") == ["New job: Driver", "New tender: Tents"]
    assert subjects(mail, "vacancies@example.org") == ["New job: Driver"]
    assert subjects(mail, "procurement@example.org") == ["New tender: Tents"]
    assert send_alerts() == "0 events recorded. Messages: none to send."
    assert len(mail) == 4


def test_changes_of_a_notice_reach_those_who_follow_it_and_nobody_else(mail, clock):
    tender, other = make_procurement_notice(title_en="Tents"), make_procurement_notice(title_en="Other")
    make_subscription(email=READER, topic="notice", notice=tender)
    make_subscription(email="other@example.org", topic="notice", notice=other)
    make_subscription(email="all@example.org", confirmed_at=NOW)
    send_alerts()
    mail.clear()
    clock.shift(MINUTE)
    change_deadline(tender, DEADLINE, reason="A holiday.")
    make_amendment(tender, text_en="Forty tents, not fourteen.")
    make_clarification(notice=tender, question_en="Which colour?", answer_en="Blue.")
    send_alerts()
    assert subjects(mail) == ["Amended: Tents", "Deadline changed: Tents", "Question answered: Tents"]
    texts = " ".join(message.body for message in mail)
    for words in ("A holiday.", "Forty tents, not fourteen.", "Which colour?", "Blue."):
        assert words in texts
    assert len(mail) == 3
    clock.move_to(DEADLINE + MINUTE)
    tender.outcome = "cancelled"
    tender.save()
    send_alerts()
    assert subjects(mail)[0] == "Amended: Tents"
    assert "Outcome: Tents" in subjects(mail)
    assert len(mail) == 4


def test_a_change_that_falls_due_while_no_visitor_comes_is_told_in_time(mail, clock):
    tender = make_procurement_notice(title_en="Tents")
    make_subscription(email=READER, topic="notice", notice=tender)
    send_alerts()
    data = serialization.serialize(tender) | {"carried": {"deadline_reason": "A holiday."}}
    data["fields"]["closes_at"] = DEADLINE.isoformat()
    versions = Revision.objects.versions(tender)
    versions.save_scheduled(data, by=None, note="", publish_at=NOW + MINUTE)
    send_alerts()
    assert mail == []
    clock.shift(MINUTE)
    send_alerts()
    assert subjects(mail) == ["Deadline changed: Tents"]
    assert "A holiday." in mail[0].body


def test_a_vacancy_is_followed_alike(mail, clock):
    vacancy = make_vacancy(title_en="Driver")
    make_subscription(email=READER, topic="notice", notice=vacancy)
    clock.shift(MINUTE)
    change_deadline(vacancy, DEADLINE)
    send_alerts()
    assert subjects(mail) == ["Deadline changed: Driver"]
    assert send_alerts() == "0 events recorded. Messages: none to send."


def test_who_is_not_confirmed_gets_a_request_to_confirm_and_nothing_else(mail, clock):
    make_subscription(email=READER, confirmed_at=None)
    make_vacancy(title_en="Driver")
    send_alerts()
    assert mail == []
    Subscription.objects.subscribe(READER, "all", None, "en", NOW)
    send_alerts()
    assert subjects(mail) == ["Confirm your e-mail alerts"]


def test_nobody_is_told_of_what_had_been_noticed_before_they_confirmed(mail, clock):
    tender = make_procurement_notice(title_en="Old")
    make_amendment(tender, text_en="Before.")
    send_alerts()
    clock.shift(MINUTE)
    make_subscription(email=READER), make_subscription(email=READER, topic="notice", notice=tender)
    send_alerts()
    assert mail == []
    clock.shift(MINUTE)
    make_amendment(tender, text_en="After.")
    make_vacancy(title_en="New")
    send_alerts()
    assert subjects(mail) == ["Amended: Old", "New job: New"]


def test_an_address_that_asked_twice_is_told_once(mail, clock):
    make_subscription(email=READER), make_subscription(email=READER, topic="vacancies")
    make_vacancy(title_en="Driver")
    send_alerts()
    assert subjects(mail) == ["New job: Driver"]


def test_several_commands_tell_of_a_scheduled_notice_once_and_not_before_its_moment(mail, clock):
    make_subscription(email=READER)
    make_vacancy(title_en="Driver", publish_from=NOW + HOUR)
    clock.move_to(NOW + HOUR - SECOND)
    send_alerts()
    assert mail == []
    clock.move_to(NOW + HOUR)
    send_alerts(), send_alerts()
    assert subjects(mail) == ["New job: Driver"]


# --- What is not public -----------------------------------------------------------------------


def test_what_is_not_public_is_mailed_to_nobody(mail, clock):
    make_subscription(email=READER)
    for make in (make_vacancy, make_procurement_notice):
        for values in (
            {"title_en": "Shown"},
            {"title_en": "Hidden", "state": "draft"},
            {"title_en": "Hidden", "state": "withdrawn"},
            {"title_en": "Hidden", "publish_from": NOW + DAY},
            {"title_en": "Hidden", "closes_at": NOW},
        ):
            notice = make(**values)
            make_subscription(email=READER, topic="notice", notice=notice)
            if values["title_en"] == "Hidden" and "closes_at" not in values:
                make_amendment(notice, text_en="Hidden", first_published_at=NOW + SECOND)
    clock.shift(MINUTE)
    send_alerts()
    assert subjects(mail) == ["New job: Shown", "New tender: Shown"]
    assert not any("Hidden" in message.body for message in mail)


def test_a_notice_withdrawn_before_it_was_mailed_is_not_mailed_while_it_is_withdrawn(mail, clock):
    make_subscription(email=READER)
    withdrawn, twin = make_vacancy(title_en="Withdrawn"), make_vacancy(title_en="Twin")
    record_events(timezone.now())
    withdrawn.state = "withdrawn"
    withdrawn.save()
    send_alerts()
    assert subjects(mail) == ["New job: Twin"]
    withdrawn.state = "published"
    withdrawn.save()
    send_alerts()
    assert subjects(mail) == ["New job: Twin", "New job: Withdrawn"]
    twin.refresh_from_db()
    twin.state = "withdrawn"
    twin.save()
    twin.state = "published"
    twin.save()
    assert send_alerts() == "0 events recorded. Messages: none to send."


def test_a_notice_that_closed_before_it_was_mailed_is_never_mailed(mail, clock):
    make_subscription(email=READER)
    vacancy = make_vacancy(title_en="Driver", closes_at=NOW + HOUR)
    make_vacancy(title_en="Twin", closes_at=NOW + HOUR + SECOND)
    record_events(timezone.now())
    clock.shift(HOUR)
    assert send_alerts() == "0 events recorded. Messages: 1 sent, 1 dropped."
    assert subjects(mail) == ["New job: Twin"]
    change_deadline(vacancy, NOW + 5 * DAY)
    send_alerts()
    assert len(mail) == 1


def test_an_amendment_that_was_taken_back_before_it_was_mailed_is_never_mailed(mail, clock):
    vacancy = make_vacancy()
    make_subscription(email=READER, topic="notice", notice=vacancy)
    clock.shift(MINUTE)
    amendment = make_amendment(vacancy)
    record_events(timezone.now())
    amendment.delete()
    assert send_alerts() == "0 events recorded. Messages: 1 dropped."
    assert mail == []


def test_the_words_are_those_of_the_notice_when_it_is_sent(mail, clock):
    make_subscription(email=READER)
    vacancy = make_vacancy(title_en="Drivver", closes_at=NOW + DAY)
    record_events(timezone.now())
    vacancy.title_en = "Driver"
    change_deadline(vacancy, DEADLINE)
    send_alerts()
    assert mail[0].subject == "New job: Driver"
    assert "Closes: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in mail[0].body


# --- The messages -----------------------------------------------------------------------------


def test_a_request_to_confirm_has_a_link_to_confirm_and_one_to_delete_the_address(mail, clock, client):
    Subscription.objects.subscribe(READER, "procurement", None, "en", NOW)
    send_alerts()
    text = mail[0].body
    assert "New tenders" in text
    assert "We delete your address after two days" in text
    assert client.get(link_in(mail[0].body, "/confirm/")).status_code == 200
    assert client.get(link_in(mail[0].body, "/stop/")).status_code == 200


def test_who_asks_again_is_told_that_they_get_the_alerts_already(mail, clock):
    make_subscription(email=READER)
    Subscription.objects.subscribe(READER, "all", None, "en", NOW)
    send_alerts()
    assert mail[0].subject == "You already get these alerts"
    assert "/confirm/" not in mail[0].body
    assert link_in(mail[0].body, "/stop/")
