"""One migrated and one seeded database for a whole run, copied for every process and every server.

All migrations take seconds of computing; a copy takes a tenth of one.
"""

import atexit
import contextlib
import fcntl
import os
import re
import secrets
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from tests.helpers.commands import manage

#: A name that begins so holds the second in which its run began.
PREFIX = "portal-run-"
#: Hours; no run lasts as long.
OVER_AFTER = 12
MEMORY = Path("/dev/shm")


def run_folder() -> Path:
    """The folder of a run, one for all its processes: the first that asks makes it, and removes it at its end."""
    if "PORTAL_RUN_DIR" not in os.environ:
        remove_leftovers()
        # In memory where there is room: a migration waits for the disk a hundred times.
        has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2**30
        os.environ["PORTAL_RUN_DIR"] = tempfile.mkdtemp(
            prefix=f"{PREFIX}{int(time.time())}-", dir=MEMORY if has_room else None
        )
        atexit.register(_remove_run, Path(os.environ["PORTAL_RUN_DIR"]))
    return Path(os.environ["PORTAL_RUN_DIR"])


def template(name: str) -> Path:
    """A data folder whose database is "migrated" or "seeded"; on PostgreSQL the database is `database_name(name)`."""
    folder = run_folder() / name
    with (run_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_suffix(".new")
            shutil.rmtree(unfinished, ignore_errors=True)
            if name == "seeded":
                _make_template(unfinished, name, "seed", like="migrated")
            else:
                _make_template(unfinished, name, "migrate", "--verbosity", "0")
            unfinished.rename(folder)
    return folder


def _make_template(folder: Path, name: str, *command: str, like: str | None = None) -> None:
    environment = os.environ | {"DATA_DIR": str(folder)}
    environment.pop("DATABASE_URL", None)
    if like:
        shutil.copytree(template(like), folder)
    else:
        folder.mkdir()
    if postgres_url():
        environment["DATABASE_URL"] = create_database(name, like)
    manage(*command, environment=environment, within=600)
    if not postgres_url():
        # Leave nothing in the log beside the file.
        with contextlib.closing(sqlite3.connect(folder / "portal.sqlite3")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextlib.contextmanager
def fresh_database(like: str | None = None) -> Iterator[str]:
    """Make a PostgreSQL database where tests run on PostgreSQL, and drop it afterwards. Yields its address, or ""."""
    if not postgres_url():
        yield ""
        return
    name = secrets.token_hex(6)
    address = create_database(name, like)
    try:
        yield address
    finally:
        drop_database(database_name(name))


# --- PostgreSQL -----------------------------------------------------------------------------------


def postgres_url() -> str:
    """The address of PostgreSQL where tests run on it, else nothing."""
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else ""


def database_name(name: str) -> str:
    return f"{run_folder().name}-{name}"


def create_database(name: str, like: str | None = None) -> str:
    """Make a database of this run, empty or as another one of it. Returns its address."""
    name, template = database_name(name), database_name(like) if like else "template1"
    execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return urlunsplit(urlsplit(postgres_url())._replace(path=f"/{name}"))


def drop_database(name: str) -> None:
    execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def execute(statement: str, *values: str) -> list[tuple]:
    connection = psycopg2.connect(postgres_url())
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


# --- What runs leave behind -----------------------------------------------------------------------


def _remove_run(folder: Path) -> None:
    _drop_databases(lambda name: name.startswith(f"{folder.name}-"))
    shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers() -> None:
    """Remove what runs left that were killed."""
    for folder in {MEMORY, Path(tempfile.gettempdir())}:
        for found in folder.glob(f"{PREFIX}*"):
            if _is_over(found.name):
                shutil.rmtree(found, ignore_errors=True)
    _drop_databases(_is_over)
    for found in MEMORY.glob("*faketime_s*"):
        if not Path("/proc", found.name.rpartition("_")[2]).exists():
            with contextlib.suppress(OSError):
                found.unlink()


def _is_over(name: str) -> bool:
    began = re.match(rf"{PREFIX}(\d+)-", name)
    return bool(began) and time.time() - int(began[1]) > OVER_AFTER * 3600


def _drop_databases(condition) -> None:
    if postgres_url():
        for [name] in execute("SELECT datname FROM pg_database WHERE datname LIKE %s", f"{PREFIX}%"):
            if condition(name):
                drop_database(name)
