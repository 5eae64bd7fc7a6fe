from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


class DeliveryConfig(AppConfig):
    name = "iomlaos.delivery"
    verbose_name = "Delivery"

    def ready(self) -> None:
        connection_created.connect(assume_json, dispatch_uid="iomlaos.delivery")


def assume_json(connection: BaseDatabaseWrapper, **_given: Any) -> None:
    """Django asks SQLite in a transaction whether it knows JSON: a page would wait for whoever saves.

    Where that takes too long, Django takes it for a no, and each later page of the process fails.
    """
    if connection.vendor == "sqlite":
        connection.features.supports_json_field = True
