"""`send_alerts` as processes of their own, killed in the middle: every message arrives once."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from tests.mailserver import MailServer, link_in, running_mail_server
from tests.servers import ROOT, Server, manage, running_server

READER = "reader@example.org"
NOTICES = 5
ALL = [f"New position: Post {number}" for number in range(NOTICES)]


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def portal(mail, tmp_path_factory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("alerts"), EMAIL_URL=mail.url) as server:
        yield server


@pytest.fixture
def reader(portal, mail) -> str:
    """The token of the one subscriber, for whom five new notices wait."""
    mail.received.clear(), mail.recipients.clear()
    return do(
        portal,
        "Vacancy.objects.all().delete(), Subscription.objects.all().delete()",
        f"reader = make_subscription(email={READER!r})",
        f"[make_vacancy(title_en=f'Post {{number}}') for number in range({NOTICES})]",
        "print(reader.token)",
    )


def do(portal: Server, *lines: str) -> str:
    """Python on the portal's data; what it prints."""
    code = ["from careers.models import *", "from tests.factories import *", *lines]
    return portal.manage("shell", "--no-imports", "--command", "\n".join(code)).stdout.strip()


def send(portal: Server) -> str:
    return portal.manage("send_alerts").stdout.strip()


@contextlib.contextmanager
def sending(portal: Server) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "send_alerts"],
        cwd=ROOT, env=portal.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def kill(process: subprocess.Popen) -> None:
    process.kill()
    assert process.wait(20) == -9


@contextlib.contextmanager
def nothing_can_be_marked(portal: Server) -> Iterator[None]:
    """Somebody else holds the messages' table, for reading and writing of its own."""
    if url := portal.environment.get("DATABASE_URL"):
        connection = psycopg2.connect(url)
        lock = "LOCK TABLE careers_alertmessage IN EXCLUSIVE MODE"
    else:
        connection = sqlite3.connect(Path(portal.environment["DATA_DIR"]) / "portal.sqlite3")
        lock = "BEGIN IMMEDIATE"
    with contextlib.closing(connection):
        connection.cursor().execute(lock)
        yield
        connection.rollback()


@pytest.mark.parametrize(("step", "number"), [("DATA", 3), ("TEXT", 3), ("TEXT", NOTICES)])
def test_killed_before_a_text_or_while_the_server_is_about_to_answer(portal, mail, reader, step, number):
    mail.stop_at(step, number)
    with sending(portal) as process:
        mail.wait_until_stopped()
        kill(process)
    mail.go_on()
    assert len(mail.received) == (number if step == "TEXT" else number - 1)
    left = NOTICES - len(mail.received)
    said = f"{left} sent" if left else "none to send"
    assert send(portal) == f"0 events recorded. Messages: {said}."
    assert mail.subjects(READER) == ALL
    assert send(portal) == "0 events recorded. Messages: none to send."


def test_killed_between_a_text_and_the_dot_that_ends_it(portal, mail, reader):
    mail.stop_at("DATA", 3)
    with sending(portal) as process:
        mail.wait_until_stopped()
        with nothing_can_be_marked(portal):
            mail.go_on()
            mail.wait_until_heard(b"To stop them:")
            kill(process)
    assert len(mail.received) == 2
    assert send(portal) == "0 events recorded. Messages: 3 sent."
    assert mail.subjects(READER) == ALL


def test_killed_again_and_again(portal, mail, reader):
    for step in ("TEXT", "DATA", "TEXT", "DATA", "TEXT"):
        mail.stop_at(step, 1)
        with sending(portal) as process:
            mail.wait_until_stopped()
            kill(process)
        mail.go_on()
    send(portal)
    assert mail.subjects(READER) == ALL
    assert len({message["Message-ID"] for message in mail.received}) == NOTICES


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_finishes_its_message_and_leaves_the_rest_to_the_next(portal, mail, reader, asked):
    mail.stop_at("DATA", 2)
    with sending(portal) as process:
        mail.wait_until_stopped()
        process.send_signal(asked)
        mail.go_on()
        said, complaint = process.communicate(timeout=30)
    assert (process.returncode, complaint) == (0, "")
    assert said.strip() == "5 events recorded. Messages: 2 sent."
    assert send(portal) == "0 events recorded. Messages: 3 sent."
    assert mail.subjects(READER) == ALL


def test_a_second_command_leaves_the_first_one_alone(portal, mail, reader):
    mail.stop_at("DATA", 2)
    with sending(portal) as first:
        mail.wait_until_stopped()
        assert send(portal) == "Another send_alerts is at work. Nothing to do."
        mail.go_on()
        said, _ = first.communicate(timeout=30)
        assert said.strip() == "5 events recorded. Messages: 5 sent."
    assert mail.subjects(READER) == ALL


def test_somebody_who_stops_while_a_message_is_being_said_does_not_get_it(portal, mail, reader):
    mail.stop_at("DATA", 3)
    with sending(portal) as process:
        mail.wait_until_stopped()
        response, _ = portal.get(f"/careers/alerts/stop/{reader}/", "POST", b"List-Unsubscribe=One-Click")
        assert response.status == 200
        mail.go_on()
        said, complaint = process.communicate(timeout=30)
        assert (process.returncode, complaint) == (0, "")
        assert said.strip() == "5 events recorded. Messages: 2 sent."
    assert len(mail.received) == 2
    assert do(portal, "print(AlertMessage.objects.count())") == "0"


def test_one_click_in_a_message_that_arrived_ends_them(portal, mail, reader):
    send(portal)
    message = mail.received[0]
    assert message["List-Unsubscribe"] == f"<{link_in(message, '/stop/')}>"
    address = link_in(message, "/stop/").removeprefix(portal.url)
    response, _ = portal.get(address, "POST", b"List-Unsubscribe=One-Click", Origin="https://mail.example")
    assert response.status == 200
    assert response.getheader("Set-Cookie") is None
    do(portal, "make_vacancy(slug='later', title_en='Later')")
    assert send(portal) == "1 event recorded. Messages: none to send."


def test_without_email_url_the_command_says_that_alerts_are_off(portal):
    environment = {name: value for name, value in portal.environment.items() if name != "EMAIL_URL"}
    done = manage("send_alerts", environment=environment)
    assert done.stdout.strip() == "Alerts are off: EMAIL_URL names no mail server. Nothing was sent."
