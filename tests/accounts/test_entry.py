"""Who may enter the admin: a role is enough, and without one nobody does but a superuser."""

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client

from tests.accounts.conftest import PASSWORD, log_in
from tests.helpers.forms import fill_form

NO_ROLE = "Your account has no role yet. Ask an administrator."


def is_open(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_a_role_is_enough_to_enter(clock, make_person):
    for role in ("Contributors", "Editors", "HR", "Procurement", "Administrators"):
        assert not make_person(role, role).is_staff
        client = Client()
        assert log_in(client, role).status_code == 302, role
        assert is_open(client), role


def test_without_a_role_nobody_enters_and_the_right_password_alone_is_told_why(clock, make_person):
    person = make_person("dala", is_staff=True)
    person.groups.clear()
    client = Client()
    assert NO_ROLE not in log_in(client, "dala", "wrong").content.decode()
    assert NO_ROLE in log_in(client, "dala").content.decode()
    client.force_login(person)
    assert not is_open(client)
    page = client.get("/admin/", follow=True).content.decode()
    assert "This account has no role yet." in page


def test_a_superuser_of_the_command_enters_without_a_role(clock, db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, username="boss", email="", verbosity=0)
    client = Client()
    assert log_in(client, "boss").status_code == 302
    assert is_open(client)


def test_entry_ends_at_once_with_the_role_and_with_the_account(clock, make_person):
    ends = {
        "the role is taken": lambda person: person.groups.clear(),
        "the account is ended": lambda person: User.objects.filter(pk=person.pk).update(is_active=False),
        "the role is deleted": lambda person: Group.objects.get(name="HR").delete(),
    }
    for why, end in ends.items():
        person, client = make_person(why, "HR"), Client()
        log_in(client, why)
        assert is_open(client), why
        end(person)
        assert not is_open(client), why
        assert client.get("/admin/session/").status_code == 403, why


def test_without_a_role_no_phone_is_set_up(clock, required, make_person):
    person = make_person("dala")
    person.groups.clear()
    client = Client()
    client.force_login(person)
    for address in ("/admin/code/", "/admin/second-factor/set-up/"):
        assert client.get(address).headers["Location"].startswith("/admin/login/"), address


def test_the_form_of_an_account_warns_of_a_missing_role_and_speaks_of_no_technique(
    clock, signed_in, make_person
):
    desk, person = signed_in("Administrators", username="boss"), make_person("dala")
    address = f"/admin/auth/user/{person.pk}/change/"
    page = desk.get(address).content.decode()
    for word in ("is_staff", "is_superuser", "LDAP", "algorithm", "salt", "hash", "md5"):
        assert word not in page.partition("<main")[2], word
    assert person.password not in page
    saved = desk.post(address, fill_form(desk.get(address), groups=[]), follow=True)
    assert "Without a role dala cannot sign in." in saved.content.decode()
