"""What a file is, by its content and not by its name; and which kinds are taken."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

OFFICE = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class FileKind:
    """A kind of file that is taken: its media type, its endings, and what staff call it."""

    name: str
    media_type: str
    endings: tuple[str, ...]


PDF = FileKind("PDF", "application/pdf", (".pdf",))
WORD = FileKind("Word", OFFICE + "wordprocessingml.document", (".docx",))
EXCEL = FileKind("Excel", OFFICE + "spreadsheetml.sheet", (".xlsx",))
POWERPOINT = FileKind("PowerPoint", OFFICE + "presentationml.presentation", (".pptx",))
JPEG = FileKind("JPEG", "image/jpeg", (".jpg", ".jpeg"))
PNG = FileKind("PNG", "image/png", (".png",))
BY_MEDIA_TYPE = {kind.media_type: kind for kind in (PDF, WORD, EXCEL, POWERPOINT, JPEG, PNG)}

OFFICE_PARTS = {"word/document.xml": WORD, "xl/workbook.xml": EXCEL, "ppt/presentation.xml": POWERPOINT}
#: Together the unpacked parts of an Office file; more is a bomb or a mistake.
UNPACKED_LIMIT = 500 * 1024 * 1024
#: What makes a PDF act by itself or carries another file: names of entries, actions and annotations.
ACTIVE_PDF = ("/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/FileAttachment", "/RichMedia", "/XFA")


class RefusedFile(Exception):
    """Why a file is not taken, in words for the person who chose it."""


def recognise(content: BinaryIO, name: str) -> FileKind:
    """The kind of a file. Raises RefusedFile with the reason where it is not taken."""
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
    content.seek(0)
    head = content.read(8)
    if head.startswith(b"%PDF-"):
        kind = _pdf(content)
    elif head.startswith(b"PK\x03\x04"):
        kind = _office(content)
    elif head.startswith(b"\xff\xd8\xff"):
        kind = _image(content, JPEG)
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        kind = _image(content, PNG)
    else:
        raise RefusedFile(
            _(
                "This is none of the files that are taken: "
                "PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), JPEG or PNG."
            )
        )
    ending = PurePath(name).suffix.lower()
    if ending not in kind.endings:
        raise RefusedFile(
            _(
                "The name ends in “%(ending)s”, but the file is of the kind %(kind)s. "
                "Give it a name that ends in “%(right)s”."
            )
            % {"ending": ending, "kind": kind.name, "right": kind.endings[0]}
        )
    content.seek(0)
    return kind


def page_count(content: BinaryIO, kind: FileKind) -> int | None:
    """The number of pages of a PDF; None for other kinds."""
    if kind is not PDF:
        return None
    content.seek(0)
    return len(PdfReader(content).pages)


def _pdf(content: BinaryIO) -> FileKind:
    content.seek(0)
    try:
        reader = PdfReader(content)
        if reader.is_encrypted:
            raise RefusedFile(_("This PDF is locked with a password. Save it without one."))
        len(reader.pages)
        active = _active_entry(reader)
    except RefusedFile:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        raise RefusedFile(_("This PDF is damaged and cannot be read. Save or scan it anew.")) from None
    if active:
        raise RefusedFile(
            _(
                "This PDF holds a script, an action or an attachment (%(entry)s). "
                "Print it to PDF anew, which leaves those out."
            )
            % {"entry": active}
        )
    return PDF


def _active_entry(reader: PdfReader) -> str | None:
    """The first entry found that makes the file act by itself, in any object of the file."""
    kept = [(number, generation) for generation, found in reader.xref.items() for number in found]
    packed = [(number, 0) for number in reader.xref_objStm]
    for number, generation in kept + packed:
        try:
            content = reader.get_object(IndirectObject(number, generation, reader))
        except (PyPdfError, KeyError):
            continue
        # Entries may stand within one another without being objects of their own.
        within = [content]
        while within:
            content = within.pop()
            if isinstance(content, ArrayObject):
                within += content
            elif isinstance(content, DictionaryObject):
                names = [*content, *(content[key] for key in ("/S", "/Subtype") if key in content)]
                if found := next((entry for entry in ACTIVE_PDF if entry in names), None):
                    return found
                within += content.values()
    return None


def _office(content: BinaryIO) -> FileKind:
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise RefusedFile(_("This file is damaged and cannot be read. Save it anew.")) from None
    names = {member.filename for member in members}
    if sum(member.file_size for member in members) > UNPACKED_LIMIT:
        raise RefusedFile(_("This file unpacks to far more than a document holds, and is not taken."))
    if any(member.flag_bits & 1 for member in members):
        raise RefusedFile(_("This file is locked with a password. Save it without one."))
    if any("vbaproject" in name.lower() or "/activex/" in name.lower() for name in names):
        raise RefusedFile(_("This file holds macros. Save it without macros (.docx, .xlsx or .pptx)."))
    for part, kind in OFFICE_PARTS.items():
        if part in names and "[Content_Types].xml" in names:
            return kind
    raise RefusedFile(
        _(
            "This is a packed file (.zip) and no Word, Excel or PowerPoint document. "
            "Upload the document itself."
        )
    )


def _image(content: BinaryIO, kind: FileKind) -> FileKind:
    content.seek(0)
    try:
        with Image.open(content, formats=[kind.name]) as image:
            if kind is JPEG:
                # Its `verify` reads no further than the header. Read to the end, at a small scale.
                image.draft("L", (1, 1))
                image.load()
            else:
                image.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise RefusedFile(_("This picture is damaged and cannot be read. Save it anew.")) from None
    return kind
