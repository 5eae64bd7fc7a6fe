from typing import Any

from django.apps import AppConfig
from django.core.signals import request_started
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class DeliveryConfig(AppConfig):
    name = "iomlaos.delivery"
    verbose_name = "Delivery"

    def ready(self) -> None:
        # Models come after their apps.
        from iomlaos.delivery.database_file import close_if_replaced, remember_file  # noqa: PLC0415
        from iomlaos.delivery.logs import watch_queries  # noqa: PLC0415
        from iomlaos.delivery.rendering import limit_waiting  # noqa: PLC0415
        from iomlaos.delivery.triggers import make_triggers  # noqa: PLC0415

        connection_created.connect(assume_sqlite_json, dispatch_uid="iomlaos.delivery")
        connection_created.connect(remember_file, dispatch_uid="iomlaos.delivery.database_file")
        request_started.connect(close_if_replaced, dispatch_uid="iomlaos.delivery.database_file")
        connection_created.connect(limit_waiting, dispatch_uid="iomlaos.delivery.rendering")
        connection_created.connect(watch_queries, dispatch_uid="iomlaos.delivery.logs")
        post_migrate.connect(make_triggers, sender=self, dispatch_uid="iomlaos.delivery")


def assume_sqlite_json(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Skip Django's test for JSON support on SQLite.

    It runs in a transaction, so a page would wait for a save; after a timeout Django takes the answer
    for no, and every later page of the process fails.
    """
    if connection.vendor == "sqlite":
        connection.features.supports_json_field = True
