"""What the variables of sign-in mean, and that a wrong one ends the start."""

import pytest

from tests.helpers.environments import settings_from

HTTP, HTTPS = "http://127.0.0.1:8000", "https://testserver"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({"SITE_URL": HTTP}, "optional", id="http"),
        pytest.param({"SITE_URL": HTTPS}, "required", id="https"),
        pytest.param(
            {"SITE_URL": HTTPS, "STAFF_SECOND_FACTOR": "optional"}, "optional", id="https and optional"
        ),
        pytest.param(
            {"SITE_URL": HTTP, "STAFF_SECOND_FACTOR": "required"}, "required", id="http and required"
        ),
    ],
)
def test_a_second_factor_is_required_behind_https_unless_said_otherwise(environment, expected):
    assert settings_from(**environment)["STAFF_SECOND_FACTOR"] == expected


def test_staff_are_signed_out_after_30_idle_minutes_unless_said_otherwise():
    assert settings_from(STAFF_IDLE_MINUTES=None)["SESSION_COOKIE_AGE"] == 1800
    assert settings_from(STAFF_IDLE_MINUTES="10")["SESSION_COOKIE_AGE"] == 600


def test_passwords_go_by_mail_where_there_is_a_mail_server():
    assert not settings_from(EMAIL_URL=None)["PASSWORD_RESET_ENABLED"]
    assert settings_from(EMAIL_URL="smtp://127.0.0.1:25")["PASSWORD_RESET_ENABLED"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("STAFF_SECOND_FACTOR", ["yes", "", "Required"]), ("STAFF_IDLE_MINUTES", ["0", "4", "soon", "", "٣٠"])],
    ids=["second factor", "idle minutes"],
)
def test_a_wrong_value_ends_the_start(name, wrong):
    for value in wrong:
        with pytest.raises(SystemExit, match=f"Settings: {name} must be "):
            settings_from(**{name: value})
