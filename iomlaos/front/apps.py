from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class FrontConfig(AppConfig):
    default = True
    name = "iomlaos.front"
    verbose_name = "Front"


class StaffAdminConfig(admin_apps.AdminConfig):
    """Django's admin, with the office's own front page and words."""

    default = False
    default_site = "iomlaos.front.staff.StaffSite"

    def ready(self) -> None:
        super().ready()
        apps.get_app_config("auth").verbose_name = _("People who may sign in")
