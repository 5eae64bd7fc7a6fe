"""PageRenderer: public pages asked of Django in threads of their own, each once for all who wait for it."""

import datetime
import io
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import translation
from django.utils.http import parse_http_date

from iomlaos.delivery.cacheability import find_canonical_query
from iomlaos.delivery.cached_page import CachedPage, Headers, PageStore
from iomlaos.delivery.content_version import VersionReader, read_exactly
from iomlaos.delivery.database_file import close_if_replaced
from iomlaos.delivery.validity import FOREVER, ValidityPeriod, find_validity_period, within

WSGIApplication = Callable[[dict[str, Any], Callable], Iterable[bytes]]

THREADS = 4
#: Bytes of a worker's memory.
MAX_BYTES = 24 * 2**20

_threads = threading.local()


class PageRenderer:
    """Renders pages, and keeps those that may be kept."""

    def __init__(self, application: WSGIApplication, read_version: VersionReader) -> None:
        self.application = application
        self.read_version = read_version
        self.pages = PageStore(MAX_BYTES)
        self.period: ValidityPeriod | None = None
        self.period_lock = threading.Lock()
        self.running: dict[tuple, Future[CachedPage]] = {}
        self.running_lock = threading.Lock()
        self.executor = ThreadPoolExecutor(THREADS, "render", initializer=_mark_thread)

    def start(self, path: str, query: str, host: str, version: str | None) -> "Future[CachedPage]":
        """Begin to render a page, or join a rendering that began under the same version."""
        key = (path, query, version)
        with self.running_lock:
            future = self.running.get(key)
            if future is None:
                future = self.running[key] = self.executor.submit(self._render, path, query, host)
                future.add_done_callback(lambda done: self.running.pop(key, None))
        return future

    def _render(self, path: str, query: str, host: str) -> CachedPage:
        close_if_replaced()
        # The version before anything is read: what is made of it is at least as new.
        version, now = read_exactly(self.read_version), time.time()
        period = self._find_period(version, now)
        with within(period):
            at = datetime.datetime.fromtimestamp(now, datetime.UTC)
            query = find_canonical_query(path, query, at) or ""
            page = self.pages.get((path, query))
            if page and page.is_valid(version, now):
                return page
            page = render_page(self.application, path, query, host, period, now)
        if period and read_exactly(self.read_version) != version:
            # An edit came in between: the page may have a deadline that the period does not know.
            page.until = now
        elif page.is_kept and period:
            self.pages.put((path, query), page)
        return page

    def _find_period(self, version: str | None, now: float) -> ValidityPeriod | None:
        """None where the database does not answer."""
        if version is None:
            return None
        with self.period_lock:
            if self.period is None or not self.period.is_valid(version, now):
                try:
                    self.period = find_validity_period(version, now)
                except DatabaseError:
                    return None
            return self.period


def render_page(
    application: WSGIApplication, path: str, query: str, host: str, period: ValidityPeriod | None, now: float
) -> CachedPage:
    """A page as Django makes it within a period. Without one it holds for this request alone."""
    status, headers, body = request_page(application, path, query, host)
    if period is None:
        return CachedPage("", now, now, status, headers, body)
    # A page that changes before the site does says so itself, see `headers.set_expiry`.
    expiry = dict(headers).get("Expires")
    until = min(period.until, parse_http_date(expiry) if expiry else FOREVER)
    return CachedPage(period.version, now, until, status, headers, body)


def request_page(
    application: WSGIApplication, path: str, query: str, host: str
) -> tuple[str, Headers, bytes]:
    """GET a public page inside this process: status, headers, body.

    The request says nothing but the address, so nothing else can shape the page: no cookie, no language.
    """
    scheme = "https" if settings.HTTPS else "http"
    environ = {
        "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query,
        "HTTP_HOST": host, "SERVER_NAME": "portal", "SERVER_PORT": "443" if settings.HTTPS else "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme, "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr,
        "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    begun: list[tuple[str, Headers]] = []
    # Django finds an active language in half the time of the default one, and asks for it hundreds of times.
    with translation.override(settings.LANGUAGE_CODE):
        response: Any = application(environ, lambda status, headers, *rest: begun.append((status, headers)))
        try:
            body = b"".join(response)
        finally:
            response.close()
    return *begun[0], body


def _mark_thread() -> None:
    _threads.renders = True


def limit_waiting(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Public pages do not wait for a lock on PostgreSQL: a copy of the page is there at once."""
    if getattr(_threads, "renders", False) and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '400ms'")
