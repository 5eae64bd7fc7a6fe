"""What a file is, by its content: which are taken, and why the others are refused."""

import io
import random
import re

import pytest
from PIL import ExifTags, Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from iomlaos.publishing.filetypes import RefusedFile, cleaned, page_count, recognise
from tests.uploads import (
    PAGE,
    PAGES,
    W,
    content_types,
    office,
    office_parts,
    office_with,
    package,
    packed,
    packed_pdf,
    pdf,
    pdf_of,
    pdf_that_opens_with,
    photograph,
    picture,
    png_chunk,
    sheet,
)


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


SCRIPT = b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (x) >> >>"


@pytest.mark.parametrize("kind", [b"", b"/Type /Other ", b"/Type 9 0 R "])
@pytest.mark.parametrize("start", [b"", b"7"])
def test_a_script_in_packed_objects_is_found_whatever_they_are_called(kind, start):
    content = packed_pdf(SCRIPT).replace(b"/Type /ObjStm ", kind)
    if start:
        content = re.sub(rb"startxref\n\d+", b"startxref\n" + start, content)
    assert refusal(content, "a.pdf").startswith(("This PDF holds a script", "This PDF is damaged"))


def test_packed_objects_that_cannot_be_read_are_damage():
    content = packed_pdf(b"<< /Type /Catalog /Pages 2 0 R >>").replace(b"/Type /ObjStm ", b"")
    assert refusal(content.replace(b"stream\nx", b"stream\n\0\0"), "a.pdf").startswith("This PDF is damaged")


@pytest.mark.parametrize("word", [b"stream", b"endobj", b"obj", b"startxref"])
def test_a_word_that_lenient_readers_pass_over_hides_no_script(word):
    catalogue = b"<< /Type /Catalog /Foo " + word + SCRIPT[len(b"<< /Type /Catalog") :]
    names = pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", PAGES, PAGE, catalogue)
    assert refusal(names, "a.pdf").startswith("This PDF holds a script")


LEADS_ON = b"<< /S /URI /URI (https://elsewhere.example/) >>"


@pytest.mark.parametrize("action", [LEADS_ON, b"<< /S /GoTo /D [3 0 R /Fit] /Next [" + LEADS_ON + b"] >>"])
def test_a_pdf_that_leads_elsewhere_by_itself_is_refused(action):
    assert refusal(pdf_that_opens_with(action), "a.pdf").startswith("This PDF holds a script, an action")


def test_a_pdf_with_a_link_to_be_clicked_is_taken():
    link = PAGE.replace(b" >>", b" /Annots [<< /Subtype /Link /A " + LEADS_ON + b" >>] >>")
    content = pdf_of(b"<< /Type /Catalog /Pages 2 0 R /OpenAction [3 0 R /Fit] >>", PAGES, link)
    assert kind_of(content, "a.pdf") == "application/pdf"


def test_a_pdf_with_a_million_beginnings_of_a_string_is_read_in_one_go():
    """Each looked for to the end of the file, they would take hours."""
    head, mark, tail = pdf().rpartition(b"startxref")
    assert (
        kind_of(head + b"9 0 obj\n" + b"< " * 1_000_000 + b"\n" + mark + tail, "a.pdf") == "application/pdf"
    )


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


# --- Office files that fetch, wherever it is written ------------------------------------------

DDE = f'<w:document {W}><w:body><w:p><w:fldSimple w:instr="DDEAUTO cmd"/></w:p></w:body></w:document>'
WORKBOOK = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
FORMULA = (
    f"<worksheet {WORKBOOK}><sheetData><row><c><f>cmd|'/c calc'!A1</f></c></row></sheetData></worksheet>"
)
ASKING = f'<externalLink {WORKBOOK}><ddeLink ddeService="cmd" ddeTopic="calc"/></externalLink>'


@pytest.mark.parametrize(
    ("ending", "part", "text"),
    [
        ("docx", "main/story.xml", DDE), ("docx", "story.xml", DDE), ("docx", "word/document.foo", DDE),
        ("docx", "main/story.xml", DDE.encode("utf-16")), ("docx", "word/story.vml", DDE),
        ("xlsx", "s/sheet1.xml", FORMULA), ("xlsx", "sheet1.xml", FORMULA), ("xlsx", "xl/sheet1.foo", FORMULA),
        ("xlsx", "xl/sharedStrings1.xml", FORMULA), ("xlsx", "s/sheet1.xml", FORMULA.encode("utf-16-le")),
        ("xlsx", "xl/a.xml", FORMULA.replace("cmd|", "WEB<!-- -->SERVICE(1)").replace("'/c calc'!A1", "")),
        ("xlsx", "s/link.xml", ASKING),
    ],
)  # fmt: skip
def test_what_would_fetch_is_found_in_any_part(ending, part, text):
    assert refusal(office_with(ending, **{part: text}), f"a.{ending}").startswith(
        "When it is opened, this file"
    )


@pytest.mark.parametrize("media_type", ["wordprocessingml.document.main+xml", "wordprocessingml.footer+xml"])
def test_a_part_whose_name_belies_its_type_is_refused(media_type):
    parts = office_parts("docx")
    more = f'<Override PartName="/word/more.foo" ContentType="{OFFICE}{media_type}"/>'
    main = OFFICE + "wordprocessingml.document.main+xml"
    types = content_types("word/document.xml", main, more)
    content = packed(parts | {"[Content_Types].xml": types, "word/more.foo": "<a/>"})
    assert refusal(content, "a.docx").startswith("This file is damaged")


DOCTYPE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("ending", "part"),
    [
        ("xlsx", "xl/sharedStrings.xml"), ("xlsx", "xl/styles.xml"), ("xlsx", "docProps/core.xml"),
        ("xlsx", "xl/more.foo"), ("pptx", "ppt/slides/slide1.xml"), ("docx", "customXml/item1.xml"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_document_type_is_refused_in_every_part_and_encoding(ending, part, encoding):
    content = office_with(ending, **{part: DOCTYPE.encode(encoding)})
    assert refusal(content, f"a.{ending}").startswith("This file is damaged")


@pytest.mark.parametrize(
    ("ending", "part", "content"),
    [
        ("docx", "word/media/image1.png", picture("PNG")), ("docx", "word/fonts/font1.odttf", b"<\0\1\2" * 20),
        ("docx", "customXml/item1.xml", '<b:Sources xmlns:b="urn:b"/>'), ("docx", "word/media/a.svg", "<svg/>"),
        ("xlsx", "xl/printerSettings/printerSettings1.bin", b"P\0r\0i\0" * 40),
        ("xlsx", "xl/drawings/vmlDrawing1.vml", '<xml xmlns:v="urn:v"><v:shape><br></v:shape></xml>'),
        ("xlsx", "xl/sharedStrings.xml", f"<sst {WORKBOOK}><si><t>a | b &#38; CALL (us)</t></si></sst>"),
        ("xlsx", "customXml/item1.xml", ""),
        ("pptx", "ppt/embeddings/sheet.xlsx", office("xlsx")), ("pptx", "ppt/fonts/font1.fntdata", b"<" * 40),
    ],
)  # fmt: skip
def test_what_office_programs_put_into_their_files_is_taken(ending, part, content):
    assert kind_of(office_with(ending, **{part: content}), f"a.{ending}").startswith("application/")


@pytest.mark.parametrize(
    "formula", ["'A|b'!A1&amp;'c d'!B2", "&quot;x|y&quot;&amp;A1", "IF(A1=&quot;'&quot;,1,2)"]
)
def test_a_formula_that_names_a_sheet_or_quotes_a_text_is_taken(formula):
    assert kind_of(sheet(formula), "a.xlsx") == OFFICE + "spreadsheetml.sheet"


@pytest.mark.parametrize("formula", ["A1|x" + "'" * 1_000_000, "1+" + "'" * 1_000_000, "1+" + "' " * 500_000])
def test_a_formula_longer_than_excel_takes_is_refused_at_once(formula):
    assert refusal(sheet(formula + "|"), "a.xlsx").startswith("This file is damaged")


def test_many_formulas_full_of_quotes_are_read_in_one_go():
    assert "would fetch" in refusal(sheet(*["1+" + "'" * 8_001] * 200, "cmd|'x'!A1"), "a.xlsx")


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
