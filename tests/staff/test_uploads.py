"""Files that staff upload: what is taken, what is refused, and who can fetch it."""

import os
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.db.models.signals import post_save

from iomlaos.publishing.models import Revision
from programmes.models import DocumentVersion
from tests.helpers.admin import address_of, confirm, post
from tests.helpers.factories import make_document, make_document_version, upload
from tests.helpers.forms import errors, fill_form
from tests.helpers.uploads import honest, linked, multipart, on_disk, parts_of, pdf, photograph


def send(staff, document, file, **given):
    row = {"versions-TOTAL_FORMS": "1", "versions-0-language": "en", "versions-0-file": file}
    return post(staff, document, fill_form(staff.get(address_of(document)), **given) | row)


def send_as_named(staff, document, name, content, **given):
    """As `send`, with the name of the file just as it stands."""
    address = f"/admin/programmes/document/{document.pk}/change/"
    values = fill_form(staff.get(address), **given) | {
        "versions-TOTAL_FORMS": "1",
        "versions-0-language": "en",
    }
    body, media_type = multipart(values, "versions-0-file", name, content)
    return staff.generic("POST", address, body, content_type=media_type)


@pytest.fixture
def arriving(settings, tmp_path) -> Path:
    """The folder in which a large file lies while it arrives."""
    folder = tmp_path / "arriving"
    folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)
    return folder


# --- Refused and accepted files: tests/media/test_filetypes.py has them all ---------------

REFUSED = [
    ("a" * 200 + ".pdf", pdf(), "Rename"),
    ("a.docx", linked("docx", "frame", "https://a.example/"), "https://a.example/"),
]


def test_a_refused_file_is_explained_in_the_form_and_leaves_nothing(staff, arriving):
    document = make_document()
    for name, content, word in REFUSED:
        response = send_as_named(staff, document, name, content, summary_en="A new summary.")
        assert list(errors(response)) == ["file"]
        assert word in errors(response)["file"][0]
        assert fill_form(response)["summary_en"] == ["A new summary."]
        assert not document.versions.exists()
        assert not on_disk()
        assert not list(arriving.iterdir())


def test_a_letter_is_accepted_under_its_name_and_stored_without_its_template(staff):
    document = make_document()
    content = honest("python-docx/letter on a template.docx")
    response = send_as_named(staff, document, "ແບບຟອມ (2).docx", content)
    assert response.status_code == 302, errors(response)
    confirm(staff, document)
    (stored,) = on_disk()
    version = document.versions.get()
    assert (version.filename, version.size) == ("ແບບຟອມ (2).docx", stored.stat().st_size)
    assert not any(b"attachedTemplate" in part for part in parts_of(stored.read_bytes()).values())


def test_a_photograph_is_stored_without_its_place(staff):
    document = make_document()
    assert send_as_named(staff, document, "IMG_1.jpg", photograph()).status_code == 302
    confirm(staff, document)
    stored = on_disk()[0].read_bytes()
    assert b"Somebody" not in stored
    assert document.versions.get().size == len(stored)


# --- What stays on disk -----------------------------------------------------------------------


def fails(**_given) -> None:
    raise DatabaseError("The disk of the database is full.")


@pytest.mark.django_db(transaction=True)
def test_a_failed_save_leaves_no_file(staff, arriving):
    """After the row of the file was saved, the database fails: all is rolled back."""
    # More than is kept in memory while it arrives.
    content = pdf() + bytes(4 * 1024 * 1024)
    document = make_document(state="draft")
    post_save.connect(fails, sender=DocumentVersion)
    try:
        with pytest.raises(DatabaseError):
            send(staff, document, upload("a.pdf", content))
    finally:
        post_save.disconnect(fails, sender=DocumentVersion)
    assert not document.versions.exists()
    assert not on_disk()
    assert not list(arriving.iterdir())
    assert send(staff, document, upload("a.pdf", content)).status_code == 302
    assert len(on_disk()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_draft_of_a_public_page_that_could_not_be_saved_leaves_no_file(staff):
    document = make_document()
    Revision.objects.versions(document)
    post_save.connect(fails, sender=Revision)
    try:
        with pytest.raises(DatabaseError):
            send(staff, document, upload("a.pdf", pdf()))
    finally:
        post_save.disconnect(fails, sender=Revision)
    assert not Revision.objects.of(document).drafts().exists()
    assert not on_disk()


@pytest.mark.django_db(transaction=True)
def test_a_replaced_file_stays_while_an_earlier_state_needs_it(staff):
    document = make_document()
    send(staff, document, upload("first.pdf", pdf(1)))
    first = on_disk()
    address = f"/admin/programmes/document/{document.pk}/change/"
    form = fill_form(staff.get(address)) | {"versions-0-file": upload("second.pdf", pdf(2))}
    response = post(staff, document, form)
    assert response.status_code == 302, errors(response)
    assert len(on_disk()) == 2
    assert set(first) < set(on_disk())
    assert document.versions.get().filename == "second.pdf"
    Revision.objects.all().delete()
    two_days_ago = time.time() - 2 * 24 * 3600
    for path in on_disk():
        os.utime(path, (two_days_ago, two_days_ago))
    call_command("clean_uploads", verbosity=0)
    assert len(on_disk()) == 1
    assert on_disk() != first


@pytest.mark.django_db(transaction=True)
def test_the_file_of_a_deleted_row_stays_while_an_earlier_state_needs_it(staff):
    document = make_document()
    send(staff, document, upload("first.pdf", pdf(1)))
    address = f"/admin/programmes/document/{document.pk}/change/"
    post(staff, document, fill_form(staff.get(address), **{"versions-0-DELETE": "on"}))
    assert not document.versions.exists()
    assert len(on_disk()) == 1
    state = Revision.objects.of(document).states()[1]
    form = fill_form(staff.get(f"{address}?version={state.pk}"))
    assert post(staff, document, form).status_code == 302
    assert staff.get(document.versions.get().get_absolute_url()).status_code == 200


def test_a_good_file_in_a_refused_form_is_to_be_chosen_again(staff):
    document = make_document()
    response = send(staff, document, upload("Factsheet.pdf", pdf()), title_en="")
    assert list(errors(response)) == ["title_en"]
    assert "“Factsheet.pdf” was not kept. Choose a file again before you save." in response.content.decode()
    assert not on_disk()


def test_staff_fetch_the_file_of_a_draft_and_visitors_do_not(staff, client):
    version = make_document_version(document=make_document(state="draft"), file=upload("Draft.pdf", pdf()))
    form = staff.get(f"/admin/programmes/document/{version.document_id}/change/").content.decode()
    address = f"/admin/programmes/document/files/{version.public_id}/"
    assert f'<a href="{address}">Draft.pdf</a>' in form
    response = staff.get(address)
    assert b"".join(response.streaming_content) == version.file.open("rb").read()
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in response.headers["Cache-Control"]
    unknown = "0000000000004000800000000000abcd"
    assert staff.get(f"/admin/programmes/document/files/{unknown}/").status_code == 404
    client.logout()
    assert client.get(address).status_code == 302
    for open_address in (
        f"/{version.file.name}",
        f"/media/{version.file.name}",
        f"/uploads/{version.file.name}",
    ):
        assert client.get(open_address).status_code == 404
