"""What every test stands on: plain static files, uploads of its own, the seeded content."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as project_settings
from django.core.management import call_command

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
