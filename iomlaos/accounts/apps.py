from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "iomlaos.accounts"
    verbose_name = _("Roles and sign-ins")
