"""The log of publishing, to be read."""

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.models import Happening

from .pages import LogPages


@admin.register(Happening)
class HappeningAdmin(LogPages):
    about = _(
        "What became public, or was scheduled to; what was changed while it was public, withdrawn, taken "
        "back or deleted: when, and by whom. What is scheduled becomes public by the clock, at the time that "
        "its line gives. Nobody can change it here."
    )
    list_display = ["at", "what_happened", "what", "who_did_it", "note"]
    list_filter = ["event"]
    search_fields = ["title", "by_name", "note"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).select_related("by")

    @admin.display(description=_("event"), ordering="event")
    def what_happened(self, obj: Happening) -> str:
        return obj.event_in_words

    @admin.display(description=_("what"), ordering="title")
    def what(self, obj: Happening) -> str:
        name = f"admin:{obj.model.replace('.', '_')}_history"
        try:
            address = reverse(name, args=[quote(obj.object_key)])
        except NoReverseMatch:
            return obj.title
        return format_html('<a href="{}">{}</a>', address, obj.title)

    @admin.display(description=_("who"), ordering="by_name")
    def who_did_it(self, obj: Happening) -> str:
        return obj.who or _("outside the admin")
