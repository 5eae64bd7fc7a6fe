"""Staff who use the admin of a running server, each in a browser of their own."""

import contextlib
import datetime
import http.cookiejar
import re
import sqlite3
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from tests.helpers.forms import fill_form
from tests.helpers.servers import Server

PASSWORD = "a-long-password-7"
#: The fields that are typed into.
TEXTS = ("title_en", "summary_en", "since_what_en")
#: Seconds; a request that takes longer has failed.
ANSWERS_WITHIN = 60


@dataclass
class Answer:
    status: int
    content: bytes


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args) -> None:
        return None


class Colleague:
    """Somebody who is signed in to the admin."""

    def __init__(self, server: Server, name: str) -> None:
        self.server, self.name = server, name
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar, NoRedirects)
        page = self.ask("/admin/login/?next=/admin/").content.decode()
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        entry = {"csrfmiddlewaretoken": token, "username": name, "password": PASSWORD, "next": "/admin/"}
        assert self.ask("/admin/login/", entry).status == 302

    def ask(self, address: str, form: dict | None = None) -> Answer:
        data = urllib.parse.urlencode(form, doseq=True).encode() if form is not None else None
        headers = {"Referer": self.server.url, "Origin": self.server.url}
        request = urllib.request.Request(self.server.url + address, data, headers)
        try:
            with self.opener.open(request, timeout=ANSWERS_WITHIN) as response:
                return Answer(response.status, response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read())

    def open(self, record: int) -> dict:
        return fill_form(self.ask(address_of(record)))

    def open_publish(self, record: int) -> tuple[str, dict]:
        """The step Publish… as it is shown now: its address, and its form filled in. No form, where all is public."""
        address = address_of(record, "publish/")
        page = self.ask(address)
        return address, fill_form(page, when="now", anyway="1") if page.status == 200 else {}

    def save(self, record: int, form: dict, *typed: str) -> list[int]:
        """Send a form, and again what comes back of it, until it is taken. What was typed comes back each time."""
        statuses = []
        while not statuses or statuses[-1] == 409:
            answer = self.ask(address_of(record), form)
            statuses.append(answer.status)
            if answer.status == 409:
                again = fill_form(answer)
                assert all(again[name] == form[name] for name in typed), "What was typed comes back."
                form = again
        return statuses

    def publish(self, record: int, **given: str) -> list[int]:
        """Open the step and confirm it, again where somebody was faster, until it is taken or all is public."""
        statuses = []
        while not statuses or statuses[-1] == 409:
            address, form = self.open_publish(record)
            if not form:
                break
            statuses.append(self.ask(address, form | given).status)
        return statuses

    def settle(self, record: int) -> None:
        """Publish what waits, as the form shows it."""
        assert self.save(record, self.open(record))[-1] == 302
        assert self.publish(record)[-1:] in ([], [302])


def address_of(record: int, page: str = "change/") -> str:
    return f"/admin/programmes/programme/{record}/{page}"


def make_contributor(server: Server, name: str) -> None:
    lines = (
        "from django.contrib.auth.models import Group, User",
        f"user = User.objects.create_user({name!r}, password={PASSWORD!r}, is_staff=True)",
        "user.groups.add(Group.objects.get(name='Contributors'))",
    )
    server.manage("shell", "--no-imports", "--command", "\n".join(lines))


def make_superusers(server: Server, *names: str) -> None:
    for name in names:
        server.manage(
            "createsuperuser", "--noinput", "--username", name, "--email", "",
            DJANGO_SUPERUSER_PASSWORD=PASSWORD,
        )  # fmt: skip


# --- The server's database, on a connection of the test's own ------------------------------------


@contextlib.contextmanager
def database(server: Server) -> Iterator[Any]:
    """A cursor that commits each statement, unless one begins a transaction."""
    if url := server.environment.get("DATABASE_URL"):
        connection = psycopg2.connect(url)
        connection.autocommit = True
    else:
        path = Path(server.environment["DATA_DIR"]) / "portal.sqlite3"
        connection = sqlite3.connect(path, isolation_level=None)
    with contextlib.closing(connection):
        yield connection.cursor()


@contextlib.contextmanager
def locked(server: Server, record: int) -> Iterator[None]:
    """While a programme is locked by somebody else. On SQLite that is the whole database."""
    with held(server, f"SELECT 1 FROM programmes_programme WHERE id = {record} FOR UPDATE"):
        yield


@contextlib.contextmanager
def held(server: Server, statement: str) -> Iterator[None]:
    """While somebody else has a transaction open, on PostgreSQL after a statement that takes a lock."""
    with database(server) as cursor:
        if "DATABASE_URL" in server.environment:
            cursor.execute("BEGIN")
            cursor.execute(statement)
        else:
            cursor.execute("BEGIN IMMEDIATE")
        yield
        cursor.execute("COMMIT")


def count_revisions(server: Server, kind: str, record: int) -> int:
    with database(server) as cursor:
        cursor.execute(
            "SELECT count(*) FROM publishing_revision WHERE model = 'programmes.programme' "
            f"AND kind = '{kind}' AND object_key = '{record}'"
        )
        return cursor.fetchone()[0]


def public_row(server: Server, record: int) -> dict[str, str]:
    """What visitors read of a programme."""
    with database(server) as cursor:
        cursor.execute(f"SELECT {', '.join(TEXTS)} FROM programmes_programme WHERE id = {record}")
        return {name: text or "" for name, text in zip(TEXTS, cursor.fetchone(), strict=True)}


def schedule_of(server: Server, record: int) -> tuple[int, str]:
    """How many changes of a programme are scheduled, and why the last one was not published."""
    with database(server) as cursor:
        cursor.execute(
            "SELECT count(*), max(failure_reason) FROM publishing_revision WHERE kind = 'scheduled' "
            f"AND model = 'programmes.programme' AND object_key = '{record}' AND closed_at IS NULL"
        )
        count, reason = cursor.fetchone()
        return count, reason or ""


def move_schedule(server: Server, record: int, moment: datetime.datetime) -> None:
    """To a second of its own: the step takes minutes."""
    with database(server) as cursor:
        cursor.execute(
            f"UPDATE publishing_revision SET publish_at = '{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S}+00:00' "
            "WHERE kind = 'scheduled' AND model = 'programmes.programme' "
            f"AND object_key = '{record}' AND closed_at IS NULL"
        )


def programmes_of(person: Colleague) -> list[int]:
    listed = person.ask("/admin/programmes/programme/").content.decode()
    return sorted({int(key) for key in re.findall(r"/admin/programmes/programme/(\d+)/change/", listed)})


def wait_for_waiting(server: Server, count: int) -> None:
    """Until so many requests wait for a lock. SQLite tells nobody who waits."""
    if "DATABASE_URL" not in server.environment:
        return
    ends, waiting = time.monotonic() + ANSWERS_WITHIN, 0
    with database(server) as cursor:
        while waiting < count:
            assert time.monotonic() < ends, f"{waiting} of {count} wait."
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            [waiting] = cursor.fetchone()
            time.sleep(0.02)


def report(rounds: int, seen: Counter) -> None:
    """Print the figures of a drill, which pytest shows with -rP."""
    lines = (f"{count:5} {what}" for what, count in sorted(seen.items(), key=str))
    print(f"{rounds} rounds", *lines, sep="\n")  # noqa: T201
