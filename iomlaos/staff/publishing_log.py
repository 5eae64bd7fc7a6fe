"""Admin pages of the publishing log."""

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.models import PublishingLogEntry, existing_keys
from iomlaos.publishing.permissions import can_view
from iomlaos.staff.base import ReadOnlyAdmin


@admin.register(PublishingLogEntry)
class PublishingLogEntryAdmin(ReadOnlyAdmin):
    menu_order = 440
    menu_group = _("Keeping track")
    about = _(
        "What became public, or was scheduled to; what was changed while it was public, withdrawn, taken "
        "back or deleted: when, and by whom. What is scheduled becomes public by the clock, at the time that "
        "its line gives. Nobody can change it here."
    )
    list_display = ["at", "event_label", "record_link", "user_name", "note"]
    list_filter = ["event"]
    search_fields = ["title", "by_name", "note"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """Only the entries of models whose records the user may see."""
        site = self.admin_site
        visible = [model._meta.label_lower for model in site._registry if can_view(site, model, request)]
        return super().get_queryset(request).filter(model__in=visible).select_related("by")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Mark the entries whose record still exists, with one query a model."""
        changelist = super().get_changelist_instance(request)
        entries = changelist.result_list = list(changelist.result_list)
        existing = existing_keys(entries)
        for entry in entries:
            entry.record_exists = (entry.model, entry.object_key) in existing
        return changelist

    @admin.display(description=_("what"), ordering="title")
    def record_link(self, obj: PublishingLogEntry) -> str:
        if not obj.record_exists:
            return format_html('<span class="row-title">{}</span>', obj.title)
        url = reverse(f"admin:{obj.model.replace('.', '_')}_history", args=[quote(obj.object_key)])
        return format_html('<a class="row-title" href="{}">{}</a>', url, obj.title)

    @admin.display(description=_("who"), ordering="by_name")
    def user_name(self, obj: PublishingLogEntry) -> str:
        return obj.who or _("Imported at set-up")
