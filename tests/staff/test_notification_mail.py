"""`send_notifications` and a real mail server: what arrives, and what waits, is given up or comes twice."""

import datetime
import io
import signal
import subprocess
import sys
from collections import Counter

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from iomlaos.publishing.models import Submission
from iomlaos.staff.notifications.models import Notification
from tests.helpers.commands import ROOT
from tests.helpers.factories import make_programme
from tests.helpers.mailserver import running_mail_server, text_of
from tests.helpers.servers import stopped_server

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
READER = "editor1@example.org"


@pytest.fixture
def mail(settings, db):
    with running_mail_server() as server:
        settings.ALERTS_ENABLED = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 20
        yield server


def tell(*people: User, title: str = "Migration Health", **values) -> None:
    actor, _created = User.objects.get_or_create(username="editor2", first_name="Editor", last_name="2")
    record = make_programme(title_en=title)
    values = {"kind": Notification.Kind.PUBLISHED, "at": NOW} | values
    Notification.objects.tell(people, record, by=actor, **values)


def user(name: str = "editor1", email: str = READER) -> User:
    return User.objects.create_user(name, email, is_staff=True)


def send() -> str:
    said = io.StringIO()
    call_command("send_notifications", stdout=said)
    return said.getvalue().strip()


def test_a_message_says_what_happened_with_the_note_and_the_address_and_no_text(mail, clock):
    tell(user(), note="With the figures of May.")
    record = Notification.objects.get().object_key
    assert send() == "Notifications: 1 sent."
    [message] = mail.received
    assert message["Subject"] == "Editor 2 published “Migration Health”"
    assert (message["To"], message["Auto-Submitted"]) == (READER, "auto-generated")
    assert text_of(message).splitlines() == [
        "Editor 2 published “Migration Health”.",
        "",
        "Note: With the figures of May.",
        "",
        "Open it in the admin:",
        f"http://testserver/admin/programmes/programme/{record}/change/",
        "",
        "You get this message because you have worked on this page, or may publish it.",
    ]
    assert send() == "Notifications: 0 sent."
    assert Notification.objects.get().mailed_at == NOW


def test_no_mail_goes_without_an_address_to_a_closed_account_or_once_it_is_dismissed(mail, clock):
    people = [user("no-address", ""), user("closed", "closed@example.org"), user("read", "read@example.org")]
    tell(*people)
    User.objects.filter(username="closed").update(is_active=False)
    Notification.objects.filter(recipient__username="read").update(dismissed_at=NOW)
    assert send() == "Notifications: 0 sent."
    assert mail.received == []


def test_a_submission_is_mailed_unless_it_was_dealt_with(mail, clock):
    writer, editor = user("writer", ""), user()
    for title in ("Waiting", "Returned"):
        programme = make_programme(title_en=title)
        Submission.objects.submit(programme, by=writer, note="", at=NOW)
        Notification.objects.tell([editor], programme, by=writer, at=NOW, kind="submitted")
    Submission.objects.filter(title="Returned").update(returned_at=NOW)
    assert send() == "Notifications: 1 sent."
    assert mail.subjects(READER) == ["writer submitted “Waiting” for review"]


def test_what_was_told_before_there_was_a_mail_server_stays_on_the_front_page(mail, clock, settings):
    settings.ALERTS_ENABLED = False
    tell(editor := user())
    assert send() == "EMAIL_URL names no mail server. Nothing was sent."
    settings.ALERTS_ENABLED = True
    assert send() == "Notifications: 0 sent."
    assert Notification.objects.unread(editor, NOW).count() == 1


def test_a_refused_address_stops_nobody_elses_mail_and_is_given_up_where_that_is_final(mail, clock):
    full, unknown = "full@example.org", "unknown@example.org"
    tell(user("full", full), user("unknown", unknown), user())
    mail.answers = {("RCPT", full): "452 Full", ("RCPT", unknown): "550 Unknown"}
    assert send() == "Notifications: 1 sent."
    assert mail.recipients == [READER]
    mail.answers = {}
    assert send() == "Notifications: 1 sent."
    assert mail.recipients == [READER, full]


def test_a_server_that_takes_no_mail_is_asked_again_by_the_next_run(mail, clock):
    tell(user())
    mail.answers = {("MAIL", ""): "421 Not now"}
    with pytest.raises(CommandError, match="accepts no mail.* The next run sends what waits"):
        send()
    mail.answers = {}
    assert send() == "Notifications: 1 sent."


def test_a_killed_run_loses_no_message_and_sends_at_most_one_twice(server_folder):
    lines = (
        "from django.contrib.auth.models import User",
        "from iomlaos.staff.notifications.models import Notification",
        "from tests.helpers.factories import make_programme",
        "from django.utils import timezone",
        f"user = User.objects.create_user('editor1', {READER!r})",
        "for title in ('One', 'Two'):",
        "    Notification.objects.tell([user], make_programme(title_en=title), by=user, at=timezone.now(), kind='published')",
    )
    with running_mail_server() as mail, stopped_server(server_folder, EMAIL_URL=mail.url) as portal:
        portal.manage("shell", "--no-imports", "--command", "\n".join(lines))
        # The server has the message, and the run does not know it.
        mail.stop_at("TEXT", 1)
        process = subprocess.Popen(
            [sys.executable, "manage.py", "send_notifications"], cwd=ROOT, env=portal.environment
        )
        mail.wait_until_stopped()
        process.kill()
        assert process.wait(20) == -signal.SIGKILL
        mail.go_on()
        assert portal.manage("send_notifications").stdout.strip() == "Notifications: 2 sent."
        assert portal.manage("send_notifications").stdout.strip() == "Notifications: 0 sent."
    assert set(mail.subjects(READER)) == {"editor1 published “One”", "editor1 published “Two”"}
    assert sorted(Counter(message["Message-ID"] for message in mail.received).values()) == [1, 2]
