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

    #: The groups of the admin's front page, in its order.
    GROUPS = {
        "programmes": _("Programmes and partners"),
        "careers": _("Careers"),
        "office": _("The office"),
        "auth": _("People who may sign in"),
    }

    def ready(self) -> None:
        super().ready()
        for label, name in self.GROUPS.items():
            apps.get_app_config(label).verbose_name = name
