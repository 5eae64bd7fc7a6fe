"""Pictures: whole, of a size that a computer can show, and stored without what a camera wrote into them."""

import io
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageCms

from .kinds import JPEG, PNG, WEBP, FileKind, RefusedFile
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
HEIC = (b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1")

#: The sides of a picture in a text: for a telephone, for the width of a text, and sharp on any screen.
#: Stored pictures have these: whoever adds one makes it of them, too.
WIDTHS = (480, 960, 1600)
QUALITY = 80
#: Of a picture in a text. A JPEG is read at a smaller scale; others take sixteen bytes a point at their peak.
MOST_PIXELS_READ_WHOLE = 24_000_000
#: Which way up a camera held a picture, and what puts it right.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
#: A large picture takes some hundred megabytes while it is read: one at a time.
_reading = threading.Lock()


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
        raise _too_large(MOST_PIXELS)
    if PAGE_OR_SCRIPT.search(data) or zipfile.is_zipfile(io.BytesIO(data)):
        raise RefusedFile(_("Something that is no picture hangs on this picture. Open it, and save it anew."))
    try:
        if kind is JPEG:
            scans = sum(name == 0xDA for name, _part in _jpeg_parts(data))
            if not 0 < scans <= MOST_SCANS:
                raise damaged
        elif kind is WEBP:
            if any(name in (b"ANIM", b"ANMF") for name in _webp_chunks(data)):
                raise RefusedFile(_("This picture moves. Save one picture of it."))
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


def _too_large(most: int) -> RefusedFile:
    return RefusedFile(
        _("This picture is far too large. Make it smaller: at most %(side)s by %(side)s points.")
        % {"side": int(most**0.5)}
    )


@dataclass(frozen=True)
class Size:
    """A picture as WebP, of one width."""

    width: int
    height: int
    content: bytes


def widths_of(width: int) -> list[int]:
    """The widths in which a picture is kept, the largest of which is this."""
    return [*(each for each in WIDTHS if each * 1.2 <= width), width]


def sizes(data: bytes, kind: FileKind) -> list[Size]:
    """A recognised picture upright, in a few widths and never larger than it is, the largest last.

    Only its points are taken over: no position, camera, date or text. Colours are those of a screen,
    and white is behind what is transparent, for a dark page would swallow dark lines.
    """
    try:
        with _reading:
            largest = _read(data, kind)
            return [_written(largest, width, kind) for width in widths_of(largest.width)]
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise RefusedFile(_("This picture is damaged and cannot be read. Save it anew.")) from None


def _read(data: bytes, kind: FileKind) -> Image.Image:
    side = WIDTHS[-1]
    turn = UPRIGHT.get(_orientation(data))
    with Image.open(io.BytesIO(data), formats=[kind.name]) as image:
        if kind is not JPEG and image.width * image.height > MOST_PIXELS_READ_WHOLE:
            raise _too_large(MOST_PIXELS_READ_WHOLE)
        profile = image.info.get("icc_profile") or b""
        # A JPEG is read at a smaller scale at once.
        image.draft("RGB", (side, side))
        image.load()
        if image.mode.startswith("I"):
            image = image.point(lambda value: value / 256).convert("L")
        if image.has_transparency_data:
            image = image.convert("RGBA")
        elif image.mode not in ("L", "RGB", "CMYK"):
            image = image.convert("RGB")
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
    if image.mode == "RGBA":
        behind = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(behind, image).convert("RGB")
    image = _on_a_screen(image, profile)
    return image if turn is None else image.transpose(turn)


def _on_a_screen(image: Image.Image, profile: bytes) -> Image.Image:
    """In the colours of a screen, where the picture brings a profile of its own."""
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image.convert("RGB")


def _written(largest: Image.Image, width: int, kind: FileKind) -> Size:
    height = max(1, round(largest.height * width / largest.width))
    image = largest if width == largest.width else largest.resize((width, height), Image.Resampling.LANCZOS)
    image.info.clear()
    # Of a drawing, points just as they are often take less.
    ways = [{"quality": QUALITY}, *([{"lossless": True}] if kind is PNG else [])]
    return Size(width, image.height, min((_as_webp(image, **way) for way in ways), key=len))


def _as_webp(image: Image.Image, **way: object) -> bytes:
    content = io.BytesIO()
    image.save(content, "WEBP", method=4, exif=b"", icc_profile=b"", xmp=b"", **way)
    return content.getvalue()


def without_metadata(data: bytes, kind: FileKind) -> bytes:
    """The same picture, point for point, without position, camera, date, texts and small copies.

    Which way up it is stays, and its colour profile if that is short.
    """
    return _jpeg_without(data) if kind is JPEG else _png_without(data)


def _turned(data: bytes) -> bytes:
    """Metadata that say which way up the picture is, and nothing else; empty where it is upright."""
    turn = _orientation(data)
    if turn not in UPRIGHT:
        return b""
    # TIFF, big-endian: one entry of one short number.
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, ExifTags.Base.Orientation, 3, 1, turn, 0, 0)


def _orientation(data: bytes) -> int:
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as image:
            return image.getexif().get(ExifTags.Base.Orientation, 1)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, struct.error):
        return 1


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


# --- WebP -------------------------------------------------------------------------------------


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    """The names of the chunks of a WebP, which fill it to its end."""
    (length,) = struct.unpack_from("<I", data, 4)
    if length + 8 != len(data):
        raise Damaged
    at = 12
    while at < len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        yield name
        at += 8 + length + length % 2
    if at != len(data):
        raise Damaged
