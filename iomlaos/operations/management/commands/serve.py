"""manage.py serve: serve the portal until it is told to stop."""

import ctypes
import gc
import hashlib
import multiprocessing
import os
import signal
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections
from django.urls import get_resolver
from django.utils import timezone

from iomlaos.delivery.models import CommandRun
from iomlaos.delivery.timers import record_run
from iomlaos.operations.wakeup import Wakeup

UPDATE = "update"
#: What the database is brought up to: the code with its migrations, and the fixtures.
SOURCES = (
    "iomlaos/**/*.py",
    "programmes/**/*.py",
    "careers/**/*.py",
    "fixtures/*.yaml",
    "requirements/run.txt",
)
#: In each worker; bench/server_settings.py measures them. A request for Django holds one, and a connection to
#: the database. With all of them held no cached page is answered either.
BLOCKING_THREADS = 8
#: Seconds after which a thread that computes lets another one run: a cached page needs a few microseconds.
SWITCH_INTERVAL = 0.001
#: Python's own; manage.py loads Django with another.
GC_THRESHOLD = (700, 10, 10)
#: Seconds that a worker has to end what it is doing.
KILL_TIMEOUT = 10


class Command(BaseCommand):
    help = (
        "Serves the portal until it is told to stop. Django is loaded once, and each worker is a fork of "
        "this process: it starts at once, and shares its memory."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--update",
            action="store_true",
            help="first migrate and seed, unless this code and these fixtures have done so already",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SOCKET:
            refuse_taken_port()
        if options["update"]:
            update()
        serve()


def refuse_taken_port() -> None:
    """Two servers can share one port without a word: visitors would see the data of either."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            settings.HOST, settings.PORT, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(address)
    except OSError as error:
        place = f"{settings.HOST}:{settings.PORT}"
        message = f"Cannot serve on {place}: {error.strerror}. Another port: PORT=8001 make run"
        raise CommandError(message) from None


def update() -> None:
    """Migrate and seed. That it was done is stored in the database, which may come from a backup."""
    release, started_at = find_release(), timezone.now()
    try:
        if CommandRun.objects.filter(name=UPDATE, release=release).exists():
            return
    except DatabaseError:
        # Not migrated yet, or it does not answer: the next line says so.
        pass
    call_command("migrate", verbosity=0)
    call_command("seed")
    record_run(UPDATE, started_at, release=release)


def find_release() -> str:
    """A hash of the sources."""
    found = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            content = path.read_bytes()
            found.update(f"{path.relative_to(settings.BASE_DIR)} {len(content)}\n".encode() + content)
    return found.hexdigest()


def serve() -> None:
    # Workers are forks of this process. It has loaded everything, and has no thread and no connection.
    from granian.constants import Interfaces  # noqa: PLC0415  for this command alone
    from granian.log import LogLevels  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    from iomlaos.wsgi import application  # noqa: PLC0415

    _ = get_resolver().url_patterns
    connections.close_all()
    multiprocessing.set_start_method("fork")
    # The collector writes to what it looks at, and each worker would get a copy of it.
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLD)
    server = Server(
        "iomlaos.wsgi:application",
        **find_place(),
        interface=Interfaces.WSGI,
        workers=settings.WEB_WORKERS,
        blocking_threads=BLOCKING_THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_TIMEOUT,
        # Its warnings are about more threads than cores.
        log_level=LogLevels.error,
        log_dictconfig=settings.LOGGING,
    )
    server.main_loop_interrupt = Wakeup()  # type: ignore[assignment]
    parent = os.getpid()
    server.serve(target_loader=lambda: start_worker(application, parent), wrap_loader=False)


def find_place() -> dict[str, Any]:
    """Where the server listens: a socket of the file system, or a port."""
    if not settings.SOCKET:
        return {"address": settings.HOST, "port": settings.PORT}
    place = Path(settings.SOCKET)
    # One that was left by a kill is in the way. Whoever reaches the folder may connect, as to a port.
    place.unlink(missing_ok=True)
    return {"uds": place, "uds_permissions": 0o666}


def start_worker(application: Callable, parent: int) -> Callable:
    """Called in each worker. It ends with the process that started it, however that ends: no orphan keeps
    the port."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    # Ctrl-C reaches all processes, and then the main one ends the workers by SIGTERM. Of two signals at once
    # another thread can take both, and the main thread, which Python has handle them, sleeps on.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    sys.setswitchinterval(SWITCH_INTERVAL)
    if os.getppid() != parent:
        raise SystemExit
    return application
