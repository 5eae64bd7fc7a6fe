"""Two people at one record, again and again: no edit that was acknowledged is lost, none is refused unseen."""

import http.cookiejar
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.servers import Server, running_server
from tests.staff.filled import filled

PAIRS = 1_000 if os.environ.get("DRILL") == "full" else 40
PASSWORD = "a-long-password-7"


@dataclass
class Answer:
    status: int
    content: bytes


class Colleague:
    """Somebody who is signed in to the admin, in a browser of their own."""

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
            with self.opener.open(request, timeout=60) as response:
                return Answer(response.status, response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read())

    def open(self, record: int) -> dict:
        return filled(self.ask(address_of(record)))


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args) -> None:
        return None


def address_of(record: int) -> str:
    return f"/admin/programmes/programme/{record}/change/"


@pytest.fixture
def server(tmp_path):
    with running_server(tmp_path / "site") as server:
        for name in ("first", "second"):
            server.manage(
                "createsuperuser", "--noinput", "--username", name, "--email", "",
                DJANGO_SUPERUSER_PASSWORD=PASSWORD,
            )  # fmt: skip
        yield server


def test_no_edit_that_was_acknowledged_is_lost(server):
    first, second = Colleague(server, "first"), Colleague(server, "second")
    listed = first.ask("/admin/programmes/programme/").content.decode()
    keys = sorted({int(key) for key in re.findall(r"/admin/programmes/programme/(\d+)/change/", listed)})
    answers: Counter[str] = Counter()
    with ThreadPoolExecutor(2) as both:
        for number in range(PAIRS):
            record = keys[number % len(keys)]
            same, racing = number % 2 == 0, number // 2 % 2 == 0
            fields = ("summary_en", "summary_en" if same else "since_what_en")
            typed = [f"{who}-{number}" for who in ("first", "second")]
            forms = [
                person.open(record) | {field: [text]}
                for person, field, text in zip((first, second), fields, typed, strict=True)
            ]
            people = (first, second)
            if racing:
                sent = list(
                    both.map(lambda who, form, at=record: who.ask(address_of(at), form), people, forms)
                )
            else:
                sent = [who.ask(address_of(record), form) for who, form in zip(people, forms, strict=True)]
            statuses = sorted(answer.status for answer in sent)
            answers[f"{'racing' if racing else 'stale'} {statuses}"] += 1
            assert statuses == [302, 409], [answer.content[-3000:] for answer in sent if answer.status >= 400]
            late = next(index for index, answer in enumerate(sent) if answer.status == 409)
            again = filled(sent[late])
            assert again[fields[late]] == [typed[late]], "What was typed comes back."
            page = sent[late].content.decode()
            assert typed[1 - late] in page, "What the other made of it is shown."
            assert people[late].ask(address_of(record), again).status == 302
            now = people[late].open(record)
            assert now[fields[late]] == [typed[late]]
            if not same:
                assert now[fields[1 - late]] == [typed[1 - late]]
            history = people[late].ask(f"/admin/programmes/programme/{record}/history/").content.decode()
            assert all(text in history for text in typed), "Both are kept."
    assert sum(answers.values()) == PAIRS
