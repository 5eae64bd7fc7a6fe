from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "iomlaos.publishing"
    verbose_name = "Publishing"
