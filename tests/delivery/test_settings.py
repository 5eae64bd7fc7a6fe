"""What the environment lacks ends the start with one line that names the variable."""

import pytest

from tests.helpers.environments import settings_from
from tests.helpers.other_process import run_python

LONG = "a-long-key-for-this-test-0123456789-0123456789"
DEVELOPMENT_KEY = "development-only-key-never-use-it-where-anyone-else-can-reach-the-site"


def test_a_missing_or_unsafe_variable_ends_the_start_and_is_named():
    unsafe = {
        "SECRET_KEY": [None, "", "short", DEVELOPMENT_KEY],
        "ALLOWED_HOSTS": [None, ""],
        "SITE_URL": ["portal.example", "ftp://portal.example"],
    }
    for name, values in unsafe.items():
        for value in values:
            with pytest.raises(SystemExit) as end:
                settings_from(**({"SECRET_KEY": LONG, "DEBUG": "off"} | {name: value}))
            assert name in end.value.code
            assert LONG not in end.value.code


def test_the_start_ends_with_one_line():
    done = run_python("import iomlaos.settings", SECRET_KEY="short")
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1


def test_debug_needs_neither_key_nor_hosts():
    assert settings_from(DEBUG="on", SECRET_KEY=None, ALLOWED_HOSTS=None)["DEBUG"] is True


def test_debug_is_off_unless_said():
    assert settings_from(DEBUG=None)["DEBUG"] is False


def test_staff_stay_signed_in_while_the_key_is_rotated(admin_client, settings):
    assert admin_client.get("/admin/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = LONG
    assert admin_client.get("/admin/").status_code == 200


def test_a_key_that_others_saw_signs_everybody_out_when_it_is_gone(admin_client, settings):
    settings.SECRET_KEY = LONG
    assert admin_client.get("/admin/").status_code == 302
