"""What the variables of sign-in mean, and that a wrong one ends the start."""

import pytest

from tests.helpers.environments import settings_from

HTTP, HTTPS = "http://127.0.0.1:8000", "https://testserver"


def test_a_second_factor_is_required_behind_https_unless_said_otherwise():
    for address, said, expected in (
        (HTTP, None, "optional"),
        (HTTPS, None, "required"),
        (HTTPS, "optional", "optional"),
        (HTTP, "required", "required"),
    ):
        found = settings_from(SITE_URL=address, STAFF_SECOND_FACTOR=said)["STAFF_SECOND_FACTOR"]
        assert found == expected, (address, said)


def test_staff_are_signed_out_after_30_idle_minutes_unless_said_otherwise():
    assert settings_from(STAFF_IDLE_MINUTES=None)["SESSION_COOKIE_AGE"] == 1800
    assert settings_from(STAFF_IDLE_MINUTES="10")["SESSION_COOKIE_AGE"] == 600


def test_passwords_go_by_mail_where_there_is_a_mail_server():
    assert not settings_from(EMAIL_URL=None)["PASSWORD_RESET_ENABLED"]
    assert settings_from(EMAIL_URL="smtp://127.0.0.1:25")["PASSWORD_RESET_ENABLED"]


def test_a_wrong_value_ends_the_start():
    wrong = {
        "STAFF_SECOND_FACTOR": ["yes", "", "Required"],
        "STAFF_IDLE_MINUTES": ["0", "4", "soon", "", "٣٠"],
    }
    for name, values in wrong.items():
        for value in values:
            with pytest.raises(SystemExit, match=f"Settings: {name} must be "):
                settings_from(**{name: value})
