"""CachedPage: a public page as bytes, and the responses that are made of it."""

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import Self

import brotli
from django.http import HttpResponse
from django.utils.http import parse_header_parameters

from iomlaos.delivery.headers import ASK_EACH_TIME

Headers = list[tuple[str, str]]

#: Said instead while the page holds for some more seconds: a shared cache may keep it for one.
ASK_AFTER_A_SECOND = "public, max-age=0, must-revalidate, s-maxage=1"
#: Seconds. A shared cache counts in whole ones, so that it sends a page of one second for up to two. Another
#: cache may stand behind it.
SHARED_CACHE_MARGIN = 5
#: Written anew for each encoding.
DROPPED_HEADERS = {"content-length", "content-encoding", "etag", "vary"}
#: Not of a page that many are sent.
REQUEST_ID = "x-request-id"
ENTITY_HEADERS = {"content-type", "content-length", "content-encoding", "content-disposition"}
#: The levels at which a page takes about half a millisecond.
BROTLI_LEVEL, GZIP_LEVEL = 6, 6
KEPT_STATUS = ("200", "410")


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A page in one encoding, ready to be sent between two moments (POSIX seconds)."""

    version: str
    since: float
    until: float
    status: str
    headers: Headers
    body: list[bytes]
    etag: str
    not_modified_headers: Headers

    def answer(self, method: str, known: str | None) -> Self:
        """As it is sent to whoever asks for the headers alone, or has the page already (`known`: ETags)."""
        if known is not None and self.etag and (self.etag in known or known == "*"):
            return replace(self, status="304 Not Modified", headers=self.not_modified_headers, body=[])
        return replace(self, body=[]) if method == "HEAD" else self


class CachedPage:
    """A page under one version of the content, between two moments."""

    def __init__(
        self, version: str, since: float, until: float, status: str, headers: Headers, body: bytes
    ) -> None:
        self.version, self.since, self.until = version, since, until
        self.status, self.body = status, body
        self.headers = [(name, value) for name, value in headers if name.lower() not in DROPPED_HEADERS]
        self.etag = hashlib.blake2b(body, digest_size=12).hexdigest()
        self.responses: dict[tuple[str, bool], CachedResponse] = {}

    @classmethod
    def of_response(cls, response: HttpResponse) -> Self:
        """A page that Django did not make, and that holds for nobody else."""
        status = f"{response.status_code} {response.reason_phrase}"
        return cls("", 0, 0, status, [*response.items()], response.content)

    def as_copy(self, kind: str) -> "CachedPage":
        """The same page, marked as a copy for want of a new one."""
        headers = [*self.headers, ("Cache-Status", f"portal; hit; detail={kind}")]
        return CachedPage("", self.since, self.until, self.status, headers, self.body)

    @property
    def is_fault(self) -> bool:
        return self.status.startswith("5")

    @property
    def is_kept(self) -> bool:
        headers = {name.lower(): value for name, value in self.headers}
        is_public = "public" in headers.get("cache-control", "")
        return self.status[:3] in KEPT_STATUS and is_public and "set-cookie" not in headers

    @property
    def size(self) -> int:
        """Bytes in memory, about: the body, once more compressed, and the headers."""
        return len(self.body) * 3 // 2 + 4000

    def is_valid(self, version: str | None, now: float) -> bool:
        return self.version == version and self.is_valid_at(now)

    def is_valid_at(self, now: float) -> bool:
        """Whether no clock has changed it, whatever staff did since."""
        return self.since <= now < self.until

    def response(self, encoding: str, now: float) -> CachedResponse:
        shared_until = self.until - SHARED_CACHE_MARGIN
        key = (encoding, now < shared_until)
        if key not in self.responses:
            self.responses[key] = self._make_response(encoding, shared_until if key[1] else None)
        return self.responses[key]

    def _make_response(self, encoding: str, shared_until: float | None) -> CachedResponse:
        """Without `shared_until`, no shared cache may send the page without asking."""
        body, headers, etag = self.body, [*self.headers, ("Vary", "Accept-Encoding")], ""
        if self.is_kept:
            headers = [(name, value) for name, value in headers if name.lower() != REQUEST_ID]
        if self.status.startswith("200"):
            etag = f'"{self.etag}-{encoding}"' if encoding else f'"{self.etag}"'
            headers.append(("ETag", etag))
        if shared_until is not None:
            headers = [
                (name, ASK_AFTER_A_SECOND if value == ASK_EACH_TIME else value) for name, value in headers
            ]
        if encoding:
            body = compress(body, encoding)
            headers.append(("Content-Encoding", encoding))
        headers.append(("Content-Length", str(len(body))))
        not_modified = [header for header in headers if header[0].lower() not in ENTITY_HEADERS]
        until = self.until if shared_until is None else shared_until
        return CachedResponse(
            self.version, self.since, until, self.status, headers, [body], etag, not_modified
        )


def compress(body: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return brotli.compress(body, quality=BROTLI_LEVEL)
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


@lru_cache(maxsize=500)
def choose_encoding(accepted: str) -> str:
    """The best of an Accept-Encoding header that we have: "br", "gzip" or "" for none."""
    weights = {}
    for part in accepted.lower().split(","):
        name, parameters = parse_header_parameters(part)
        try:
            weights[name] = float(parameters.get("q", "1"))
        except ValueError:
            weights[name] = 0.0
    others = weights.get("*", 0.0)
    return next((name for name in ("br", "gzip") if weights.get(name, others)), "")


class PageStore:
    """Pages by path and canonical query, the least recently made dropped first; bounded in bytes."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.lock = Lock()
        self.pages: OrderedDict[tuple[str, str], CachedPage] = OrderedDict()

    def __len__(self) -> int:
        return len(self.pages)

    def get(self, key: tuple[str, str]) -> CachedPage | None:
        return self.pages.get(key)

    def put(self, key: tuple[str, str], page: CachedPage) -> None:
        with self.lock:
            before = self.pages.pop(key, None)
            self.pages[key] = page
            self.bytes += page.size - (before.size if before else 0)
            while self.bytes > self.max_bytes and len(self.pages) > 1:
                self.bytes -= self.pages.popitem(last=False)[1].size
