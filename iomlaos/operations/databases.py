"""A consistent copy of the database while others write, and the way back."""

import contextlib
import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from django.apps import apps
from django.db import DatabaseError, connection, models
from django.db.migrations.recorder import MigrationRecorder

from iomlaos.operations import OperationError
from iomlaos.operations.postgresql import PostgreSQLDatabase

#: What `migrate` fills by itself: an empty portal has rows here.
FILLED_BY_MIGRATE = {
    "auth_group", "auth_group_permissions", "auth_permission", "delivery_contentversion",
    "django_content_type", "django_migrations",
}  # fmt: skip


class SQLiteDatabase:
    """The methods of PostgreSQLDatabase, on a file."""

    #: The name of the copy in an archive.
    member = "database.sqlite3"

    def __init__(self) -> None:
        self.path = Path(connection.settings_dict["NAME"])

    def dump(self, target: Path) -> None:
        """Write a consistent copy to a new file."""
        with (
            contextlib.closing(self._open("rw")) as database,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            # One step: it reads one state, and in WAL mode nobody waits for it.
            try:
                database.backup(copy)
            except sqlite3.Error as error:
                raise OperationError(f"The database {self.path}: {error}.") from None
            copy.execute("PRAGMA journal_mode = DELETE")
            self._check(copy)

    def refuse_if_open(self) -> None:
        """Raise OperationError where another program is connected.

        SQLite refuses to leave WAL mode while anybody else has the file open. To leave it also writes the
        log into the file, so that the log can be removed.
        """
        if not self.path.exists():
            return
        connection.close()
        try:
            with contextlib.closing(self._open("rw")) as database:
                [mode] = database.execute("PRAGMA journal_mode = DELETE").fetchone()
                if mode == "wal":
                    raise OperationError(self._in_use())
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise OperationError(self._in_use()) from None
        except sqlite3.DatabaseError:
            # It is damaged: that is why somebody restores it.
            pass

    def place_for(self, folder: Path) -> Path:
        """Where `load` takes a copy from: beside the database, for only there can it be renamed."""
        return self.path.with_name(f"{self.path.name}.restored")

    def load(self, source: Path) -> None:
        """Put a copy in the place of the database: all of it, or nothing."""
        with contextlib.closing(sqlite3.connect(source)) as copy:
            self._check(copy)
        connection.close()
        for ending in ("-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        source.replace(self.path)
        sync_folder(self.path.parent)

    def _open(self, mode: str) -> sqlite3.Connection:
        try:
            return sqlite3.connect(f"file:{quote(str(self.path))}?mode={mode}", uri=True, timeout=5)
        except sqlite3.OperationalError as error:
            raise OperationError(f"The database {self.path}: {error}.") from None

    def _check(self, copy: sqlite3.Connection) -> None:
        try:
            problems = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            problems = error
        if problems != "ok":
            raise OperationError(f"The database is damaged: {problems}. Restore an earlier backup.")

    def _in_use(self) -> str:
        return f"Another program has {self.path} open. Stop the portal and its timers first."


Database = SQLiteDatabase | PostgreSQLDatabase


def find_database() -> Database:
    return SQLiteDatabase() if connection.vendor == "sqlite" else PostgreSQLDatabase()


def applied_migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def has_content() -> bool:
    """Whether anybody has put something into the database, be it the seed. A damaged file counts as such."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return False
    try:
        return any(model._base_manager.order_by().exists() for model in _content_models())
    except DatabaseError:
        if connection.vendor == "sqlite":
            return True
        raise


def _content_models() -> list[type[models.Model]]:
    tables = set(connection.introspection.table_names()) - FILLED_BY_MIGRATE
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in tables]


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last through a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
