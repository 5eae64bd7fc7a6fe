from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "iomlaos.staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        from iomlaos.publishing.scheduling import change_was_due  # noqa: PLC0415  (models come after their apps)

        from .notifications.recipients import tell_of_due_change  # noqa: PLC0415

        change_was_due.connect(tell_of_due_change, dispatch_uid="notifications")
