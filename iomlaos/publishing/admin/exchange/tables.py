"""Files of tables: what is read from them, and what is written into them.

A table is text alone. What a spreadsheet would run as a formula is written with an apostrophe before
it, which is taken away when it is read.
"""

import csv
import datetime
import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any, BinaryIO

import tablib
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from iomlaos.publishing.filetypes import check_file
from iomlaos.publishing.filetypes.types import EXCEL

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5_000
MOST_COLUMNS = 100
#: What XLSX may unpack to: it is read whole.
MOST_UNPACKED = 60 * 1024 * 1024
#: More does not fit into a cell of XLSX, and would be cut off without a word.
LONGEST_CELL = 32_767
#: Rows that a sheet can have.
LAST_ROW = 1_048_576
#: Characters that no XML may hold, and therefore no cell of XLSX.
NOT_IN_A_CELL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Beginnings that make a spreadsheet run what follows.
RUNS = re.compile(r"'*\s*[=+\-@＝＋－＠]")


@dataclass(frozen=True)
class Table:
    """The rows of a file as text, each with its number in the file."""

    columns: list[str]
    rows: list[tuple[int, list[str]]]


def as_written(text: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{text}" if RUNS.match(text) else text


def as_read(text: str) -> str:
    """What such a cell says."""
    return text[1:] if text.startswith("'") and RUNS.match(text) else text


# --- Writing -----------------------------------------------------------------------------------


def as_csv(table: tablib.Dataset) -> bytes:
    """With the mark by which Excel knows UTF-8."""
    neutral = tablib.Dataset(*([as_written(cell) for cell in row] for row in table), headers=table.headers)
    return b"\xef\xbb\xbf" + neutral.export("csv").encode()


def as_xlsx(table: tablib.Dataset) -> bytes:
    """One sheet of text: Excel makes no dates and no numbers of what it holds."""
    for name, *texts in table:
        if any(len(text) >= LONGEST_CELL for text in texts):
            words = _("A text of “%(name)s” is too long for a cell of XLSX. Take CSV instead.")
            raise ValidationError(words % {"name": name})
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\\*?:/\[\]]", " ", str(table.title))[:31])
    sheet.freeze_panes = "B2"
    for number in range(1, len(table.headers) + 1):
        sheet.column_dimensions[get_column_letter(number)].number_format = "@"
    for row in (table.headers, *table):
        cells = [WriteOnlyCell(sheet, NOT_IN_A_CELL.sub("", as_written(text))) for text in row]
        for cell in cells:
            cell.number_format = "@"
        sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


#: By the ending of a file's name: how it is written, and what it is.
FORMATS = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, EXCEL.media_type),
}


# --- Reading -----------------------------------------------------------------------------------


def read(content: BinaryIO, name: str, size: int) -> Table:
    """The table in a file. Raises ValidationError with the reason where there is none to be read."""
    if size > MOST_BYTES:
        raise ValidationError(
            _("This file has %(size)s; a table may have %(limit)s. Import it in parts.")
            % {"size": filesizeformat(size), "limit": filesizeformat(MOST_BYTES)}
        )
    beginning = content.read(4)
    content.seek(0)
    if beginning.startswith(b"PK"):
        rows = _from_xlsx(content, name)
    elif beginning.startswith((b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise _no_table()
    else:
        rows = _from_csv(content.read())
    return _table(rows)


def _no_table() -> ValidationError:
    return ValidationError(
        _("This is no table in CSV or XLSX. In Excel, save it as “Excel workbook (.xlsx)”.")
    )


def _table(rows: Any) -> Table:
    columns: list[str] = []
    found: list[tuple[int, list[str]]] = []
    for number, cells in rows:
        cells = [as_read(cell.replace("\r\n", "\n").strip()) for cell in cells]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if not columns:
            columns = cells
            if len(columns) > MOST_COLUMNS:
                raise ValidationError(_("This table has too many columns."))
            continue
        if len(cells) > len(columns):
            raise ValidationError(
                _("Row %(row)s has more cells than the first row has columns.") % {"row": number}
            )
        if len(found) == MOST_ROWS:
            raise ValidationError(
                _("This table has more than %(rows)s rows. Import it in parts.") % {"rows": f"{MOST_ROWS:,}"}
            )
        found.append((number, cells + [""] * (len(columns) - len(cells))))
    if not found:
        raise ValidationError(
            _("This table is empty: it needs a row with the names of the columns, and others.")
        )
    return Table(columns, found)


def _from_csv(data: bytes) -> Any:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(
            _(
                "This table is not written in UTF-8, so that Lao and other letters would be spoilt. In "
                "Excel, save it as “CSV UTF-8” or as “Excel workbook (.xlsx)”."
            )
        ) from None
    if "\0" in text:
        raise _no_table()
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return _numbered(lines)


def _numbered(lines: Any) -> Any:
    """Each row with the number of the row in which a spreadsheet shows it."""
    number = 0
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error:
            raise ValidationError(
                _("The row after row %(row)s cannot be read. Save the table anew.") % {"row": number}
            ) from None
        number += 1
        yield number, cells


def _from_xlsx(content: BinaryIO, name: str) -> Any:
    if check_file(content, name).file_type != EXCEL:
        raise _no_table()
    if _unpacked(content) > MOST_UNPACKED:
        raise ValidationError(_("This table unpacks to far more than it should, and is not taken."))
    try:
        book = load_workbook(content, read_only=True)
        sheet = book.worksheets[0]
        # What the file says of its own size is not believed.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS + 1)
        return [(number, cells) for number, row in enumerate(rows, 1) if any(cells := _texts(row, number))]
    except ValidationError:
        raise
    except Exception:  # noqa: BLE001  (openpyxl has no one kind of error for a damaged file)
        raise ValidationError(_("This file is damaged and cannot be read. Save it anew.")) from None


def _unpacked(content: BinaryIO) -> int:
    with zipfile.ZipFile(content) as package:
        size = sum(member.file_size for member in package.infolist())
    content.seek(0)
    return size


def _texts(row: Any, number: int) -> list[str]:
    return [_text(cell, number) for cell in row]


def _text(cell: Any, row: int) -> str:
    """A cell as somebody would type it."""
    if cell.data_type == "f":
        raise ValidationError(
            _("Row %(row)s holds a formula (%(cell)s). Replace it with its value.")
            % {"row": row, "cell": cell.coordinate}
        )
    match cell.value:
        case None:
            return ""
        case datetime.datetime() as moment:
            day = moment.time() == datetime.time()
            return moment.date().isoformat() if day else moment.isoformat(timespec="minutes")
        case datetime.date() as day:
            return day.isoformat()
        case datetime.time() as hour:
            return hour.isoformat(timespec="minutes")
        case float() as number if number.is_integer():
            return str(int(number))
        case value:
            return str(value)
