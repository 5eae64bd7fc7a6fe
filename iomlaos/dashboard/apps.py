from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class DashboardConfig(AppConfig):
    default = True
    name = "iomlaos.dashboard"
    verbose_name = "Dashboard"


class IomAdminConfig(admin_apps.AdminConfig):
    """Django's admin with IomAdminSite."""

    default = False
    default_site = "iomlaos.dashboard.site.IomAdminSite"

    def ready(self) -> None:
        super().ready()
        apps.get_app_config("auth").verbose_name = _("People")
