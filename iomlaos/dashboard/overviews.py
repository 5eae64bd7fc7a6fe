"""Pages about several kinds of records: what can be exported, what was deleted."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from iomlaos.publishing.models import Revision, existing_keys
from iomlaos.staff.base import BaseAdmin
from iomlaos.staff.history import PAGE_SIZE, HistoryMixin


def exportable_admins(site: admin.AdminSite, request: HttpRequest) -> list[BaseAdmin]:
    """Those with an export that the user may see."""
    return [
        model_admin
        for model_admin in site._registry.values()
        if getattr(model_admin, "export_columns", ()) and model_admin.has_view_or_change_permission(request)
    ]


def deletable_admins(site: admin.AdminSite, request: HttpRequest) -> list[HistoryMixin]:
    """Those whose deleted records the user may restore."""
    return [
        model_admin
        for model_admin in site._registry.values()
        if isinstance(model_admin, HistoryMixin) and model_admin.has_add_permission(request)
    ]


def export(request: HttpRequest) -> HttpResponse:
    """The tables that the user may download."""
    tables = [
        {
            "name": model_admin.opts.verbose_name_plural,
            "count": model_admin.get_queryset(request).count(),
            "url": model_admin.admin_url("changelist"),
        }
        for model_admin in exportable_admins(admin.site, request)
    ]
    context = admin.site.each_context(request) | {"title": _("Export"), "tables": tables}
    return render(request, "admin/export.html", context)


def deleted(request: HttpRequest) -> HttpResponse:
    """Deleted records of every kind that the user may restore, newest first."""
    by_label = {
        model_admin.opts.label_lower: model_admin for model_admin in deletable_admins(admin.site, request)
    }
    deletions = Revision.objects.filter(kind=Revision.Kind.DELETED, model__in=by_label)
    deletions = list(deletions.select_related("by").defer("data").order_by("-at")[:PAGE_SIZE])
    existing = existing_keys(deletions)
    rows = [
        (deletion, by_label[deletion.model].opts.verbose_name, by_label[deletion.model].admin_url("deleted"))
        for deletion in deletions
        if (deletion.model, deletion.object_key) not in existing
    ]
    context = admin.site.each_context(request) | {"title": _("Deleted"), "deletions": rows}
    return render(request, "admin/deleted.html", context)
