"""What an uploaded picture becomes."""

import io

import pytest
from PIL import Image, ImageCms

from iomlaos.media.filetypes import check_image
from iomlaos.media.filetypes.types import InvalidFile
from iomlaos.media.renditions import RenditionSize, widths_of
from iomlaos.media.resize import sizes
from tests.helpers.uploads import (
    jpeg_of_size,
    moving_webp,
    of_colour,
    photograph,
    picture,
)

PAGE = b"<!doctype html><html><script>alert(document.cookie)</script></html>"


def made(data: bytes, name: str = "a.jpg") -> list[RenditionSize]:
    return sizes(data, check_image(io.BytesIO(data), name))


def opened(size: RenditionSize) -> Image.Image:
    return Image.open(io.BytesIO(size.content))


def test_the_widths_in_which_a_picture_is_kept():
    kept_in = {4000: [480, 960, 1600, 4000], 1600: [480, 960, 1600], 1000: [480, 1000], 560: [560], 90: [90]}
    assert {width: widths_of(width) for width in kept_in} == kept_in


def test_a_picture_keeps_its_shape_and_is_never_made_larger():
    for size, widths in {(2000, 3000): [480, 1067], (90, 40): [90]}.items():
        found = made(of_colour(size))
        assert [each.width for each in found] == widths
        for each in found:
            with opened(each) as image:
                assert image.format == "WEBP"
                assert image.size == (each.width, each.height)
                assert abs(each.height / each.width - size[1] / size[0]) < 0.02


#: By the mark of how a camera was held: where the left of the file stands when the picture is upright.
GOLD = {1: (9, 20), 2: (51, 20), 3: (51, 20), 4: (9, 20), 5: (20, 9), 6: (20, 9), 7: (20, 51), 8: (20, 51)}


def assert_stands_upright_without_its_place(kind: str, name: str, turn: int) -> None:
    taken = photograph(kind, turn)
    assert b"Somebody" in taken
    (size,) = made(taken, name)
    assert b"Somebody" not in size.content
    with opened(size) as shown:
        assert not dict(shown.getexif())
        assert set(shown.info) <= {"loop", "background", "timestamp", "duration"}
        assert shown.size == ((60, 40) if turn < 5 else (40, 60))
        red, _green, blue = shown.convert("RGB").getpixel(GOLD[turn])
        assert red > 200 > 90 > blue


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")])
def test_a_photograph_stands_upright_without_its_place(kind, name):
    for turn in GOLD if kind == "JPEG" else (1, 6):
        assert_stands_upright_without_its_place(kind, name, turn)


def test_what_is_transparent_is_white_also_on_a_dark_page():
    (size,) = made(of_colour((50, 50), "PNG", "RGBA", colour=(0, 0, 0, 0)), "a.png")
    with opened(size) as image:
        assert image.mode == "RGB"
        assert image.getpixel((20, 20)) == (255, 255, 255)


def test_pictures_of_other_kinds_of_colour_are_taken():
    for mode, kind in (
        ("CMYK", "JPEG"),
        ("L", "JPEG"),
        ("1", "PNG"),
        ("P", "PNG"),
        ("I;16", "PNG"),
        ("LA", "PNG"),
    ):
        is_white = mode in ("CMYK", "LA")
        data = of_colour((50, 40), kind, mode, colour=0 if mode != "CMYK" else (0, 0, 0, 0))
        (size,) = made(data, "a.jpg" if kind == "JPEG" else "a.png")
        with opened(size) as image:
            assert image.size == (50, 40)
            assert abs(image.convert("L").getpixel((9, 9)) - (255 if is_white else 0)) <= 2, mode


def test_a_profile_of_colours_is_applied_and_not_kept():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (size,) = made(of_colour((50, 40), icc_profile=profile, quality=95))
    with opened(size) as image:
        assert "icc_profile" not in image.info
        assert max(abs(a - b) for a, b in zip(image.getpixel((9, 9)), (0, 0, 128), strict=True)) < 6
    (size,) = made(of_colour((50, 40), icc_profile=b"no profile" * 99))
    assert b"no profile" not in size.content


def test_a_drawing_is_kept_point_for_point_where_that_is_smaller():
    image = Image.new("RGB", (400, 300), "white")
    image.paste("navy", (50, 50, 200, 200))
    content = io.BytesIO()
    image.save(content, "PNG")
    (size,) = made(content.getvalue(), "a.png")
    with opened(size) as shown:
        assert shown.convert("RGB").tobytes() == image.tobytes()


HOSTILE = {
    "a page": ("a.jpg", PAGE, "picture_type"),
    "of an iPhone": ("a.heic", b"\0\0\0\x24ftypheic\0\0\0\0", "heic"),
    "a PNG named .jpg": ("a.jpg", picture("PNG"), "ending"),
    "a moving WebP": ("a.webp", moving_webp(), "animated"),
    "a bomb in JPEG": ("a.jpg", jpeg_of_size(60_000, 60_000), "pixels"),
    "a PNG that a small server could not read": ("a.png", of_colour((5000, 5000), "PNG", "1", colour=0), "pixels"),
    "a JPEG broken off": ("a.jpg", picture("JPEG")[:-200], "damaged"),
    "a WebP broken off": ("a.webp", picture("WEBP")[:-200], "damaged"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "data", "code"), HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_no_good_picture_is_refused(name, data, code):
    with pytest.raises(InvalidFile) as refused:
        made(data, name)
    assert refused.value.code == code
