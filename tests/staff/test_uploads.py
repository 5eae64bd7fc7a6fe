"""Files that staff upload: what is taken, what is refused, and who can fetch it."""

from pathlib import Path

import pytest
from django.conf import settings
from pypdf.actions import JavaScript

from tests.factories import make_document, make_edition, make_form, upload
from tests.uploads import office, package, pdf

from .filled import errors, filled


def send(staff, document, file, **given):
    address = f"/admin/programmes/document/{document.pk}/change/"
    row = {"editions-TOTAL_FORMS": "1", "editions-0-language": "en", "editions-0-file": file}
    return staff.post(address, filled(staff.get(address), **given) | row)


def on_disk() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_pdf_is_taken_with_its_pages_and_size(staff):
    document = make_document()
    response = send(staff, document, upload("Fact sheet.pdf", pdf(3)))
    assert response.status_code == 302, errors(response)
    edition = document.editions.get()
    assert (edition.filename, edition.pages, edition.media_type) == ("Fact sheet.pdf", 3, "application/pdf")
    assert len(on_disk()) == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"plain text", "This is none of the files that are taken"),
        ("a.pdf", b"%PDF-1.7 broken", "This PDF is damaged"),
        (
            "a.pdf",
            pdf(change=lambda writer: writer.add_open_action(JavaScript("app.alert(1)"))),
            "This PDF holds a script",
        ),
        ("a.docx", pdf(), "Give it a name that ends in “.pdf”"),
        ("a.docx", office("docx", "word/vbaProject.bin"), "This file holds macros"),
        ("a.zip", package("a.txt"), "This is a packed file"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is none of the files that are taken"),
    ],
)
def test_a_refused_file_says_why_keeps_what_was_typed_and_leaves_nothing(staff, name, content, words):
    document = make_document()
    response = send(staff, document, upload(name, content), summary_en="A new summary.")
    assert list(errors(response)) == ["file"]
    assert words in errors(response)["file"][0]
    assert filled(response)["summary_en"] == ["A new summary."]
    assert not on_disk()
    assert not document.editions.exists()


def test_a_file_above_the_limit_is_refused(staff, settings):
    settings.UPLOAD_LIMIT_BYTES = 100
    response = send(staff, make_document(), upload("a.pdf", pdf()))
    assert "at most 100\xa0bytes are taken" in errors(response)["file"][0]


def test_a_good_file_in_a_refused_form_is_to_be_chosen_again(staff):
    document = make_document()
    response = send(staff, document, upload("Factsheet.pdf", pdf()), title_en="")
    assert list(errors(response)) == ["title_en"]
    assert "“Factsheet.pdf” was not kept. Choose a file again before you save." in response.content.decode()
    assert not on_disk()


def test_a_file_and_an_address_are_not_taken_together(staff):
    document = make_document()
    response = send(staff, document, upload("a.pdf", pdf()))
    address = f"/admin/programmes/document/{document.pk}/change/"
    form = filled(staff.get(address), **{"editions-0-address": "https://example.org/a"})
    response = staff.post(address, form)
    assert "Give a file, or an address elsewhere, and not both." in response.content.decode()


def test_staff_fetch_the_file_of_a_draft_and_visitors_do_not(staff, client):
    edition = make_edition(document=make_document(state="draft"), file=upload("Draft.pdf", pdf()))
    form = staff.get(f"/admin/programmes/document/{edition.document_id}/change/").content.decode()
    address = f"/admin/programmes/document/files/{edition.pk}/"
    assert f'<a href="{address}">Draft.pdf</a>' in form
    response = staff.get(address)
    assert b"".join(response.streaming_content) == edition.file.open("rb").read()
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in response.headers["Cache-Control"]
    client.logout()
    assert client.get(address).status_code == 302
    for open_address in (
        f"/{edition.file.name}",
        f"/media/{edition.file.name}",
        f"/uploads/{edition.file.name}",
    ):
        assert client.get(open_address).status_code == 404


def test_a_file_that_is_not_there_is_not_found(staff):
    edition = make_edition()
    assert staff.get(f"/admin/programmes/document/files/{edition.pk}/").status_code == 404
    unknown = "00000000-0000-4000-8000-000000000000"
    assert staff.get(f"/admin/programmes/document/files/{unknown}/").status_code == 404
    assert staff.get(f"/admin/careers/applicationform/files/{unknown}/").status_code == 404


def test_a_form_for_applicants_is_uploaded_in_the_same_way(staff):
    form = make_form()
    address = f"/admin/careers/applicationform/{form.pk}/change/"
    row = {
        "versions-TOTAL_FORMS": "1",
        "versions-0-language": "lo",
        "versions-0-file": upload("PHF.pdf", pdf()),
    }
    response = staff.post(address, filled(staff.get(address)) | row)
    assert response.status_code == 302, errors(response)
    assert "PHF.pdf" in staff.get(address).content.decode()
