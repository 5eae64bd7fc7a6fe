"""The file of a SQLite database: a server makes none, and notices where another one takes its place."""

import os
from pathlib import Path
from typing import Any

from django.db import connection


def open_existing_only() -> None:
    """Let this process open the database only where there is one.

    SQLite would make an empty one in the place of a file that is missing, in the way of the restored one.
    Commands still make it, as `migrate` must.
    """
    if _has_file(connection):
        name = connection.settings_dict["NAME"]
        connection.settings_dict["OPTIONS"]["database"] = f"{Path(name).as_uri()}?mode=rw"


def remember_file(connection: Any, **kwargs: Any) -> None:
    if _has_file(connection):
        connection.opened_file = _identify(connection)


def close_if_replaced(**kwargs: Any) -> None:
    """Close a connection whose file was restored or moved away: it would read and write the old one."""
    if _has_file(connection) and connection.connection and not connection.in_atomic_block:
        opened_file = getattr(connection, "opened_file", None)
        if opened_file is None or opened_file != _identify(connection):
            connection.close()


def _has_file(connection: Any) -> bool:
    return connection.vendor == "sqlite" and not connection.is_in_memory_db()


def _identify(connection: Any) -> tuple[int, int] | None:
    try:
        found = os.stat(connection.settings_dict["NAME"])
    except OSError:
        return None
    return found.st_dev, found.st_ino
