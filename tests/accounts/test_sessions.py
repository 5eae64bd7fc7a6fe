"""How long one stays signed in, and where a form leads that is sent too late."""

import datetime
import re

import pytest
from django.test import Client

from iomlaos.office.models import Page
from tests.accounts.conftest import log_in
from tests.helpers.factories import make_page
from tests.helpers.forms import fill_form

MINUTE = datetime.timedelta(minutes=1)
ADD = "/admin/office/page/add/"


@pytest.fixture
def desk(clock, settings, make_person) -> Client:
    """Dala, signed in by her password, in a browser that keeps the rules of seals."""
    settings.SESSION_COOKIE_AGE = 30 * 60
    make_person("dala", "Administrators")
    client = Client(enforce_csrf_checks=True)
    sign_in(client)
    return client


def sign_in(client: Client) -> None:
    entry = {"csrfmiddlewaretoken": seal_on(client.get("/admin/login/"))}
    assert log_in(client, "dala", **entry).status_code == 302


def seal_on(page) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[1]


def is_open(client: Client) -> bool:
    return client.get("/admin/office/page/").status_code == 200


def test_the_cookie_goes_when_the_browser_closes(desk):
    cookie = desk.cookies["session"]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")


def test_half_an_hour_without_doing_anything_ends_it(clock, desk):
    for _ in range(4):
        clock.shift(29 * MINUTE)
        assert is_open(desk)
    clock.shift(31 * MINUTE)
    assert not is_open(desk)


def test_a_script_that_asks_by_itself_does_not_keep_it_open_and_one_that_renews_does(clock, desk):
    address = "/admin/session/"
    clock.shift(20 * MINUTE)
    assert desk.get(address, HTTP_X_BACKGROUND_REQUEST="1").json()["seconds"] == 600
    clock.shift(5 * MINUTE)
    assert desk.get(address).json()["seconds"] == 1800
    clock.shift(29 * MINUTE)
    assert desk.get(address, HTTP_X_BACKGROUND_REQUEST="1").json()["seconds"] == 60
    clock.shift(2 * MINUTE)
    answer = desk.get(address)
    assert (answer.status_code, answer.json()) == (403, {"seconds": 0})


def test_public_pages_touch_no_session(clock, desk):
    page = make_page(slug="a-page")
    clock.shift(20 * MINUTE)
    response = desk.get(page.get_absolute_url())
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    clock.shift(11 * MINUTE)
    assert not is_open(desk)


def test_a_form_that_is_sent_too_late_leads_to_the_sign_in_page_and_back(clock, desk):
    sent = fill_form(desk.get(ADD), title_en="Late", slug="late")
    clock.shift(31 * MINUTE)
    response = desk.post(ADD, sent)
    assert response.status_code == 302
    assert response.headers["Location"] == f"/admin/login/?next={ADD}"
    assert not Page.objects.exists()


def test_a_form_with_an_old_seal_is_refused_with_a_page_that_says_so(desk):
    response = desk.post(ADD, fill_form(desk.get(ADD), title_en="Late", csrfmiddlewaretoken="x" * 64))
    assert response.status_code == 403
    assert "reload the page" in response.content.decode()
    assert not Page.objects.exists()
