"""Portals that are measured: their data, and the application that serves it."""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.processes import running
from tests.helpers.commands import manage
from tests.helpers.databases import fresh_database, template
from tests.helpers.servers import free_port, set_up

CACHED = ["sh", "deploy/serve.sh"]
COLD = [sys.executable, "-m", "bench.apps.cold"]


@dataclass(frozen=True)
class RunningPortal:
    url: str
    pid: int


@dataclass(frozen=True)
class PortalData:
    """A seeded database with notices, on PostgreSQL where DATABASE_URL names it, else on SQLite."""

    folder: Path
    database_url: str

    @property
    def environment(self) -> dict[str, str]:
        return {"DATA_DIR": str(self.folder), "DATABASE_URL": self.database_url} if self.database_url else {
            "DATA_DIR": str(self.folder)
        }  # fmt: skip

    def manage(self, *arguments: str) -> None:
        """Run a command of manage.py on it."""
        manage(*arguments, environment=os.environ | self.environment, within=600)

    @contextlib.contextmanager
    def served(self, command: list[str], **settings: str) -> Iterator[RunningPortal]:
        """`command`: CACHED or COLD."""
        port = free_port()
        url, log = f"http://127.0.0.1:{port}", self.folder / f"{port}.log"
        settings |= {"HOST": "127.0.0.1", "PORT": str(port), "WEB_WORKERS": "1", "SITE_URL": url}
        with running(command, port, log, **self.environment, **settings) as process:
            yield RunningPortal(url, process.pid)


@contextlib.contextmanager
def portal_data(folder: Path, **notices: int) -> Iterator[PortalData]:
    """`notices`: what `bench.data.fill` makes of it."""
    set_up()
    shutil.copytree(template("seeded"), folder)
    with fresh_database(like="seeded") as database_url:
        data = PortalData(folder, database_url)
        data.manage("shell", "--verbosity", "0", "-c", f"from bench.data import fill; fill(**{notices})")
        yield data
