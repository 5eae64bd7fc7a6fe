from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "iomlaos.office"
    verbose_name = "Office"
