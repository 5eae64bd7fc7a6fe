"""The log of sign-ins: what stands in it, and that nobody changes it."""

import datetime

from django.contrib.auth.models import User
from django.test import Client

from iomlaos.accounts.models import SignInEvent
from tests.accounts.conftest import PASSWORD, log_in


def lines() -> list[tuple[str, str, str, str | None]]:
    return [(line.kind, line.username, line.by, line.address) for line in SignInEvent.objects.order_by("pk")]


def test_failures_a_lock_out_and_a_sign_in_are_noted_with_their_address(clock, make_person):
    make_person("dala")
    for _ in range(12):
        log_in(Client(), "dala", "wrong")
    log_in(Client(), "dala", address="198.51.100.7")
    assert lines() == [
        *[("password_wrong", "dala", "", "192.0.2.1")] * 10,
        ("locked", "dala", "", "192.0.2.1"),
        ("signed_in", "dala", "dala", "198.51.100.7"),
    ]


def test_a_password_that_was_typed_into_the_field_of_the_name_is_not_kept_in_it(clock, db):
    log_in(Client(), "my-secret-password-9", "x")
    assert lines() == [("password_wrong", "", "", "192.0.2.1")]


def test_a_changed_password_and_a_link_are_noted_with_who_made_them(clock, make_person, signed_in):
    dala = make_person("dala")
    boss = signed_in("Administrators", username="boss")
    assert boss.post(f"/admin/auth/user/{dala.pk}/sign-in-link/").status_code == 302
    client = Client()
    log_in(client, "dala")
    new = "another-long-one-8"
    own = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/admin/password_change/", own).status_code == 302
    changes = [line[:3] for line in lines() if line[0] in ("link_made", "password_changed")]
    assert changes == [("link_made", "dala", "boss"), ("password_changed", "dala", "dala")]


def test_administrators_read_it_and_nobody_changes_it(clock, signed_in):
    log_in(Client(), "colleague", "wrong")
    line = SignInEvent.objects.get(kind="password_wrong")
    address = f"/admin/accounts/signinevent/{line.pk}"
    for desk in (signed_in("Administrators"), signed_in(username="boss", is_superuser=True)):
        assert "192.0.2.1" in desk.get("/admin/accounts/signinevent/").content.decode()
        assert desk.get("/admin/accounts/signinevent/add/").status_code == 403
        assert desk.post(f"{address}/change/", {"kind": "signed_in"}).status_code == 403
        assert desk.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [line.pk], "post": "yes"}
        desk.post("/admin/accounts/signinevent/", chosen)
        assert SignInEvent.objects.filter(pk=line.pk, kind="password_wrong").exists()


def test_it_stays_when_the_account_goes(clock, make_person, signed_in):
    dala = make_person("dala")
    log_in(Client(), "dala", "wrong")
    desk = signed_in("Administrators")
    assert desk.post(f"/admin/auth/user/{dala.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not User.objects.filter(username="dala").exists()
    assert ("password_wrong", "dala", "", "192.0.2.1") in lines()


def test_what_is_older_than_a_year_goes_with_the_next_sign_in(clock, make_person):
    make_person("dala")
    log_in(Client(), "dala", "wrong")
    clock.shift(datetime.timedelta(days=364))
    log_in(Client(), "dala")
    clock.shift(datetime.timedelta(days=2))
    log_in(Client(), "dala")
    assert [line[0] for line in lines()] == ["signed_in", "signed_in"]
