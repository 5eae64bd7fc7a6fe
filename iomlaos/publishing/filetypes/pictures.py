"""Pictures: whole, of a size that a computer can show, and stored without what a camera wrote into them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _
from PIL import ExifTags, Image

from .kinds import JPEG, FileKind, RefusedFile
from .pdf import PAGE_OR_SCRIPT

#: An A4 page scanned at 600 dpi has 35 million.
MOST_PIXELS = 64_000_000
#: A longer profile of colours is made for a press.
LONGEST_PROFILE = 64 * 1024
#: A picture that builds up has about ten; with very many, a small file keeps a computer busy.
MOST_SCANS = 100
#: Bytes that a PNG may hold beyond its points.
SURPLUS = 64 * 1024

PNG_START = b"\x89PNG\r\n\x1a\n"
#: What a PNG needs to look as it does. Anything else says something about it.
PNG_KEPT = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT bKGD pHYs cICP".split())
#: The passes of an interlaced PNG: first column and row, step of columns and rows.
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class Damaged(Exception):
    """The bytes do not follow each other as they must."""


def check(data: bytes, kind: FileKind) -> FileKind:
    damaged = RefusedFile(_("This picture is damaged and cannot be read. Save it anew."))
    try:
        with Image.open(io.BytesIO(data), formats=[kind.name]) as image:
            width, height = image.size
    except Image.DecompressionBombError:
        width = height = MOST_PIXELS
    except (OSError, SyntaxError, ValueError):
        raise damaged from None
    if width * height > MOST_PIXELS:
        raise RefusedFile(
            _("This picture is far too large. Make it smaller: at most %(side)s by %(side)s points.")
            % {"side": int(MOST_PIXELS**0.5)}
        )
    if PAGE_OR_SCRIPT.search(data) or zipfile.is_zipfile(io.BytesIO(data)):
        raise RefusedFile(_("Something that is no picture hangs on this picture. Open it, and save it anew."))
    try:
        if kind is JPEG:
            scans = sum(name == 0xDA for name, _part in _jpeg_parts(data))
            if not 0 < scans <= MOST_SCANS:
                raise damaged
        else:
            chunks = list(_png_chunks(data))
            if any(name in (b"acTL", b"fcTL", b"fdAT") for name, _body in chunks):
                raise RefusedFile(_("This picture moves. Save one picture of it."))
            _inflate(chunks)
        with Image.open(io.BytesIO(data), formats=[kind.name]) as image:
            if kind is JPEG:
                # Its `verify` reads no further than the header. Read to the end, at a small scale.
                image.draft("L", (1, 1))
                image.load()
            else:
                image.verify()
    except (OSError, SyntaxError, ValueError, Damaged, struct.error, zlib.error):
        raise damaged from None
    return kind


def without_metadata(data: bytes, kind: FileKind) -> bytes:
    """The same picture, point for point, without position, camera, date, texts and small copies.

    Which way up it is stays, and its colour profile if that is short.
    """
    return _jpeg_without(data) if kind is JPEG else _png_without(data)


def _turned(data: bytes) -> bytes:
    """Metadata that say which way up the picture is, and nothing else; empty where it is upright."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as image:
            turn = image.getexif().get(ExifTags.Base.Orientation, 1)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, struct.error):
        return b""
    if turn not in range(2, 9):
        return b""
    # TIFF, big-endian: one entry of one short number.
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, ExifTags.Base.Orientation, 3, 1, turn, 0, 0)


# --- JPEG -------------------------------------------------------------------------------------


def _jpeg_parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The parts of a JPEG in order, each by its marker and whole; what stands behind its end is not one."""
    at = 2
    while True:
        if data[at : at + 1] != b"\xff":
            raise Damaged
        # A marker may be drawn out.
        filling = len(data[at + 1 : at + 66]) - len(data[at + 1 : at + 66].lstrip(b"\xff"))
        at += filling
        if filling > 64 or at + 2 > len(data):
            raise Damaged
        name = data[at + 1]
        if name == 0xD9:
            return
        if name == 0x01 or 0xD0 <= name <= 0xD7:
            end = at + 2
        else:
            (length,) = struct.unpack_from(">H", data, at + 2)
            end = at + 2 + length
            if length < 2 or end > len(data):
                raise Damaged
        if name == 0xDA:
            # The points of a scan follow: up to the next marker that is neither stuffing nor a restart.
            while True:
                end = data.find(b"\xff", end)
                if end < 0 or end + 1 >= len(data):
                    raise Damaged
                if data[end + 1] == 0 or 0xD0 <= data[end + 1] <= 0xD7:
                    end += 2
                elif data[end + 1] == 0xFF:
                    end += 1
                else:
                    break
        yield name, data[at:end]
        at = end


def _jpeg_without(data: bytes) -> bytes:
    parts = list(_jpeg_parts(data))
    profile = [part for name, part in parts if name == 0xE2 and part[4:16] == b"ICC_PROFILE\0"]
    if sum(map(len, profile)) > LONGEST_PROFILE:
        profile = []
    kept = []
    for name, part in parts:
        is_jfif = name == 0xE0 and part[4:9] == b"JFIF\0"
        is_adobe = name == 0xEE and part[4:9] == b"Adobe"
        if is_jfif and len(part) >= 18:
            # Without the small copy that may stand in it.
            kept.append(b"\xff\xe0\x00\x10" + part[4:16] + b"\0\0")
        elif is_adobe or part in profile or not (name == 0xFE or 0xE0 <= name <= 0xEF):
            kept.append(part)
    if turned := _turned(data):
        exif = b"Exif\0\0" + turned
        after_jfif = 1 if kept and kept[0][:2] == b"\xff\xe0" else 0
        kept.insert(after_jfif, b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    return b"\xff\xd8" + b"".join(kept) + b"\xff\xd9"


# --- PNG --------------------------------------------------------------------------------------


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG up to its end, each by its name and without its sum."""
    at = len(PNG_START)
    name = b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if len(body) < length:
            raise Damaged
        yield name, body
        at += 12 + length


def _inflate(chunks: list[tuple[bytes, bytes]]) -> None:
    """Unpack the points without keeping them: not fewer than the header says, nor many more."""
    width, height, bits, colour, _packing, _filter, interlaced = struct.unpack_from(">IIBBBBB", chunks[0][1])

    def size(columns: int, rows: int) -> int:
        return ((columns * bits * SAMPLES.get(colour, 0) + 7) // 8 + 1) * rows if columns > 0 else 0

    if interlaced:
        expected = sum(
            size((width - left + right - 1) // right, (height - top + down - 1) // down)
            for left, top, right, down in ADAM7
        )
    else:
        expected = size(width, height)
    unpacker = zlib.decompressobj()
    found = 0
    for body in (body for name, body in chunks if name == b"IDAT"):
        while body and found <= expected + SURPLUS:
            found += len(unpacker.decompress(body, 1024 * 1024))
            body = unpacker.unconsumed_tail
    if not expected <= found + len(unpacker.flush()) <= expected + SURPLUS:
        raise Damaged


def _png_without(data: bytes) -> bytes:
    kept = []
    for name, body in _png_chunks(data):
        if name in PNG_KEPT or (name == b"iCCP" and len(body) <= LONGEST_PROFILE):
            kept.append((name, body))
        if name == b"IHDR" and (turned := _turned(data)):
            kept.append((b"eXIf", turned))
    return PNG_START + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in kept
    )
