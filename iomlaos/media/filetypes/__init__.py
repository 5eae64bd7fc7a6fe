"""Check uploaded files by their content: type, wholeness, no macros, no active content."""

import io
from pathlib import PurePath
from typing import BinaryIO, NamedTuple

from django.conf import settings
from django.template.defaultfilters import filesizeformat

from iomlaos.media.filetypes.types import PDF, WEBP, FileType, InvalidFile


class CheckedFile(NamedTuple):
    """An accepted file. `content` is what to store."""

    file_type: FileType
    content: bytes
    pages: int | None = None


def check_file(content: BinaryIO, name: str) -> CheckedFile:
    """Check a file for download. Raises InvalidFile."""
    # pikepdf and Pillow: 4 MB, for uploads alone.
    from iomlaos.media.filetypes import images, office, pdf  # noqa: PLC0415

    data = _read(content, name)
    if data.startswith(b"%PDF-"):
        checked = CheckedFile(PDF, data, pdf.count_pages(data))
    elif data.startswith(b"PK\3\4"):
        checked = CheckedFile(*office.check(data))
    elif (file_type := images.type_of(data)) and file_type is not WEBP:
        checked = CheckedFile(file_type, images.without_metadata(data, file_type))
    else:
        raise InvalidFile("old_office" if data.startswith(b"\xd0\xcf\x11\xe0") else "type")
    _check_ending(name, checked.file_type)
    return checked


def check_image(content: BinaryIO, name: str) -> FileType:
    """Check the name, type and size of a picture for a text. Raises InvalidFile."""
    from iomlaos.media.filetypes import images  # noqa: PLC0415  Pillow: 1 MB, for uploads alone

    data = _read(content, name)
    if not (file_type := images.type_of(data)):
        raise InvalidFile("heic" if data[4:8] == b"ftyp" else "picture_type")
    _check_ending(name, file_type)
    images.open_image(data, file_type)
    return file_type


def _read(content: BinaryIO, name: str) -> bytes:
    size, limit = content.seek(0, io.SEEK_END), settings.UPLOAD_LIMIT_BYTES
    if not size:
        raise InvalidFile("empty")
    if size > limit:
        raise InvalidFile("size", size=filesizeformat(size), limit=filesizeformat(limit))
    if len(name) > 200:
        raise InvalidFile("name")
    content.seek(0)
    return content.read()


def _check_ending(name: str, file_type: FileType) -> None:
    ending = PurePath(name).suffix.lower()
    if ending not in file_type.endings:
        raise InvalidFile("ending", ending=ending, type=file_type.name, right=file_type.endings[0])
