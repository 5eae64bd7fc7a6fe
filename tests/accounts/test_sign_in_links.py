"""Sign-in links: how somebody new, or somebody who cannot sign in, gets a password."""

import datetime
import re
import time

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from iomlaos.accounts.password_links import make_sign_in_link
from tests.accounts.conftest import PASSWORD, log_in
from tests.helpers.forms import fill_form

ADD = "/admin/auth/user/add/"
OTHER = "another-long-one-8"
NEW = {"new_password1": OTHER, "new_password2": OTHER}


@pytest.fixture
def boss(clock, signed_in) -> Client:
    return signed_in("Administrators", username="boss")


def link_on(page) -> str:
    [link] = re.findall(r"<code>http://testserver(/admin/sign-in-link/\S+?/)</code>", page.content.decode())
    return link


def invite(boss: Client, **given):
    """The page after adding an account, which shows its link."""
    given = {"username": "dala", "groups": [Group.objects.get(name="Editors").pk]} | given
    page = boss.post(ADD, fill_form(boss.get(ADD), **given), follow=True)
    assert page.redirect_chain
    return page


def new_link(boss: Client, person: User) -> str:
    return link_on(boss.post(f"/admin/auth/user/{person.pk}/sign-in-link/", follow=True))


def set_password(client: Client, link: str, **given):
    form = client.get(link, follow=True)
    assert form.context["validlink"]
    return client.post(form.redirect_chain[-1][0], NEW | given)


def works(link: str) -> bool:
    return Client().get(link, follow=True).context["validlink"]


def test_an_account_is_added_with_a_role_and_without_a_password(boss):
    form = boss.get(ADD)
    assert "password" not in form.content.decode().partition("<form")[2].lower()
    assert invite(boss, email="dala@example.org", first_name="Dala").status_code == 200
    person = User.objects.get(username="dala")
    assert (person.first_name, person.email, person.is_active) == ("Dala", "dala@example.org", True)
    assert not person.has_usable_password()
    assert [group.name for group in person.groups.all()] == ["Editors"]


def test_the_link_is_shown_once_and_leads_to_a_password_and_to_signing_in(boss):
    page = invite(boss)
    link = link_on(page)
    assert "Copy the link now. It will not be shown again." in page.content.decode()
    assert link not in boss.get("/admin/auth/user/").content.decode()
    client = Client()
    answer = set_password(client, link)
    assert answer.headers["Location"] == "/admin/login/"
    assert "Your password is saved." in client.get("/admin/login/").content.decode()
    assert log_in(client, "dala", OTHER).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_where_a_second_step_is_required_it_is_set_up_next(boss, required, make_person):
    link = new_link_of_new_account(make_person)
    client = Client()
    set_password(client, link)
    log_in(client, "dala", OTHER)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/admin/second-factor/set-up/")


def new_link_of_new_account(make_person) -> str:
    """As the page makes it: where the second step is required, no client is signed in by its password alone."""
    return make_sign_in_link(make_person("dala")).removeprefix("http://testserver")


def test_opening_the_link_changes_no_account_and_spends_nothing(boss):
    link = link_on(invite(boss))
    before = User.objects.values().get(username="dala")
    for _ in range(3):
        assert works(link)
        assert Client().head(link).status_code == 302
    assert User.objects.values().get(username="dala") == before
    assert set_password(Client(), link).status_code == 302


def test_a_link_works_once(boss):
    link = link_on(invite(boss))
    first, second = Client(), Client()
    late = second.get(link, follow=True).redirect_chain[-1][0]
    set_password(first, link)
    assert not works(link)
    assert not second.post(late, {"new_password1": PASSWORD, "new_password2": PASSWORD}).context["validlink"]
    assert log_in(Client(), "dala", OTHER).status_code == 302


def test_a_link_works_for_seven_days(boss, clock):
    link = link_on(invite(boss))
    clock.shift(datetime.timedelta(days=7, seconds=-1))
    assert works(link)
    clock.shift(datetime.timedelta(seconds=2))
    page = Client().get(link, follow=True)
    assert not page.context["validlink"]
    assert "This link no longer works" in page.content.decode()


def test_a_link_to_reset_a_password_is_no_sign_in_link_and_the_other_way_round(boss, make_person):
    person = make_person("dala")
    link = new_link(boss, person)
    assert not works(link.replace("sign-in-link", "password-reset"))


def test_a_weak_password_is_refused_and_the_link_still_works(boss):
    link = link_on(invite(boss))
    client = Client()
    for weak in ("short-one-8", "password1234", "123456789012"):
        answer = set_password(client, link, new_password1=weak, new_password2=weak)
        assert answer.context["form"].errors, weak
    assert works(link)


def test_a_new_link_is_for_somebody_who_cannot_sign_in_and_the_old_password_works_until_then(
    boss, make_person
):
    person = make_person("dala")
    address = f"/admin/auth/user/{person.pk}/"
    assert f'href="{address}sign-in-link/"' in boss.get(f"{address}change/").content.decode()
    assert boss.get(f"{address}sign-in-link/").status_code == 200
    link = new_link(boss, person)
    assert log_in(Client(), "dala").status_code == 302
    # A sign-in ends the links that were made before it.
    assert not works(link)
    link = new_link(boss, person)
    set_password(Client(), link)
    assert log_in(Client(), "dala").status_code == 200
    assert log_in(Client(), "dala", OTHER).status_code == 302


def test_a_new_password_ends_the_sessions_of_the_account(boss, make_person):
    person, thief = make_person("dala"), Client()
    log_in(thief, "dala")
    set_password(Client(), new_link(boss, person))
    assert thief.get("/admin/").status_code == 302


def test_nobody_makes_a_link_for_oneself(boss):
    own = User.objects.get(username="boss")
    answer = boss.post(f"/admin/auth/user/{own.pk}/sign-in-link/")
    assert answer.headers["Location"] == "/admin/password_change/"


def test_the_password_of_another_is_set_nowhere_in_the_admin(boss, make_person):
    person = make_person("dala")
    new = {"password1": OTHER, "password2": OTHER, "usable_password": "true"}
    boss.post(f"/admin/auth/user/{person.pk}/password/", new)
    address = f"/admin/auth/user/{person.pk}/change/"
    boss.post(address, fill_form(boss.get(address), password=OTHER, **new))
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_link_by_hand_for_no_account_is_no_error(boss):
    for link in ("/admin/sign-in-link/a/b/", "/admin/sign-in-link/OTk5OTk/set-password/"):
        assert not works(link)
    assert not Session.objects.exclude(pk=boss.session.session_key).exists()


# --- By mail ------------------------------------------------------------------------------------


def messages_sent(number: int) -> list:
    """Mail goes out beside the answer: wait for it."""
    ends = time.monotonic() + 20
    while len(mail.outbox) < number and time.monotonic() < ends:
        time.sleep(0.01)
    return mail.outbox


def test_with_a_mail_server_the_link_is_sent_too(boss, settings, django_capture_on_commit_callbacks):
    settings.PASSWORD_RESET_ENABLED = True
    with django_capture_on_commit_callbacks(execute=True):
        page = invite(boss, email="dala@example.org")
    assert "We also send it to dala@example.org." in page.content.decode()
    [message] = messages_sent(1)
    assert message.to == ["dala@example.org"]
    assert f"http://testserver{link_on(page)}\n" in message.body
    assert "Your username is dala." in message.body


def test_without_a_mail_server_or_an_address_it_is_only_shown(
    boss, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        assert "We also send it" not in invite(boss, email="dala@example.org").content.decode()
        settings.PASSWORD_RESET_ENABLED = True
        assert "We also send it" not in invite(boss, username="khamla").content.decode()
    assert callbacks == []
