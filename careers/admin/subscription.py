"""Admin pages of subscriptions: staff read and delete them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from careers.alerts.models import Subscription
from iomlaos.staff.base import BaseAdmin


@admin.register(Subscription)
class SubscriptionAdmin(BaseAdmin):
    menu_order = 240
    about = _(
        "Addresses that asked for alerts by e-mail. They come and go by themselves; delete one here when "
        "somebody asks the office for it. They are given to nobody, and used for nothing else."
    )
    list_display = fields = ["email", "scope_label", "language", "asked_at", "confirmed_at", "bounce_count"]
    list_filter = ["topic", ("confirmed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["vacancy", "procurement_notice"]
    search_fields = ["email"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_add_permission = has_change_permission

    @admin.display(description=_("what about"), ordering="topic")
    def scope_label(self, obj: Subscription) -> str:
        return obj.scope_label(timezone.now())
