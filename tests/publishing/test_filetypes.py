"""What a file is, by its content: which are taken, and why the others are refused."""

import io
import random

import pytest
from PIL import ExifTags, Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from iomlaos.publishing.filetypes import RefusedFile, cleaned, page_count, recognise
from tests.uploads import office, package, packed_pdf, pdf, photograph, picture, png_chunk


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
        (WORD_OF_2003, "a.doc", "This is an Office file of the old kind (.doc, .xls or .ppt)"),
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
        (pdf(), "a.js.pdf", "The name has two endings, “.js” and “.pdf”. Take out the first."),
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


# --- Pictures without what a camera wrote -----------------------------------------------------


def stored(content: bytes, name: str) -> bytes:
    file = io.BytesIO(content)
    return cleaned(file, recognise(file, name)) or content


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png")])
def test_a_photograph_keeps_its_points_and_which_way_up_it_is(kind, name, turn):
    content = photograph(kind, turn)
    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(stored(content, name))) as after:
        assert after.tobytes() == before.tobytes()
        assert dict(after.getexif()) == ({ExifTags.Base.Orientation: turn} if turn > 1 else {})


@pytest.mark.parametrize("text", [b"Somebody", b"Telephone", b"GPS", b"Exif"])
def test_an_upright_photograph_keeps_no_word_of_its_camera(text):
    assert text not in stored(photograph(turn=1), "a.jpg")


def test_texts_and_dates_of_a_png_are_taken_out_and_its_size_in_print_stays():
    plain = picture("PNG", dpi=(300, 300))
    told = plain[:33] + png_chunk(b"tEXt", b"Author\0Somebody") + png_chunk(b"tIME", bytes(7)) + plain[33:]
    assert stored(told, "a.png") == plain


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png")])
@pytest.mark.parametrize(("length", "stays"), [(3_000, True), (200_000, False)])
def test_a_colour_profile_stays_if_it_is_short(kind, name, length, stays):
    profile = random.Random(1).randbytes(length)
    content = stored(picture(kind, icc_profile=profile), name)
    with Image.open(io.BytesIO(content)) as image:
        assert ("icc_profile" in image.info) is stays


def test_what_stands_behind_a_picture_is_not_stored():
    assert stored(picture("JPEG") + b"Samsung trailer" * 99, "a.jpg") == picture("JPEG")
    assert stored(picture("PNG") + b"something else" * 99, "a.png") == picture("PNG")


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png")])
def test_a_plain_picture_is_stored_as_it_is(kind, name):
    file = io.BytesIO(picture(kind))
    assert cleaned(file, recognise(file, name)) is None
