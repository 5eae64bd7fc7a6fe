from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "iomlaos.accounts"
    verbose_name = _("Sign-ins")

    def ready(self) -> None:
        from .signals import record_sign_in  # noqa: PLC0415  (models are loaded after the app config)

        user_logged_in.connect(record_sign_in, dispatch_uid="record sign-in")
