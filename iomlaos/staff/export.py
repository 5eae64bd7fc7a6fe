"""Export of the admin's lists for spreadsheets, as XLSX and as CSV."""

import csv
import datetime
import io
import re
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import lookup_field
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from iomlaos.publishing.dates import VIENTIANE, PartialDate

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Excel truncates a longer text without a warning.
MAX_CELL_LENGTH = 32_767
#: XML, and so XLSX, cannot hold these characters.
NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: A spreadsheet runs text that begins like this as a formula.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")


def export_list(model_admin: Any, request: HttpRequest, file_format: str) -> HttpResponse:
    """The list of a ModelAdmin as it is filtered and ordered, with its `export_columns`.

    These name fields, or methods of the admin as `list_display` does, and are the first row.
    """
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    if file_format not in MEDIA_TYPES:
        raise Http404
    try:
        records = model_admin.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        return redirect(model_admin.admin_url("changelist"))
    rows = export_rows(model_admin, records)
    if file_format == "xlsx" and any(len(cell) > MAX_CELL_LENGTH for row in rows for cell in row):
        messages.error(request, _("A text is too long for a cell of XLSX. Export the list as CSV."))
        return redirect(model_admin.admin_url("changelist"))
    options = model_admin.opts
    title = str(capfirst(options.verbose_name_plural))
    content = write_csv(rows) if file_format == "csv" else write_xlsx(rows, title)
    filename = f"{options.model_name}-{PartialDate.of(request.at).iso}.{file_format}"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return HttpResponse(content, content_type=MEDIA_TYPES[file_format], headers=headers)


def export_rows(model_admin: Any, records: models.QuerySet) -> list[list[str]]:
    columns = model_admin.export_columns
    fields = [field for field in model_admin.opts.get_fields() if field.name in columns]
    records = records.prefetch_related(*(field.name for field in fields if field.is_relation))
    rows = ([lookup_field(name, record, model_admin)[2] for name in columns] for record in records)
    return [list(columns), *([as_text(value) for value in row] for row in rows)]


def as_text(value: Any) -> str:
    """Dates in ISO 8601, moments in the time of Vientiane, related records by their slugs."""
    match value:
        case None:
            text = ""
        case PartialDate():
            text = value.iso
        case datetime.datetime():
            text = value.astimezone(VIENTIANE).replace(tzinfo=None).isoformat(timespec="seconds")
            text = text.removesuffix(":00")
        case datetime.time():
            text = value.isoformat(timespec="seconds").removesuffix(":00")
        case datetime.date():
            text = value.isoformat()
        case models.Manager():
            text = " ".join(sorted(record.slug for record in value.all()))
        case models.Model():
            text = value.slug
        case _:
            text = str(value).replace("\r\n", "\n")
    return f"'{text}" if FORMULA.match(text) else text


def write_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    # Excel recognizes UTF-8 by its byte order mark alone.
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(rows: list[list[str]], title: str) -> bytes:
    """One sheet whose cells are all text, so that Excel converts nothing to dates and numbers."""
    # 10 MB, which a worker without an export does not need.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    for row in rows:
        cells = [WriteOnlyCell(sheet, NOT_IN_XML.sub("", text)) for text in row]
        for cell in cells:
            cell.number_format = "@"
        sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
