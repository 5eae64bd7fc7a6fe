from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class FrontConfig(AppConfig):
    default = True
    name = "iomlaos.front"
    verbose_name = "Front"


class StaffAdminConfig(admin_apps.AdminConfig):
    """Django's admin, with the office's own front page."""

    default = False
    default_site = "iomlaos.front.staff.StaffSite"
