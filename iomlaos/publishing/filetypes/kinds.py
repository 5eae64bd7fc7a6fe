"""The kinds of files that are taken, and the word for what is not."""

from dataclasses import dataclass

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
#: Of pictures in texts alone: what is downloaded has to open everywhere.
WEBP = FileKind("WebP", "image/webp", (".webp",))
BY_MEDIA_TYPE = {kind.media_type: kind for kind in (PDF, WORD, EXCEL, POWERPOINT, JPEG, PNG)}


class RefusedFile(Exception):
    """Why a file is not taken, in words for the person who chose it."""
