from typing import Any

from django.apps import AppConfig
from django.core.management import CommandError
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.signals import pre_migrate


class PublishingConfig(AppConfig):
    name = "iomlaos.publishing"
    verbose_name = "Publishing"

    def ready(self) -> None:
        pre_migrate.connect(refuse_old_database, sender=self, dispatch_uid="old databases")


def refuse_old_database(using: str, **kwargs: Any) -> None:
    """Refuse a database of version 1: its migrations were replaced by new ones of the same names."""
    if ("publishing", "0002_revisions") in MigrationRecorder(connections[using]).applied_migrations():
        raise CommandError(
            "This database was made by version 1 of the portal, which this version cannot read. "
            "Start with an empty one: give another DATABASE_URL or DATA_DIR."
        )
