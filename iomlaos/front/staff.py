"""The admin site of the office's staff: its front page, in the office's words and order."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from iomlaos.accounts.site import GuardedSite

from .work_list import open_tasks

ORDER = (
    "programmes.Programme", "programmes.Project", "programmes.Figure", "programmes.Document",
    "programmes.Donor", "programmes.Counterpart",
    "careers.Vacancy", "careers.ProcurementNotice", "careers.ApplicationForm", "careers.Subscription",
    "office.Office", "office.Page", "office.StandardText", "office.Place",
    "auth.User", "auth.Group", "accounts.SignInEvent",
)  # fmt: skip


class StaffSite(GuardedSite):
    site_header = _("IOM Lao PDR: staff")
    site_title = _("IOM Lao PDR: staff")
    index_title = _("What would you like to change?")
    #: The front page leads everywhere; the lists need the width.
    enable_nav_sidebar = False

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """The groups and their models in ORDER, each model with the sentence that says what it is."""

        def position(model: dict) -> int:
            return ORDER.index(model["model"]._meta.label)

        groups = super().get_app_list(request, app_label)
        for group in groups:
            group["models"].sort(key=position)
            for model in group["models"]:
                model["about"] = self.get_model_admin(model["model"]).about
        return sorted(groups, key=lambda group: position(group["models"][0]))

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        tasks = open_tasks(self, request)
        return super().index(request, {"tasks": tasks, **(extra_context or {})})
