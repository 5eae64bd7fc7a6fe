"""What a file is, by its content and not by its name; and which kinds are taken.

`recognise` is the door: it says what a file is, or why it is not taken. `cleaned` is what is
stored of it: a picture without the place where it was taken. `recognise_picture` is the door of
pictures in texts, of which nothing is stored but what `pictures.sizes` makes of them.
"""

import io
import re
from collections.abc import Callable
from pathlib import PurePath
from typing import BinaryIO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from pypdf import PdfReader

from . import office, pdf, pictures
from .kinds import BY_MEDIA_TYPE, JPEG, PDF, PNG, WEBP, FileKind, RefusedFile

__all__ = [
    "BY_MEDIA_TYPE",
    "FileKind",
    "RefusedFile",
    "as_name",
    "cleaned",
    "page_count",
    "recognise",
    "recognise_picture",
]

#: What no name holds: separators of folders, control characters, marks that turn the direction of
#: writing (so that "fdp.exe" reads "exe.pdf"), and what stands in place of such a character.
NOT_IN_A_NAME = re.compile(r"[/\\\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]")
#: What a name that the portal gives holds neither: other systems do not take it.
_NOT_IN_A_GIVEN_NAME = re.compile(rf"[\s:*?\"<>|]|{NOT_IN_A_NAME.pattern}")
#: As much as a row keeps of it.
LONGEST_NAME = 200
#: Endings of programs, scripts, pages and macro files. Before the last ending they are there to deceive.
DECEIVING = re.compile(
    r"\.(?:bat|cmd|com|docm|exe|hta|html?|jar|js|lnk|msi|php|pif|pptm|ps1|scr|sh|svg|vbs|wsf|xhtml|xlsm)"
)


def as_name(words: str) -> str:
    """Words as the name of a file, without its ending."""
    return "-".join(_NOT_IN_A_GIVEN_NAME.sub(" ", words).split())


def recognise(content: BinaryIO, name: str) -> FileKind:
    """The kind of a file. Raises RefusedFile with the reason where it is not taken."""
    return _recognised(content, name, _kind)


def recognise_picture(content: BinaryIO, name: str) -> FileKind:
    """The kind of a picture for a text. Raises RefusedFile with the reason where it is not taken."""
    return _recognised(content, name, _kind_of_picture)


def _recognised(content: BinaryIO, name: str, kind_of: Callable[[bytes], FileKind]) -> FileKind:
    content.seek(0, io.SEEK_END)
    size = content.tell()
    if size == 0:
        raise RefusedFile(_("This file is empty. Choose it again, or save it anew first."))
    if size > settings.UPLOAD_LIMIT_BYTES:
        raise RefusedFile(
            _(
                "This file has %(size)s; at most %(limit)s are taken. "
                "Save it smaller, for instance with smaller pictures."
            )
            % {"size": filesizeformat(size), "limit": filesizeformat(settings.UPLOAD_LIMIT_BYTES)}
        )
    if NOT_IN_A_NAME.search(name):
        raise RefusedFile(
            _(
                "The name of this file holds characters that no name should, such as “/” or “\\”. "
                "Rename the file, then choose it again."
            )
        )
    if len(name) > LONGEST_NAME:
        raise RefusedFile(
            _("The name of this file is too long. Give it one of at most %(length)s characters.")
            % {"length": LONGEST_NAME}
        )
    content.seek(0)
    data = content.read()
    content.seek(0)
    kind = kind_of(data)
    _check_endings(name, kind)
    return kind


def cleaned(content: BinaryIO, kind: FileKind) -> bytes | None:
    """What is stored in place of a recognised file, where that is not the file itself.

    A picture loses what a camera wrote into it; only which way up it is stays.
    """
    if kind not in (JPEG, PNG):
        return None
    content.seek(0)
    data = content.read()
    content.seek(0)
    without = pictures.without_metadata(data, kind)
    return None if without == data else without


def page_count(content: BinaryIO, kind: FileKind) -> int | None:
    """The number of pages of a PDF; None for other kinds."""
    if kind is not PDF:
        return None
    content.seek(0)
    return len(PdfReader(content).pages)


def _kind(data: bytes) -> FileKind:
    if data.startswith(b"%PDF-"):
        return pdf.check(data)
    if data.startswith(b"PK\x03\x04"):
        return office.check(data)
    if data.startswith(b"\xff\xd8\xff"):
        return pictures.check(data, JPEG)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return pictures.check(data, PNG)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise RefusedFile(
            _(
                "This is an Office file of the old kind (.doc, .xls or .ppt), or one that is locked with a "
                "password. Save it as .docx, .xlsx or .pptx, without a password."
            )
        )
    raise RefusedFile(
        _(
            "This is none of the files that are taken: "
            "PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), JPEG or PNG."
        )
    )


def _kind_of_picture(data: bytes) -> FileKind:
    if data.startswith(b"\xff\xd8\xff"):
        return pictures.check(data, JPEG)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return pictures.check(data, PNG)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return pictures.check(data, WEBP)
    if data[4:8] == b"ftyp" and data[8:12] in pictures.HEIC:
        raise RefusedFile(
            _(
                "This is a picture of the kind HEIC, as an iPhone takes it. Save it as JPEG, or send it to "
                "yourself by e-mail, which makes a JPEG of it."
            )
        )
    raise RefusedFile(_("This is none of the pictures that are taken: JPEG, PNG or WebP."))


def _check_endings(name: str, kind: FileKind) -> None:
    *before, ending = ["", "", *(suffix.lower() for suffix in PurePath(name).suffixes)]
    if ending not in kind.endings:
        raise RefusedFile(
            _(
                "The name ends in “%(ending)s”, but the file is of the kind %(kind)s. "
                "Give it a name that ends in “%(right)s”."
            )
            % {"ending": ending, "kind": kind.name, "right": kind.endings[0]}
        )
    if DECEIVING.fullmatch(before[-1]):
        raise RefusedFile(
            _("The name has two endings, “%(first)s” and “%(second)s”. Take out the first.")
            % {"first": before[-1], "second": ending}
        )
