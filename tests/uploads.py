"""Real files as staff upload them, made here: a PDF, Office packages, pictures."""

import io
import zipfile
from collections.abc import Callable

from PIL import Image
from pypdf import PdfWriter

OFFICE_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def pdf(pages: int = 1, change: Callable[[PdfWriter], object] | None = None) -> bytes:
    """A PDF of empty pages; `change` may add to it before it is written."""
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(width=595, height=842)
    if change:
        change(writer)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def package(*names: str) -> bytes:
    """A zip file with these members."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "<xml/>")
    return content.getvalue()


def office(ending: str, *more: str) -> bytes:
    """A Word, Excel or PowerPoint file, as far as its kind goes; with more members if named."""
    return package("[Content_Types].xml", OFFICE_PARTS[ending], *more)


def picture(kind: str) -> bytes:
    content = io.BytesIO()
    Image.radial_gradient("L").save(content, kind)
    return content.getvalue()
