"""What the real logging configuration writes of requests."""

import os
import re

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


def log_of(errors: str) -> str:
    """What a process of the portal writes when views raise these errors."""
    code = f"{ANSWER}\nfor error in ({errors},): answer(error)"
    return manage("shell", "--no-imports", "--command", code, environment=dict(os.environ)).stderr


def test_a_refusal_in_the_admin_and_a_missing_page_are_one_line_each(server):
    session = signed_in(server, role="HR")["cookies"][0]["value"]
    before = len(server.log.read_text())
    for address, status in (("/admin/auth/user/", 403), ("/no/such/page/", 404)):
        response, _ = server.get(address, Cookie=f"session={session}")
        assert response.status == status
    lines = server.log.read_text()[before:].splitlines()
    assert [re.sub("^[0-9-]+ [0-9:,]+ ", "", line) for line in lines] == [
        "WARNING django.request: Forbidden: /admin/auth/user/",
        "WARNING django.request: Not Found: /no/such/page/",
    ]


def test_a_refusal_that_a_view_raises_has_no_traceback(db):
    log = log_of("PermissionDenied(), BadRequest()")
    assert "Forbidden (Permission denied): /there/" in log
    assert len(log.splitlines()) == 2


def test_an_error_of_the_server_keeps_its_traceback(db):
    log = log_of("ValueError('broken')")
    assert "Traceback (most recent call last)" in log
    assert "ValueError: broken" in log
