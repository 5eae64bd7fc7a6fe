"""Files as staff upload them: honest ones of tests/data/uploads, small ones made here, and hostile ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
from django.conf import settings
from PIL import ExifTags, Image

from tests.helpers.commands import ROOT

UPLOADS = ROOT / "tests/data/uploads"
HONEST = sorted(path for path in UPLOADS.rglob("*") if path.is_file())
SCHEMAS = "http://schemas.openxmlformats.org/"
LINKS = SCHEMAS + "officeDocument/2006/relationships/"
XML = '<?xml version="1.0" encoding="UTF-8"?>'
W = f'xmlns:w="{SCHEMAS}wordprocessingml/2006/main"'
S = f'xmlns="{SCHEMAS}spreadsheetml/2006/main"'
SMALL_OFFICE = {
    "docx": "npm docx/table.docx", "xlsx": "openpyxl/rows.xlsx", "pptx": "python-pptx/with a chart.pptx",
}  # fmt: skip
MAIN_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def honest(name: str) -> bytes:
    """An honest file, by its maker and name."""
    return (UPLOADS / name).read_bytes()


# --- Where they are stored -----------------------------------------------------------------------


def on_disk() -> list[Path]:
    """The files that are stored."""
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


# --- PDF --------------------------------------------------------------------------------------


def pdf(pages: int = 1, change: Callable[[pikepdf.Pdf], object] | None = None, **options) -> bytes:
    """A PDF of empty pages; `change` may add to it before it is saved."""
    document = pikepdf.new()
    for _page in range(pages):
        document.add_blank_page(page_size=(595, 842))
    if change:
        change(document)
    content = io.BytesIO()
    document.save(content, **options)
    return content.getvalue()


def pdf_with(key: str, value: str, **options) -> bytes:
    """A PDF with an entry in its catalogue, written as PDF writes it."""
    return pdf(
        1, lambda document: document.Root.__setitem__(key, pikepdf.Object.parse(value.encode())), **options
    )


# --- Office -----------------------------------------------------------------------------------


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return content.getvalue()


def office(ending: str, **parts: str | bytes) -> bytes:
    """An honest Office file, with these parts added or in place of its own."""
    content = honest(SMALL_OFFICE[ending])
    return packed(parts_of(content) | parts) if parts else content


def replaced(content: bytes, part: str, old: str, new: str) -> bytes:
    """An Office file with other words in a part."""
    parts = parts_of(content)
    assert old.encode() in parts[part]
    return packed(parts | {part: parts[part].replace(old.encode(), new.encode(), 1)})


def linked(ending: str, kind: str, target: str, mode: str = "External", **parts: str | bytes) -> bytes:
    """An Office file whose main part links to a target."""
    folder, _, main = MAIN_PARTS[ending].partition("/")
    link = f'<Relationship Id="rId99" Type="{LINKS}{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    return replaced(office(ending, **parts), f"{folder}/_rels/{main}.rels", "</Relationships>", link)


def typed(ending: str, part: str, media_type: str, content: str | bytes = "<a/>") -> bytes:
    """An Office file with a part of this media type."""
    override = f'<Override PartName="/{part}" ContentType="{media_type}"/></Types>'
    return replaced(office(ending, **{part: content}), "[Content_Types].xml", "</Types>", override)


def word(body: str) -> bytes:
    """A Word file with this in its body."""
    return office(
        "docx", **{"word/document.xml": f"{XML}<w:document {W}><w:body>{body}</w:body></w:document>"}
    )


def field(*pieces: str) -> str:
    """A field of Word, its instruction cut into these pieces."""
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>{runs}<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        '<w:r><w:t>…</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def sheet(formula: str) -> bytes:
    """An Excel file with this formula."""
    rows = f'<sheetData><row r="1"><c r="A1"><f>{formula}</f></c></row></sheetData>'
    return office("xlsx", **{"xl/worksheets/sheet1.xml": f"{XML}<worksheet {S}>{rows}</worksheet>"})


# --- Pictures ---------------------------------------------------------------------------------


def picture(kind: str, **options) -> bytes:
    content = io.BytesIO()
    Image.radial_gradient("L").save(content, kind, **options)
    return content.getvalue()


def of_colour(size: tuple[int, int], kind: str = "JPEG", mode: str = "RGB", **options) -> bytes:
    """A picture of this size, of one colour."""
    content = io.BytesIO()
    Image.new(mode, size, options.pop("colour", "navy")).save(content, kind, **options)
    return content.getvalue()


def moving_webp() -> bytes:
    content = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), (shade, 0, 0)) for shade in (0, 99, 200)]
    frames[0].save(content, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    return content.getvalue()


def photograph(kind: str = "JPEG", turn: int = 6) -> bytes:
    """As a telephone takes it: lying on its side, with position, camera, a text and a small profile."""
    image = Image.new("RGB", (60, 40), "navy")
    image.paste("gold", (0, 0, 30, 40))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turn
    exif[ExifTags.Base.Make] = "Telephone of Somebody"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (17.0, 58.0, 12.0)
    content = io.BytesIO()
    if kind == "JPEG":
        image.save(content, kind, exif=exif, quality=90, comment="Somebody was here")
    else:
        image.save(content, kind, exif=exif)
    return content.getvalue()


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of_size(width: int, height: int, points: bytes = b"") -> bytes:
    """A PNG that says that it has this size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(points))
        + png_chunk(b"IEND", b"")
    )


def moving_png() -> bytes:
    frames = [Image.new("L", (9, 9), shade) for shade in (0, 99, 200)]
    content = io.BytesIO()
    frames[0].save(content, "PNG", save_all=True, append_images=frames[1:], duration=100)
    return content.getvalue()


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG that says that it has this size."""
    data = picture("JPEG")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


# --- As it is sent ----------------------------------------------------------------------------


def multipart(values: dict, field: str, name: str, content: bytes) -> tuple[bytes, str]:
    """A form with a file, as a browser sends it, and its media type. The name goes as it stands."""
    boundary = "----as-a-browser-sends-it"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, given in values.items()
        for value in (given if isinstance(given, list) else [given])
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
