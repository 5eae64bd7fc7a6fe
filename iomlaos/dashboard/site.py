"""IomAdminSite: the admin site with the work list on its front page."""

import math

from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from iomlaos.accounts.admin_site import TwoFactorAdminSite
from iomlaos.dashboard import guide, worklist
from iomlaos.dashboard.mark_reviewed import mark_reviewed


class IomAdminSite(TwoFactorAdminSite):
    site_header = _("IOM Lao PDR: staff")
    site_title = _("IOM Lao PDR: staff")
    index_title = _("What there is to do")
    #: The front page leads everywhere; the lists need the width.
    enable_nav_sidebar = False

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """The groups and their models, each with what its ModelAdmin says of it: `menu_order` and `about`.

        A ModelAdmin that says nothing comes last.
        """

        def position(model: dict) -> float:
            return getattr(self.get_model_admin(model["model"]), "menu_order", math.inf)

        groups = super().get_app_list(request, app_label)
        for group in groups:
            group["models"].sort(key=position)
            for model in group["models"]:
                model["about"] = getattr(self.get_model_admin(model["model"]), "about", "")
        return sorted(groups, key=lambda group: position(group["models"][0]))

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return super().index(request, {"work": worklist.tasks_for(self, request), **(extra_context or {})})

    def get_urls(self) -> list:
        return [
            path(
                "mark-reviewed/<str:label>/<str:key>/",
                self.admin_view(self._still_right),
                name="mark_reviewed",
            ),
            path("guide/", self.admin_view(self._guide), name="guide"),
            path("guide/staff-guide/<slug:name>.webp", self.admin_view(self._picture_of_guide)),
            *super().get_urls(),
        ]

    def _still_right(self, request: HttpRequest, label: str, key: str) -> HttpResponse:
        return mark_reviewed(request, self, label, key)

    def _guide(self, request: HttpRequest) -> HttpResponse:
        request.current_app = self.name
        return TemplateResponse(request, "admin/guide.html", self.each_context(request) | guide.guide())

    def _picture_of_guide(self, request: HttpRequest, name: str) -> FileResponse:
        return guide.picture(name)
