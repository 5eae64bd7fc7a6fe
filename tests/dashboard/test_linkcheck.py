"""Links in public pages: asked by a command on a real server, and named in the work list once broken."""

import datetime
import socket
import threading
from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iomlaos.dashboard.linkcheck.client import LinkClient
from iomlaos.dashboard.models import CheckedLink
from iomlaos.publishing.models import Revision
from tests.helpers.factories import (
    make_bidding_document,
    make_contact_point,
    make_document,
    make_document_version,
    make_former_address,
    make_page,
    make_programme,
    make_project,
    make_site_notice,
    make_standard_text,
    make_vacancy,
    upload,
)
from tests.helpers.other_site import OtherSite
from tests.helpers.uploads import pdf

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def elsewhere() -> Iterator[OtherSite]:
    with OtherSite() as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield site
        site.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("staff", password="a-long-password-7"))
    return client


def check(*options: str) -> None:
    call_command("check_links", "--private", *options, verbosity=0)


def found() -> dict[str, str]:
    return {link.address: link.outcome for link in CheckedLink.objects.all()}


def broken(staff) -> dict[str, str]:
    """As the work list of the admin names them."""
    return {row.label: row.note for row in staff.get("/admin/worklist/broken-links/").context["work"].rows}


def link_to(address: str, words: str = "there") -> str:
    return f'<p>See <a href="{address}">{words}</a>.</p>'


# --- What is asked ----------------------------------------------------------------------------


def test_every_address_in_what_is_public_is_asked_once(elsewhere):
    url = elsewhere.url
    make_page(body_en=link_to(f"{url}/english"), body_lo=link_to(f"{url}/lao"))
    make_programme(
        body_en=link_to(f"{url}/english#part") + link_to("mailto:a@example.org") + link_to("#here")
    )
    make_document_version(address=f"{url}/version")
    make_bidding_document(address=f"{url}/tender")
    make_vacancy(submission_link=f"{url}/apply", qualifications_en=link_to(f"{url}/form"))
    make_contact_point(kind="facebook", written="Us", address=f"{url}/us")
    make_standard_text(body_en=link_to(f"{url}/standard"))
    make_site_notice(link=f"{url}/notice")
    check()
    paths = ["apply", "english", "form", "lao", "notice", "standard", "tender", "us", "version"]
    assert sorted(elsewhere.asked) == [("HEAD", f"/{path}") for path in paths]
    assert found() == {f"{url}/{path}": "fine" for path in paths}
    assert elsewhere.agents == {"Mozilla/5.0 (compatible; link check of http://testserver)"}


def test_nothing_is_asked_of_what_is_not_public(elsewhere, clock):
    url = elsewhere.url
    for state in ("draft", "withdrawn"):
        make_page(body_en=link_to(f"{url}/{state}"), state=state)
        make_document_version(document=make_document(state=state), address=f"{url}/{state}-file")
    make_page(body_en=link_to(f"{url}/later"), publish_from=NOON + DAY)
    make_site_notice(link=f"{url}/over", starts_at=NOON - DAY, ends_at=NOON)
    check()
    assert elsewhere.asked == []
    clock.shift(DAY)
    check()
    assert elsewhere.asked == [("HEAD", "/later")]


def test_a_host_is_asked_one_thing_at_a_time(elsewhere):
    make_page(body_en="".join(link_to(f"{elsewhere.url}/to/{number}00") for number in range(20, 26)))
    check()
    assert len(elsewhere.asked) >= 12
    assert elsewhere.most_at_once == 1


# --- What comes of it ---------------------------------------------------------------------------


def test_what_a_site_answers_is_kept(elsewhere):
    expected = {
        "/200": "fine", "/204": "fine", "/to/fine": "fine", "/no-head": "fine",
        "/404": "gone", "/410": "gone", "/to/404": "gone",
        "/403": "unwilling", "/429": "unwilling", "/500": "error", "/503": "error",
        "/round": "loop", "/cut-off": "unreachable",
    }  # fmt: skip
    make_page(body_en="".join(link_to(f"{elsewhere.url}{path}") for path in expected))
    check()
    assert found() == {f"{elsewhere.url}{path}": outcome for path, outcome in expected.items()}


def test_addresses_with_lao_and_with_spaces_arrive(elsewhere):
    make_page(body_en=link_to(f"{elsewhere.url}/ລາວ?q=ກ") + link_to(f"{elsewhere.url}/two words"))
    check()
    assert sorted(elsewhere.asked) == [
        ("HEAD", "/%E0%BA%A5%E0%BA%B2%E0%BA%A7?q=%E0%BA%81"),
        ("HEAD", "/two%20words"),
    ]


def test_what_is_no_address_and_where_nobody_listens_fail(elsewhere):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    nobody = f"http://127.0.0.1:{port}/"
    make_page(body_en=link_to(nobody) + link_to(elsewhere.url))
    make_document_version(address="http://[half/")
    make_page(body_en=link_to("https://no-such-site.invalid/"))
    check()
    assert found() == {
        nobody: "unreachable",
        "http://[half/": "malformed",
        "https://no-such-site.invalid/": "unknown-host",
        elsewhere.url: "fine",
    }


def test_this_machine_is_never_asked(elsewhere):
    hosts = ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433")
    outcomes = {LinkClient().check(f"http://{host}:{elsewhere.server_port}/secret").outcome for host in hosts}
    assert outcomes <= {"private", "unknown-host"}
    make_page(body_en=link_to(f"http://127.0.0.1:{elsewhere.server_port}/secret"))
    call_command("check_links", verbosity=0)
    assert list(found().values()) == ["private"]
    assert elsewhere.asked == []


def test_private_networks_and_gateways_to_them_are_never_asked():
    for host in (
        "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1",
        "[64:ff9b::a00:1]", "[64:ff9b::7f00:1]", "[2002:a00:1::1]", "[2002:7f00:1::]",
        "[64:ff9b:1::1]", "[64:ff9b:1:ffff::8.8.8.8]", "[fec0::1]", "[::10.0.0.1]", "[::8.8.8.8]",
        "[::ffff:10.0.0.1]", "[2001:0:a00:1::1]", "[2001:0:4136:e378:8000:63bf:f5ff:fffe]", "[ff0e::1]", "224.0.0.1",
    ):  # fmt: skip
        assert LinkClient().check(f"http://{host}/latest/meta-data").outcome == "private", host


def test_a_name_or_a_redirect_that_leads_into_a_private_network_is_not_followed(elsewhere, monkeypatch):
    here, resolve = elsewhere.server_port, socket.getaddrinfo
    monkeypatch.setattr(
        "iomlaos.dashboard.linkcheck.client._is_public", lambda address: address == "127.0.0.1"
    )
    assert LinkClient().check(f"http://127.0.0.1:{here}/to//[fec0::1]/").outcome == "private"
    monkeypatch.undo()
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: resolve("64:ff9b:1::1", *rest, **more)
    )
    assert LinkClient().check("http://iom.example/").outcome == "private"


def test_where_no_site_answers_the_fault_is_here_and_nothing_is_kept():
    make_page(body_en="".join(link_to(f"https://site-{number}.invalid/") for number in range(3)))
    with pytest.raises(CommandError, match="cut off"):
        check()
    assert found() == {}


# --- Within the site ----------------------------------------------------------------------------


def test_links_within_the_site_are_looked_at_without_a_network():
    (
        make_page(slug="there"),
        make_page(slug="hidden", state="draft"),
        make_page(slug="gone", state="withdrawn"),
    )
    make_former_address(make_page(slug="moved"), "before")
    make_project(slug="promise")
    file = make_document_version(file=upload("sheet.pdf", pdf())).get_absolute_url()
    addresses = {
        file: "fine",
        "/there/": "fine", "/hidden/": "gone", "/gone/": "gone", "/before/": "fine", "/never/": "gone",
        "/projects/promise/": "fine", "/projects/other/": "gone", "/careers/?type=vacancy": "fine",
        "/contact/": "fine", "/documents/#one": "fine",
    }  # fmt: skip
    make_page(body_en="".join(map(link_to, addresses)) + link_to("http://testserver/nowhere/"))
    check()
    expected = {f"http://testserver{path.partition('#')[0]}": outcome for path, outcome in addresses.items()}
    assert found() == expected | {"http://testserver/nowhere/": "gone"}


# --- The work list ------------------------------------------------------------------------------


def test_what_is_gone_is_listed_at_once_with_where_it_stands(elsewhere, staff):
    make_page(title_en="Privacy", body_en=link_to(f"{elsewhere.url}/404") + link_to(f"{elsewhere.url}/fine"))
    make_document_version(document=make_document(title_en="Factsheet"), address=f"{elsewhere.url}/410")
    assert broken(staff) == {}
    check()
    assert broken(staff) == {
        "Privacy": f"{elsewhere.url}/404 · There is no such page (404)",
        "Factsheet": f"{elsewhere.url}/410 · There is no such page (410)",
    }


def test_other_faults_are_listed_after_two_checks_a_day_apart(elsewhere, staff, clock):
    make_page(title_en="Privacy", body_en=link_to(f"{elsewhere.url}/500"))
    check()
    clock.shift(DAY - datetime.timedelta(seconds=1))
    check()
    assert broken(staff) == {}
    clock.shift(datetime.timedelta(seconds=1))
    staff.force_login(User.objects.get())
    assert broken(staff) == {}
    check()
    assert broken(staff) == {"Privacy": f"{elsewhere.url}/500 · It answers with an error (500)"}


def test_a_site_that_came_back_in_between_is_not_listed(elsewhere, staff, clock):
    page = make_page(body_en=link_to(f"{elsewhere.url}/500"))
    check()
    CheckedLink.objects.update(outcome="fine", failing_since=None)
    clock.shift(7 * DAY)
    staff.force_login(User.objects.get())
    check()
    assert CheckedLink.objects.get().failing_since == NOON + 7 * DAY
    assert broken(staff) == {}
    assert CheckedLink.objects.get().found_in == [["office.page", str(page.pk)]]


def test_a_site_that_turns_away_programs_is_not_listed(elsewhere, staff, clock):
    make_page(body_en=link_to(f"{elsewhere.url}/403"))
    check()
    clock.shift(7 * DAY)
    staff.force_login(User.objects.get())
    check()
    assert broken(staff) == {}


def test_a_link_leaves_the_list_as_soon_as_it_is_mended(elsewhere, staff):
    first, second = (make_page(title_en=title, body_en=link_to(f"{elsewhere.url}/404")) for title in "AB")
    check()
    assert set(broken(staff)) == {"A", "B"}
    first.body_en = link_to(f"{elsewhere.url}/200")
    first.save()
    second.state = "withdrawn"
    second.save()
    assert broken(staff) == {}


def test_what_no_page_links_to_is_forgotten(elsewhere):
    page = make_page(body_en=link_to(f"{elsewhere.url}/404"))
    check()
    page.body_en = link_to(f"{elsewhere.url}/200")
    page.save()
    check()
    assert found() == {f"{elsewhere.url}/200": "fine"}


def test_the_front_page_counts_them_but_for_records_that_were_saved_since(elsewhere, staff, clock):
    pages = [make_page(title_en=title, body_en=link_to(f"{elsewhere.url}/404")) for title in "AB"]
    check()
    clock.shift(datetime.timedelta(minutes=1))
    [count] = [task.count for task in staff.get("/admin/").context["later"] if task.name == "broken-links"]
    assert count == 2
    for page in pages:
        Revision.objects.versions(page)
    assert "broken-links" not in [task.name for task in staff.get("/admin/").context["later"]]


def test_the_list_costs_as_many_queries_for_many_broken_links_as_for_one(elsewhere, staff):
    def grow(number: int) -> None:
        for each in range(number):
            make_page(body_en=link_to(f"{elsewhere.url}/404?{each}"))
            make_document_version(address=f"{elsewhere.url}/404?{each}")

    grow(1)
    check()
    with CaptureQueriesContext(connection) as few:
        assert len(broken(staff)) == 2
    grow(6)
    check()
    with CaptureQueriesContext(connection) as many:
        assert len(broken(staff)) == 14
    assert len(many) == len(few)


def test_the_command_says_what_fails_and_where(elsewhere, capsys):
    page = make_page(body_en=link_to(f"{elsewhere.url}/404") + link_to(f"{elsewhere.url}/200"))
    call_command("check_links", "--private")
    assert capsys.readouterr().out == (
        f"{elsewhere.url}/404\n  There is no such page (404). It stands in: office.page {page.pk}\n"
        "2 links checked, 1 fail, 1 count as broken.\n"
    )
