"""The admin site of the office's staff."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class StaffSite(AdminSite):
    site_header = _("IOM Lao PDR: staff")
    site_title = _("IOM Lao PDR")
