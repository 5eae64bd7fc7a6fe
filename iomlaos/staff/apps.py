from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "iomlaos.staff"
    verbose_name = "Staff"
