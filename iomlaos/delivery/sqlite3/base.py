from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Closes the cursor of each BEGIN.

    Django leaves that to Python. Where BEGIN was refused, the cursor stays in the traceback of the error,
    until the garbage collector runs in any other thread. That thread then waits for this connection, which
    may wait for the write lock. If the thread held the lock, nobody got on for 30 seconds.
    """

    def _start_transaction_under_autocommit(self) -> None:
        with self.cursor() as cursor:
            cursor.execute(f"BEGIN {self.transaction_mode or ''}")  # type: ignore[attr-defined]
