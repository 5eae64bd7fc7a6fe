"""What the real logging configuration writes: a line of JSON for each event, and nothing personal."""

import json
import logging
import os
import sys

from django.db import connection

from iomlaos.delivery.logs import JSONFormatter, redact
from tests.helpers.browsing import signed_in
from tests.helpers.commands import manage

ANSWER = """
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.handlers.exception import response_for_exception
from django.test import RequestFactory

def answer(error):
    try:
        raise error
    except type(error) as caught:
        print(response_for_exception(RequestFactory().get("/there/"), caught).status_code)
"""


def log_of(errors: str, **environment: str) -> list[str]:
    """What a process of the portal writes when views raise these errors."""
    code = f"{ANSWER}\nfor error in ({errors},): answer(error)"
    done = manage("shell", "--no-imports", "--command", code, environment=os.environ | environment)
    return done.stderr.splitlines()


def test_a_refusal_is_one_line_with_the_id_of_its_request(server):
    session = signed_in(server, role="HR")["cookies"][0]["value"]
    before, ids = len(server.log.read_text()), []
    for method, address, status in (("GET", "/admin/auth/user/?q=someone", 403), ("POST", "/about/", 405)):
        response, _ = server.get(address, method, Cookie=f"session={session}")
        assert response.status == status
        ids.append(response.headers["X-Request-ID"])
    lines = [json.loads(line) for line in server.log.read_text()[before:].splitlines()]
    assert [line["message"] for line in lines] == [
        "Forbidden: /admin/auth/user/",
        "Method Not Allowed: /about/",
    ]
    assert [line["request_id"] for line in lines] == ids
    assert [line["status_code"] for line in lines] == [403, 405]
    assert lines[0].keys() == {
        "time", "level", "logger", "message", "request_id", "method", "status_code"
    }  # fmt: skip


def test_a_refusal_that_a_view_raises_has_no_traceback_and_an_error_keeps_it(db):
    denied, bad, broken = map(json.loads, log_of("PermissionDenied(), BadRequest(), ValueError('broken')"))
    assert denied["message"] == "Forbidden (Permission denied): /there/"
    assert "exception" not in denied.keys() | bad.keys()
    assert "Traceback (most recent call last)" in broken["exception"]
    assert broken["exception"].endswith("ValueError: broken")


def test_in_a_terminal_the_log_is_words(db):
    [line] = log_of("PermissionDenied()", LOG_FORMAT="text")
    assert line.endswith("WARNING django.request: Forbidden (Permission denied): /there/")


def test_each_request_has_an_id_and_only_a_trusted_proxy_may_give_it(client, settings):
    def id_of(**headers: str) -> str:
        return client.get("/healthz", headers=headers)["X-Request-ID"]

    given = "0123456789abcdef-of-nginx"
    assert len({id_of(), id_of(), id_of(**{"X-Request-ID": given}), given}) == 4
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert id_of(**{"X-Request-ID": given}) == given
    for strange in ("short", "a b c d e f g h", "x" * 65, "new\nline-0123"):
        assert id_of(**{"X-Request-ID": strange}) != strange


def test_the_log_names_no_address_of_a_person_and_no_key_of_a_link():
    for said, logged in (
        ("Key (email)=(some.one+x@example.org) exists", "Key (email)=([e-mail]) exists"),
        ("Not Found: /a/someone%40example.org.la/", "Not Found: /a/[e-mail]/"),
        ("/careers/alerts/stop/Ab3_x-9/", "/careers/alerts/stop/[key]"),
        ("/careers/alerts/notice/driver/", "/careers/alerts/notice/driver/"),
        ("See /review/k3y/files/x.pdf now", "See /review/[key] now"),
        ("/admin/sign-in-link/MQ/set-password/", "/admin/sign-in-link/[key]"),
        ("@, a@b and 1.2.3", "@, a@b and 1.2.3"),
        ("x" * 100_000, "x" * 100_000),
    ):
        assert redact(said) == logged
        try:
            raise ValueError(said)
        except ValueError:
            record = logging.LogRecord("a", logging.ERROR, "", 1, '"%s"\\', (said,), sys.exc_info())
        line = json.loads(JSONFormatter().format(record))
        assert line["message"] == f'"{logged}"\\'
        assert line["exception"].endswith(f"ValueError: {logged}")


def test_a_slow_query_is_logged_without_its_parameters(db, settings, caplog):
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s,\n  1", ["someone"])

    ask()
    assert not caplog.records
    settings.SLOW_QUERY_MS = 0
    ask()
    [record] = caplog.records
    assert record.getMessage() == f"A query took {record.milliseconds} ms: SELECT %s, 1"
