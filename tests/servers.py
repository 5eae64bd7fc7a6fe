"""Real servers: the portal as `make run` starts it, in processes of its own with data of its own."""

import atexit
import contextlib
import dataclasses
import datetime
import fcntl
import functools
import http.client
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from iomlaos.publishing.dates import VIENTIANE
from tests.zygote import Zygote

ROOT = Path(__file__).resolve().parent.parent
#: Seconds; long, for a machine that has other work.
STARTS_WITHIN = 180
#: What makes a process believe in another time of day, where Debian's package `faketime` is installed.
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


@dataclasses.dataclass(frozen=True)
class Clock:
    """A clock for a server, and for the commands beside it: it stands at the moment that it is set to."""

    file: Path

    def set(self, moment: datetime.datetime) -> None:
        """To a whole second. Whoever goes by it reads it anew each time."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{moment.astimezone(VIENTIANE):%Y-%m-%d %H:%M:%S}")
        new.replace(self.file)

    @property
    def environment(self) -> dict[str, str]:
        """What a process is started with to go by it. How long something lasts is measured truly."""
        return {
            "TZ": VIENTIANE.key,
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Otherwise threads that wait for each other would wait too long, or spin.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }


@dataclasses.dataclass
class Server:
    """A running portal. `environment` is what it was started with, for commands beside it."""

    url: str
    environment: dict[str, str]
    process: subprocess.Popen
    log: Path
    _waiting: Zygote | None = None

    @property
    def port(self) -> int:
        return urlsplit(self.url).port

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        """A command of manage.py on the server's data, in a fork of one process that waits for them."""
        if self._waiting is None:
            self._waiting = Zygote(self.environment)
        return self._waiting.run(*arguments, **environment)

    def get(self, address: str, method: str = "GET", body: bytes | None = None, **headers: str):
        """One request on a connection of its own: the response, and its body as bytes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, address, body, {k.replace("_", "-"): v for k, v in headers.items()})
            response = connection.getresponse()
            return response, response.read()

    def workers(self) -> list[int]:
        """The process ids of the workers (on Linux)."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [
            int(child)
            for child in children.split()
            if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
        ]


def manage(*arguments: str, environment: dict[str, str], within: int = 120) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=within, check=True,
    )  # fmt: skip


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


#: One folder for all processes of a run (set by tests/conftest.py), where the templates are made once.
RUN_DIR: Path | None = None


@contextlib.contextmanager
def _once(name: str) -> Iterator[Path | None]:
    """A folder of the run, locked; None where it was made before."""
    folder = RUN_DIR / name
    with (RUN_DIR / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "done").exists():
            yield None
        else:
            folder.mkdir(exist_ok=True)
            yield folder
            (folder / "done").touch()


def template(seeded: bool) -> tuple[Path, str]:
    """A folder of data, and the name of a PostgreSQL database, that are migrated, and seeded or not.

    Made once in a run by commands of manage.py, then copied.
    """
    global RUN_DIR
    if RUN_DIR is None:
        # Outside pytest (`make guide`).
        RUN_DIR = Path(tempfile.mkdtemp(prefix="portal-run-"))
        atexit.register(shutil.rmtree, RUN_DIR, ignore_errors=True)
    name = "seeded" if seeded else "migrated"
    database = f"template_{name}_{RUN_DIR.name.replace('-', '_')}"
    url = os.environ.get("DATABASE_URL", "")
    on_postgres = url.startswith("postgres")
    with _once(name) as folder:
        if folder:
            environment = dict(os.environ) | {"DATA_DIR": str(folder)}
            if on_postgres:
                _on_postgres(
                    url, f"CREATE DATABASE {database}" + (f" TEMPLATE {template(False)[1]}" if seeded else "")
                )
                environment["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
            else:
                environment.pop("DATABASE_URL", None)
                if seeded:
                    shutil.copytree(template(False)[0], folder, dirs_exist_ok=True)
                    (folder / "done").unlink()
            command = ("seed",) if seeded else ("migrate", "--verbosity", "0")
            manage(*command, environment=environment, within=600)
            if not on_postgres:
                # Everything in the one file.
                with contextlib.closing(sqlite3.connect(folder / "portal.sqlite3")) as connection:
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return RUN_DIR / name, database


def drop_templates() -> None:
    """At the end of a run, where they lie in PostgreSQL."""
    for name in ("seeded", "migrated"):
        if os.environ.get("DATABASE_URL", "").startswith("postgres") and (RUN_DIR / name / "done").exists():
            _on_postgres(
                os.environ["DATABASE_URL"],
                f"DROP DATABASE IF EXISTS {template(name == 'seeded')[1]} WITH (FORCE)",
            )


@functools.cache
def set_up() -> None:
    """.venv and static files, once in a process."""
    subprocess.run(["sh", "deploy/set-up.sh"], cwd=ROOT, check=True)


@contextlib.contextmanager
def fresh_database(like: str = "template1") -> Iterator[str]:
    """The address of a new PostgreSQL database where tests run on PostgreSQL, else nothing.

    It is dropped afterwards.
    """
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield ""
        return
    name = f"portal_{secrets.token_hex(6)}"
    _on_postgres(url, f"CREATE DATABASE {name} TEMPLATE {like}")
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        _on_postgres(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _on_postgres(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(statement)


@contextlib.contextmanager
def running_server(data_dir: Path, clock: Clock | None = None, **settings: str) -> Iterator[Server]:
    """The portal on a free port of the loopback: migrated, seeded, static files collected.

    `settings` are environment variables; DATABASE_URL is a fresh database unless given. The time of
    day is that of the machine unless a clock is given.
    """
    set_up()
    ready, database = template(seeded=True)
    shutil.copytree(ready, data_dir, dirs_exist_ok=True)
    with fresh_database(database) as database_url:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        port = free_port()
        environment |= {
            "DATA_DIR": str(data_dir),
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "WEB_WORKERS": "2",
            "SITE_URL": f"http://127.0.0.1:{port}",
        }
        if database_url:
            environment["DATABASE_URL"] = database_url
        environment |= settings | (clock.environment if clock else {})
        data_dir.mkdir(parents=True, exist_ok=True)
        log = data_dir / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["sh", "deploy/serve.sh"], cwd=ROOT, env=environment, stdout=output, stderr=output
            )
        server = Server(f"http://127.0.0.1:{port}", environment, process, log)
        try:
            _wait_until_ready(server)
            yield server
        finally:
            if server._waiting:
                server._waiting.close()
            # Where the clock stands still, a process cannot sleep, and so not wait for its workers.
            (_kill if clock else _stop)(server)


def _stop(server: Server) -> None:
    server.process.send_signal(signal.SIGTERM)
    try:
        server.process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.process.kill()
        raise AssertionError("The server did not stop within 20 seconds of SIGTERM.") from None


def _kill(server: Server) -> None:
    """At once, the workers after the process that would start them anew."""
    workers = server.workers() if server.process.poll() is None else []
    server.process.kill()
    server.process.wait()
    for worker in workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)


def _wait_until_ready(server: Server) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < ends and server.process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            response, _ = server.get("/readyz", Host="127.0.0.1")
            if response.status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"The server did not start:\n{server.log.read_text()[-3000:]}")
