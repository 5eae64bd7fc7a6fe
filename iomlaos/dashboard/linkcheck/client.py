"""Asking other sites whether an address answers: politely, and nobody but public hosts.

No thread here touches the database.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri

from iomlaos.dashboard.models import CheckedLink

Outcome = CheckedLink.Outcome

#: Hosts that are asked at the same time; each of them is asked one thing at a time.
HOSTS_AT_ONCE = 4
#: Seconds without a sign of life, and seconds for one answer in all.
PATIENCE, WHOLE_PATIENCE = 10, 30
MOST_REDIRECTS = 10
REDIRECTS = (301, 302, 303, 307, 308)
#: Answers of sites that turn away programs, and let people in.
UNWILLING = (400, 401, 402, 403, 405, 406, 429, 451, 999)
GONE = (404, 410)
#: Addresses of IPv6 that stand for one of IPv4, in their last four bytes.
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class PrivateAddressError(Exception):
    """The host is not on the public internet."""


@dataclass(frozen=True)
class LinkResult:
    """What came of asking an address, and the status that the last host gave, if any did."""

    outcome: CheckedLink.Outcome
    status: int | None = None


class LinkClient:
    """Asks addresses; `private` lets it ask this machine and private networks, too."""

    def __init__(self, *, private: bool = False) -> None:
        self.private = private
        self.agent = f"Mozilla/5.0 (compatible; link check of {settings.SITE_URL})"
        self._seals = ssl.create_default_context()
        self._one_at_a_time: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._of_locks = threading.Lock()

    def ask_all(self, addresses: Iterable[str]) -> dict[str, LinkResult]:
        by_host: dict[str, list[str]] = {}
        for address in sorted(addresses):
            by_host.setdefault(_host(address), []).append(address)
        with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
            found = pool.map(lambda group: [(each, self.ask(each)) for each in group], by_host.values())
            return dict(pair for pairs in found for pair in pairs)

    def ask(self, address: str) -> LinkResult:
        """HEAD, then GET where HEAD is refused, along all redirects."""
        try:
            for _ in range(MOST_REDIRECTS + 1):
                status, leads_to = self._status(address)
                if status not in REDIRECTS or not leads_to:
                    return LinkResult(_meaning(status), status)
                address = urljoin(address, leads_to)
            return LinkResult(Outcome.LOOP, status)
        except PrivateAddressError:
            return LinkResult(Outcome.PRIVATE)
        except socket.gaierror:
            return LinkResult(Outcome.UNKNOWN_HOST)
        except ssl.SSLCertVerificationError:
            return LinkResult(Outcome.CERTIFICATE)
        except TimeoutError:
            return LinkResult(Outcome.SILENT)
        except (OSError, http.client.HTTPException):
            return LinkResult(Outcome.UNREACHABLE)
        except ValueError:
            return LinkResult(Outcome.MALFORMED)

    def _status(self, address: str) -> tuple[int, str]:
        """The status of one address, and where it redirects to."""
        parts = urlsplit(iri_to_uri(address))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(address)
        with self._alone(parts.hostname):
            try:
                status, leads_to = self._request("HEAD", parts)
            except http.client.HTTPException:
                status, leads_to = 0, ""
            # Some answer HEAD with anything but what GET would bring.
            return self._request("GET", parts) if not 200 <= status < 400 else (status, leads_to)

    @contextlib.contextmanager
    def _alone(self, host: str) -> Iterator[None]:
        with self._of_locks:
            lock = self._one_at_a_time[host]
        with lock:
            yield

    def _request(self, method: str, parts: SplitResult) -> tuple[int, str]:
        host = parts.hostname.encode("idna").decode("ascii")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPConnection(host, port)
        if parts.scheme == "https":
            connection.default_port = 443
        with contextlib.closing(connection), self._connected(host, port, parts.scheme) as opened:
            connection.sock = opened
            headers = {"User-Agent": self.agent, "Accept": "*/*", "Connection": "close"}
            connection.request(method, target, headers=headers)
            # What the page says is not read.
            response = connection.getresponse()
            return response.status, response.headers.get("Location", "")

    @contextlib.contextmanager
    def _connected(self, host: str, port: int, scheme: str) -> Iterator[socket.socket]:
        """A connection that ends, whatever the other side does.

        The address that was looked at is the one that is connected to: a name that says something
        else when it is asked again reaches nobody.
        """
        opened = self._open(host, port)
        too_long = threading.Event()

        def end() -> None:
            too_long.set()
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)

        watch = threading.Timer(WHOLE_PATIENCE, end)
        watch.daemon = True
        watch.start()
        try:
            if scheme == "https":
                opened = self._seals.wrap_socket(opened, server_hostname=host)
            yield opened
        except (OSError, http.client.HTTPException):
            if too_long.is_set():
                raise TimeoutError from None
            raise
        finally:
            watch.cancel()
            opened.close()

    def _open(self, host: str, port: int) -> socket.socket:
        fault: OSError = OSError(host)
        for family, kind, proto, _, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            if not (self.private or _is_public(where[0])):
                raise PrivateAddressError(host)
            opened = socket.socket(family, kind, proto)
            opened.settimeout(PATIENCE)
            try:
                opened.connect(where)
            except OSError as refused:
                opened.close()
                fault = refused
            else:
                return opened
        raise fault


def _is_public(written: str) -> bool:
    """Whether an address is on the public internet, and so is the one that a gateway would make of it."""
    address = ipaddress.ip_address(written.partition("%")[0])
    within = None
    if address.version == 6:
        within = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            within = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.is_global and (within is None or within.is_global)


def _meaning(status: int) -> CheckedLink.Outcome:
    if status in GONE:
        return Outcome.GONE
    if status in UNWILLING:
        return Outcome.UNWILLING
    return Outcome.FINE if 200 <= status < 300 else Outcome.ERROR


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
