"""Real files as staff upload them, made here: PDF, Office packages, pictures; and hostile ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import ExifTags, Image
from pypdf import PdfWriter

SCHEMAS = "http://schemas.openxmlformats.org/"
OFFICE = "application/vnd.openxmlformats-officedocument."
LINKS = SCHEMAS + "officeDocument/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
W = f'xmlns:w="{SCHEMAS}wordprocessingml/2006/main"'
S = f'xmlns="{SCHEMAS}spreadsheetml/2006/main"'
P = f'xmlns:p="{SCHEMAS}presentationml/2006/main"'

OFFICE_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
MAIN_TYPES = {
    "docx": OFFICE + "wordprocessingml.document.main+xml",
    "xlsx": OFFICE + "spreadsheetml.sheet.main+xml",
    "pptx": OFFICE + "presentationml.presentation.main+xml",
}
MAIN_TEXTS = {
    "docx": f"<w:document {W}><w:body><w:p><w:r><w:t>ແບບຟອມ</w:t></w:r></w:p></w:body></w:document>",
    "xlsx": f'<workbook {S}><sheets><sheet name="2026" sheetId="1"/></sheets></workbook>',
    "pptx": f"<p:presentation {P}/>",
}


# --- PDF --------------------------------------------------------------------------------------


def pdf(pages: int = 1, change: Callable[[PdfWriter], object] | None = None) -> bytes:
    """A PDF of empty pages; `change` may add to it before it is written."""
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(width=595, height=842)
    if change:
        change(writer)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def pdf_of(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF of these objects, numbered from 1, with its table of where each lies."""
    content, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, table, len(objects) + 1, trailer, len(content),
    )  # fmt: skip


PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"


def pdf_that_opens_with(action: bytes, *objects: bytes) -> bytes:
    """A PDF with an action on opening, written as it stands; more objects are numbered from 4."""
    return pdf_of(b"<< /Type /Catalog /Pages 2 0 R /OpenAction " + action + b" >>", PAGES, PAGE, *objects)


def packed_pdf(catalogue: bytes) -> bytes:
    """A PDF whose catalogue lies in an object stream, as most programs write it now."""
    packed = zlib.compress(b"1 0 " + catalogue)
    objects = {
        2: PAGES,
        3: PAGE,
        4: b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(packed), packed),
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


def pdf_in_two_parts(number: int, first: bytes, then: bytes) -> bytes:
    """A PDF whose object of this number, 1 or 4, is another in the part that was added later."""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: PAGES, 3: PAGE, 4: b"<< >>", number: first}
    content = pdf_of(*(objects[place] for place in sorted(objects)))
    start = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
    new = len(content)
    later = b"%d 0 obj\n%s\nendobj\n" % (number, then)
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size 5 /Root 1 0 R /Prev %d >>\n" % (
        number,
        new,
        start,
    )
    return content + later + table + b"startxref\n%d\n%%%%EOF\n" % (new + len(later))


# --- Office -----------------------------------------------------------------------------------


def package(*names: str) -> bytes:
    """A zip file with these members."""
    return packed(dict.fromkeys(names, "<xml/>"))


def packed(parts: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def streamed(parts: dict[str, str | bytes]) -> bytes:
    """As a program packs that cannot go back: sizes stand behind each part."""

    class OneWay(io.RawIOBase):
        content = b""

        def writable(self) -> bool:
            return True

        def write(self, piece: bytes) -> int:
            self.content += bytes(piece)
            return len(piece)

    sink = OneWay()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return sink.content


def links(*rows: tuple[str, str, str]) -> str:
    """A part of links: each of a kind, to a target, in a mode (Internal or External)."""
    inner = "".join(
        f'<Relationship Id="rId{number}" Type="{LINKS}/{kind}" Target="{target}" TargetMode="{mode}"/>'
        for number, (kind, target, mode) in enumerate(rows, 1)
    )
    return f'{XML}<Relationships xmlns="{SCHEMAS}package/2006/relationships">{inner}</Relationships>'


def content_types(main: str, media_type: str, more: str = "") -> str:
    return (
        f'{XML}<Types xmlns="{SCHEMAS}package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="bin" ContentType="{OFFICE}oleObject"/>'
        f'<Override PartName="/{main}" ContentType="{media_type}"/>{more}</Types>'
    )


def office_parts(ending: str) -> dict[str, str | bytes]:
    """The parts of a Word, Excel or PowerPoint file, as far as its kind goes."""
    main = OFFICE_PARTS[ending]
    return {
        "[Content_Types].xml": content_types(main, MAIN_TYPES[ending]),
        "_rels/.rels": links(("officeDocument", main, "Internal")),
        main: XML + MAIN_TEXTS[ending],
        "docProps/app.xml": f'{XML}<Properties xmlns="{SCHEMAS}officeDocument/2006/extended-properties"/>',
    }


def office(ending: str, *more: str) -> bytes:
    """A Word, Excel or PowerPoint file; with more members if named."""
    return office_with(ending, **dict.fromkeys(more, "<xml/>"))


def office_with(ending: str, **parts: str | bytes) -> bytes:
    """An Office file with these parts added or in place of its own."""
    return packed(office_parts(ending) | parts)


def office_of_type(ending: str, media_type: str, more: str = "") -> bytes:
    """An Office file whose main part says that it is of this type."""
    main = OFFICE_PARTS[ending]
    return office_with(ending, **{"[Content_Types].xml": content_types(main, media_type, more)})


def size_that_lies(content: bytes, part: str, size: int) -> bytes:
    """A package whose list of parts gives this size for a part, as does the part's own heading."""
    changed = bytearray(content)
    for start, sizes, mark in ((30, 22, b"PK\x03\x04"), (46, 24, b"PK\x01\x02")):
        at = next(
            at for at in range(len(content))
            if content.startswith(mark, at) and content.startswith(part.encode(), at + start)
        )  # fmt: skip
        struct.pack_into("<I", changed, at + sizes, size)
    return bytes(changed)


def one_part_many_times(times: int) -> bytes:
    """A package whose list names one packed part many times over: small, and unpacked very large."""
    content = packed(office_parts("docx") | {"word/media/a.bin": bytes(9 * 1024 * 1024)})
    end = content.rindex(b"PK\x05\x06")
    at = content.rindex(b"PK\x01\x02", 0, end)
    entry = content[at:end]
    entries = b"".join(entry.replace(b"a.bin", b"%05d" % number) for number in range(times))
    count, size, start = 4 + 1 + times, end + len(entries), struct.unpack_from("<I", content, end + 16)[0]
    closing = struct.pack("<4s4HIIH", b"PK\x05\x06", 0, 0, count, count, size - start, start, 0)
    return content[:end] + entries + closing


def word(body: str) -> bytes:
    """A Word file with this in its body."""
    text = f'{XML}<w:document {W} xmlns:r="{LINKS}"><w:body>{body}</w:body></w:document>'
    return office_with("docx", **{"word/document.xml": text})


def field(*pieces: str) -> str:
    """A field of Word, its instruction cut into these pieces, as Word itself cuts it."""
    runs = "".join(f'<w:r><w:instrText xml:space="preserve">{piece}</w:instrText></w:r>' for piece in pieces)
    return (
        f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{runs}'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>…</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )


def sheet(*formulas: str) -> bytes:
    """An Excel file with these formulas."""
    cells = "".join(f'<c r="A{row}"><f>{formula}</f></c>' for row, formula in enumerate(formulas, 1))
    text = f'{XML}<worksheet {S}><sheetData><row r="1">{cells}</row></sheetData></worksheet>'
    return office_with("xlsx", **{"xl/worksheets/sheet1.xml": text})


def linked(ending: str, kind: str, target: str, mode: str = "External") -> bytes:
    """An Office file whose main part links to a target."""
    folder, _, main = OFFICE_PARTS[ending].partition("/")
    return office_with(ending, **{f"{folder}/_rels/{main}.rels": links((kind, target, mode))})


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
