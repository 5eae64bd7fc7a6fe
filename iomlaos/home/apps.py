from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "iomlaos.home"
    verbose_name = "Home"
