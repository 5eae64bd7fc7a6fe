"""Admin pages of the publishing log."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.models import PublishingLogEntry
from iomlaos.publishing.permissions import can_view
from iomlaos.staff.base import ReadOnlyAdmin


@admin.register(PublishingLogEntry)
class PublishingLogEntryAdmin(ReadOnlyAdmin):
    menu_order = 420
    about = _(
        "What became public, or was scheduled to; what was changed while it was public, withdrawn, taken "
        "back or deleted: when, and by whom. What is scheduled becomes public by the clock, at the time that "
        "its line gives. Nobody can change it here."
    )
    list_display = ["at", "what_happened", "what", "who_did_it", "note"]
    list_filter = ["event"]
    search_fields = ["title", "by_name", "note"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """Of a part of the office, its log is for those who may look at its records."""
        seen = [
            model._meta.label_lower
            for model in self.admin_site._registry
            if can_view(self.admin_site, model, request)
        ]
        return super().get_queryset(request).filter(model__in=seen).select_related("by")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The rows of the page know whether their record is still there: what is gone has no history."""
        page = super().get_changelist_instance(request)
        page.result_list = list(page.result_list)
        keys: dict[str, set[Any]] = {}
        for line in page.result_list:
            keys.setdefault(line.model, set()).add(line.object_key)
        there = {
            (label, str(key))
            for label, of_model in keys.items()
            for key in apps.get_model(label)
            ._base_manager.filter(pk__in=of_model)
            .values_list("pk", flat=True)
        }
        for line in page.result_list:
            line.is_there = (line.model, line.object_key) in there
        return page

    @admin.display(description=_("event"), ordering="event")
    def what_happened(self, obj: PublishingLogEntry) -> str:
        return obj.event_label

    @admin.display(description=_("what"), ordering="title")
    def what(self, obj: PublishingLogEntry) -> str:
        if not obj.is_there:
            return obj.title
        address = reverse(f"admin:{obj.model.replace('.', '_')}_history", args=[quote(obj.object_key)])
        return format_html('<a href="{}">{}</a>', address, obj.title)

    @admin.display(description=_("who"), ordering="by_name")
    def who_did_it(self, obj: PublishingLogEntry) -> str:
        return obj.who or _("outside the admin")
