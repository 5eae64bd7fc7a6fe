"""Staff who use the admin of a running server, each in a browser of their own."""

import contextlib
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
    """A superuser who is signed in to the admin."""

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


def address_of(record: int) -> str:
    return f"/admin/programmes/programme/{record}/change/"


def step_form(person: Colleague, record: int, step: str) -> tuple[str, dict]:
    """The address of a step, and what its form holds."""
    address = f"/admin/programmes/programme/{record}/{step}/"
    return address, dict(re.findall(r'name="(\w+)" value="([^"]*)"', person.ask(address).content.decode()))


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
    with database(server) as cursor:
        if "DATABASE_URL" in server.environment:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM programmes_programme WHERE id = %s FOR UPDATE", [record])
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
