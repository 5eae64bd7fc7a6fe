"""The short address of a notice, and what is passed on or printed with it."""

import datetime
import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import segno
import time_machine
from django.template.loader import render_to_string

from careers.exports.share import ShareLinks, qr_code
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from tests.helpers.factories import make_former_address, make_procurement_notice, make_vacancy

DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)
KINDS = [(make_vacancy, "/careers/vacancies/"), (make_procurement_notice, "/careers/procurement/")]


@pytest.mark.django_db
def test_the_short_address_leads_to_the_notice_open_and_closed(client):
    for make, address in KINDS:
        notice = make(slug="tents", closes_at=DEADLINE)
        for at in (DEADLINE - DAY, DEADLINE):
            with time_machine.travel(at, tick=False):
                for short in ("/n/tents", "/n/tents/", "/n/Tents"):
                    response = client.get(short)
                    assert (response.status_code, response["Location"]) == (302, f"{address}tents/")
        notice.delete()


@pytest.mark.django_db
def test_the_short_address_is_asked_for_each_time_sets_no_cookie_and_is_only_read(client):
    make_vacancy(slug="driver")
    response = client.get("/n/driver")
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert not response.cookies
    assert response.content == b""
    assert client.head("/n/driver").status_code == 302
    assert client.post("/n/driver").status_code == 405


@pytest.mark.django_db
def test_a_former_short_address_leads_on_and_that_of_a_withdrawn_notice_is_gone(client):
    for make, address in KINDS:
        notice = make(slug="now")
        make_former_address(notice, "before")
        for short in ("/n/now", "/n/before"):
            assert client.get(short)["Location"] == f"{address}now/"
        notice.state = "withdrawn"
        notice.save()
        for short in ("/n/now", "/n/before"):
            response = client.get(short)
            assert response.status_code == 410
            assert response.headers["Cache-Control"] == "public, no-cache"
        notice.delete()


@pytest.mark.django_db
def test_a_draft_and_what_never_was_have_no_short_address(client):
    make_vacancy(slug="shown")
    make_former_address(make_vacancy(slug="hidden", title_en="Secret", state="draft"), "once-hidden")
    assert client.get("/n/shown").status_code == 302
    for short in ("/n/hidden", "/n/once-hidden", "/n/nothing", "/n/shown/more", "/n/"):
        response = client.get(short)
        assert response.status_code == 404
        assert "Secret" not in response.content.decode()


@pytest.mark.django_db
def test_the_live_notice_comes_before_one_of_the_other_kind_that_is_gone(client):
    make_vacancy(slug="tents", state="withdrawn")
    make_procurement_notice(slug="tents")
    assert client.get("/n/tents").headers["Location"] == "/careers/procurement/tents/"


def test_the_caption_gives_title_deadline_short_address_and_once_closed_says_so():
    for kind, taken in ((Vacancy, "applications"), (ProcurementNotice, "offers")):
        notice = kind(slug="driver", title_en="Driver", closes_at=DEADLINE)
        assert ShareLinks(notice, DEADLINE - SECOND).caption.splitlines() == [
            "Driver",
            "Closes: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)",
            "http://testserver/n/driver",
            "IOM never asks for money.",
        ]
        closed = ShareLinks(notice, DEADLINE).caption.splitlines()[1]
        assert closed.startswith("Closed: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7). ")
        assert taken in closed


def test_the_share_links_carry_any_title_whole():
    title = "ພະນັກງານຂັບລົດ & tarpaulins #2: 50% + “extra” <b>?=\non two\r\nlines"
    notice = Vacancy(slug="driver", title_en=title, closes_at=DEADLINE)
    share = ShareLinks(notice, DEADLINE - DAY)
    one_line = " ".join(title.split())
    assert share.caption.startswith(one_line + "\n")
    whatsapp, facebook, email = (address for _name, address in share.links)
    assert whatsapp.startswith("https://wa.me/?text=")
    assert parse_qs(urlsplit(whatsapp).query) == {"text": [share.caption]}
    assert facebook.startswith("https://www.facebook.com/sharer/sharer.php?u=")
    assert parse_qs(urlsplit(facebook).query) == {"u": ["http://testserver/n/driver"]}
    subject, body = re.fullmatch(r"mailto:\?subject=([^&]*)&body=([^&]*)", email).groups()
    assert unquote(subject) == one_line
    assert unquote(body).split("\r\n") == share.caption.split("\n")
    assert all(re.fullmatch(r"[\w:/?=&.%~-]+", link, re.ASCII) for link in (whatsapp, facebook, email))


def rendered(name: str, notice, at: datetime.datetime) -> str:
    return render_to_string(f"careers/{name}.html", {"notice": notice, "share": ShareLinks(notice, at)})


def test_share_links_have_no_script_no_inline_style_and_run_no_query():
    notice = Vacancy(slug="driver", title_en='<script>alert(1)</script> "&', closes_at=DEADLINE)
    html = rendered("share", notice, DEADLINE - DAY)
    assert "<script" not in html
    assert "style=" not in html
    assert not re.search(r"\son\w+=", html)
    assert html.count('rel="noopener"') == 3
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &quot;&amp;" in html


def test_the_drawn_code_is_module_for_module_that_of_the_address_within_a_white_margin():
    address = "https://laos.example.org/n/" + "a-very-long-" * 6 + "slug"
    code = qr_code(address)
    drawn = [[0] * code.side for _ in range(code.side)]
    boxes = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", code.path)
    assert "".join(f"M{x} {y}h{n}v1h-{back}z" for x, y, n, back in boxes) == code.path
    for x, y, length, back in (map(int, box) for box in boxes):
        assert length == back
        drawn[y][x : x + length] = [1] * length
    wanted = [list(row) for row in segno.make_qr(address, error="m").matrix_iter(border=4)]
    assert drawn == wanted
    margin = [*drawn[:4], *drawn[-4:], *(row[:4] + row[-4:] for row in drawn)]
    assert not any(map(any, margin))


def test_the_code_is_a_picture_with_a_name_black_on_white_and_beside_it_stands_the_address():
    notice = Vacancy(slug="driver", closes_at=DEADLINE)
    html = rendered("print_code", notice, DEADLINE - DAY)
    assert 'role="img" aria-label="QR code of http://testserver/n/driver"' in html
    side = qr_code("http://testserver/n/driver").side
    assert f'viewBox="0 0 {side} {side}"' in html
    assert f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000"' in html
    assert "<strong>http://testserver/n/driver</strong>" in html


@pytest.mark.django_db
def test_an_open_notice_can_be_passed_on_and_every_notice_is_printed_with_its_code(client):
    for make, address in KINDS:
        make(slug="tents", closes_at=DEADLINE)
        for at, is_open in ((DEADLINE - SECOND, True), (DEADLINE, False)):
            with time_machine.travel(at, tick=False):
                page = client.get(f"{address}tents/").content.decode()
            assert ("https://wa.me/" in page) is is_open
            assert ('id="share-text"' in page) is is_open
            assert page.count('aria-label="QR code of ') == 1
