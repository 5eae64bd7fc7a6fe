"""Check uploaded images: size, wholeness, no animation; stored without metadata."""

import io
import struct
import threading

from PIL import ExifTags, Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from iomlaos.media.filetypes.types import JPEG, PNG, WEBP, FileType, InvalidFile

#: Scanned at 600 dpi, an A4 page has 35 million.
MAX_PIXELS = 64_000_000
STARTS = {b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG, b"RIFF": WEBP}
READERS = {JPEG: JpegImageFile, PNG: PngImageFile, WEBP: WebPImageFile}
#: A large picture takes some hundred megabytes while it is read: one at a time.
reading = threading.Lock()


def type_of(data: bytes) -> FileType | None:
    return next((found for start, found in STARTS.items() if data.startswith(start)), None)


def open_image(data: bytes, file_type: FileType, most_pixels: int = MAX_PIXELS) -> Image.Image:
    """Open a picture, and check its header. Raises InvalidFile."""
    try:
        picture = READERS[file_type](io.BytesIO(data))
    except (OSError, SyntaxError, ValueError):
        raise InvalidFile("damaged") from None
    if picture.width * picture.height > most_pixels:
        raise InvalidFile("pixels", side=int(most_pixels**0.5))
    if getattr(picture, "is_animated", False):
        raise InvalidFile("animated")
    # A progressive JPEG has about ten scans. With very many, a small file keeps a computer busy.
    if file_type is JPEG and data.count(b"\xff\xda") > 100:
        raise InvalidFile("damaged")
    return picture


def orientation(picture: Image.Image) -> int:
    """Which way up the camera was held: 1 to 8."""
    try:
        return picture.getexif().get(ExifTags.Base.Orientation, 1)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, struct.error):
        return 1


def without_metadata(data: bytes, file_type: FileType) -> bytes:
    """Write a picture again: without place, camera, texts and what hides behind it. Raises InvalidFile."""
    content, exif = io.BytesIO(), Image.Exif()
    with reading, open_image(data, file_type) as picture:
        try:
            picture.load()
            exif[ExifTags.Base.Orientation] = orientation(picture)
            options = {key: picture.info[key] for key in ("icc_profile", "dpi") if key in picture.info}
            if file_type is JPEG:
                options |= {"qtables": picture.quantization, "subsampling": 0, "optimize": True}
            # Comments and texts go; the transparent colour stays.
            picture.info = {key: value for key, value in picture.info.items() if key == "transparency"}
            picture.save(content, file_type.name, exif=exif, **options)
        except (OSError, SyntaxError, ValueError):
            raise InvalidFile("damaged") from None
    return content.getvalue()
