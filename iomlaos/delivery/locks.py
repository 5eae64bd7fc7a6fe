"""Writing without waiting for somebody else's lock."""

import contextlib
from collections.abc import Iterator

from django.db import connection


@contextlib.contextmanager
def without_waiting() -> Iterator[None]:
    """On SQLite, refuse a transaction at once where somebody else has one. PostgreSQL needs nothing here."""
    if connection.vendor != "sqlite":
        yield
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 0")
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {connection.settings_dict['OPTIONS']['timeout'] * 1000}")
