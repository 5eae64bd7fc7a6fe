"""Request addresses on other sites: one at a time for each host, and public hosts only.

No thread here uses the database.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri

from iomlaos.dashboard.models import CheckedLink

Outcome = CheckedLink.Outcome

HOSTS_AT_ONCE = 4
#: Seconds: for each step of a request, and for a request in all.
STEP_TIMEOUT, TOTAL_TIMEOUT = 10, 30
MAX_REDIRECTS = 10
REDIRECTS = (301, 302, 303, 307, 308)
#: What sites answer that turn away programs, and let people in.
UNWILLING = (400, 401, 402, 403, 405, 406, 429, 451, 999)
GONE = (404, 410)
#: The only IPv6 addresses of the public internet. Site-local ones (fec0::/10), those of a translator in the
#: own network (64:ff9b:1::/48) and IPv4 addresses written as IPv6 (::10.0.0.1) are outside.
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
#: These stand for the IPv4 address in their last four bytes.
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class PrivateAddressError(Exception):
    """The host is not on the public internet."""


#: Subclasses come before OSError and ValueError.
ERRORS = {
    PrivateAddressError: Outcome.PRIVATE,
    socket.gaierror: Outcome.UNKNOWN_HOST,
    ssl.SSLCertVerificationError: Outcome.CERTIFICATE,
    TimeoutError: Outcome.SILENT,
    OSError: Outcome.UNREACHABLE,
    http.client.HTTPException: Outcome.UNREACHABLE,
    ValueError: Outcome.MALFORMED,
}


@dataclass(frozen=True)
class LinkResult:
    """The outcome, and the status of the last response, if there was one."""

    outcome: CheckedLink.Outcome
    status: int | None = None


class LinkClient:
    """Checks addresses. `allow_private` includes this machine and private networks, for trials."""

    def __init__(self, *, allow_private: bool = False) -> None:
        self.allow_private = allow_private
        self.user_agent = f"Mozilla/5.0 (compatible; link check of {settings.SITE_URL})"
        self._ssl_context = ssl.create_default_context()

    def check_all(self, addresses: Iterable[str]) -> dict[str, LinkResult]:
        by_host: dict[str, list[str]] = defaultdict(list)
        for address in sorted(addresses):
            by_host[address.partition("//")[2].partition("/")[0]].append(address)
        with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
            checked = pool.map(
                lambda host: [(address, self.check(address)) for address in host], by_host.values()
            )
            return dict(chain.from_iterable(checked))

    def check(self, address: str) -> LinkResult:
        """HEAD, then GET if HEAD is refused, along all redirects."""
        try:
            for _ in range(MAX_REDIRECTS + 1):
                status, location = self._get_status(address)
                if status not in REDIRECTS or not location:
                    return LinkResult(_outcome(status), status)
                address = urljoin(address, location)
            return LinkResult(Outcome.LOOP, status)
        except tuple(ERRORS) as error:
            return LinkResult(next(outcome for kind, outcome in ERRORS.items() if isinstance(error, kind)))

    def _get_status(self, address: str) -> tuple[int, str]:
        """The status of one address, and where it redirects to."""
        parts = urlsplit(iri_to_uri(address))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(address)
        with contextlib.suppress(http.client.HTTPException):
            status, location = self._request("HEAD", parts)
            if 200 <= status < 400:
                return status, location
        # Some sites answer HEAD with an error where GET works.
        return self._request("GET", parts)

    def _request(self, method: str, parts: SplitResult) -> tuple[int, str]:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"User-Agent": self.user_agent, "Accept": "*/*", "Connection": "close"}
        with self._connect(parts) as connection:
            connection.request(method, target, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers.get("Location", "")

    @contextlib.contextmanager
    def _connect(self, parts: SplitResult) -> Iterator[http.client.HTTPConnection]:
        """A connection that is shut down after TOTAL_TIMEOUT, whatever the other side does."""
        host = parts.hostname.encode("idna").decode("ascii")
        is_https = parts.scheme == "https"
        connection = http.client.HTTPConnection(host, parts.port or (443 if is_https else 80))
        connection.sock = self._open_socket(host, connection.port)
        timer = threading.Timer(TOTAL_TIMEOUT, lambda: connection.sock.shutdown(socket.SHUT_RDWR))
        timer.start()
        started = time.monotonic()
        try:
            if is_https:
                connection.default_port = 443
                connection.sock = self._ssl_context.wrap_socket(connection.sock, server_hostname=host)
            yield connection
        except (OSError, http.client.HTTPException):
            if time.monotonic() - started >= TOTAL_TIMEOUT:
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()
            connection.close()

    def _open_socket(self, host: str, port: int) -> socket.socket:
        """Connect to an address that was checked: resolved again, the name may mean another one."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [address[0] for *_info, address in found]
        allowed = [address for address in addresses if self.allow_private or _is_public(address)]
        if not allowed:
            raise PrivateAddressError(host)
        for address in allowed[:-1]:
            with contextlib.suppress(OSError):
                return socket.create_connection((address, port), STEP_TIMEOUT)
        return socket.create_connection((allowed[-1], port), STEP_TIMEOUT)


def _is_public(text: str) -> bool:
    """Whether an address, and an IPv4 address in it that a gateway would use, is public."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if address.version == 6:
        if address in NAT64:
            return _is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
        embedded = [address.sixtofour, *(address.teredo or ())]
        if address not in GLOBAL_UNICAST or not all(each is None or each.is_global for each in embedded):
            return False
    return address.is_global and not address.is_multicast


def _outcome(status: int) -> CheckedLink.Outcome:
    if status in GONE:
        return Outcome.GONE
    if status in UNWILLING:
        return Outcome.UNWILLING
    return Outcome.FINE if 200 <= status < 300 else Outcome.ERROR
