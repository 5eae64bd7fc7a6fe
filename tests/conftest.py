"""Fixtures and hooks of all tests: the database, the seeded content, uploads, a running server."""

import contextlib
import gc
import os
import sqlite3
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings as project_settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connections, transaction
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from tests.helpers import databases
from tests.helpers.servers import Server, running_server

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


def pytest_configure() -> None:
    """Static files resolve by their own names, without collectstatic; passwords are hashed fast."""
    project_settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    project_settings.STATIC_ROOT = Path(os.environ["DATA_DIR"]) / "static"
    project_settings.STATIC_ROOT.mkdir(exist_ok=True)
    project_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_sessionstart() -> None:
    """Make the folder of the run before other processes of it start."""
    databases.run_folder()


@pytest.fixture(scope="session")
def django_db_setup(
    request, django_test_environment, django_db_blocker, django_db_modify_db_settings
) -> Iterator[None]:
    """The tests' own database: a copy of the migrated one, instead of all migrations in every process."""
    folder = databases.template("migrated")
    connection = connections["default"]
    name = connection.creation._get_test_db_name()
    connection.close()
    connection.settings_dict["NAME"] = name
    if connection.vendor == "sqlite":
        with (
            django_db_blocker.unblock(),
            contextlib.closing(sqlite3.connect(folder / "portal.sqlite3")) as ready,
        ):
            connection.ensure_connection()
            ready.backup(connection.connection)
    else:
        databases.drop_database(name)
        databases.execute(f'CREATE DATABASE "{name}" TEMPLATE "{databases.database_name("migrated")}"')
    yield
    with django_db_blocker.unblock():
        connection.close()
    if connection.vendor != "sqlite":
        databases.drop_database(name)


#: The files that take longest begin first, so that no process is left alone with one at the end.
FIRST = [
    "browser/test_staff_pages.py", "staff/test_get_writes_nothing.py", "careers/test_to_the_second.py",
    "browser/test_autosave.py", "browser/", "careers/test_alert_kills.py", "publishing/test_draft_visibility.py",
    "careers/test_drafts_stay_hidden.py", "staff/", "dashboard/",
]  # fmt: skip


#: What a test may ask for that asks for no database. Names that begin with a line are those of every test.
WITHOUT_DATABASE = {
    "caplog", "capsys", "client", "django_db_blocker", "django_test_environment", "mailoutbox", "monkeypatch",
    "request", "rf", "settings", "tmp_path", "tmp_path_factory",
}  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return next((n for n, name in enumerate(FIRST) if f"tests/{name}" in item.nodeid), len(FIRST))

    items.sort(key=place)
    for item in filter(_is_pure, items):
        item.add_marker("pure")


def _is_pure(item: pytest.Item) -> bool:
    """Whether a test asks for no database. One that cannot be judged by its fixtures counts as one that does."""
    values = item.callspec.params if hasattr(item, "callspec") else {}
    fixtures = {name for name in item.fixturenames if name not in values and not name.startswith("_")}
    return item.get_closest_marker("django_db") is None and fixtures <= WITHOUT_DATABASE


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return _fail_if_skipped_in_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return _fail_if_skipped_in_ci((yield))


def _fail_if_skipped_in_ci(report):
    """In CI everything is installed, so a test that does not run has a fault to hide."""
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"In CI a skip is a failure: {report.longrepr}"
    return report


@receiver(post_migrate, dispatch_uid="tests.make_roles")
def make_roles(app_config, using: str, **kwargs) -> None:
    """Make the roles of the migrations again after a transactional test, which empties the database."""
    groups = apps.get_model("auth", "Group")
    if app_config.label != "accounts" or groups.objects.using(using).exists():
        return
    roles = import_module("iomlaos.accounts.migrations.0002_roles")
    roles.make_roles(apps, SimpleNamespace(connection=connections[using]))


@pytest.fixture(autouse=True)
def _uploads_of_its_own(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def seeded(db, _seed: dict[str, tuple[list, list]]) -> None:
    """The database as `make run` leaves it: the content of fixtures/.

    The command runs once in a process. Its rows are written again for each test.
    """
    with connections["default"].cursor() as cursor:
        for table, (columns, rows) in _seed.items():
            marks, names = ", ".join(["%s"] * len(columns)), ", ".join(f'"{name}"' for name in columns)
            cursor.execute(f'DELETE FROM "{table}"')
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)
        _reset_sequences(cursor, _seed)


@pytest.fixture(scope="session")
def _seed(django_db_setup, django_db_blocker) -> dict[str, tuple[list, list]]:
    """What the seed writes into a database without content, by table: columns and rows."""
    with django_db_blocker.unblock(), transaction.atomic():
        before = _tables()
        call_command("seed", verbosity=0)
        after = _tables()
        transaction.set_rollback(True)
    return {table: content for table, content in after.items() if content != before[table]}


def _tables() -> dict[str, tuple[list, list]]:
    connection, found = connections["default"], {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = [column[0] for column in cursor.description], cursor.fetchall()
    return found


def _reset_sequences(cursor, tables) -> None:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in tables]
    for statement in connections["default"].ops.sequence_reset_sql(no_style(), models):
        cursor.execute(statement)


@pytest.fixture
def server_folder(tmp_path) -> Path:
    """The folder of a server that a test starts for itself."""
    return tmp_path


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    """The running portal, seeded: on the database that the tests run on."""
    with running_server(tmp_path_factory.mktemp("site")) as server:
        yield server


@pytest.fixture(scope="session")
def site(server) -> str:
    """The address of the running portal, without a slash at its end."""
    return server.url
