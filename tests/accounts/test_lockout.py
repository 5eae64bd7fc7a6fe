"""Wrong passwords: how many are looked at, for whom, and for how long."""

import datetime
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from axes.models import AccessAttempt
from django.test import Client

from iomlaos.accounts.models import SignInEvent
from tests.accounts.conftest import PASSWORD, log_in, set_up
from tests.helpers.servers import running_server

MINUTE = datetime.timedelta(minutes=1)
STRANGER, OWNER = "192.0.2.1", "198.51.100.7"


def guess(
    times: int, username: str = "dala", address: str = STRANGER, client: Client | None = None
) -> list[int]:
    client = client or Client()
    return [log_in(client, username, f"wrong-guess-{n}", address).status_code for n in range(times)]


def test_of_wrong_passwords_ten_are_looked_at_and_the_owner_comes_in_from_elsewhere(clock, make_person):
    make_person("dala")
    assert guess(13) == [200] * 9 + [429] * 4
    assert log_in(Client(), "dala", address=STRANGER).status_code == 429
    assert log_in(Client(), "dala", address=OWNER).status_code == 302
    assert log_in(Client(), "dala", address=STRANGER).status_code == 429


def test_after_15_minutes_the_door_opens_again_however_often_it_was_tried_meanwhile(clock, make_person):
    make_person("dala")
    guess(10)
    for _ in range(2):
        clock.shift(7 * MINUTE)
        assert guess(1) == [429]
    clock.shift(datetime.timedelta(seconds=59))
    assert log_in(Client(), "dala").status_code == 429
    clock.shift(datetime.timedelta(seconds=1))
    assert guess(1) == [200]
    assert log_in(Client(), "dala").status_code == 302


def test_the_refusal_says_how_long_to_wait(clock, make_person):
    make_person("dala")
    guess(10)
    clock.shift(4 * MINUTE)
    response = log_in(Client(), "dala")
    assert "11 minutes" in response.content.decode()
    assert response.headers["Retry-After"] == "660"
    assert "no-store" in response.headers["Cache-Control"]
    assert "IOM Lao PDR: staff" in response.content.decode()
    clock.shift(10 * MINUTE)
    assert "1 minute," in log_in(Client(), "dala").content.decode()


def change_password(client: Client, old: str):
    entry = {
        "old_password": old,
        "new_password1": "another-long-one-8",
        "new_password2": "another-long-one-8",
    }
    return client.post("/admin/password_change/", entry, REMOTE_ADDR=STRANGER)


def ask_for_codes(client: Client, password: str):
    return client.post("/admin/second-factor/", {"password": password}, REMOTE_ADDR=STRANGER)


def test_wrong_passwords_count_and_are_noted_wherever_one_is_asked_for(clock, make_person):
    person = make_person("dala")
    client = Client()
    client.force_login(person)
    set_up(client)
    ways = (change_password, ask_for_codes)
    answers = [ways[n % 2](client, f"wrong-guess-{n}").status_code for n in range(12)]
    assert answers == [200] * 9 + [429] * 3
    assert [ask(client, PASSWORD).status_code for ask in ways] == [429, 429]
    assert log_in(Client(), "dala", address=STRANGER).status_code == 429
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    wrong = SignInEvent.objects.filter(username="dala", by="dala", address=STRANGER)
    assert wrong.filter(kind="password_wrong").count() == 10
    assert wrong.filter(kind="locked").count() == 1
    clock.shift(15 * MINUTE)
    assert [ask(client, PASSWORD).status_code for ask in (ask_for_codes, change_password)] == [302, 302]


def test_a_right_password_that_is_asked_once_more_takes_the_wrong_ones_back(clock, make_person):
    client = Client()
    client.force_login(make_person("dala"))
    for _ in range(2):
        assert [change_password(client, "wrong").status_code for _ in range(9)] == [200] * 9
        entry = {"old_password": PASSWORD, "new_password1": "a", "new_password2": "b"}
        assert client.post("/admin/password_change/", entry, REMOTE_ADDR=STRANGER).status_code == 200
    assert change_password(client, PASSWORD).status_code == 302


def test_a_name_that_no_account_has_is_answered_alike(clock, make_person):
    make_person("dala")
    known, unknown = guess(11, "dala", "192.0.2.5"), guess(11, "nobody", "192.0.2.6")
    assert known == unknown == [200] * 9 + [429] * 2
    pages = [
        log_in(Client(), "dala", "wrong", "192.0.2.5").content,
        log_in(Client(), "nobody", "wrong", "192.0.2.6").content,
    ]
    assert pages[0] == pages[1]


def test_a_right_password_takes_the_wrong_ones_back(clock, make_person):
    make_person("dala")
    for _ in range(2):
        assert guess(9) == [200] * 9
        assert log_in(Client(), "dala").status_code == 302


def test_one_address_cannot_try_one_password_on_many_names(clock, make_person, settings):
    assert settings.LOGIN_FAILURES_PER_IP == 50
    settings.LOGIN_FAILURES_PER_IP = 15
    make_person("dala")
    answers = [guess(1, f"name{n}")[0] for n in range(17)]
    assert answers == [200] * 14 + [429] * 3
    assert log_in(Client(), "dala", address=STRANGER).status_code == 429
    assert log_in(Client(), "dala", address=OWNER).status_code == 302
    clock.shift(15 * MINUTE)
    assert log_in(Client(), "dala", address=STRANGER).status_code == 302


def test_an_ipv6_client_counts_with_its_whole_network(clock, make_person):
    make_person("dala")
    answers = [guess(1, address=f"2001:db8:0:1::{n:x}")[0] for n in range(1, 13)]
    assert answers == [200] * 9 + [429] * 3
    assert guess(1, address="2001:db8:0:2::1") == [200]


def test_another_browser_and_a_forged_header_are_no_other_address(clock, make_person):
    make_person("dala")
    answers = [
        Client().post(
            "/admin/login/", {"username": "dala", "password": "wrong"},
            REMOTE_ADDR=STRANGER, HTTP_USER_AGENT=f"Browser {n}", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}",
        ).status_code
        for n in range(12)
    ]  # fmt: skip
    assert answers == [200] * 9 + [429] * 3


def test_an_address_that_a_proxy_wrote_badly_is_no_error(clock, make_person):
    make_person("dala")
    assert guess(11, address="unix:") == [200] * 9 + [429] * 2


def test_a_name_that_cannot_be_is_no_error(clock, db):
    names = ["dala\0", "x" * 151, "", "ດາລາ"]
    assert {name: guess(2, name) for name in names} == dict.fromkeys(names, [200, 200])


def test_an_account_without_a_role_does_not_come_in_and_counts(clock, make_person):
    make_person("visitor").groups.clear()
    answers = [log_in(Client(), "visitor").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_what_is_over_is_not_kept(clock, make_person):
    make_person("dala")
    guess(3, "name1"), guess(3, "name2")
    clock.shift(16 * MINUTE)
    assert log_in(Client(), "dala").status_code == 302
    assert not AccessAttempt.objects.exists()


def test_of_wrong_passwords_at_the_same_moment_no_more_than_ten_are_looked_at(server_folder):
    """On a real server with several workers, behind a proxy that says where each try comes from."""
    with running_server(server_folder, TRUSTED_PROXIES="127.0.0.1", WEB_WORKERS="2") as server:
        server.manage(
            "createsuperuser",
            "--noinput",
            "--username",
            "dala",
            "--email",
            "",
            DJANGO_SUPERUSER_PASSWORD=PASSWORD,
        )

        def post(password: str, address: str) -> int:
            page, body = server.get("/admin/login/", X_Forwarded_For=address)
            seal = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', body)[1].decode()
            entry = {"username": "dala", "password": password, "csrfmiddlewaretoken": seal}
            response, _ = server.get(
                "/admin/login/", "POST", urlencode(entry).encode(), X_Forwarded_For=address,
                Cookie=page.headers["Set-Cookie"].partition(";")[0], Content_Type="application/x-www-form-urlencoded",
            )  # fmt: skip
            return response.status

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda n: post(f"wrong-guess-{n}", STRANGER), range(24)))
        assert set(answers) == {200, 429}
        # Those that are looked at say so, but for the last of them.
        assert answers.count(200) <= 10
        assert post(PASSWORD, STRANGER) == 429
        assert post(PASSWORD, OWNER) == 302
