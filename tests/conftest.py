"""What every test stands on: plain static files, uploads of its own, the seeded content."""

import os
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings as project_settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations import RunPython
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from iomlaos.accounts import migrations
from tests.servers import Server, running_server

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


def pytest_configure() -> None:
    """Static files resolve by their own names, without collectstatic; passwords are hashed fast."""
    project_settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    project_settings.STATIC_ROOT = Path(os.environ["DATA_DIR"]) / "static"
    project_settings.STATIC_ROOT.mkdir(exist_ok=True)
    project_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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


@receiver(post_migrate, dispatch_uid="roles of tests")
def make_roles_again(app_config, using: str, **kwargs) -> None:
    """The roles of the migrations, which a test that empties the database takes away from those after it."""
    groups = apps.get_model("auth", "Group")
    if app_config.label != "accounts" or groups.objects.using(using).exists():
        return
    for module in sorted(pkgutil.iter_modules(migrations.__path__), key=lambda module: module.name):
        migration = import_module(f"{migrations.__name__}.{module.name}")
        for operation in migration.Migration.operations:
            if isinstance(operation, RunPython):
                operation.code(apps, SimpleNamespace(connection=connections[using]))


@pytest.fixture(autouse=True)
def _uploads_of_its_own(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def seeded(db) -> None:
    """The database as `make run` leaves it: the content of fixtures/."""
    call_command("seed", verbosity=0)


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    """The running portal, seeded: on the database that the tests run on."""
    with running_server(tmp_path_factory.mktemp("site")) as server:
        yield server


@pytest.fixture(scope="session")
def site(server) -> str:
    """The address of the running portal, without a slash at its end."""
    return server.url
