"""PageCache: public pages as ready bytes, in front of Django.

A page holds under one version of the content, until the clock changes anything that is public. Then whoever
asks first has it rendered anew. Where that fails, the last one is sent while no clock has changed it.
"""

import concurrent.futures
import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils import translation

from iomlaos.delivery.cacheability import QueryUse, query_use
from iomlaos.delivery.cached_page import CachedPage, CachedResponse, choose_encoding
from iomlaos.delivery.client_ip import is_trusted_proxy
from iomlaos.delivery.content_version import VersionReader, make_version_reader
from iomlaos.delivery.errors import unavailable
from iomlaos.delivery.language import language_of
from iomlaos.delivery.middleware import MAX_QUERY_LENGTH, is_clean
from iomlaos.delivery.mirror_reader import MirrorReader
from iomlaos.delivery.rendering import PageRenderer, WSGIApplication

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

logger = logging.getLogger(__name__)

#: Responses by the words of a request.
MAX_READY = 4000
MAX_WORD_LENGTH = 300
#: Renderings at once, those that wait among them; more than that is a fault.
MAX_RUNNING = 200
#: Seconds that a request waits for Django: while the database answers, and while it does not.
TIMEOUT = {True: 20.0, False: 0.8}
#: And until a copy of the same version is as good.
COPY_AFTER = 0.8
STEP = 0.1


class PageCache:
    """The WSGI application of the portal."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application
        self.lock = threading.Lock()
        self.read_version: VersionReader = self._make_reader
        self.renderer = PageRenderer(application, lambda: self.read_version())
        self.mirror = MirrorReader(settings.DATA_DIR / "mirror")
        self.ready: dict[tuple, CachedResponse] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        get = environ.get
        # All that decides what is sent.
        words = (
            environ["PATH_INFO"],
            get("QUERY_STRING"),
            environ["REQUEST_METHOD"],
            get("HTTP_HOST"),
            get("HTTP_ACCEPT_ENCODING"),
            get("HTTP_IF_NONE_MATCH"),
            get("REMOTE_ADDR"),
            get("HTTP_X_FORWARDED_PROTO"),
        )
        response = self.ready.get(words)
        if (
            response is not None
            and response.since <= time.time() < response.until
            and response.version == self.read_version()
        ):
            start_response(response.status, response.headers)
            return response.body
        return self._respond(environ, start_response, words)

    def _respond(self, environ: Environ, start_response: StartResponse, words: tuple) -> Iterable[bytes]:
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING") or ""
        use = query_use(path) if _asks_for_page(environ) else QueryUse.ANY
        if use is QueryUse.ANY or (query and use is QueryUse.PLAIN_ONLY):
            return self.application(environ, start_response)
        if use is QueryUse.NONE:
            query = ""
        page, now = self._find_page(path, query, environ["HTTP_HOST"]), time.time()
        response = page.response(choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")), now)
        response = response.answer(environ["REQUEST_METHOD"], environ.get("HTTP_IF_NONE_MATCH"))
        is_plain = not environ.get("QUERY_STRING") and all(map(_is_short, words))
        if page.is_kept and is_plain and page.is_valid(self.read_version(), now):
            if len(self.ready) >= MAX_READY:
                self.ready.clear()
            self.ready[words] = response
        start_response(response.status, response.headers)
        return response.body

    def _find_page(self, path: str, query: str, host: str) -> CachedPage:
        version, now = self.read_version(), time.time()
        page = self.renderer.pages.get((path, query))
        if page and page.is_valid(version, now):
            return page
        if version is None and (copy := self._find_copy(path, query, now)):
            return copy
        made = self._render(path, query, host, version)
        if made and made.until <= now and not made.is_fault:
            # The clock has changed the page while it waited for somebody else's rendering.
            made = self._render(path, query, host, version)
        if made is None or made.is_fault:
            made = self._find_copy(path, query, time.time()) or made
        if made is None:
            with translation.override(language_of(path)):
                made = CachedPage.of_response(unavailable())
        return made

    def _render(self, path: str, query: str, host: str, version: str | None) -> CachedPage | None:
        """None where it takes too long."""
        if len(self.renderer.running) > MAX_RUNNING:
            return None
        future = self.renderer.start(path, query, host, version)
        began = time.monotonic()
        while not future.done():
            waited = time.monotonic() - began
            if waited >= TIMEOUT[self.read_version() is not None]:
                return None
            may_copy = waited >= COPY_AFTER and version and not query
            if may_copy and (copy := self.mirror.find(path, time.time(), version or "")):
                return copy.as_copy("mirror")
            concurrent.futures.wait([future], STEP)
        if error := future.exception():
            logger.error("A page could not be made: %s", path, exc_info=error)
            return None
        return future.result()

    def _find_copy(self, path: str, query: str, now: float) -> CachedPage | None:
        """The last good page, else that of the mirror, while no clock has changed it."""
        page = self.renderer.pages.get((path, query))
        if page and page.is_valid_at(now):
            return page.as_copy("last-good")
        mirrored = None if query else self.mirror.find(path, now)
        return mirrored.as_copy("mirror") if mirrored else None

    def _make_reader(self) -> str | None:
        """At the first request: a worker may be the copy of another process."""
        with self.lock:
            if self.read_version == self._make_reader:
                self.read_version = make_version_reader()
        return self.read_version()


def _asks_for_page(environ: Environ) -> bool:
    """Whether a request can be answered as any other for its address; the rest is for Django."""
    get = environ.get
    query = get("QUERY_STRING") or ""
    words = (environ["PATH_INFO"], get("HTTP_HOST"), get("HTTP_ACCEPT_ENCODING"))
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and all(map(_is_short, words))
        and len(query) <= MAX_QUERY_LENGTH
        and (not query or is_clean(query.encode("latin-1")))
        and "HTTP_TRANSFER_ENCODING" not in environ
        and get("CONTENT_LENGTH") in (None, "", "0")
        and _is_for_this_site(get("HTTP_HOST"), get("REMOTE_ADDR"), get("HTTP_X_FORWARDED_PROTO"))
    )


def _is_short(word: str | None) -> bool:
    """Words that are remembered may not be long."""
    return len(word or "") <= MAX_WORD_LENGTH


def _is_for_this_site(host: str | None, address: str | None, scheme: str | None) -> bool:
    """Whether the host is one of ours, and the request came over https if it should."""
    if not validate_host(split_domain_port(host or "")[0], settings.ALLOWED_HOSTS):
        return False
    return not settings.HTTPS or (scheme == "https" and is_trusted_proxy(address))
