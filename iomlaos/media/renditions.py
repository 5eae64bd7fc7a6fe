"""The renditions of a picture in a text: their widths, and what one is."""

from dataclasses import dataclass

#: For a phone, for the width of a text, and sharp on any screen. Stored pictures have these widths.
WIDTHS = (480, 960, 1600)


@dataclass(frozen=True)
class RenditionSize:
    """A rendition: WebP of one width."""

    width: int
    height: int
    content: bytes


def widths_of(width: int) -> list[int]:
    """The widths of the renditions of a picture whose largest has this width."""
    return [*(each for each in WIDTHS if each * 1.2 <= width), width]
