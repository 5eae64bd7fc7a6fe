from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class DeliveryConfig(AppConfig):
    name = "iomlaos.delivery"
    verbose_name = "Delivery"

    def ready(self) -> None:
        # Models come after their apps.
        from iomlaos.delivery.rendering import limit_waiting  # noqa: PLC0415
        from iomlaos.delivery.triggers import make_triggers  # noqa: PLC0415

        connection_created.connect(assume_sqlite_json, dispatch_uid="iomlaos.delivery")
        connection_created.connect(limit_waiting, dispatch_uid="iomlaos.delivery.rendering")
        post_migrate.connect(make_triggers, dispatch_uid="iomlaos.delivery")


def assume_sqlite_json(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Skip Django's test for JSON support on SQLite.

    It runs in a transaction, so a page would wait for a save; after a timeout Django takes the answer
    for no, and every later page of the process fails.
    """
    if connection.vendor == "sqlite":
        connection.features.supports_json_field = True
