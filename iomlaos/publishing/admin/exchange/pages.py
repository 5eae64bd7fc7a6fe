"""Export and import in the admin: a file, a look at what it would do, and then that and nothing else."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from iomlaos.publishing.admin.lists import EVERYTHING
from iomlaos.publishing.dates import PartialDate
from iomlaos.publishing.models import Publishable

from .sheet import Moved, Row, Sheet
from .tables import FORMATS, MOST_BYTES, MOST_ROWS, Table, read

SALT = "table to be imported"
#: How long what was shown may be confirmed.
LASTS = 3600
#: A form of more is not taken (DATA_UPLOAD_MAX_MEMORY_SIZE).
MOST_SEALED = 4 * 1024 * 1024
#: New and changed rows of one import: while they are stored, nobody else can save (SQLite has one writer).
MOST_CHANGES = 1_000


class Exchanges:
    """A ModelAdmin whose list goes out as a table, and comes back by two steps.

    Between the steps the table is kept nowhere: it travels in the page, packed and sealed for the
    person whom it was shown to.
    """

    sheet: type[Sheet]

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path(
                "export/<slug:ending>/", self.admin_site.admin_view(self.export_view), name=f"{name}_export"
            ),
            path("import/", self.admin_site.admin_view(self.import_view), name=f"{name}_import"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        context = {"exchanges": True, "may_import": self.may_import(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def may_import(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    # --- Out ----------------------------------------------------------------------------------

    def export_view(self, request: HttpRequest, ending: str) -> HttpResponse:
        """The rows of the list as it is filtered and ordered, all pages of it."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if ending not in FORMATS:
            raise Http404
        sheet, (write, media_type) = self.sheet(self, request), FORMATS[ending]
        asked = request.GET.copy()
        asked.pop(EVERYTHING, None)
        request.GET = asked
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return redirect(self._list(request))
        table = sheet.export(sheet.with_relations(rows))
        table.title = capfirst(self.opts.verbose_name_plural)
        try:
            content = write(table)
        except ValidationError as refused:
            messages.error(request, refused.messages[0])
            return redirect(self._list(request))
        name = f"{self.opts.model_name}-{PartialDate.of(request.at).iso}.{ending}"
        disposition = f'attachment; filename="{name}"'
        return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": disposition})

    def _list(self, request: HttpRequest) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"

    # --- In -----------------------------------------------------------------------------------

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.may_import(request):
            raise PermissionDenied
        sheet = self.sheet(self, request)
        if request.method != "POST":
            return self._asked(request, sheet)
        if "sealed" in request.POST:
            return self._confirmed(request, sheet)
        file = request.FILES.get("table")
        if file is None:
            return self._asked(request, sheet, _("Choose a file first."))
        try:
            table = read(file, file.name, file.size)
            sheet.check(table.columns)
        except ValidationError as refused:
            return self._asked(request, sheet, refused.messages[0])
        return self._shown(request, sheet, table, file.name)

    def _asked(self, request: HttpRequest, sheet: Sheet, error: str = "") -> HttpResponse:
        limits = {
            "rows": f"{MOST_ROWS:,}",
            "changes": f"{MOST_CHANGES:,}",
            "megabytes": MOST_BYTES // 1024**2,
        }
        return self._page(request, error=error, guide=sheet.guide, limits=limits)

    def _shown(
        self, request: HttpRequest, sheet: Sheet, table: Table, name: str, error: str = ""
    ) -> HttpResponse:
        """What the table would do, row by row and field by field."""
        groups: dict[str, list[Row]] = {"refused": [], "changed": [], "new": [], "unchanged": []}
        for row in sheet.look(table):
            groups[row.kind].append(row)
        sealed, changes = "", len(groups["changed"]) + len(groups["new"])
        if changes > MOST_CHANGES:
            words = _("This would change more than %(rows)s rows at once. Import it in parts.")
            return self._asked(request, sheet, words % {"rows": f"{MOST_CHANGES:,}"})
        if changes and not groups["refused"]:
            sealed = signing.dumps(
                [request.user.pk, self.opts.label_lower, name, table.columns, table.rows, sheet.seal()],
                salt=SALT,
                compress=True,
            )
            if len(sealed) > MOST_SEALED:
                return self._asked(request, sheet, _("This table holds too much text. Import it in parts."))
        return self._page(request, error=error, groups=groups, name=name, sealed=sealed)

    def _confirmed(self, request: HttpRequest, sheet: Sheet) -> HttpResponse:
        """Exactly what was shown; where anything is different by now, it is shown anew."""
        try:
            person, label, name, columns, rows, seal = signing.loads(
                request.POST["sealed"], salt=SALT, max_age=LASTS
            )
        except signing.BadSignature:
            return self._asked(request, sheet, _("That was too long ago. Choose the file once more."))
        if (person, label) != (request.user.pk, self.opts.label_lower):
            raise PermissionDenied
        table = Table(columns, [(number, cells) for number, cells in rows])
        seen = sheet.look(table)
        counts = [sum(row.kind == kind for row in seen) for kind in ("new", "changed")]
        try:
            if sheet.seal() != seal or any(row.errors for row in seen):
                raise Moved
            sheet.apply(_("Imported from “%(name)s”") % {"name": name})
        except Moved as moved:
            words = _("Something was changed since you looked. Nothing was imported: this is how it is now.")
            if moved.args:
                words = _("Row %(row)s met with a change by somebody else. Nothing was imported: look again.")
                words = words % {"row": moved.args[0]}
            return self._shown(request, self.sheet(self, request), table, name, words)
        messages.success(request, self._done(*counts))
        return redirect(self._list(request))

    def _done(self, new: int, changed: int) -> str:
        return " ".join(
            [
                _("Imported."),
                ngettext("%(number)s is new.", "%(number)s are new.", new) % {"number": new},
                ngettext("%(number)s was changed.", "%(number)s were changed.", changed)
                % {"number": changed},
            ]
        )

    def _page(self, request: HttpRequest, **more: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import: %(records)s") % {"records": self.opts.verbose_name_plural},
            "module_name": capfirst(self.opts.verbose_name_plural),
            "opts": self.opts,
            "makes_drafts": issubclass(self.model, Publishable),
            **more,
        }
        request.current_app = self.admin_site.name
        status = 422 if more.get("error") else 200
        return TemplateResponse(request, "admin/import.html", context, status=status)
