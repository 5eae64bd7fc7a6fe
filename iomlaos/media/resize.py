"""Make the renditions of a picture in a text: WebP in a few widths, upright, without metadata."""

import io

from PIL import Image, ImageCms, ImageOps

from iomlaos.media.filetypes.images import MAX_PIXELS, open_image, orientation, reading
from iomlaos.media.filetypes.types import JPEG, PNG, FileType, InvalidFile
from iomlaos.media.renditions import WIDTHS, RenditionSize, widths_of

QUALITY = 80
#: A JPEG is read at a smaller scale; other pictures take up to sixteen bytes a pixel.
MOST_PIXELS_READ_WHOLE = 24_000_000


def sizes(data: bytes, file_type: FileType) -> list[RenditionSize]:
    """Make the renditions of a picture, smallest first, never larger than it is. Raises InvalidFile.

    Colours become those of a screen. Transparent parts become white: a dark page would swallow dark lines.
    """
    try:
        with reading:
            largest = _read(data, file_type)
            return [_write(largest, width, file_type) for width in widths_of(largest.width)]
    except (OSError, SyntaxError, ValueError):
        raise InvalidFile("damaged") from None


def _read(data: bytes, file_type: FileType) -> Image.Image:
    side = WIDTHS[-1]
    with open_image(data, file_type, MAX_PIXELS if file_type is JPEG else MOST_PIXELS_READ_WHOLE) as image:
        is_turned = orientation(image) != 1
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
        if is_turned:
            image = ImageOps.exif_transpose(image)
    if image.mode == "RGBA":
        behind = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(behind, image).convert("RGB")
    return _with_screen_colours(image, profile)


def _with_screen_colours(image: Image.Image, profile: bytes) -> Image.Image:
    """Apply the colour profile of the picture, if it has one."""
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image.convert("RGB")


def _write(largest: Image.Image, width: int, file_type: FileType) -> RenditionSize:
    height = max(1, round(largest.height * width / largest.width))
    image = largest if width == largest.width else largest.resize((width, height), Image.Resampling.LANCZOS)
    image.info.clear()
    # A drawing is often smaller without loss.
    ways = [{"quality": QUALITY}, *([{"lossless": True}] if file_type is PNG else [])]
    return RenditionSize(width, image.height, min((_as_webp(image, **way) for way in ways), key=len))


def _as_webp(image: Image.Image, **way: object) -> bytes:
    content = io.BytesIO()
    image.save(content, "WEBP", method=4, exif=b"", icc_profile=b"", xmp=b"", **way)
    return content.getvalue()
