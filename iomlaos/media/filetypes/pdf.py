"""PDF: opens without a password, is whole, runs nothing and carries no other file."""

import io

import pikepdf

from iomlaos.media.filetypes.types import RUNS_SOMETHING, InvalidFile

# A small stream may unpack to gigabytes. These limits hold for the whole process.
pikepdf.settings.set_qpdf_limits(flate_max_memory=100 * 2**20, run_length_max_memory=100 * 2**20)

#: Types of actions and annotations.
ACTIVE = {
    "/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData",
    "/Rendition", "/RichMedia", "/Movie", "/Sound", "/3D",
}  # fmt: skip


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
    inside = list(item) if isinstance(item, pikepdf.Array) else []
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        entries = dict(item.items())
        inside = list(entries.values())
        types = {str(entries.get("/S")), str(entries.get("/Subtype"))}
        if "/FileAttachment" in types or "/EF" in entries:
            raise InvalidFile("attachment")
        if types & ACTIVE or entries.keys() & {"/JS", "/JavaScript", "/XFA"}:
            raise InvalidFile("active")
        # The content of a stream with /F is in another file.
        if (isinstance(item, pikepdf.Stream) and "/F" in entries) or _follows_link(entries):
            raise InvalidFile("active")
    for value in inside:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            _check(value)


def _follows_link(entries: dict[str, pikepdf.Object]) -> bool:
    """Whether an action follows a link without a click, or a link runs something."""
    actions = [entries.get("/OpenAction"), entries.get("/Next"), *dict(entries.get("/AA", {})).values()]
    for action in [*actions, *(actions[1] if isinstance(actions[1], pikepdf.Array) else [])]:
        if isinstance(action, pikepdf.Dictionary) and action.get("/S") == "/URI":
            return True
    return bool(RUNS_SOMETHING.match(str(entries.get("/URI", ""))))
