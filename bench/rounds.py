"""Interleaved rounds: each server is asked in each round, so that whatever else happens slows all of them."""

import http.client
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlsplit

from bench import wrk
from bench.machine import Conditions, Snapshot
from bench.processes import cpu_seconds

#: As browsers ask.
HEADERS = {"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br", "Accept-Language": "en"}


@dataclass(frozen=True)
class Contender:
    """A server, and what it is asked for. `processes`: those whose time counts, with all below them."""

    name: str
    url: str
    processes: tuple[int, ...]
    connections: int = 32
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, *, plain: bool = False) -> tuple[http.client.HTTPResponse, bytes]:
        """Ask once. `plain`: for a page that is not compressed. Raises SystemExit at another status."""
        address, headers = urlsplit(self.url), HEADERS | self.headers
        if plain:
            headers["Accept-Encoding"] = "identity"
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        connection.request("GET", self.url.removeprefix(f"http://{address.netloc}"), headers=headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if response.status != self.status:
            raise SystemExit(f"{self.name}: {self.url} answered {response.status}, not {self.status}.")
        return response, body


@dataclass(frozen=True)
class Sample:
    cpu_us: float
    per_second: float
    p99_ms: float


def measure(contender: Contender, seconds: float) -> Sample:
    before = cpu_seconds(*contender.processes)
    try:
        load = wrk.ask(contender.url, HEADERS | contender.headers, contender.connections, seconds)
    except ValueError as error:
        raise SystemExit(f"{contender.name}: {error}") from error
    used = cpu_seconds(*contender.processes) - before
    return Sample(used / load.requests * 1e6, load.per_second, load.p99_ms)


def ask_in_turn(contenders: Sequence[Contender], seconds: float, conditions: Conditions) -> dict[str, Sample]:
    """By name. Each is asked twice, and the first time counts for nothing."""
    roots = {root for contender in contenders for root in contender.processes}
    samples = {}
    for time in ("first", "second"):
        for contender in contenders:
            if time == "first":
                contender.get()
            before = Snapshot.take(*roots)
            samples[contender.name] = measure(contender, seconds)
            conditions.note(before, Snapshot.take(*roots))
    sys.stderr.write(".")
    sys.stderr.flush()
    return samples


def medians(rounds: Sequence[dict[str, Sample]]) -> dict[str, dict[str, float]]:
    """By name: the medians of all rounds."""
    return {
        name: {
            "cpu_us": round(median(samples[name].cpu_us for samples in rounds), 1),
            "per_second": round(median(samples[name].per_second for samples in rounds), 1),
            "p99_ms": round(median(samples[name].p99_ms for samples in rounds), 2),
        }
        for name in rounds[0]
    }
