"""People with passwords and phones, and the clock that phones go by."""

import base64
import datetime
from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

PASSWORD = "a-long-password-7"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Noon of 1 June 2026 in Vientiane, until it is moved."""
    with time_machine.travel(datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def make_person(db):
    """An account with PASSWORD and the roles that are named; without one, an editor or a superuser."""

    def make(username: str, *groups: str, **given) -> User:
        person = User.objects.create_user(username, password=PASSWORD, **given)
        groups = groups or (() if person.is_superuser else ("Editors",))
        person.groups.set([Group.objects.get(name=name) for name in groups])
        return person

    return make


@pytest.fixture
def signed_in(make_person):
    """A client of somebody in these groups, who has passed all doors: `signed_in("Editors")`."""

    def sign_in(*groups: str, username: str = "colleague", **given) -> Client:
        client = Client()
        client.force_login(make_person(username, *groups, **given))
        return client

    return sign_in


@pytest.fixture
def required(settings) -> None:
    """A second factor is required, as behind https."""
    settings.STAFF_SECOND_FACTOR = "required"


def log_in(client: Client, username: str, password: str = PASSWORD, address: str = "192.0.2.1", **more):
    """A sign-in by password from an address."""
    entry = {"username": username, "password": password, "next": "/admin/"} | more
    return client.post("/admin/login/", entry, REMOTE_ADDR=address)


def current_code(person: User) -> str:
    """What the phone of somebody shows now."""
    return code_for_key(TOTPDevice.objects.get(user=person).key)


def code_for_key(key: str) -> str:
    return f"{totp(bytes.fromhex(key)):06d}"


def set_up(client: Client, then: str = "/admin/") -> list[str]:
    """Enrol as a person would: the key from the page, the code from the phone. The recovery codes."""
    page = client.get(f"/admin/second-factor/set-up/?next={then}")
    assert page.status_code == 200
    entry = {"code": code_for_key(key_from_page(page)), "password": PASSWORD, "next": then}
    response = client.post("/admin/second-factor/set-up/", entry)
    assert response.headers["Location"].startswith("/admin/second-factor/recovery-codes/"), response.content
    codes = client.get(response.headers["Location"]).context["codes"]
    assert client.post("/admin/second-factor/recovery-codes/", {"next": then}).headers["Location"] == then
    return codes


def key_from_page(page) -> str:
    """The key that a page shows in letters, as the app understands it."""
    letters = page.content.decode().partition('<code class="key">')[2].partition("<")[0].replace(" ", "")
    return base64.b32decode(letters).hex()
