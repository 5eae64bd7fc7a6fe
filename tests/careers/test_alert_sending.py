"""`send_alerts`: whom it tells of what, in which words, and what it does when the mail server fails."""

import datetime
import io
from email.message import EmailMessage

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from careers.models import AlertEvent, AlertMessage, Subscription, Vacancy
from iomlaos.publishing.models import Revision
from tests.factories import (
    change_deadline,
    make_amendment,
    make_clarification,
    make_office,
    make_place,
    make_procurement_notice,
    make_subscription,
    make_vacancy,
)
from tests.mailserver import MailServer, link_in, running_mail_server, text_of
from tests.publishing.test_schedule import draft_of

pytestmark = pytest.mark.django_db

SECOND = datetime.timedelta(seconds=1)
MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime(2026, 6, 1, 9, tzinfo=datetime.UTC)
DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))

READER = "reader@example.org"


@pytest.fixture
def mail(settings, db):
    """The mail server that the portal is told of; EMAIL_URL would set the same."""
    make_office()
    with running_mail_server() as server:
        settings.ALERTS = True
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 20
        yield server


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def send(**options) -> str:
    said = io.StringIO()
    call_command("send_alerts", stdout=said, **options)
    return said.getvalue().strip()


def states(address: str = READER) -> list[str]:
    return sorted(AlertMessage.objects.filter(subscription__email=address).values_list("state", flat=True))


def the_message(mail: MailServer) -> EmailMessage:
    [message] = mail.received
    return message


# --- Who is told of what ----------------------------------------------------------------------


def test_new_notices_reach_those_who_asked_for_their_kind(mail, clock):
    for topic in ("all", "vacancies", "procurement"):
        make_subscription(email=f"{topic}@example.org", topic=topic)
    make_vacancy(title_en="Driver"), make_procurement_notice(title_en="Tents")
    assert send() == "2 events recorded. Messages: 4 sent."
    assert mail.subjects("all@example.org") == ["New position: Driver", "New tender: Tents"]
    assert mail.subjects("vacancies@example.org") == ["New position: Driver"]
    assert mail.subjects("procurement@example.org") == ["New tender: Tents"]
    assert send() == "0 events recorded. Messages: none to send."
    assert len(mail.received) == 4


def test_changes_of_a_notice_reach_those_who_follow_it_and_nobody_else(mail, clock):
    tender, other = make_procurement_notice(title_en="Tents"), make_procurement_notice(title_en="Other")
    make_subscription(email=READER, topic="notice", notice=tender)
    make_subscription(email="other@example.org", topic="notice", notice=other)
    make_subscription(email="all@example.org", confirmed_at=NOW)
    send()
    mail.received.clear()
    clock.shift(MINUTE)
    change_deadline(tender, DEADLINE, reason="A holiday.")
    make_amendment(tender, text_en="Forty tents, not fourteen.")
    make_clarification(notice=tender, question_en="Which colour?", answer_en="Blue.")
    send()
    assert mail.subjects(READER) == ["Amended: Tents", "Deadline changed: Tents", "Question answered: Tents"]
    texts = " ".join(text_of(message) for message in mail.received)
    for words in ("A holiday.", "Forty tents, not fourteen.", "Which colour?", "Blue."):
        assert words in texts
    assert len(mail.received) == 3
    clock.move_to(DEADLINE + MINUTE)
    tender.outcome = "cancelled"
    tender.save()
    send()
    assert mail.subjects(READER)[0] == "Amended: Tents"
    assert "Outcome: Tents" in mail.subjects(READER)
    assert len(mail.received) == 4


def test_a_change_that_falls_due_while_no_visitor_comes_is_told_in_time(mail, clock):
    tender = make_procurement_notice(title_en="Tents")
    make_subscription(email=READER, topic="notice", notice=tender)
    send()
    later = {"closes_at": DEADLINE.isoformat()}
    draft = draft_of(tender, NOW + MINUTE, **later)
    Revision.objects.filter(pk=draft.pk).update(
        data=draft.data | {"carried": {"deadline_reason": "A holiday."}}
    )
    send()
    assert mail.received == []
    clock.shift(MINUTE)
    send()
    assert mail.subjects(READER) == ["Deadline changed: Tents"]
    assert "A holiday." in text_of(the_message(mail))


def test_a_vacancy_is_followed_alike(mail, clock):
    vacancy = make_vacancy(title_en="Driver")
    make_subscription(email=READER, topic="notice", notice=vacancy)
    clock.shift(MINUTE)
    change_deadline(vacancy, DEADLINE)
    send()
    assert mail.subjects(READER) == ["Deadline changed: Driver"]
    assert send() == "0 events recorded. Messages: none to send."


def test_who_is_not_confirmed_gets_the_question_and_nothing_else(mail, clock):
    make_subscription(email=READER, confirmed_at=None)
    make_vacancy(title_en="Driver")
    send()
    assert mail.received == []
    Subscription.objects.ask(READER, "all", None, NOW)
    send()
    assert mail.subjects(READER) == ["Please confirm your alerts"]


def test_nobody_is_told_of_what_had_been_noticed_before_they_confirmed(mail, clock):
    tender = make_procurement_notice(title_en="Old")
    make_amendment(tender, text_en="Before.")
    send()
    clock.shift(MINUTE)
    make_subscription(email=READER), make_subscription(email=READER, topic="notice", notice=tender)
    send()
    assert mail.received == []
    clock.shift(MINUTE)
    make_amendment(tender, text_en="After.")
    make_vacancy(title_en="New")
    send()
    assert mail.subjects(READER) == ["Amended: Old", "New position: New"]


def test_an_address_that_asked_twice_is_told_once(mail, clock):
    make_subscription(email=READER), make_subscription(email=READER, topic="vacancies")
    make_vacancy(title_en="Driver")
    send()
    assert mail.subjects(READER) == ["New position: Driver"]


def test_several_commands_tell_of_a_scheduled_notice_once_and_not_before_its_moment(mail, clock):
    make_subscription(email=READER)
    make_vacancy(title_en="Driver", publish_from=NOW + HOUR)
    clock.move_to(NOW + HOUR - SECOND)
    send()
    assert mail.received == []
    clock.move_to(NOW + HOUR)
    send(), send()
    assert mail.subjects(READER) == ["New position: Driver"]


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
                make_amendment(notice, text_en="Hidden", made_at=NOW + SECOND)
    clock.shift(MINUTE)
    send()
    assert mail.subjects(READER) == ["New position: Shown", "New tender: Shown"]
    assert not any("Hidden" in text_of(message) for message in mail.received)


def test_a_draft_that_is_published_is_new_then(mail, clock):
    make_subscription(email=READER)
    vacancy = make_vacancy(title_en="Driver", state="draft")
    send()
    clock.shift(30 * DAY)
    Vacancy.objects.filter(pk=vacancy.pk).update(state="published")
    send()
    assert mail.subjects(READER) == ["New position: Driver"]


def test_a_notice_withdrawn_before_it_was_mailed_is_not_mailed_while_it_is_withdrawn(mail, clock):
    make_subscription(email=READER)
    withdrawn, twin = make_vacancy(title_en="Withdrawn"), make_vacancy(title_en="Twin")
    refuse_connections(mail)
    withdrawn.state = "withdrawn"
    withdrawn.save()
    send()
    assert mail.subjects(READER) == ["New position: Twin"]
    withdrawn.state = "published"
    withdrawn.save()
    send()
    assert mail.subjects(READER) == ["New position: Twin", "New position: Withdrawn"]
    twin.refresh_from_db()
    twin.state = "withdrawn"
    twin.save()
    twin.state = "published"
    twin.save()
    assert send() == "0 events recorded. Messages: none to send."


def test_a_notice_that_closed_before_it_was_mailed_is_never_mailed(mail, clock):
    make_subscription(email=READER)
    vacancy = make_vacancy(title_en="Driver", closes_at=NOW + HOUR)
    make_vacancy(title_en="Twin", closes_at=NOW + HOUR + SECOND)
    refuse_connections(mail)
    clock.shift(HOUR)
    assert send() == "0 events recorded. Messages: 1 sent, 1 dropped."
    assert mail.subjects(READER) == ["New position: Twin"]
    change_deadline(vacancy, NOW + 5 * DAY)
    send()
    assert len(mail.received) == 1


def test_an_amendment_that_was_taken_back_before_it_was_mailed_is_never_mailed(mail, clock):
    vacancy = make_vacancy()
    make_subscription(email=READER, topic="notice", notice=vacancy)
    clock.shift(MINUTE)
    amendment = make_amendment(vacancy)
    refuse_connections(mail)
    amendment.delete()
    assert send() == "0 events recorded. Messages: 1 dropped."
    assert mail.received == []


def test_the_words_are_those_of_the_notice_when_it_is_sent(mail, clock):
    make_subscription(email=READER)
    vacancy = make_vacancy(title_en="Drivver", closes_at=NOW + DAY)
    refuse_connections(mail)
    vacancy.title_en = "Driver"
    change_deadline(vacancy, DEADLINE)
    send()
    assert the_message(mail)["Subject"] == "New position: Driver"
    assert "Closes: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in text_of(the_message(mail))


# --- The messages -----------------------------------------------------------------------------


def test_a_new_notice_is_told_with_deadline_address_and_how_to_stop(mail, clock):
    reader = make_subscription(email=READER)
    make_vacancy(
        slug="driver", title_en="Driver", reference="VN2026.3", closes_at=DEADLINE, duty_station=make_place(name_en="Vientiane"),
    )  # fmt: skip
    send()
    message = the_message(mail)
    words = text_of(message)
    for line in (
        "The office seeks to fill a position.",
        "Driver",
        "Closes: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)",
        "Duty station: Vientiane",
        "Reference: VN2026.3",
        "http://testserver/careers/vacancies/driver/",
        "IOM charges no fee at any stage.",
        f"http://testserver/careers/alerts/stop/{reader.token}/",
    ):
        assert line in words.splitlines()
    assert message["From"] == "IOM Lao PDR <noreply@testserver>"
    assert message["To"] == READER
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == f"<http://testserver/careers/alerts/stop/{reader.token}/>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Date"].datetime.replace(tzinfo=datetime.UTC) == NOW
    assert message["Message-ID"] == f"<{AlertMessage.objects.get().pk}@testserver>"
    assert message.get_content_type() == "text/plain"


def test_the_question_has_a_link_to_confirm_and_one_to_delete_the_address(mail, clock, client):
    Subscription.objects.ask(READER, "procurement", None, NOW)
    send()
    words = text_of(the_message(mail))
    assert "New tenders" in words
    assert "your address is deleted after two days" in words
    assert client.get(link_in(the_message(mail), "/confirm/")).status_code == 200
    assert client.get(link_in(the_message(mail), "/stop/")).status_code == 200


def test_who_asks_again_is_told_that_they_get_the_alerts_already(mail, clock):
    make_subscription(email=READER)
    Subscription.objects.ask(READER, "all", None, NOW)
    send()
    assert the_message(mail)["Subject"] == "You get these alerts already"
    assert "/confirm/" not in text_of(the_message(mail))
    assert link_in(the_message(mail), "/stop/")


def test_lao_and_marks_arrive_as_they_were_written(mail, clock):
    make_subscription(email=READER)
    title = "ພະນັກງານຂັບລົດ ປະຈຳນະຄອນຫຼວງວຽງຈັນ – “Driver” & <cook>, " + "ແລະ ອື່ນໆ " * 9
    make_vacancy(title_en=title.strip(), reference="ເລກທີ 1")
    send()
    message = the_message(mail)
    assert message["Subject"] == f"New position: {title.strip()}"
    assert title.strip() in text_of(message)
    assert "Reference: ເລກທີ 1" in text_of(message)
    raw = message.as_bytes()
    assert max(map(len, raw.splitlines())) < 999


def test_no_text_adds_a_header_or_ends_a_message(mail, clock):
    make_subscription(email=READER)
    make_vacancy(
        title_en="Driver\r\nBcc: other@example.org\r\n\r\n.\r\nQUIT", reference=".", organizational_unit=".\r\n.\r\nRSET",
    )  # fmt: skip
    make_vacancy(title_en=".Second")
    assert send().endswith("2 sent.")
    assert mail.recipients == [READER, READER]
    subjects = mail.subjects(READER)
    assert subjects == [
        "New position: .Second",
        "New position: Driver Bcc: other@example.org . QUIT",
    ]
    assert all(message["Bcc"] is None for message in mail.received)
    assert any(".Second" in text_of(message).splitlines() for message in mail.received)


def test_a_sender_with_a_name_of_its_own_keeps_it(mail, clock, settings):
    settings.DEFAULT_FROM_EMAIL = "Recruitment ລາວ <jobs@example.org>"
    make_subscription(email=READER), make_vacancy()
    send()
    assert the_message(mail)["From"] == "Recruitment ລາວ <jobs@example.org>"


# --- The mail server fails --------------------------------------------------------------------


def refuse_connections(mail: MailServer) -> None:
    """Record what happened and send nothing: the mail server takes nothing now."""
    mail.answers["MAIL", ""] = "451 Later"
    with pytest.raises(CommandError):
        send()
    del mail.answers["MAIL", ""]


def test_a_server_that_does_not_answer_is_said_and_costs_no_message_a_try(mail, clock, settings):
    make_subscription(email=READER), make_vacancy()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    for _ in range(10):
        with pytest.raises(CommandError, match="The mail server takes nothing: .*refused"):
            send()
    assert AlertMessage.objects.get().tries == 0
    settings.EMAIL_PORT = port
    send()
    assert states() == ["sent"]


@pytest.mark.parametrize("answer", ["451 Later", "550 Not from you", "530 Sign in first", ""])
def test_a_server_that_takes_nothing_from_this_sender_costs_no_message_a_try(mail, clock, answer):
    make_subscription(email=READER), make_vacancy()
    mail.answers["MAIL", ""] = answer
    with pytest.raises(CommandError, match="The mail server takes nothing"):
        send()
    assert AlertMessage.objects.get().tries == 0
    del mail.answers["MAIL", ""]
    send()
    assert states() == ["sent"]


STEPS = ["RCPT", "DATA", "TEXT"]


@pytest.mark.parametrize("step", STEPS)
def test_a_message_refused_for_now_is_tried_again_later_and_the_others_go_out(mail, clock, step):
    make_subscription(email=READER), make_subscription(email="other@example.org"), make_vacancy()
    mail.answers[step, READER] = "451 Later"
    assert send() == "1 event recorded. Messages: 1 sent, 1 put off."
    del mail.answers[step, READER]
    assert (states(), states("other@example.org")) == (["waiting"], ["sent"])
    clock.shift(10 * MINUTE - SECOND)
    assert send() == "0 events recorded. Messages: none to send."
    clock.shift(SECOND)
    send()
    assert len(mail.to(READER)) == 1
    assert states() == ["sent"]


@pytest.mark.parametrize("step", STEPS)
def test_a_message_refused_for_now_five_times_is_given_up(mail, clock, step):
    make_subscription(email=READER), make_vacancy()
    mail.answers[step, READER] = "451 Later"
    for minutes in (0, 10, 40, 160, 640):
        clock.shift(minutes * MINUTE)
        assert "1 put off" in send()
    assert states() == ["given-up"]
    del mail.answers[step, READER]
    clock.shift(DAY)
    send()
    assert mail.received == []


@pytest.mark.parametrize("step", STEPS)
def test_a_message_refused_for_good_is_not_tried_again(mail, clock, step):
    make_subscription(email=READER), make_vacancy()
    mail.answers[step, READER] = "550 No such user here"
    assert send() == "1 event recorded. Messages: 1 refused."
    del mail.answers[step, READER]
    clock.shift(DAY)
    send()
    assert (states(), mail.received) == (["refused"], [])


def test_an_address_that_was_refused_three_times_gets_no_more_and_stays(mail, clock, client):
    reader = make_subscription(email=READER)
    mail.answers["RCPT", READER] = "550 No such user here"
    for number in range(3):
        make_vacancy(title_en=f"Post {number}")
        assert "1 refused" in send()
    del mail.answers["RCPT", READER]
    make_vacancy(title_en="Later")
    assert send() == "1 event recorded. Messages: none to send."
    assert Subscription.objects.get() == reader
    Subscription.objects.ask(READER, "all", None, NOW)
    assert send() == "0 events recorded. Messages: 2 sent."
    assert mail.subjects(READER) == ["New position: Later", "You get these alerts already"]


def test_refusals_in_a_row_are_counted_and_a_message_that_arrives_ends_the_row(mail, clock):
    make_subscription(email=READER)
    for answer in ("550 No", "550 No", None, "550 No", "550 No", None):
        mail.answers = {("RCPT", READER): answer} if answer else {}
        make_vacancy()
        send()
    assert len(mail.received) == 2


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_connection_that_breaks_before_the_dot_costs_a_try_and_the_others_go_out(mail, clock, step):
    make_subscription(email=READER), make_subscription(email="other@example.org"), make_vacancy()
    mail.answers[step, READER] = ""
    send()
    assert (states(), states("other@example.org")) == (["waiting"], ["sent"])
    assert AlertMessage.objects.get(subscription__email=READER).tries == 1
    del mail.answers[step, READER]
    clock.shift(10 * MINUTE)
    send()
    assert len(mail.to(READER)) == len(mail.to("other@example.org")) == 1


def test_a_connection_that_breaks_after_the_dot_leaves_a_message_that_is_not_sent_again(mail, clock):
    """The server took it, and did not say so."""
    make_subscription(email=READER), make_vacancy()
    mail.answers["TEXT", READER] = ""
    assert send() == "1 event recorded. Messages: 1 left without an answer."
    mail.answers.clear()
    assert states() == ["handed-over"]
    clock.shift(DAY)
    make_vacancy(title_en="Next")
    send()
    assert "New position: Next" in mail.subjects(READER)
    assert states() == ["handed-over", "sent"]


def test_a_server_on_which_every_connection_breaks_ends_the_run(mail, clock):
    for number in range(5):
        make_subscription(email=f"{number}@example.org")
        mail.answers["DATA", f"{number}@example.org"] = ""
    make_vacancy()
    with pytest.raises(CommandError, match="broke several times"):
        send()
    assert sorted(AlertMessage.objects.values_list("tries", flat=True)) == [0, 0, 1, 1, 1]


def test_what_a_server_says_of_an_address_is_not_printed(mail, clock, capsys):
    make_subscription(email=READER), make_vacancy()
    mail.answers["RCPT", READER] = f"550 {READER} is unknown"
    said = send() + "".join(capsys.readouterr())
    assert "1 refused" in said
    assert READER not in said


# --- Batches, and the end of what is kept -----------------------------------------------------


def test_a_connection_serves_a_batch(mail, clock):
    for _ in range(7):
        make_subscription()
    make_vacancy()
    assert send(batch=3) == "1 event recorded. Messages: 7 sent."
    assert mail.connections == 3
    assert len({message["Message-ID"] for message in mail.received}) == 7


@pytest.mark.parametrize("batch", ["0", "-1", "x", "1.5", "10001"])
def test_a_batch_that_is_no_number_is_refused(batch):
    with pytest.raises(CommandError):
        call_command("send_alerts", "--batch", batch)


def test_questions_go_before_alerts(mail, clock):
    for _ in range(3):
        make_subscription()
    make_vacancy()
    Subscription.objects.ask(READER, "all", None, NOW)
    send()
    assert mail.recipients[0] == READER


def test_an_address_that_was_never_confirmed_is_deleted_after_two_days(mail, clock):
    make_subscription(email="confirmed@example.org", asked_at=NOW)
    make_subscription(email="asked@example.org", asked_at=NOW, confirmed_at=None)
    clock.shift(2 * DAY - SECOND)
    send()
    assert Subscription.objects.count() == 2
    clock.shift(SECOND)
    send()
    assert [row.email for row in Subscription.objects.all()] == ["confirmed@example.org"]


def test_alerts_about_one_notice_end_a_year_after_it_closed(mail, clock):
    for make in (make_vacancy, make_procurement_notice):
        make_subscription(topic="notice", notice=make(closes_at=NOW))
        make_subscription(topic="notice", notice=make(closes_at=NOW + SECOND))
    make_subscription(topic="all")
    clock.shift(365 * DAY - SECOND)
    send()
    assert Subscription.objects.count() == 5
    clock.shift(SECOND)
    send()
    assert Subscription.objects.count() == 3


def test_messages_are_forgotten_after_thirty_days_and_not_sent_again(mail, clock):
    make_subscription(email=READER), make_vacancy()
    send()
    clock.shift(30 * DAY - SECOND)
    send()
    assert AlertMessage.objects.count() == 1
    clock.shift(SECOND)
    send()
    assert AlertMessage.objects.count() == 0
    assert AlertEvent.objects.count() == 1
    send()
    assert len(mail.received) == 1


def test_without_a_mail_server_nothing_is_noticed_or_sent(db):
    make_subscription(), make_vacancy()
    assert send() == "Alerts are off: EMAIL_URL names no mail server. Nothing was sent."
    assert not AlertEvent.objects.exists()


def test_noticing_costs_the_same_queries_for_few_notices_and_for_many(mail, clock):
    def add() -> None:
        make_subscription(topic="notice", notice=make_vacancy())
        make_subscription(topic="notice", notice=make_procurement_notice())
        make_vacancy(closes_at=NOW)

    def queries() -> int:
        with CaptureQueriesContext(connection) as run:
            assert send() == "0 events recorded. Messages: none to send."
        return len(run)

    add(), send()
    few = queries()
    for _ in range(20):
        add()
    send()
    assert queries() == few
