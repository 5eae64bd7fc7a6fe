"""Drafts are previewed as their public pages will be: by staff, and by a link for people outside."""

import datetime
import io
import re
from urllib.parse import quote

import pikepdf
import pytest
from django.conf import settings
from django.test import Client

from iomlaos.publishing.models import ReviewLink, Revision
from tests.helpers.admin import address_of, confirm, link_to, make_colleague, person, send, take
from tests.helpers.drafts import PUBLISHABLES, public_page, publish, save_draft, schedule
from tests.helpers.factories import (
    make_bidding_document,
    make_document,
    make_document_version,
    make_figure,
    make_picture,
    make_procurement_notice,
    make_programme,
    make_vacancy,
    upload,
)
from tests.helpers.forms import errors, fill_form
from tests.helpers.pages import read
from tests.helpers.uploads import pdf

pytestmark = pytest.mark.django_db

PREVIEW = "preview/page/"


def test_a_draft_is_seen_in_its_preview_and_by_its_link_alone_until_it_is_published(clock, staff):
    for make in PUBLISHABLES:
        row = make(title_en="As it was")
        address = row.get_absolute_url()
        before = Client().get(address).content
        response = save_draft(staff, row, title_en="As it will be")
        assert response.status_code == 302, errors(response)
        link = link_to(staff, row)
        preview = staff.get(address_of(row, PREVIEW))
        assert b"As it will be" in preview.content, make
        assert "As it will be" in read(Client(), link), make
        assert Client().get(address).content == before, make
        assert "As it will be" not in read(Client(), "/sitemap.xml"), make
        confirm(staff, row)
        assert Client().get(address).content == preview.content, make
        assert Client().get(link).status_code == 404, make
        type(row).objects.update(state="withdrawn")


def test_a_record_that_was_never_public_is_previewed_and_nothing_of_it_changes(clock, staff):
    programme = make_programme(state="draft", title_en="A draft")
    make_figure(programme=programme, value="11")
    before = (type(programme).objects.values().get(), programme.figures.values().get())
    preview = staff.get(address_of(programme, PREVIEW))
    assert preview.status_code == 200
    assert (type(programme).objects.values().get(), programme.figures.values().get()) == before
    assert public_page(programme).status == 404
    publish(staff, programme)
    assert Client().get(programme.get_absolute_url()).content == preview.content


def test_a_preview_stands_in_a_frame_that_may_run_no_script_and_is_stored_nowhere(clock, staff):
    programme = make_programme(state="draft")
    page = staff.get(address_of(programme, "preview/"), {"width": "phone", "language": "lo"}).content.decode()
    frame = re.search(r"<iframe[^>]*>", page)[0]
    assert 'class="phone"' in frame
    assert "allow-scripts" not in frame
    response = staff.get(re.search(r'src="([^"]*)"', frame)[1].replace("&amp;", "&"))
    assert '<html lang="lo">' in response.content.decode()
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
    assert "no-store" in response.headers["Cache-Control"]


def test_a_preview_is_for_those_who_may_read_the_record(clock, client):
    programme, vacancy = make_programme(state="draft"), make_vacancy(state="draft")
    desk = person("hr", "HR")
    assert desk.get(address_of(vacancy, PREVIEW)).status_code == 200
    assert desk.get(address_of(programme, PREVIEW)).status_code == 403
    assert client.get(address_of(programme, PREVIEW)).status_code == 302


def preview_typed(client: Client, record, **typed):
    """What the button Preview shows of a form that is not saved."""
    form = fill_form(client.get(address_of(record)), _preview="1", **typed)
    return client.post(address_of(record, "preview/"), form)


def test_what_is_typed_is_previewed_and_saved_nowhere(clock, staff):
    programme = make_programme(title_en="As it was", summary_en="Before.")
    make_figure(programme=programme, value="11")
    # Also where a field is not right yet.
    typed = {"summary_en": "Typed.", "figures-0-value_en": "12,345", "title_en": ""}
    response = preview_typed(staff, programme, **typed)
    assert response.status_code == 200
    page = response.content.decode()
    assert "Typed." in page
    assert "12,345" in page
    assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
    assert not Revision.objects.of(programme).waiting().exists()
    assert fill_form(staff.get(address_of(programme)))["summary_en"] == ["Before."]
    page = public_page(programme)
    assert "Before." in page
    assert "12,345" not in page


def test_what_is_typed_is_marked_word_by_word_against_the_public_page_and_not_against_the_draft(clock, staff):
    programme = make_programme(title_en="Health", summary_en="As it was.")
    assert send(staff, programme, "_draft", summary_en="As it is.").status_code == 302
    form = fill_form(staff.get(address_of(programme)), summary_en="As it will be.")
    changes = staff.post(address_of(programme, "preview/?changes=1"), form).content.decode()
    assert "As it <del>was.</del> <ins>will be.</ins>" in changes
    assert not any(words in changes for words in ("Health", "As it is."))


def test_a_file_that_was_just_chosen_is_not_stored_by_a_preview(clock, staff):
    document = make_document(title_en="Factsheet")
    make_document_version(document=document, file=upload("old.pdf", pdf(pages=1)))
    stored = {path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()}
    response = preview_typed(staff, document, **{"versions-0-file": upload("new.pdf", pdf(pages=2))})
    assert response.status_code == 200
    (address,) = links_to_files(response.content.decode())
    assert count_pages(staff.get(address)) == 1
    assert {path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()} == stored


def test_who_may_only_read_a_record_previews_nothing_typed(clock, client):
    programme = make_programme()
    client.force_login(make_colleague("view_programme"))
    assert client.get(address_of(programme, PREVIEW)).status_code == 200
    assert client.post(address_of(programme, "preview/"), {"title_en": "Mine"}).status_code == 403


def test_a_preview_and_a_link_show_each_language_with_its_days(clock, staff):
    vacancy = make_vacancy(
        state="draft", title_en="Health", title_lo="ສຸຂະພາບ", posted_on=datetime.date(2026, 5, 20)
    )
    link, preview = link_to(staff, vacancy), address_of(vacancy, PREVIEW)
    assert f'href="{link}lo/"' in Client().get(link).content.decode()
    for language, title, day, address in (
        ("en", "Health", "20 May 2026", link),
        ("lo", "ສຸຂະພາບ", "20 ພຶດສະພາ 2026", f"{link}lo/"),
    ):
        for page in (Client().get(address), staff.get(preview, {"language": language})):
            words = page.content.decode()
            assert f'<html lang="{language}">' in words
            assert title in re.search(r"<h1[^>]*>(.*?)</h1>", words, re.DOTALL)[1]
            assert day in words
    assert staff.get(preview, {"language": "xx"}).status_code == 404


# --- Links for people outside -------------------------------------------------------------------


def test_a_link_says_for_whom_and_until_when_is_stored_nowhere_and_ends_with_the_draft(clock, staff):
    programme = make_programme(state="draft")
    link = link_to(staff, programme)
    response = Client().get(link)
    words = response.content.decode()
    assert "Ministry of Health" in words
    assert "15 June 2026" in words
    assert "no-store" in response.headers["Cache-Control"]
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert not response.cookies
    assert Client().post(link).status_code == 405
    publish(staff, programme)
    assert Client().get(link).status_code == 404
    save_draft(staff, programme, title_en="The next draft")
    assert Client().get(link).status_code == 404


def test_a_link_expires_to_the_second_and_can_be_revoked(clock, staff):
    programme = make_programme(state="draft")
    first, second = link_to(staff, programme, days="1"), link_to(staff, programme)
    clock.shift(datetime.timedelta(days=1) - datetime.timedelta(seconds=1))
    assert Client().get(first).status_code == 200
    clock.shift(1)
    assert Client().get(first).status_code == 404
    usable = ReviewLink.objects.get(expires_at__gt=datetime.datetime(2026, 6, 3, tzinfo=datetime.UTC))
    assert staff.post(address_of(programme, "links/"), {"_revoke": str(usable.pk)}).status_code == 302
    assert Client().get(second).status_code == 404
    assert "Ministry of Health" in read(staff, address_of(programme, "history/"))


def test_a_link_of_a_scheduled_record_works_until_its_second_and_never_again(clock, staff):
    programme = make_programme(state="draft", title_en="Health")
    schedule(staff, programme, "2026-06-01T12:10")
    link = link_to(staff, programme)
    clock.shift(599)
    assert Client().get(link).status_code == 200
    assert public_page(programme).status == 404
    clock.shift(1)
    assert Client().get(link).status_code == 404
    assert public_page(programme).status == 200
    save_draft(staff, programme, title_en="In confidence")
    assert Client().get(link).status_code == 404
    take(staff, programme, "withdraw", withdrawal_reason_en="A mistake.")
    assert Client().get(link).status_code == 404


def test_a_link_outlives_a_schedule_that_was_cancelled_but_not_the_deletion_of_its_record(clock, staff):
    programme = make_programme(state="draft")
    schedule(staff, programme, "2026-06-01T13:00")
    link = link_to(staff, programme)
    take(staff, programme, "cancel-schedule")
    assert Client().get(link).status_code == 200
    staff.post(address_of(programme, "delete/"), {"post": "yes"})
    [deleted] = staff.get("/admin/programmes/programme/deleted/").context["deletions"]
    staff.post("/admin/programmes/programme/deleted/", {"revision": str(deleted.pk)})
    assert type(programme).objects.filter(pk=programme.pk).exists()
    assert Client().get(link).status_code == 404


def test_the_key_of_a_link_is_stored_nowhere_and_a_guess_is_answered_like_an_old_one(clock, staff):
    programme = make_programme(state="draft")
    key = link_to(staff, programme).split("/")[2]
    assert len(key) == 43
    assert key not in str(vars(ReviewLink.objects.get()))
    publish(staff, programme)
    guess = Client().get(f"/review/{key[:-1]}{'B' if key[-1] == 'A' else 'A'}/")
    old = Client().get(f"/review/{key}/")
    same = re.compile(rb"/review/[^/]+/").sub
    assert same(b"", guess.content) == same(b"", old.content)
    assert guess.status_code == old.status_code == 404


def test_only_who_may_publish_makes_links_and_only_of_what_waits(clock, staff):
    programme = make_programme()
    sent = {"for_whom": "A ministry", "days": "14", "_make": "1"}
    assert person("souk", "Contributors").post(address_of(programme, "links/"), sent).status_code == 403
    assert staff.post(address_of(programme, "links/"), sent).context["new_url"] == ""
    assert not ReviewLink.objects.exists()


# --- Pictures and files ---------------------------------------------------------------------------


def test_pictures_of_a_draft_are_seen_in_its_preview_and_by_its_link_alone(clock, staff):
    picture, other = make_picture(), make_picture()
    programme = make_programme(state="draft", body_en=picture.figure)
    public, apart = (f"/pictures/{each.key}/400.webp" for each in (picture, other))
    page = staff.get(address_of(programme, PREVIEW)).content.decode()
    assert f'src="/admin/media/image/{picture.key}/400.webp"' in page
    assert staff.get(f"/admin/media/image/{picture.key}/400.webp").status_code == 200
    link = link_to(staff, programme)
    assert f'src="{link}pictures/{picture.key}/400.webp"' in Client().get(link).content.decode()
    assert Client().get(f"{link}{public[1:]}").status_code == 200
    assert Client().get(f"{link}{apart[1:]}").status_code == 404
    assert Client().get(public).status_code == 404
    publish(staff, programme)
    assert Client().get(public).status_code == 200
    assert Client().get(f"{link}{public[1:]}").status_code == 404


def links_to_files(page: str) -> list[str]:
    return re.findall(r'href="((?:/admin|/review)/[^"]*/files/[^"]*)"', page)


def test_files_of_a_draft_are_opened_from_its_preview_and_by_its_link_alone(clock, staff):
    for make, make_file, owner in (
        (make_document, make_document_version, "document"),
        (make_procurement_notice, make_bidding_document, "notice"),
    ):
        row, apart = make(state="draft", title_en="ເອກະສານ"), make(state="draft")
        file, other = (make_file(**{owner: each, "file": upload("a.pdf", pdf())}) for each in (row, apart))
        link = link_to(staff, row)
        (address,) = links_to_files(staff.get(address_of(row, PREVIEW)).content.decode())
        assert b"".join(staff.get(address).streaming_content).startswith(b"%PDF")
        (address,) = links_to_files(Client().get(link).content.decode())
        response = Client().get(address)
        assert b"".join(response.streaming_content).startswith(b"%PDF")
        assert response.headers["Content-Disposition"].startswith("inline")
        assert quote(file.display_name) in response.headers["Content-Disposition"]
        assert "no-store" in response.headers["Cache-Control"]
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert Client().get(f"{link}files/{other.public_id}/").status_code == 404
        assert Client().get(file.get_absolute_url()).status_code == 404
        publish(staff, row)
        assert Client().get(file.get_absolute_url()).status_code == 200
        assert Client().get(address).status_code == 404


def test_a_file_that_replaces_a_public_one_in_a_draft_is_seen_by_staff_and_by_the_link_alone(clock, staff):
    document = make_document(title_en="Factsheet")
    version = make_document_version(document=document, file=upload("old.pdf", pdf(pages=1)))
    save_draft(staff, document, **{"versions-0-file": upload("new.pdf", pdf(pages=2))})
    link = link_to(staff, document)
    (address,) = links_to_files(Client().get(link).content.decode())
    assert count_pages(Client().get(address)) == 2
    (address,) = links_to_files(staff.get(address_of(document, PREVIEW)).content.decode())
    assert count_pages(staff.get(address)) == 2
    assert f'href="{address}"' in staff.get(address_of(document)).content.decode()
    assert count_pages(Client().get(version.get_absolute_url())) == 1
    assert person("hr", "HR").get(address).status_code == 403
    assert Client().get(address).status_code == 302


def count_pages(response) -> int:
    return len(pikepdf.open(io.BytesIO(b"".join(response.streaming_content))).pages)
