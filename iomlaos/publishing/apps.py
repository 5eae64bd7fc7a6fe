from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "iomlaos.publishing"
    verbose_name = "Publishing"

    def ready(self) -> None:
        from .editions import edition_models  # noqa: PLC0415  (models come after their apps)
        from .uploads import watch  # noqa: PLC0415

        watch(edition_models())
