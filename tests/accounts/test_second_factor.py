"""The second factor: setting up a phone, codes, recovery codes, and a phone that is lost."""

import datetime
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from iomlaos.accounts.models import SignInEvent
from tests.accounts.conftest import PASSWORD, code_for_key, current_code, key_from_page, log_in, set_up
from tests.helpers.factories import make_page

STEP = datetime.timedelta(seconds=30)
CLOSED = (
    "/admin/", "/admin/office/page/", "/admin/office/page/add/", "/admin/password_change/", "/admin/auth/user/",
    "/admin/second-factor/", "/admin/second-factor/recovery-codes/", "/admin/signed-in/", "/admin/jsi18n/",
)  # fmt: skip


@pytest.fixture
def dala(make_person) -> User:
    return make_person("dala", "Administrators")


@pytest.fixture
def phone(clock, dala) -> list[str]:
    """Dala has set up a phone, a minute ago. Her recovery codes."""
    client = Client()
    log_in(client, "dala")
    codes = set_up(client)
    clock.shift(60)
    return codes


def is_open(client: Client) -> bool:
    return client.get("/admin/office/page/").status_code == 200


def kinds() -> list[str]:
    return list(SignInEvent.objects.order_by("pk").values_list("kind", flat=True))


# --- Setting up -------------------------------------------------------------------------------


def test_where_it_is_required_the_first_sign_in_leads_to_setting_it_up(clock, required, dala):
    client = Client()
    log_in(client, "dala", next="/admin/office/page/")
    page = client.get("/admin/office/page/", follow=True)
    assert page.redirect_chain[-1][0] == "/admin/second-factor/set-up/?next=%2Fadmin%2Foffice%2Fpage%2F"
    assert re.search(r'<code class="key">([A-Z2-7]{4} ){7}[A-Z2-7]{4}</code>', page.content.decode())
    assert "<svg" in page.content.decode()
    assert "style=" not in page.content.decode()
    for address in CLOSED:
        assert client.get(address).status_code == 302, address
    codes = set_up(client, "/admin/office/page/")
    assert len(set(codes)) == 10
    assert is_open(client)
    assert kinds() == ["password_right", "enrolled", "signed_in"]


def test_a_wrong_code_sets_nothing_up_and_the_key_stays(clock, required, dala):
    client = Client()
    log_in(client, "dala")
    key = key_from_page(client.get("/admin/second-factor/set-up/"))
    for wrong in ("000000", "abc", "１２３４５６", "1" * 20):
        page = client.post("/admin/second-factor/set-up/", {"code": wrong})
        assert page.status_code == 200
        assert key_from_page(page) == key
        assert page.context["form"].errors.keys() == {"code"}
    assert not TOTPDevice.objects.exists()
    assert not is_open(client)


def test_where_it_is_optional_only_those_who_have_set_it_up_are_asked(clock, phone, make_person):
    make_person("khamla", "Administrators")
    other, client = Client(), Client()
    log_in(other, "khamla")
    assert is_open(other)
    log_in(client, "dala")
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/admin/code/?next=%2Fadmin%2F"


def test_recovery_codes_are_shown_until_they_are_kept_and_never_again(clock, dala):
    client = Client()
    log_in(client, "dala")
    codes = set_up(client)
    page = client.get("/admin/second-factor/recovery-codes/", follow=True)
    assert not any(code in page.content.decode() for code in codes)
    assert page.context["codes_left"] == 10


# --- Signing in -------------------------------------------------------------------------------


def test_the_password_alone_opens_nothing_but_the_page_for_the_code(clock, phone):
    page = make_page()
    client = Client()
    assert log_in(client, "dala").status_code == 302
    for address in (*CLOSED, f"/admin/office/page/{page.pk}/change/"):
        last = client.get(address, follow=True)
        assert last.redirect_chain[-1][0].startswith("/admin/code/"), address
    assert client.get("/admin/second-factor/set-up/").headers["Location"].startswith("/admin/code/")
    change = {
        "old_password": "a-long-password-7",
        "new_password1": "another-long-8",
        "new_password2": "another-long-8",
    }
    client.post("/admin/password_change/", change)
    client.post("/admin/office/page/add/", {"title_en": "By a thief", "slug": "thief", "state": "draft"})
    assert not is_open(client)
    assert log_in(Client(), "dala").status_code == 302
    assert page.__class__.objects.count() == 1


def test_the_code_opens_and_leads_to_where_one_was_going(clock, phone, dala):
    client = Client()
    log_in(client, "dala")
    session = client.session.session_key
    response = client.post(
        "/admin/code/",
        {"code": f" {current_code(dala)[:3]} {current_code(dala)[3:]}", "next": "/admin/office/"},
    )
    assert response.headers["Location"] == "/admin/office/"
    assert client.session.session_key != session
    assert is_open(client)


def test_signing_in_leads_to_no_other_site(clock, phone, dala):
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        client = Client()
        log_in(client, "dala")
        answer = client.post("/admin/code/", {"code": current_code(dala), "next": elsewhere})
        assert answer.headers["Location"] == "/admin/"
        clock.shift(STEP)


def test_a_code_is_good_for_once(clock, phone, dala):
    code = current_code(dala)
    first, second = Client(), Client()
    log_in(first, "dala"), log_in(second, "dala")
    assert first.post("/admin/code/", {"code": code}).status_code == 302
    assert second.post("/admin/code/", {"code": code}).status_code == 200
    assert not is_open(second)
    clock.shift(STEP)
    assert second.post("/admin/code/", {"code": current_code(dala)}).status_code == 302


def test_the_code_of_the_setting_up_is_used_up_too(clock, dala):
    client = Client()
    log_in(client, "dala")
    set_up(client)
    other = Client()
    log_in(other, "dala")
    assert other.post("/admin/code/", {"code": current_code(dala)}).status_code == 200
    assert not is_open(other)


def test_a_recovery_code_is_good_for_once(clock, phone):
    first, second = Client(), Client()
    log_in(first, "dala"), log_in(second, "dala")
    assert first.post("/admin/code/", {"recovery_code": phone[0].upper()}).status_code == 302
    assert is_open(first)
    refused = second.post("/admin/code/", {"recovery_code": phone[0]})
    assert refused.status_code == 200
    assert not is_open(second)
    clock.shift(2)
    assert second.post("/admin/code/", {"recovery_code": phone[1]}).status_code == 302
    assert StaticToken.objects.count() == 8


def test_the_code_of_another_person_opens_nothing(clock, phone, make_person):
    khamla = make_person("khamla", "Editors")
    client = Client()
    log_in(client, "khamla")
    theirs = set_up(client)
    clock.shift(60)
    thief = Client()
    log_in(thief, "dala")
    thief.post("/admin/code/", {"code": current_code(khamla)})
    thief.post("/admin/code/", {"recovery_code": theirs[0]})
    assert not is_open(thief)


def test_wrong_codes_make_one_wait_longer_each_time_and_never_beyond_nine_minutes(clock, phone, dala):
    client = Client()
    log_in(client, "dala")
    assert client.post("/admin/code/", {"code": "000000"}).status_code == 200
    waiting = client.post("/admin/code/", {"code": current_code(dala)})
    assert (waiting.status_code, "1 minute," in waiting.content.decode()) == (429, True)
    for _ in range(10):
        clock.shift(datetime.timedelta(minutes=9))
        client.post("/admin/code/", {"code": "000000"})
    waiting = client.post("/admin/code/", {"code": current_code(dala)})
    assert "9 minutes," in waiting.content.decode()
    clock.shift(datetime.timedelta(minutes=9))
    assert client.post("/admin/code/", {"code": current_code(dala)}).status_code == 302
    assert kinds().count("code_wrong") == 11


def test_whoever_gave_the_password_alone_can_leave(clock, phone):
    client = Client()
    log_in(client, "dala")
    assert client.post("/admin/logout/").headers["Location"] == "/admin/login/"
    assert client.get("/admin/code/").headers["Location"].startswith("/admin/login/")


# --- Another phone, a lost phone --------------------------------------------------------------


def test_new_recovery_codes_take_the_place_of_the_old_ones(clock, phone, dala):
    client = Client()
    log_in(client, "dala")
    client.post("/admin/code/", {"recovery_code": phone[0]})
    response = client.post("/admin/second-factor/", {"password": PASSWORD})
    new = client.get(response.headers["Location"]).context["codes"]
    assert len(set(new) - set(phone)) == 10
    assert is_open(client)
    other = Client()
    log_in(other, "dala")
    other.post("/admin/code/", {"recovery_code": phone[1]})
    assert not is_open(other)
    clock.shift(2)
    other.post("/admin/code/", {"recovery_code": new[1]})
    assert is_open(other)
    assert "new_codes" in kinds()


def test_another_phone_takes_the_place_of_the_first(clock, phone, dala):
    client = Client()
    log_in(client, "dala")
    client.post("/admin/code/", {"code": current_code(dala)})
    first = TOTPDevice.objects.get().key
    set_up(client)
    assert TOTPDevice.objects.get().key != first
    assert is_open(client)


def test_new_codes_and_another_phone_are_for_whoever_knows_the_password(clock, phone, dala):
    client = Client()
    log_in(client, "dala")
    client.post("/admin/code/", {"code": current_code(dala)})
    first = TOTPDevice.objects.get().key
    for typed in ("", "wrong"):
        password = {"password": typed}
        page = client.post("/admin/second-factor/", password)
        assert (page.status_code, page.context["form"].errors.keys()) == (200, {"password"})
        code = code_for_key(key_from_page(client.get("/admin/second-factor/set-up/")))
        page = client.post("/admin/second-factor/set-up/", {"code": code, **password})
        assert (page.status_code, page.context["password_form"].errors.keys()) == (200, {"password"})
        assert TOTPDevice.objects.get().key == first
        assert set(StaticToken.objects.values_list("token", flat=True)) == set(phone)
    assert kinds().count("password_wrong") == 2


def test_an_administrator_resets_the_lost_phone_of_a_colleague(clock, phone, dala, signed_in):
    hers = Client()
    log_in(hers, "dala")
    hers.post("/admin/code/", {"code": current_code(dala)})
    assert is_open(hers)
    boss = signed_in("Administrators", username="boss")
    address = f"/admin/auth/user/{dala.pk}/second-factor/"
    assert address in boss.get(f"/admin/auth/user/{dala.pk}/change/").content.decode()
    assert boss.get(address).status_code == 200
    assert TOTPDevice.objects.exists()
    assert boss.post(address).headers["Location"] == f"/admin/auth/user/{dala.pk}/change/"
    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()
    assert not is_open(hers)
    event = SignInEvent.objects.get(kind="factor_reset")
    assert (event.username, event.by) == ("dala", "boss")
    again = Client()
    log_in(again, "dala")
    set_up(again)
    assert is_open(again)


def test_nobody_resets_their_own_there(clock, phone, dala):
    client = Client()
    log_in(client, "dala")
    client.post(f"/admin/auth/user/{dala.pk}/second-factor/")
    client.post("/admin/code/", {"code": current_code(dala)})
    response = client.post(f"/admin/auth/user/{dala.pk}/second-factor/")
    assert response.headers["Location"] == "/admin/second-factor/"
    assert TOTPDevice.objects.count() == 1


def test_no_other_role_resets_a_phone(clock, phone, dala, signed_in):
    for role in ("Contributors", "Editors", "HR", "Procurement"):
        desk = signed_in(role, username=role)
        assert desk.post(f"/admin/auth/user/{dala.pk}/second-factor/").status_code == 403
    assert TOTPDevice.objects.count() == 1


def test_keys_and_codes_are_nowhere_in_the_admin(clock, phone, signed_in):
    boss = signed_in(is_superuser=True)
    for address in (
        "/admin/otp_totp/totpdevice/",
        "/admin/otp_static/staticdevice/",
        "/admin/axes/accessattempt/",
    ):
        assert boss.get(address).status_code == 404
