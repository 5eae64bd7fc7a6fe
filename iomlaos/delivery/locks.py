"""Reading and writing without waiting for somebody else's lock."""

import contextlib
from collections.abc import Iterator

from django.db import connection

#: For rows and tables of PostgreSQL. One statement of somebody else takes less.
LOCK_TIMEOUT = "50ms"


@contextlib.contextmanager
def without_waiting() -> Iterator[None]:
    """Raise OperationalError where a transaction would wait for somebody else's.

    On SQLite that is the whole database; on PostgreSQL it is any row or table that a statement needs.
    """
    if connection.vendor == "sqlite":
        begin = "PRAGMA busy_timeout = 0"
        end = f"PRAGMA busy_timeout = {connection.settings_dict['OPTIONS']['timeout'] * 1000}"
    else:
        begin = f"SELECT current_setting('lock_timeout'), set_config('lock_timeout', '{LOCK_TIMEOUT}', false)"
        end = "SET lock_timeout = '{0}'"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        end = end.format(*cursor.fetchone() or ())
    try:
        yield
    finally:
        # A connection that broke meanwhile is not opened again for this.
        if connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute(end)
