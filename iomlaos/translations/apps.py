from django.apps import AppConfig


class TranslationsConfig(AppConfig):
    name = "iomlaos.translations"
    verbose_name = "Translations"
