from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_migrate


class PublishingConfig(AppConfig):
    name = "iomlaos.publishing"
    verbose_name = "Publishing"

    def ready(self) -> None:
        from .editions import edition_models  # noqa: PLC0415  (models come after their apps)
        from .pictures import PictureSize, watch_texts  # noqa: PLC0415
        from .rights import make_publish_rights  # noqa: PLC0415
        from .typed import leave_all  # noqa: PLC0415
        from .uploads import watch  # noqa: PLC0415

        post_migrate.connect(make_publish_rights, dispatch_uid="iomlaos.publishing")
        user_logged_out.connect(leave_all, dispatch_uid="iomlaos.publishing")
        watch([*edition_models(), PictureSize])
        watch_texts()
