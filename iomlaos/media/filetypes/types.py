"""The accepted file types, and the reasons to refuse a file."""

import re
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

OFFICE = "application/vnd.openxmlformats-officedocument."
#: Addresses of links that run something instead of showing a page.
ACTIVE_URL = re.compile(r"\s*(?:javascript|vbscript|data|mhtml|jar|shell|(?:ms|search)-[a-z-]+):", re.I)


class FileType(NamedTuple):
    name: str
    media_type: str
    endings: tuple[str, ...]


PDF = FileType("PDF", "application/pdf", (".pdf",))
WORD = FileType("Word", OFFICE + "wordprocessingml.document", (".docx",))
EXCEL = FileType("Excel", OFFICE + "spreadsheetml.sheet", (".xlsx",))
POWERPOINT = FileType("PowerPoint", OFFICE + "presentationml.presentation", (".pptx",))
JPEG = FileType("JPEG", "image/jpeg", (".jpg", ".jpeg"))
PNG = FileType("PNG", "image/png", (".png",))
#: For pictures in texts only: a downloaded file has to open everywhere.
WEBP = FileType("WebP", "image/webp", (".webp",))
BY_MEDIA_TYPE = {each.media_type: each for each in (PDF, WORD, EXCEL, POWERPOINT, JPEG, PNG)}

REASONS = {
    "empty": _("This file is empty. Save it again, then upload it."),
    "size": _("This file has %(size)s. The limit is %(limit)s. Smaller pictures may help."),
    "name": _("Rename this file: its name may have at most 200 characters."),
    "ending": _("The name ends in “%(ending)s”, but this is a %(type)s file. Use “%(right)s”."),
    "type": _("This type of file is not accepted. Upload PDF, .docx, .xlsx, .pptx, JPEG or PNG."),
    "picture_type": _("This type of picture is not accepted. Upload JPEG, PNG or WebP."),
    "heic": _("This is an iPhone picture (HEIC). Save it as JPEG: e-mailing it to yourself does that."),
    "old_office": _(
        "This Office file is old or locked. Save it as .docx, .xlsx or .pptx, without a password."
    ),
    "no_document": _("This is not a Word, Excel or PowerPoint document. Upload the document itself."),
    "damaged": _("This file is damaged or incomplete. Save it again, then upload it."),
    "password": _("This PDF needs a password to open. Save it without a password."),
    "attachment": _("This PDF contains an attachment. Use Print › Save as PDF and upload that."),
    "active": _("This PDF contains a script, video or action. Use Print › Save as PDF and upload that."),
    "unpacked": _("This file unpacks to far more than a document needs."),
    "macros": _("This file contains macros or controls. Save it as .docx, .xlsx or .pptx, without them."),
    "object": _("This file contains an embedded object. Delete it, or paste it as a picture."),
    "fetches": _("This file loads something from elsewhere: %(what)s. Break this link, then save it again."),
    "pixels": _("This picture is too large. Make it at most %(side)s by %(side)s pixels."),
    "animated": _("This picture is animated. Upload a still picture."),
}


class InvalidFile(ValidationError):
    """A file is refused. `code` is a key of REASONS."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(REASONS[code], code, params)
