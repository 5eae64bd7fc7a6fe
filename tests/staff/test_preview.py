"""Drafts are previewed as their public pages will be: by staff, and by a link for people outside."""

import datetime
import io
import re
from urllib.parse import quote

import pikepdf
import pytest
from django.test import Client

from iomlaos.publishing.models import ReviewLink
from tests.factories import (
    make_bidding_document,
    make_document,
    make_edition,
    make_figure,
    make_form,
    make_picture,
    make_procurement_notice,
    make_programme,
    make_vacancy,
    make_version,
    upload,
)
from tests.reading import read
from tests.staff.test_drafts import EVERY, address_of, person, send
from tests.staff.test_steps import take
from tests.uploads import pdf

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("state", ["draft", "published"])
def test_a_preview_is_the_page_that_visitors_get_once_it_is_published(clock, staff, make, state):
    row = make(state=state, title_en="As it was")
    send(staff, row, "_draft", title_en="As it will be")
    preview = staff.get(address_of(row, "preview/page/"))
    assert preview.status_code == 200
    assert b"As it will be" in preview.content
    take(staff, row, "publish")
    assert Client().get(row.get_absolute_url()).content == preview.content


def test_a_preview_changes_nothing(clock, staff):
    programme = make_programme(state="draft", title_en="A draft")
    make_figure(programme=programme, value="11")
    before = (type(programme).objects.values().get(), programme.figures.values().get())
    assert staff.get(address_of(programme, "preview/page/")).status_code == 200
    assert (type(programme).objects.values().get(), programme.figures.values().get()) == before
    assert Client().get(programme.get_absolute_url()).status_code == 404


def test_a_preview_is_drawn_in_each_language(clock, staff):
    programme = make_programme(state="draft", title_en="Health", title_lo="ສຸຂະພາບ")
    for language, title in (("en", "Health"), ("lo", "ສຸຂະພາບ")):
        page = staff.get(address_of(programme, "preview/page/"), {"language": language}).content.decode()
        assert f'<html lang="{language}">' in page
        assert f"<h1>{title}</h1>" in page
    assert staff.get(address_of(programme, "preview/page/"), {"language": "xx"}).status_code == 404


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_the_preview_stands_in_a_window_that_may_hold_no_script(clock, staff, width):
    programme = make_programme(state="draft")
    page = staff.get(address_of(programme, "preview/"), {"width": width, "language": "lo"}).content.decode()
    frame = re.search(r"<iframe[^>]*>", page)[0]
    assert f'class="{width}"' in frame
    assert "allow-scripts" not in frame
    address = re.search(r'src="([^"]*)"', frame)[1].replace("&amp;", "&")
    response = staff.get(address)
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
    assert "no-store" in response.headers["Cache-Control"]


def test_a_preview_is_for_those_who_may_read_the_record(clock, client):
    programme, vacancy = make_programme(state="draft"), make_vacancy(state="draft")
    desk = person("hr", "HR")
    assert desk.get(address_of(vacancy, "preview/page/")).status_code == 200
    assert desk.get(address_of(programme, "preview/page/")).status_code == 403
    assert client.get(address_of(programme, "preview/page/")).status_code == 302


def test_a_change_is_saved_as_a_draft_before_it_is_previewed(clock, staff):
    programme = make_programme(title_en="As it was")
    response = send(staff, programme, "_preview", title_en="As it will be")
    assert response.headers["Location"] == address_of(programme, "preview/")
    assert b"As it will be" in staff.get(address_of(programme, "preview/page/")).content
    assert "As it was" in read(Client(), programme.get_absolute_url())


# --- Links for people outside -------------------------------------------------------------------


def link_to(client: Client, record, **given) -> str:
    sent = {"for_whom": "Ministry of Health", "days": "14", "_make": "1"} | given
    made = client.post(address_of(record, "links/"), sent).context["made"]
    return made.removeprefix("http://testserver")


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("state", ["draft", "published"])
def test_somebody_outside_reads_a_draft_by_a_link_until_it_is_published(clock, staff, make, state):
    row = make(state=state, title_en="As it was")
    send(staff, row, "_draft", title_en="As it will be")
    link = link_to(staff, row)
    response = Client().get(link)
    words = response.content.decode()
    assert "As it will be" in words
    assert "Draft for review: this page is not public." in words
    assert "For Ministry of Health, until 15 June 2026" in words
    assert "no-store" in response.headers["Cache-Control"]
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert not response.cookies
    assert Client().post(link).status_code == 405
    take(staff, row, "publish")
    assert Client().get(link).status_code == 404
    send(staff, row, "_draft", title_en="The next draft")
    assert Client().get(link).status_code == 404


def test_a_day_is_written_alike_in_both_languages(clock, staff):
    vacancy = make_vacancy(state="draft", posted_on=datetime.date(2026, 5, 20))
    link = link_to(staff, vacancy)
    for address in (link, f"{link}lo/"):
        assert "20 May 2026" in read(Client(), address)


def test_a_link_shows_each_language(clock, staff):
    programme = make_programme(state="draft", title_en="Health", title_lo="ສຸຂະພາບ")
    link = link_to(staff, programme)
    assert "<h1>Health</h1>" in Client().get(link).content.decode()
    assert f'href="{link}lo/"' in Client().get(link).content.decode()
    assert "<h1>ສຸຂະພາບ</h1>" in Client().get(f"{link}lo/").content.decode()


def test_a_link_expires_and_can_be_taken_back(clock, staff):
    programme = make_programme(state="draft")
    first, second = link_to(staff, programme, days="1"), link_to(staff, programme)
    clock.shift(datetime.timedelta(days=1) - datetime.timedelta(seconds=1))
    assert Client().get(first).status_code == 200
    clock.shift(1)
    assert Client().get(first).status_code == 404
    usable = ReviewLink.objects.get(expires_at__gt=datetime.datetime(2026, 6, 3, tzinfo=datetime.UTC))
    assert staff.post(address_of(programme, "links/"), {"_revoke": str(usable.pk)}).status_code == 302
    assert Client().get(second).status_code == 404
    history = staff.get(address_of(programme, "history/")).content.decode()
    assert "Ministry of Health" in history
    assert "Taken back by staff" in history


def test_a_link_of_a_scheduled_page_works_until_its_second(clock, staff):
    programme = make_programme(state="draft")
    take(staff, programme, "schedule", publish_at="2026-06-01T13:00")
    link = link_to(staff, programme)
    clock.shift(3599)
    assert Client().get(link).status_code == 200
    clock.shift(1)
    assert Client().get(link).status_code == 404
    assert Client().get(programme.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_a_link_stays_dead_whatever_becomes_of_what_was_public_by_the_clock(clock, staff, is_withdrawn):
    programme = make_programme(state="draft", title_en="Health")
    take(staff, programme, "schedule", publish_at="2026-06-01T12:10")
    link = link_to(staff, programme)
    clock.shift(1200)
    assert Client().get(programme.get_absolute_url()).status_code == 200
    assert Client().get(link).status_code == 404
    if is_withdrawn:
        take(staff, programme, "withdraw", withdrawal_reason_en="A mistake.")
    send(staff, programme, "_save", state="draft", title_en="In confidence")
    programme.refresh_from_db()
    assert (programme.state, programme.title_en) == ("draft", "In confidence")
    assert Client().get(link).status_code == 404


def test_a_link_to_what_was_deleted_stays_dead_once_it_is_back(clock, staff):
    programme = make_programme(state="draft")
    link = link_to(staff, programme)
    staff.post(address_of(programme, "delete/"), {"post": "yes"})
    buried = staff.get("/admin/programmes/programme/deleted/").context["gone"][0]
    staff.post("/admin/programmes/programme/deleted/", {"revision": str(buried.pk)})
    assert Client().get(link).status_code == 404


def test_a_link_outlives_a_schedule_that_was_taken_off(clock, staff):
    programme = make_programme(state="draft")
    take(staff, programme, "schedule", publish_at="2026-06-01T13:00")
    link = link_to(staff, programme)
    take(staff, programme, "unschedule")
    assert Client().get(link).status_code == 200


def test_the_key_is_kept_nowhere_and_a_guess_is_answered_like_an_old_one(clock, staff):
    programme = make_programme(state="draft")
    key = link_to(staff, programme).split("/")[2]
    assert len(key) == 43
    link = ReviewLink.objects.get()
    assert key not in str(vars(link))
    take(staff, programme, "publish")
    guess = Client().get(f"/review/{key[:-1]}A/" if key[-1] != "A" else f"/review/{key[:-1]}B/")
    old = Client().get(f"/review/{key}/")
    same = re.compile(rb"/review/[^/]+/").sub
    assert same(b"", guess.content) == same(b"", old.content)
    assert guess.status_code == old.status_code == 404


def test_only_who_may_publish_makes_links_and_only_of_what_waits(clock, staff):
    programme = make_programme()
    sent = {"for_whom": "A ministry", "days": "14", "_make": "1"}
    assert person("souk", "Contributors").post(address_of(programme, "links/"), sent).status_code == 403
    assert staff.post(address_of(programme, "links/"), sent).context["made"] == ""
    assert not ReviewLink.objects.exists()


# --- Pictures ------------------------------------------------------------------------------------


def test_pictures_of_a_draft_are_seen_in_its_preview_and_by_its_link_alone(clock, staff):
    picture, other = make_picture(), make_picture()
    programme = make_programme(state="draft", body_en=picture.figure)
    public, apart = (f"/pictures/{each.key}/400.webp" for each in (picture, other))
    page = staff.get(address_of(programme, "preview/page/")).content.decode()
    assert f'src="/admin/publishing/picture/{picture.key}/400.webp"' in page
    assert staff.get(f"/admin{public.replace('pictures', 'publishing/picture')}").status_code == 200
    link = link_to(staff, programme)
    assert f'src="{link}pictures/{picture.key}/400.webp"' in Client().get(link).content.decode()
    assert Client().get(f"{link}{public[1:]}").status_code == 200
    assert Client().get(f"{link}{apart[1:]}").status_code == 404
    assert Client().get(public).status_code == 404
    take(staff, programme, "publish")
    assert Client().get(public).status_code == 200
    assert Client().get(f"{link}{public[1:]}").status_code == 404


# --- Files ---------------------------------------------------------------------------------------

WITH_FILES = [
    pytest.param(make_document, make_edition, "document", "editions", id="document"),
    pytest.param(make_form, make_version, "form", "versions", id="form"),
    pytest.param(
        make_procurement_notice, make_bidding_document, "notice", "documents", id="procurement notice"
    ),
]


def links_to_files(page: str) -> list[str]:
    return re.findall(r'href="((?:/admin|/review)/[^"]*/files/[^"]*)"', page)


@pytest.mark.parametrize(("make", "make_file", "owner", "files"), WITH_FILES)
def test_files_of_a_draft_are_opened_from_its_preview_and_by_its_link_alone(
    clock, staff, make, make_file, owner, files
):
    row, apart = make(state="draft", title_en="ເອກະສານ"), make(state="draft")
    file, other = (make_file(**{owner: each, "file": upload("a.pdf", pdf())}) for each in (row, apart))
    link = link_to(staff, row)
    (address,) = links_to_files(staff.get(address_of(row, "preview/page/")).content.decode())
    assert b"".join(staff.get(address).streaming_content).startswith(b"%PDF")
    (address,) = links_to_files(Client().get(link).content.decode())
    response = Client().get(address)
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert response.headers["Content-Disposition"].startswith("inline")
    assert quote(file.readable_name) in response.headers["Content-Disposition"]
    assert "no-store" in response.headers["Cache-Control"]
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert Client().get(f"{link}files/{other.file_key}/").status_code == 404
    assert Client().get(file.get_absolute_url()).status_code == 404
    take(staff, row, "publish")
    assert Client().get(file.get_absolute_url()).status_code == 200
    assert Client().get(address).status_code == 404


def test_the_file_that_a_draft_puts_in_the_place_of_a_public_one_is_seen_before_it_is(clock, staff):
    document = make_document(title_en="Factsheet")
    edition = make_edition(document=document, file=upload("old.pdf", pdf(pages=1)))
    old = edition.file_key
    send(staff, document, "_draft", **{"editions-0-file": upload("new.pdf", pdf(pages=2))})
    link = link_to(staff, document)
    (address,) = links_to_files(Client().get(link).content.decode())
    assert old not in address
    assert pages_of(Client().get(address)) == 2
    (address,) = links_to_files(staff.get(address_of(document, "preview/page/")).content.decode())
    assert pages_of(staff.get(address)) == 2
    form = staff.get(address_of(document)).content.decode()
    assert f'<a href="{address}">new.pdf</a>' in form
    assert pages_of(Client().get(edition.get_absolute_url())) == 1
    assert person("hr", "HR").get(address).status_code == 403
    assert Client().get(address).status_code == 302


def pages_of(response) -> int:
    return len(pikepdf.open(io.BytesIO(b"".join(response.streaming_content))).pages)
