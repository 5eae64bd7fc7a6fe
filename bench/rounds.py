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


def run(
    contenders: Sequence[Contender], rounds: int, seconds: float, conditions: Conditions
) -> dict[str, dict]:
    """By name: the medians of all rounds. A round before them counts for nothing."""
    roots = {root for contender in contenders for root in contender.processes}
    samples: dict[str, list[Sample]] = {contender.name: [] for contender in contenders}
    for number in range(rounds + 1):
        for contender in contenders:
            if not number:
                contender.get()
            before = Snapshot.take(*roots)
            sample = measure(contender, seconds)
            conditions.note(before, Snapshot.take(*roots))
            if number:
                samples[contender.name].append(sample)
        sys.stderr.write("." if number else " ")
        sys.stderr.flush()
    return {name: _medians(found) for name, found in samples.items()}


def _medians(samples: list[Sample]) -> dict[str, float]:
    return {
        "cpu_us": round(median(sample.cpu_us for sample in samples), 1),
        "per_second": round(median(sample.per_second for sample in samples), 1),
        "p99_ms": round(median(sample.p99_ms for sample in samples), 2),
    }
