from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "iomlaos.accounts"
    verbose_name = _("Sign-ins")

    def ready(self) -> None:
        from .log import note_sign_in  # noqa: PLC0415 (models are not ready before)

        user_logged_in.connect(note_sign_in, dispatch_uid="iomlaos.accounts")
