from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "iomlaos.media"
    verbose_name = "Media"

    def ready(self) -> None:
        from . import cleanup  # noqa: PLC0415  (models come after their apps)
        from .models import Rendition, connect_signals, file_version_models  # noqa: PLC0415

        cleanup.connect_signals([*file_version_models(), Rendition])
        connect_signals()
