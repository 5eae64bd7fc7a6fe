"""PDF: opens without a password, is whole, runs nothing and carries no other file."""

import io

import pikepdf

from iomlaos.media.filetypes.types import ACTIVE_URL, InvalidFile

# A small stream may unpack to gigabytes. These limits hold for the whole process.
pikepdf.settings.set_qpdf_limits(flate_max_memory=100 * 2**20, run_length_max_memory=100 * 2**20)

#: Of actions and annotations.
ACTIVE_TYPES = {
    "/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData",
    "/Rendition", "/RichMedia", "/Movie", "/Sound", "/3D",
}  # fmt: skip
ACTIVE_KEYS = {"/JS", "/JavaScript", "/XFA"}


def count_pages(data: bytes) -> int:
    """Check a PDF, and count its pages. Raises InvalidFile."""
    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            pages = len(document.pages)
            for item in document.objects:
                _check(item)
    except pikepdf.PasswordError:
        raise InvalidFile("password") from None
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, MemoryError):
        raise InvalidFile("damaged") from None
    # A file that was cut off has no end mark. Some programs write a little behind it.
    if not pages or b"%%EOF" not in data.rstrip(b"\0\t\n\f\r ")[-1024:]:
        raise InvalidFile("damaged")
    return pages


def _check(item: pikepdf.Object) -> None:
    """Check an object and what is written inside it. Objects that it refers to have their own turn."""
    entries = dict(item.items()) if isinstance(item, pikepdf.Dictionary | pikepdf.Stream) else {}
    types = {str(entries.get("/S")), str(entries.get("/Subtype"))}
    if "/FileAttachment" in types or "/EF" in entries:
        raise InvalidFile("attachment")
    # The content of a stream with /F is in another file.
    is_elsewhere = isinstance(item, pikepdf.Stream) and "/F" in entries
    if types & ACTIVE_TYPES or entries.keys() & ACTIVE_KEYS or is_elsewhere or _follows_link(entries):
        raise InvalidFile("active")
    for value in item if isinstance(item, pikepdf.Array) else entries.values():
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            _check(value)


def _follows_link(entries: dict[str, pikepdf.Object]) -> bool:
    """Whether an action follows a link without a click, or a link runs something."""
    following = entries.get("/Next")
    actions = [entries.get("/OpenAction"), following, *dict(entries.get("/AA", {})).values()]
    for action in [*actions, *(following if isinstance(following, pikepdf.Array) else [])]:
        if isinstance(action, pikepdf.Dictionary) and action.get("/S") == "/URI":
            return True
    return bool(ACTIVE_URL.match(str(entries.get("/URI", ""))))
