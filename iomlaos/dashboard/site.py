"""IomAdminSite: the admin site with the work list on its front page."""

import math
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from iomlaos.accounts.admin_site import TwoFactorAdminSite
from iomlaos.dashboard import worklist
from iomlaos.dashboard.guide import guide, guide_picture
from iomlaos.dashboard.mark_reviewed import mark_reviewed
from iomlaos.dashboard.menu import menu_for, new_entries
from iomlaos.dashboard.overviews import deleted, export
from iomlaos.dashboard.recent import change_log_url, recent_changes
from iomlaos.media.richtext.link_search import link_search
from iomlaos.staff.notifications.views import dismiss_notifications, notifications_context


class IomAdminSite(TwoFactorAdminSite):
    site_header = _("IOM Lao PDR: staff")
    site_title = _("IOM Lao PDR: staff")
    index_title = _("Home")
    #: Ours is in the header block of base_site.html, without Django's script.
    enable_nav_sidebar = False

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """Groups and models in the order of `menu_order`, each model with `about`, of its ModelAdmin.

        A ModelAdmin without `menu_order` comes last.
        """

        def position(model: dict) -> float:
            return getattr(self.get_model_admin(model["model"]), "menu_order", math.inf)

        groups = super().get_app_list(request, app_label)
        for group in groups:
            group["models"].sort(key=position)
            for model in group["models"]:
                model["about"] = getattr(self.get_model_admin(model["model"]), "about", "")
        return sorted(groups, key=lambda group: position(group["models"][0]))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        return context | {"menu": menu_for(self, context["available_apps"], request)}

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        context = {
            "blocks": worklist.blocks_for(request),
            "later": worklist.later_for(request),
            "recent_changes": recent_changes(self, request),
            "log_url": change_log_url(self, request),
            "new": new_entries(self, request),
            **notifications_context(request),
        }
        return super().index(request, context | (extra_context or {}))

    def worklist_page(self, request: HttpRequest, name: str) -> HttpResponse:
        """All rows of one block of the front page."""
        block = worklist.find_block(request, name)
        if block is None:
            raise Http404
        context = self.each_context(request) | {"title": block.title, "work": block}
        return TemplateResponse(request, "admin/worklist.html", context)

    def get_urls(self) -> list:
        return [
            path(
                "mark-reviewed/<str:label>/<str:key>/", self.admin_view(mark_reviewed), name="mark_reviewed"
            ),
            path(
                "notifications/dismiss/", self.admin_view(dismiss_notifications), name="dismiss_notifications"
            ),
            path("link-search/", self.admin_view(link_search), name="link_search"),
            path("worklist/<slug:name>/", self.admin_view(self.worklist_page), name="worklist"),
            path("export/", self.admin_view(export), name="export"),
            path("deleted/", self.admin_view(deleted), name="deleted"),
            path("guide/", self.admin_view(guide), name="guide"),
            path("guide/staff-guide/<slug:name>.webp", self.admin_view(guide_picture)),
            *super().get_urls(),
        ]
