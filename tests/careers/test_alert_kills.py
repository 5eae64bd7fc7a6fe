"""`send_alerts` as a process of its own: killed, asked to end, started twice."""

import contextlib
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.helpers.commands import ROOT
from tests.helpers.mailserver import MailServer, running_mail_server
from tests.helpers.servers import Server, stopped_server

READER = "reader@example.org"
NOTICES = 4
ALL = {f"New job: Post {number}" for number in range(NOTICES)}


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def portal(mail, tmp_path_factory) -> Iterator[Server]:
    with stopped_server(tmp_path_factory.mktemp("alerts"), EMAIL_URL=mail.url) as server:
        yield server


@pytest.fixture(autouse=True)
def _notices(portal, mail) -> None:
    """New notices wait for one subscriber."""
    mail.received.clear()
    lines = (
        "from careers.models import *",
        "from tests.helpers.factories import *",
        "Vacancy.objects.all().delete(), Subscription.objects.all().delete()",
        f"make_subscription(email={READER!r})",
        f"[make_vacancy(title_en=f'Post {{number}}') for number in range({NOTICES})]",
    )
    portal.manage("shell", "--no-imports", "--command", "\n".join(lines))


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


@pytest.mark.parametrize(
    ("step", "number", "twice"),
    [("DATA", 3, 0), ("TEXT", NOTICES, 1)],
    ids=["before the third", "after the last"],
)
def test_a_killed_run_loses_no_message_and_sends_at_most_one_twice(portal, mail, step, number, twice):
    """At TEXT the server has the message, and the run does not know it."""
    mail.stop_at(step, number)
    with sending(portal) as process:
        mail.wait_until_stopped()
        process.kill()
        assert process.wait(20) == -signal.SIGKILL
    mail.go_on()
    send(portal)
    assert set(mail.subjects(READER)) == ALL
    counts = Counter(message["Message-ID"] for message in mail.received)
    assert sorted(counts.values()) == [1] * (NOTICES - twice) + [2] * twice
    assert send(portal) == "0 events recorded. Messages: none to send."


def test_asked_to_end_it_finishes_its_message_and_leaves_the_rest_to_the_next_run(portal, mail):
    mail.stop_at("DATA", 2)
    with sending(portal) as process:
        mail.wait_until_stopped()
        process.send_signal(signal.SIGTERM)
        mail.go_on()
        said, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (0, "")
    assert said.strip() == f"{NOTICES} events recorded. Messages: 2 sent."
    assert send(portal) == f"0 events recorded. Messages: {NOTICES - 2} sent."
    assert len(mail.received) == NOTICES


def test_a_second_run_leaves_the_first_one_alone(portal, mail):
    mail.stop_at("DATA", 2)
    with sending(portal) as first:
        mail.wait_until_stopped()
        assert send(portal) == "Another send_alerts is at work. Nothing to do."
        mail.go_on()
        said, _ = first.communicate(timeout=60)
    assert said.strip() == f"{NOTICES} events recorded. Messages: {NOTICES} sent."
    assert len(mail.received) == NOTICES
