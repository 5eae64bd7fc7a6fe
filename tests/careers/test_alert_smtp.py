"""`send_alerts` and a real mail server: what arrives, and what each refusal and break leads to."""

import datetime
from email.message import EmailMessage

import pytest
import time_machine
from django.core.mail.backends.smtp import EmailBackend
from django.core.management import CommandError
from django.db import OperationalError

from careers.alerts.models import AlertMessage, Subscription
from careers.models.vacancy import Vacancy
from tests.helpers.factories import make_office, make_place, make_subscription, make_vacancy
from tests.helpers.mailserver import MailServer, running_mail_server, send_alerts, text_of

pytestmark = pytest.mark.django_db

MINUTE = datetime.timedelta(minutes=1)
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime(2026, 6, 1, 9, tzinfo=datetime.UTC)
DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
READER, OTHER = "reader@example.org", "other@example.org"


@pytest.fixture
def mail(settings, db):
    make_office()
    with running_mail_server() as server:
        settings.ALERTS_ENABLED = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 20
        yield server


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def states(address: str = READER) -> list[str]:
    return sorted(AlertMessage.objects.filter(subscription__email=address).values_list("state", flat=True))


def the_message(mail: MailServer) -> EmailMessage:
    [message] = mail.received
    return message


# --- What arrives -----------------------------------------------------------------------------


def test_a_new_notice_arrives_with_its_facts_and_the_way_to_stop(mail):
    reader = make_subscription(email=READER)
    make_vacancy(
        slug="driver", title_en="Driver", reference="VN2026.3", closes_at=DEADLINE, duty_station=make_place(name_en="Vientiane"),
    )  # fmt: skip
    send_alerts()
    message = the_message(mail)
    stop = f"http://testserver/careers/alerts/stop/{reader.token}/"
    for line in (
        "New job at IOM Lao PDR",
        "Driver",
        "Closes: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)",
        "Location: Vientiane",
        "Reference: VN2026.3",
        "http://testserver/careers/vacancies/driver/",
        "IOM never asks for money.",
        stop,
    ):
        assert line in text_of(message).splitlines()
    assert message["From"] == "IOM Lao PDR <noreply@testserver>"
    assert message["To"] == READER
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Date"].datetime.replace(tzinfo=datetime.UTC) == NOW
    assert message.get_content_type() == "text/plain"


def test_lao_arrives_as_it_was_written_and_no_address_is_folded(mail, settings):
    settings.SITE_URL = "https://a-host-whose-name-is-long.example.org"
    settings.DEFAULT_FROM_EMAIL = "Recruitment ລາວ <jobs@example.org>"
    reader = make_subscription(email=READER)
    title = "ພະນັກງານຂັບລົດ ປະຈຳນະຄອນຫຼວງວຽງຈັນ – “Driver” & <cook>, " + "ແລະ ອື່ນໆ " * 9
    make_vacancy(title_en=title.strip(), reference="ເລກທີ 1")
    send_alerts()
    message = the_message(mail)
    assert message["Subject"] == f"New job: {title.strip()}"
    assert message["From"] == "Recruitment ລາວ <jobs@example.org>"
    assert title.strip() in text_of(message)
    assert "Reference: ເລກທີ 1" in text_of(message)
    lines = mail.contents[0].decode("ascii").split("\r\n")
    stop = f"https://a-host-whose-name-is-long.example.org/careers/alerts/stop/{reader.token}/"
    assert f"List-Unsubscribe: <{stop}>" in lines
    number = AlertMessage.objects.get().pk
    assert f"Message-ID: <{number}@a-host-whose-name-is-long.example.org>" in lines
    assert max(map(len, lines)) < 999


def test_no_text_adds_a_header_or_ends_a_message(mail):
    make_subscription(email=READER)
    make_vacancy(
        title_en="Driver\r\nBcc: other@example.org\r\n\r\n.\r\nQUIT", reference=".", organizational_unit=".\r\n.\r\nRSET",
    )  # fmt: skip
    make_vacancy(title_en=".Second")
    assert send_alerts().endswith("2 sent.")
    assert mail.recipients == [READER, READER]
    assert mail.subjects(READER) == [
        "New job: .Second",
        "New job: Driver Bcc: other@example.org . QUIT",
    ]
    assert all(message["Bcc"] is None for message in mail.received)
    assert any(".Second" in text_of(message).splitlines() for message in mail.received)


def test_one_connection_serves_a_batch(mail):
    for _ in range(7):
        make_subscription()
    make_vacancy()
    assert send_alerts(batch=3) == "1 event recorded. Messages: 7 sent."
    assert mail.connections == 3


def test_a_server_that_takes_two_messages_a_connection_gets_them_all(mail):
    for _ in range(5):
        make_subscription()
    make_vacancy()
    mail.limit = 2
    assert send_alerts() == "1 event recorded. Messages: 5 sent."


# --- The server takes nothing -----------------------------------------------------------------


def test_a_server_that_does_not_answer_ends_the_run_and_costs_no_message_a_try(mail, settings):
    make_subscription(email=READER), make_vacancy()
    settings.EMAIL_PORT = 1
    with pytest.raises(CommandError, match="The mail server accepts no mail: .*refused"):
        send_alerts()
    assert AlertMessage.objects.get().tries == 0


def test_a_server_that_refuses_the_sender_ends_the_run_and_costs_no_message_a_try(mail):
    make_subscription(email=READER), make_vacancy()
    mail.answers["MAIL", ""] = "550 Not from you"
    with pytest.raises(CommandError, match="The mail server accepts no mail: 550 Not from you"):
        send_alerts()
    assert AlertMessage.objects.get().tries == 0
    mail.answers.clear()
    assert send_alerts() == "0 events recorded. Messages: 1 sent."


def test_a_server_on_which_every_connection_breaks_ends_the_run(mail):
    for number in range(5):
        make_subscription(email=f"{number}@example.org")
        mail.answers["DATA", f"{number}@example.org"] = ""
    make_vacancy()
    with pytest.raises(CommandError, match="broke several times"):
        send_alerts()
    assert sorted(AlertMessage.objects.values_list("tries", flat=True)) == [0, 0, 1, 1, 1]


# --- The server does not take one message -----------------------------------------------------


@pytest.mark.parametrize(
    ("step", "answer"),
    [("DATA", "451 Later"), ("RCPT", "421 Later"), ("RCPT", "")],
    ids=["later", "closing", "connection broken"],
)
def test_a_message_that_is_not_taken_is_tried_again_later_and_the_others_go_out(mail, clock, step, answer):
    # The reader comes first: requests to confirm go before alerts.
    Subscription.objects.subscribe(READER, "all", None, "en", NOW)
    make_subscription(email=OTHER), make_vacancy()
    mail.answers[step, READER] = answer
    assert send_alerts() == "1 event recorded. Messages: 1 sent, 1 delayed."
    assert (states(), states(OTHER)) == (["waiting"], ["sent"])
    mail.answers.clear()
    clock.shift(9 * MINUTE)
    assert send_alerts() == "0 events recorded. Messages: none to send."
    clock.shift(MINUTE)
    assert send_alerts() == "0 events recorded. Messages: 1 sent."
    assert mail.recipients.count(READER) == 1


def test_a_message_that_is_not_taken_five_times_is_given_up(mail, clock):
    make_subscription(email=READER), make_vacancy()
    mail.answers["TEXT", READER] = "451 Later"
    for minutes in (0, 10, 40, 160, 640):
        clock.shift(minutes * MINUTE)
        assert "1 delayed" in send_alerts()
    assert states() == ["given-up"]
    clock.shift(DAY)
    assert send_alerts() == "0 events recorded. Messages: none to send."


def test_a_message_whose_answer_is_lost_comes_twice_and_can_be_recognised(mail, clock):
    """The server took it, and the connection broke before it could say so."""
    make_subscription(email=READER), make_vacancy()
    mail.answers["TEXT", READER] = ""
    assert send_alerts() == "1 event recorded. Messages: 1 delayed."
    mail.answers.clear()
    clock.shift(10 * MINUTE)
    assert send_alerts() == "0 events recorded. Messages: 1 sent."
    first, second = mail.received
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize(("step", "bounces"), [("RCPT", 1), ("TEXT", 0)], ids=["the address", "the text"])
def test_a_refusal_for_good_is_final_and_counts_where_it_is_of_the_address(
    mail, clock, capsys, step, bounces
):
    make_subscription(email=READER), make_vacancy()
    mail.answers[step, READER] = f"550 {READER} is unknown"
    said = send_alerts() + "".join(capsys.readouterr())
    assert said == "1 event recorded. Messages: 1 refused."
    assert states() == ["refused"]
    assert Subscription.objects.get().bounce_count == bounces
    mail.answers.clear()
    clock.shift(DAY)
    assert send_alerts() == "0 events recorded. Messages: none to send."


def test_an_address_that_bounced_three_times_gets_no_more_until_it_is_confirmed_again(mail):
    reader = make_subscription(email=READER)
    mail.answers["RCPT", READER] = "550 No such user here"
    for number in range(3):
        make_vacancy(title_en=f"Post {number}")
        assert "1 refused" in send_alerts()
    mail.answers.clear()
    make_vacancy(title_en="Later")
    assert send_alerts() == "1 event recorded. Messages: none to send."
    reader.confirm(NOW)
    assert send_alerts() == "0 events recorded. Messages: 1 sent."


def test_a_message_that_arrives_ends_a_row_of_bounces(mail):
    make_subscription(email=READER)
    for answer in ("550 No", "550 No", None, "550 No", "550 No", None):
        mail.answers = {("RCPT", READER): answer} if answer else {}
        make_vacancy()
        send_alerts()
    assert len(mail.received) == 2


# --- Marks ------------------------------------------------------------------------------------


def test_a_run_tries_a_message_once_even_where_its_mark_is_lost(mail, monkeypatch):
    for _ in range(3):
        make_subscription()
    make_vacancy()
    monkeypatch.setattr(AlertMessage, "mark_sent", lambda message: None)
    assert send_alerts(batch=2) == "1 event recorded. Messages: 3 sent."
    assert len(mail.received) == 3


def test_nothing_is_sent_where_the_database_can_store_nothing(mail, monkeypatch):
    """Else the same message would go out at every run."""
    make_subscription(), make_vacancy()

    def fail(message, **values) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(AlertMessage, "_update", fail)
    with pytest.raises(OperationalError):
        send_alerts()
    assert mail.received == []


def test_somebody_who_stops_during_a_run_gets_no_further_message(mail, monkeypatch):
    make_subscription(email=READER), make_vacancy(), make_vacancy()
    send_messages = EmailBackend.send_messages

    def send_and_stop(backend, messages: list) -> int:
        Subscription.objects.all().delete()
        return send_messages(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send_and_stop)
    send_alerts()
    assert len(mail.received) == 1
