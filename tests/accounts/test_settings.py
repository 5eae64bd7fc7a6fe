"""What the variables of sign-in mean, and that a wrong one ends the start with one line."""

import pytest

from tests.delivery.elsewhere import start

SHOW = (
    "import django; django.setup(); from django.conf import settings; "
    "print(settings.STAFF_SECOND_FACTOR, settings.SESSION_COOKIE_AGE, settings.PASSWORD_BY_MAIL)"
)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"SITE_URL": "http://127.0.0.1:8000"}, "optional 1800 False"),
        ({"SITE_URL": "https://testserver"}, "required 1800 False"),
        ({"SITE_URL": "https://testserver", "STAFF_SECOND_FACTOR": "optional"}, "optional 1800 False"),
        ({"STAFF_SECOND_FACTOR": "required", "STAFF_IDLE_MINUTES": "10"}, "required 600 False"),
        ({"EMAIL_URL": "smtp://127.0.0.1:25"}, "optional 1800 True"),
    ],
)
def test_what_the_variables_mean(given, shown):
    assert start(SHOW, **{"STAFF_IDLE_MINUTES": None} | given).stdout.strip() == shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STAFF_SECOND_FACTOR", "yes"), ("STAFF_SECOND_FACTOR", ""), ("STAFF_SECOND_FACTOR", "Required"),
        ("STAFF_IDLE_MINUTES", "0"), ("STAFF_IDLE_MINUTES", "4"), ("STAFF_IDLE_MINUTES", "soon"), ("STAFF_IDLE_MINUTES", ""),
    ],
)  # fmt: skip
def test_a_wrong_value_ends_the_start_with_one_line(name, value):
    ended = start(SHOW, **{name: value})
    assert ended.returncode != 0
    assert ended.stderr.startswith(f"Settings: {name} must be ")
    assert ended.stderr.count("\n") == 1
