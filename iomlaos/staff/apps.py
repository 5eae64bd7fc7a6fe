from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out


class StaffConfig(AppConfig):
    name = "iomlaos.staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        from .models import clear_sessions_on_logout  # noqa: PLC0415  (models come after their apps)

        user_logged_out.connect(clear_sessions_on_logout, dispatch_uid="editing sessions")
