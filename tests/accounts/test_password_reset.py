"""A forgotten password: by mail where there is a mail server, else by an administrator."""

import datetime
import re
import time

import pytest
from django.core import mail
from django.test import Client

from tests.accounts.conftest import current_code, log_in, set_up

ASK = "/admin/password-reset/"
NEW = {"new_password1": "another-long-one-8", "new_password2": "another-long-one-8"}


@pytest.fixture
def by_mail(settings) -> None:
    settings.PASSWORD_RESET_ENABLED = True


@pytest.fixture
def dala(clock, make_person):
    return make_person("dala", "Editors", email="dala@example.org")


def link_in_mail() -> str:
    """Mail goes out beside the answer: wait for it."""
    ends = time.monotonic() + 20
    while not mail.outbox and time.monotonic() < ends:
        time.sleep(0.01)
    [message] = mail.outbox
    assert message.to == ["dala@example.org"]
    return re.search(r"^http://testserver(/admin/password-reset/\S+)$", message.body, re.M)[1]


def test_without_a_mail_server_the_page_says_who_helps(client, db):
    assert 'href="/admin/password-reset/"' in client.get("/admin/login/").content.decode()
    assert 'name="email"' not in client.get(ASK).content.decode()
    client.post(ASK, {"email": "dala@example.org"})
    assert mail.outbox == []


def test_a_link_by_mail_sets_a_new_password_once(by_mail, dala):
    client = Client()
    assert (
        client.post(ASK, {"email": "dala@example.org"}).headers["Location"] == "/admin/password-reset/sent/"
    )
    link = link_in_mail()
    form = client.get(link, follow=True)
    assert client.post(form.redirect_chain[-1][0], NEW).headers["Location"] == "/admin/login/"
    assert "Your password is saved." in client.get("/admin/login/").content.decode()
    assert log_in(Client(), "dala", "another-long-one-8").status_code == 302
    assert not Client().get(link, follow=True).context["validlink"]


def test_a_link_is_good_for_a_day(by_mail, dala, clock):
    Client().post(ASK, {"email": "dala@example.org"})
    link = link_in_mail()
    clock.shift(datetime.timedelta(hours=24, seconds=1))
    assert not Client().get(link, follow=True).context["validlink"]


def test_a_new_password_does_not_go_round_the_second_factor(by_mail, dala, clock):
    client = Client()
    log_in(client, "dala")
    set_up(client)
    Client().post(ASK, {"email": "dala@example.org"})
    thief = Client()
    thief.post(thief.get(link_in_mail(), follow=True).redirect_chain[-1][0], NEW)
    log_in(thief, "dala", "another-long-one-8")
    assert thief.get("/admin/office/page/").status_code == 302
    clock.shift(60)
    thief.post("/admin/code/", {"code": current_code(dala)})
    assert thief.get("/admin/office/page/").status_code == 200


def test_an_address_that_no_account_has_is_answered_alike(by_mail, dala, make_person):
    make_person("visitor", email="visitor@example.org").groups.clear()
    pages = [
        Client().post(ASK, {"email": email}, follow=True)
        for email in ("dala@example.org", "nobody@example.org", "visitor@example.org")
    ]
    assert len({(page.status_code, page.redirect_chain[-1], page.content) for page in pages}) == 1
    assert link_in_mail()


def test_it_cannot_be_asked_for_too_often_from_one_address(by_mail, dala, clock):
    answers = [Client().post(ASK, {"email": f"n{n}@example.org"}).status_code for n in range(12)]
    assert answers == [302] * 10 + [429] * 2
    elsewhere = Client().post(ASK, {"email": "nobody@example.org"}, REMOTE_ADDR="198.51.100.7")
    assert elsewhere.status_code == 302
    clock.shift(datetime.timedelta(hours=1, seconds=1))
    assert Client().post(ASK, {"email": "nobody@example.org"}).status_code == 302


def test_the_link_leads_to_the_site_whatever_the_request_says(by_mail, dala, settings):
    settings.ALLOWED_HOSTS = ["*"]
    Client().post(ASK, {"email": "dala@example.org"}, HTTP_HOST="evil.example")
    assert link_in_mail()
