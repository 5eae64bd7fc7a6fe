"""What a file is, by its content: which are taken, and why the others are refused."""

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from iomlaos.publishing.filetypes import RefusedFile, page_count, recognise
from tests.uploads import office, package, pdf, picture


def kind_of(content: bytes, name: str) -> str:
    return recognise(io.BytesIO(content), name).media_type


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(RefusedFile) as refused:
        recognise(io.BytesIO(content), name)
    return str(refused.value)


OFFICE = "application/vnd.openxmlformats-officedocument."


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (pdf(), "Factsheet.pdf", "application/pdf"),
        (pdf(), "FACTSHEET.PDF", "application/pdf"),
        (office("docx"), "form.docx", OFFICE + "wordprocessingml.document"),
        (office("xlsx"), "table.xlsx", OFFICE + "spreadsheetml.sheet"),
        (office("pptx"), "talk.pptx", OFFICE + "presentationml.presentation"),
        (picture("PNG"), "map.png", "image/png"),
        (picture("JPEG"), "map.jpg", "image/jpeg"),
        (picture("JPEG"), "map.jpeg", "image/jpeg"),
    ],
)
def test_a_good_file_is_taken_for_what_it_is(content, name, media_type):
    assert kind_of(content, name) == media_type


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
WORD_OF_2003 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.pdf", "This file is empty."),
        (b"<!doctype html><script>alert(1)</script>", "a.pdf", "This is none of the files that are taken"),
        (SVG, "a.svg", "This is none of the files that are taken"),
        (SVG, "a.png", "This is none of the files that are taken"),
        (b"GIF89a/*" + picture("GIF")[8:], "a.gif", "This is none of the files that are taken"),
        (WORD_OF_2003, "a.doc", "This is none of the files that are taken"),
        (b"MZ\x90\0" * 20, "a.exe", "This is none of the files that are taken"),
        (package("a.txt"), "a.docx", "This is a packed file (.zip)"),
        (package("word/document.xml"), "a.docx", "This is a packed file (.zip)"),
        (office("docx", "word/vbaProject.bin"), "a.docx", "This file holds macros."),
        (office("xlsx", "xl/VBAPROJECT.BIN"), "a.xlsx", "This file holds macros."),
        (office("docx", "word/activeX/activeX1.xml"), "a.docx", "This file holds macros."),
        (office("docx")[:-30], "a.docx", "This file is damaged"),
        (pdf()[:200], "a.pdf", "This PDF is damaged"),
        (b"%PDF-1.7\nnothing more", "a.pdf", "This PDF is damaged"),
        (picture("PNG")[:-40], "a.png", "This picture is damaged"),
        (picture("PNG")[:100], "a.png", "This picture is damaged"),
        (picture("JPEG")[:400], "a.jpg", "This picture is damaged"),
        (picture("JPEG")[:-600], "a.jpg", "This picture is damaged"),
    ],
)
def test_any_other_file_is_refused_with_the_reason(content, name, reason):
    assert refusal(content, name).startswith(reason)


@pytest.mark.parametrize(
    ("content", "name", "advice"),
    [
        (pdf(), "a.docx", "Give it a name that ends in “.pdf”."),
        (pdf(), "a.pdf.exe", "Give it a name that ends in “.pdf”."),
        (pdf(), "a", "Give it a name that ends in “.pdf”."),
        (office("docx"), "a.docm", "Give it a name that ends in “.docx”."),
        (picture("PNG"), "a.jpg", "Give it a name that ends in “.png”."),
    ],
)
def test_a_name_that_belies_the_content_is_refused(content, name, advice):
    assert refusal(content, name).endswith(advice)


def test_a_file_over_the_limit_is_refused_with_both_sizes(settings):
    settings.UPLOAD_LIMIT_BYTES = 500
    assert refusal(pdf(5), "a.pdf").endswith(
        "at most 500\xa0bytes are taken. Save it smaller, for instance with smaller pictures."
    )


def test_a_file_of_just_the_limit_is_taken(settings):
    settings.UPLOAD_LIMIT_BYTES = len(pdf())
    assert kind_of(pdf(), "a.pdf") == "application/pdf"


def test_an_office_file_locked_with_a_password_is_refused():
    content = bytearray(office("docx"))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(content), "a.docx") == "This file is locked with a password. Save it without one."


def test_an_office_file_that_unpacks_to_far_too_much_is_refused():
    content = bytearray(office("docx"))
    size = content.index(b"PK\x01\x02") + 24
    content[size : size + 4] = (600 * 1024 * 1024).to_bytes(4, "little")
    assert "unpacks to far more" in refusal(bytes(content), "a.docx")


# --- PDF that would act by itself -------------------------------------------------------------


def name(text: str) -> NameObject:
    return NameObject(text)


def action(kind: str, **entries) -> DictionaryObject:
    return DictionaryObject(
        {name("/S"): name(kind)} | {name(f"/{key}"): value for key, value in entries.items()}
    )


def script() -> DictionaryObject:
    return action("/JavaScript", JS=TextStringObject("app.alert(1)"))


def opening_script(writer: PdfWriter) -> None:
    writer.root_object[name("/OpenAction")] = script()


def opening_script_as_an_object_of_its_own(writer: PdfWriter) -> None:
    writer.root_object[name("/OpenAction")] = writer._add_object(script())


def closing_script_of_a_page(writer: PdfWriter) -> None:
    writer.pages[0][name("/AA")] = DictionaryObject({name("/C"): script()})


def named_script(writer: PdfWriter) -> None:
    scripts = ArrayObject([TextStringObject("greeting"), writer._add_object(script())])
    names = DictionaryObject({name("/JavaScript"): DictionaryObject({name("/Names"): scripts})})
    writer.root_object[name("/Names")] = names


def start_of_a_program(writer: PdfWriter) -> None:
    writer.root_object[name("/OpenAction")] = action("/Launch", F=TextStringObject("calc.exe"))


def start_of_a_program_named_elsewhere(writer: PdfWriter) -> None:
    launch = action("/Launch", F=TextStringObject("calc.exe"))
    launch[name("/S")] = writer._add_object(name("/Launch"))
    writer.root_object[name("/OpenAction")] = launch


def attachment(writer: PdfWriter) -> None:
    writer.add_attachment("a.exe", b"MZ")


def film(writer: PdfWriter) -> None:
    annotation = DictionaryObject({name("/Type"): name("/Annot"), name("/Subtype"): name("/RichMedia")})
    writer.pages[0][name("/Annots")] = ArrayObject([annotation])


def living_form(writer: PdfWriter) -> None:
    writer.root_object[name("/AcroForm")] = DictionaryObject({name("/XFA"): TextStringObject("<xdp/>")})


@pytest.mark.parametrize(
    "act",
    [
        opening_script, opening_script_as_an_object_of_its_own, closing_script_of_a_page, named_script,
        start_of_a_program, start_of_a_program_named_elsewhere, attachment, film, living_form,
    ],
)  # fmt: skip
def test_a_pdf_that_acts_or_carries_a_file_is_refused(act):
    assert refusal(pdf(1, act), "a.pdf").startswith("This PDF holds a script, an action or an attachment")


def test_a_script_in_packed_objects_is_found():
    content = packed_pdf(b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (x) >> >>")
    assert refusal(content, "a.pdf").startswith("This PDF holds a script")


def test_a_pdf_with_packed_objects_is_taken():
    content = packed_pdf(b"<< /Type /Catalog /Pages 2 0 R >>")
    assert kind_of(content, "a.pdf") == "application/pdf"


def packed_pdf(catalogue: bytes) -> bytes:
    """A PDF whose catalogue lies in an object stream, as most programs write it now."""
    objects = {
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        4: b"<< /Type /ObjStm /N 1 /First 4 /Length %d >>\nstream\n1 0 %s\nendstream"
        % (len(catalogue) + 4, catalogue),
    }
    content, places = b"%PDF-1.5\n", {}
    for number, body in objects.items():
        places[number] = len(content)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    rows = b"\0\0\0\0" + b"\2\0\4\0" + b"".join(b"\1%s\0" % places[n].to_bytes(2, "big") for n in (2, 3, 4))
    rows += b"\1%s\0" % start.to_bytes(2, "big")
    content += b"5 0 obj\n<< /Type /XRef /Size 6 /W [1 2 1] /Root 1 0 R /Length %d >>\nstream\n" % len(rows)
    return content + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start


def test_a_pdf_that_opens_at_a_page_is_taken():
    def opens_at_a_page(writer: PdfWriter) -> None:
        page = writer.pages[0].indirect_reference
        writer.root_object[name("/OpenAction")] = ArrayObject([page, name("/XYZ"), NumberObject(0)])

    assert kind_of(pdf(1, opens_at_a_page), "a.pdf") == "application/pdf"


def test_a_pdf_locked_with_a_password_is_refused():
    locked = pdf(1, lambda writer: writer.encrypt("secret", algorithm="RC4-128"))
    assert refusal(locked, "a.pdf") == "This PDF is locked with a password. Save it without one."


@pytest.mark.parametrize("pages", [1, 7])
def test_the_pages_of_a_pdf_are_counted(pages):
    content = io.BytesIO(pdf(pages))
    assert page_count(content, recognise(content, "a.pdf")) == pages


def test_other_files_have_no_count_of_pages():
    content = io.BytesIO(office("docx"))
    assert page_count(content, recognise(content, "a.docx")) is None
