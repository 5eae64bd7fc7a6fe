from django.apps import AppConfig


class SeedingConfig(AppConfig):
    name = "iomlaos.seeding"
    verbose_name = "Seeding"
