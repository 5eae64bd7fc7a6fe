"""Real servers: the portal as `make run` starts it, in processes of its own with data of its own."""

import contextlib
import dataclasses
import datetime
import functools
import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from iomlaos.publishing.dates import VIENTIANE
from tests.helpers import databases
from tests.helpers.commands import ROOT, CommandServer
from tests.helpers.databases import fresh_database

#: Seconds; long, for a machine that has other work.
STARTS_WITHIN = 180
STOPS_WITHIN = 60
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
    log: Path
    process: subprocess.Popen | None = None
    _commands: CommandServer | None = None

    def start(self) -> None:
        """Serve what is in the database, as the last line of deploy/run.sh does, and wait until it answers."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                ["sh", "deploy/serve.sh"], cwd=ROOT, env=self.environment, stdout=output, stderr=output
            )
        ends = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < ends and self.process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                response, _ = self.get("/readyz", Host="127.0.0.1")
                if response.status == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"The server did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"The server did not stop within {STOPS_WITHIN} seconds.") from None

    def kill(self) -> None:
        """At once, the workers after the process that would start them anew."""
        workers = self.workers() if self.process.poll() is None else []
        self.process.kill()
        self.process.wait()
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)

    @property
    def port(self) -> int:
        return urlsplit(self.url).port

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        """Run a command of manage.py on the server's data."""
        if self._commands is None:
            self._commands = CommandServer(self.environment)
        return self._commands.run(*arguments, **environment)

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


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


@functools.cache
def set_up() -> None:
    """.venv and static files, once in a process."""
    subprocess.run(["sh", "deploy/set-up.sh"], cwd=ROOT, check=True)


@contextlib.contextmanager
def stopped_server(data_dir: Path, clock: Clock | None = None, **settings: str) -> Iterator[Server]:
    """The portal on a free port of the loopback, not yet started: migrated, seeded, static files collected.

    `settings` are environment variables; DATABASE_URL is a fresh database unless given. One worker answers
    unless WEB_WORKERS says more. The time of day is that of the machine unless a clock is given.
    """
    set_up()
    shutil.copytree(databases.template("seeded"), data_dir, dirs_exist_ok=True)
    with fresh_database(like="seeded") as database_url:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        port = free_port()
        environment |= {
            "DATA_DIR": str(data_dir),
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "WEB_WORKERS": "1",
            "SITE_URL": f"http://127.0.0.1:{port}",
        }
        if database_url:
            environment["DATABASE_URL"] = database_url
        environment |= settings | (clock.environment if clock else {})
        server = Server(f"http://127.0.0.1:{port}", environment, data_dir / "server.log")
        try:
            yield server
        finally:
            if server._commands:
                server._commands.close()


@contextlib.contextmanager
def running_server(data_dir: Path, clock: Clock | None = None, **settings: str) -> Iterator[Server]:
    """As `stopped_server`, and started."""
    with stopped_server(data_dir, clock, **settings) as server:
        try:
            server.start()
            yield server
        finally:
            # Where the clock stands still, a process cannot sleep, and so not wait for its workers.
            (server.kill if clock else server.stop)()
