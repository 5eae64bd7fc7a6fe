"""What a worker does while PostgreSQL is known to be away: it answers 503 at once, and waits for nothing.

A server that died refuses a connection. One that is frozen, or vanished from the network, lets a client wait
for ever, and soon all threads of a worker would wait.
"""

import select
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from iomlaos.delivery.content_version import READER_THREAD, VersionReader
from iomlaos.delivery.errors import fault

#: Health checks find out for themselves.
EXEMPT_PATHS = ("/healthz", "/readyz")
#: Seconds: between two looks at whether the database is away, and until one that is not is given up. The
#: server itself ends a statement sooner.
CHECK_INTERVAL, GIVE_UP_AFTER = 0.5, 20.0
#: Of the thread that finds out.
READER_GIVES_UP_AFTER = 3.0

#: Set by the server. A command waits as long as it takes.
_read_version: VersionReader | None = None


class DatabaseGuardMiddleware:
    """503 for what needs the database, while it is away."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _read_version and request.path_info not in EXEMPT_PATHS and _read_version() is None:
            return fault(request)
        return self.get_response(request)


def guard(read_version: VersionReader) -> None:
    """Begin to guard this process; `read_version` gives None while the database is away.

    SQLite has no server that could be away: a file that is missing or broken is an error at once.
    """
    if connection.vendor != "postgresql":
        return
    global _read_version
    _read_version = read_version
    import psycopg2  # noqa: PLC0415  (a site on SQLite does without it)
    from psycopg2.extensions import POLL_OK, POLL_READ, set_wait_callback  # noqa: PLC0415

    def wait(waiting: Any) -> None:
        began = time.monotonic()
        while (state := waiting.poll()) != POLL_OK:
            # Not `select`, which knows the first 1,024 files of a process alone.
            poll = select.poll()
            poll.register(waiting.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
            if not poll.poll(CHECK_INTERVAL * 1000) and is_over(time.monotonic() - began):
                raise psycopg2.OperationalError("the database does not answer")

    def is_over(waited: float) -> bool:
        if threading.current_thread().name == READER_THREAD:
            return waited > READER_GIVES_UP_AFTER
        return waited > GIVE_UP_AFTER or read_version() is None

    set_wait_callback(wait)
