"""What the environment lacks ends the start with one line that names the variable."""

import pytest

from tests.delivery.elsewhere import start

LONG = "a-long-key-for-this-test-0123456789-0123456789"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        (
            {"SECRET_KEY": "development-only-key-never-use-it-where-anyone-else-can-reach-the-site"},
            "SECRET_KEY",
        ),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"SITE_URL": "portal.example"}, "SITE_URL"),
        ({"SITE_URL": "ftp://portal.example"}, "SITE_URL"),
    ],
)
def test_a_missing_or_unsafe_variable_is_named_in_one_line(environment, named):
    done = start("import iomlaos.settings", **({"SECRET_KEY": LONG, "DEBUG": "off"} | environment))
    assert done.returncode != 0
    assert named in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert LONG not in done.stderr


def test_debug_needs_neither_key_nor_hosts():
    done = start("import iomlaos.settings", DEBUG="on", SECRET_KEY=None, ALLOWED_HOSTS=None)
    assert (done.returncode, done.stderr) == (0, "")


def test_debug_is_off_unless_said():
    done = start("from iomlaos import settings; assert settings.DEBUG is False", DEBUG=None, SECRET_KEY=LONG)
    assert done.returncode == 0, done.stderr


def test_staff_stay_signed_in_while_the_key_is_rotated(admin_client, settings):
    assert admin_client.get("/admin/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = LONG
    assert admin_client.get("/admin/").status_code == 200


def test_a_key_that_others_saw_signs_everybody_out_when_it_is_gone(admin_client, settings):
    settings.SECRET_KEY = LONG
    assert admin_client.get("/admin/").status_code == 302
