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
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from iomlaos.publishing.dates import VIENTIANE, PartialDate

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Excel cuts off a longer text without a word.
LONGEST_CELL = 32_767
#: XML cannot hold these characters, and so no cell of XLSX.
NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: A spreadsheet runs text that begins like this as a formula.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")


class ExportMixin:
    """Adds an export of the list, as it is filtered and ordered, to a ModelAdmin.

    `export_columns` names fields, or methods of the admin as `list_display` does. The names are the
    first row of the table.
    """

    export_columns: tuple[str, ...]

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.export_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/<slug:ending>/", view, name=name), *super().get_urls()]

    def export_view(self, request: HttpRequest, ending: str) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if ending not in MEDIA_TYPES:
            raise Http404
        the_list = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        try:
            records = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect(the_list)
        rows = self._export_rows(records)
        if ending == "xlsx" and any(len(cell) > LONGEST_CELL for row in rows for cell in row):
            messages.error(request, _("A text is too long for a cell of XLSX. Export the list as CSV."))
            return redirect(the_list)
        title = str(capfirst(self.opts.verbose_name_plural))
        content = write_csv(rows) if ending == "csv" else write_xlsx(rows, title)
        name = f"{self.opts.model_name}-{PartialDate.of(request.at).iso}.{ending}"
        disposition = f'attachment; filename="{name}"'
        return HttpResponse(
            content, content_type=MEDIA_TYPES[ending], headers={"Content-Disposition": disposition}
        )

    def _export_rows(self, records: models.QuerySet) -> list[list[str]]:
        fields = [field for field in self.opts.get_fields() if field.name in self.export_columns]
        records = records.prefetch_related(*(field.name for field in fields if field.is_relation))
        rows = ([lookup_field(name, record, self)[2] for name in self.export_columns] for record in records)
        return [list(self.export_columns), *([as_text(value) for value in row] for row in rows)]


def as_text(value: Any) -> str:
    """Dates as in ISO 8601, moments by the clock of Vientiane, related records by their slugs."""
    match value:
        case None:
            text = ""
        case PartialDate():
            text = value.iso
        case datetime.datetime():
            text = _to_the_minute(value.astimezone(VIENTIANE).replace(tzinfo=None))
        case datetime.date():
            text = value.isoformat()
        case datetime.time():
            text = _to_the_minute(value)
        case models.Manager():
            text = " ".join(sorted(record.slug for record in value.all()))
        case models.Model():
            text = value.slug
        case _:
            text = str(value).replace("\r\n", "\n")
    return f"'{text}" if FORMULA.match(text) else text


def _to_the_minute(value: datetime.datetime | datetime.time) -> str:
    return value.isoformat(timespec="seconds").removesuffix(":00")


def write_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    # Excel takes a file for UTF-8 by its byte order mark alone.
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(rows: list[list[str]], title: str) -> bytes:
    """One sheet, every cell of it text: Excel makes no dates and numbers of what it holds."""
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
