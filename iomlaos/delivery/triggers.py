"""Triggers that count up the version of the content, on every table that public pages are made of.

Signals would miss `queryset.update()`, `bulk_create()` and SQL.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, models

from iomlaos.delivery.models import ContentVersion

ON_SQLITE = """
CREATE TRIGGER "content_{event}_{table}" AFTER {event} ON "{table}" {when}
BEGIN UPDATE delivery_contentversion SET number = number + 1; END
"""
#: At the commit and once a transaction: two editors never wait for each other's transaction.
FUNCTION_ON_POSTGRESQL = """
CREATE OR REPLACE FUNCTION content_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('portal.content_changed', true) IS DISTINCT FROM 'yes' THEN
        UPDATE delivery_contentversion SET number = number + 1;
        PERFORM set_config('portal.content_changed', 'yes', true);
    END IF;
    RETURN NULL;
END $$
"""
ON_POSTGRESQL = """
CREATE CONSTRAINT TRIGGER "content_{event}" AFTER {event} ON "{table}"
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {when} EXECUTE FUNCTION content_changed()
"""
#: The rows that an event knows of.
EVENTS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def content_models() -> list[type[models.Model]]:
    """Every model of this project, relation tables included, but those that say `is_content = False`."""
    return [
        model
        for config in apps.get_app_configs()
        if _is_ours(config)
        for model in config.get_models(include_auto_created=True)
        if getattr(model, "is_content", True) and model._meta.managed and not model._meta.proxy
    ]


def _is_ours(config: AppConfig) -> bool:
    return "site-packages" not in Path(config.path).parts


def make_triggers(using: str = "default", **kwargs: Any) -> None:
    """After `migrate`: SQLite drops the triggers of a table that a migration makes anew."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if ContentVersion._meta.db_table not in tables:
        return
    ContentVersion.objects.using(using).get_or_create(pk=1)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION_ON_POSTGRESQL)
        for model in content_models():
            if model._meta.db_table in tables:
                for statement in _statements(model, connection.vendor):
                    cursor.execute(statement)


def _statements(model: type[models.Model], vendor: str) -> Iterator[str]:
    table = model._meta.db_table
    # Of some tables only certain rows count.
    condition = getattr(model, "content_condition", "")
    for event, rows in EVENTS.items():
        when = f"WHEN ({' OR '.join(f'{row}.{condition}' for row in rows)})" if condition else ""
        if vendor == "sqlite":
            yield f'DROP TRIGGER IF EXISTS "content_{event}_{table}"'
            yield ON_SQLITE.format(event=event, table=table, when=when)
        else:
            yield f'DROP TRIGGER IF EXISTS "content_{event}" ON "{table}"'
            yield ON_POSTGRESQL.format(event=event, table=table, when=when)
