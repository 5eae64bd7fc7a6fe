"""How a worker learns that the content has changed, without a query for each request.

`make_version_reader()` gives a function that returns the version as text, or None where it cannot be known:
the database does not answer. Each worker makes one for itself, after it was started.
"""

import contextlib
import logging
import mmap
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, connection

logger = logging.getLogger(__name__)

VersionReader = Callable[[], str | None]
#: The thread that asks PostgreSQL.
READER_THREAD = "version"
QUERY = "SELECT word, number FROM delivery_contentversion"


class SQLiteVersionReader:
    """Reads the version again after each commit of whatever process, most of which are not of content.

    A commit changes the header of the WAL index, which all processes share in memory:
    https://www.sqlite.org/walformat.html#the_wal_index_file_format

    What was opened is never closed: closing a file drops all locks that the process has on it (POSIX), also
    those of Django's own connections.
    """

    #: Both copies of the header, in bytes, and the least size of the index.
    HEADER = slice(0, 96)
    INDEX_SIZE = 32768
    #: Seconds between two looks at whether the files are still the same, and after a fault.
    CHECK_INTERVAL = 0.5

    def __init__(self, path: str) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.version: str | None = None
        self.header: bytes | None = None
        self.next_check = 0.0
        self.databases: dict[tuple[int, int], sqlite3.Connection] = {}
        self.indexes: dict[tuple[int, int], mmap.mmap] = {}
        self.index: Any = b""

    def __call__(self) -> str | None:
        if self.index[self.HEADER] == self.header and time.monotonic() < self.next_check:
            return self.version
        with self.lock:
            if self.header is not None or time.monotonic() >= self.next_check:
                self._read()
            return self.version

    def _read(self) -> None:
        try:
            database = self._find_database()
            self.index = self._find_index()
            # The header before the version: a commit in between is looked at again.
            header = self.index[self.HEADER]
            if header != self.header:
                word, number = database.execute(QUERY).fetchone()
                # A copy that was put in the place of the file may say the same.
                self.version = f"{word}-{number}-{len(self.databases)}"
                self.header = header
        except (sqlite3.Error, OSError, TypeError, ValueError):
            self.version = self.header = None
        self.next_check = time.monotonic() + self.CHECK_INTERVAL

    def _find_database(self) -> sqlite3.Connection:
        file = _identify(self.path)
        if file not in self.databases:
            # `rw`: SQLite would make a file that is missing.
            address = f"{Path(self.path).as_uri()}?mode=rw"
            self.databases[file] = sqlite3.connect(
                address, uri=True, timeout=0.1, isolation_level=None, check_same_thread=False
            )
            # A first query makes the WAL index where there is none.
            self.databases[file].execute(QUERY)
            self.header = None
        return self.databases[file]

    def _find_index(self) -> mmap.mmap:
        path = f"{self.path}-shm"
        file = _identify(path)
        if file not in self.indexes:
            descriptor = os.open(path, os.O_RDONLY)
            self.indexes[file] = mmap.mmap(descriptor, self.INDEX_SIZE, mmap.MAP_SHARED, mmap.PROT_READ)
            self.header = None
        return self.indexes[file]


def _identify(path: str) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino


class PostgreSQLVersionReader:
    """Keeps what a thread beside the requests last read: no request waits for a database that died.

    A server that is frozen lets everybody wait for ever. So what was read is believed for two seconds.
    """

    POLL_INTERVAL = 0.1
    MAX_AGE = 2.0
    #: Until a lost connection is tried again, and at most for the first answer.
    RETRY_INTERVAL = 0.5
    FIRST_TIMEOUT = 5.0

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.parameters = parameters
        self.version: str | None = None
        self.valid_until = 0.0
        # Not `time.sleep`, which fails where tests have stopped the clock.
        self.pause, first_read = threading.Event(), threading.Event()
        threading.Thread(
            target=self._keep_reading, args=[first_read], daemon=True, name=READER_THREAD
        ).start()
        first_read.wait(self.FIRST_TIMEOUT)

    def __call__(self) -> str | None:
        return self.version if time.monotonic() < self.valid_until else None

    def _keep_reading(self, first_read: threading.Event) -> None:
        # A site on SQLite does without it.
        import psycopg2  # noqa: PLC0415

        while True:
            try:
                with contextlib.closing(psycopg2.connect(**self.parameters)) as connected:
                    connected.autocommit = True
                    with connected.cursor() as cursor:
                        self._read(cursor, first_read)
            except Exception as error:  # noqa: BLE001  without this thread every page would be a fault
                if self.version is not None:
                    logger.warning("The version of the content cannot be read: %s", str(error).strip())
                self.version = None
            first_read.set()
            self.pause.wait(self.RETRY_INTERVAL)

    def _read(self, cursor: Any, first_read: threading.Event) -> None:
        while True:
            began = time.monotonic()
            cursor.execute(QUERY)
            word, number = cursor.fetchone()
            self.version, self.valid_until = f"{word}-{number}", began + self.MAX_AGE
            first_read.set()
            self.pause.wait(self.POLL_INTERVAL)


def read_exactly(read_version: VersionReader) -> str | None:
    """The version at this moment: on PostgreSQL, what a reader says may be a fraction of a second old."""
    known = read_version()
    if known is None or connection.vendor == "sqlite":
        return known
    try:
        with connection.cursor() as cursor:
            cursor.execute(QUERY)
            word, number = cursor.fetchone()
    except (Error, TypeError):
        return None
    return f"{word}-{number}"


def make_version_reader() -> VersionReader:
    if connection.vendor == "sqlite":
        return SQLiteVersionReader(str(settings.DATABASES["default"]["NAME"]))
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    parameters |= {
        "connect_timeout": 2,
        "options": "-c statement_timeout=2000",
        "application_name": "version",
    }
    return PostgreSQLVersionReader(parameters)
