"""Which settings of the server keep cached pages quick beside slow ones.

    .venv/bin/python -m bench.server_settings [--seconds 3] [--rounds 3]

One worker. wrk asks for the home page, which is cached, over 16 connections: alone, beside requests that wait
(as for a lock), beside requests that compute, and beside 100 clients that send or read a byte a second.
"""

import argparse
import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tests.helpers.servers import free_port, running_server

#: Options of granian, and the seconds after which a thread of Python lets another one run.
SETTINGS = {
    f"{threads} threads": (["--blocking-threads", str(threads)], 0.005) for threads in (1, 2, 4, 8, 16, 32)
} | {
    "16, switched after 1 ms": (["--blocking-threads", "16"], 0.001),
    "8, switched after 1 ms": (["--blocking-threads", "8"], 0.001),
    "16, 2 runtime threads": (["--blocking-threads", "16", "--runtime-threads", "2"], 0.005),
    "16, backpressure 64": (["--blocking-threads", "16", "--backpressure", "64"], 0.005),
    "16, no keep-alive": (["--blocking-threads", "16", "--no-http1-keep-alive"], 0.005),
}
#: How many slow requests run at once, or slow clients.
BESIDE = {
    "alone": 0,
    "2 that wait": 2,
    "6 that wait": 6,
    "2 that compute": 2,
    "6 that compute": 6,
    "100 slow clients": 100,
}
SLOW_SECONDS = 0.4


def slow_application(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
    """The portal, with two slow addresses in front of it."""
    sys.setswitchinterval(float(os.environ["SWITCH_INTERVAL"]))
    match environ["PATH_INFO"]:
        case "/wait":
            time.sleep(SLOW_SECONDS)
        case "/compute":
            ends = time.thread_time() + SLOW_SECONDS
            while time.thread_time() < ends:
                sum(range(1000))
        case _:
            from iomlaos.wsgi import application  # noqa: PLC0415  the settings come from the environment

            return application(environ, start_response)
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


@contextlib.contextmanager
def served(options: list[str], environment: dict[str, str]) -> Iterator[str]:
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--log-level", "error",
        *options, "bench.server_settings:slow_application",
    ]  # fmt: skip
    site = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, env=environment | {"SITE_URL": site}) as server:
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{site}/", timeout=10).read()
                    break
                time.sleep(0.1)
            yield site
        finally:
            server.terminate()


@contextlib.contextmanager
def beside(kind: str, number: int, site: str) -> Iterator[None]:
    """Slow requests, always as many; or clients that are slow."""
    stop = threading.Event()
    target = _slow_client if kind.endswith("clients") else _slow_requests
    path = "/wait" if kind.endswith("wait") else "/compute"
    threads = [threading.Thread(target=target, args=[site, path, each, stop]) for each in range(number)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _slow_requests(site: str, path: str, _number: int, stop: threading.Event) -> None:
    while not stop.is_set():
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{site}{path}", timeout=60).read()


def _slow_client(site: str, _path: str, number: int, stop: threading.Event) -> None:
    """Every other one sends a byte a second; the rest reads one."""
    port = int(site.rpartition(":")[2])
    request = b"GET /careers/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        if number % 2:
            client.sendall(request)
        for position in range(len(request)):
            if stop.wait(1):
                return
            if number % 2:
                client.recv(1)
            else:
                client.send(request[position : position + 1])


def ask(site: str, seconds: int) -> tuple[float, float]:
    """Requests a second, and the 99th percentile in milliseconds, of the cached home page."""
    command = [
        "wrk",
        "--latency",
        "-t1",
        "-c16",
        f"-d{seconds}s",
        "--timeout",
        "60s",
        "-H",
        "Accept-Encoding: br",
    ]
    found = subprocess.run([*command, f"{site}/"], capture_output=True, text=True, check=True).stdout
    if re.search("Non-2xx|Socket errors", found):
        raise SystemExit(found)
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", found).groups()
    per_second = float(re.search(r"Requests/sec:\s+([\d.]+)", found)[1])
    return per_second, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="settings whose names contain this")
    options = parser.parse_args()
    chosen = {name: values for name, values in SETTINGS.items() if options.only in name}
    figures: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder, "data")) as portal:
        portal.stop()
        for _ in range(options.rounds):
            for name, (settings, interval) in chosen.items():
                environment = os.environ | portal.environment | {"SWITCH_INTERVAL": str(interval)}
                with served(settings, environment) as site:
                    for kind, number in BESIDE.items():
                        with beside(kind, number, site):
                            figures.setdefault((name, kind), []).append(ask(site, options.seconds))
        portal.start()
    print("Requests a second / p99 in ms\n\n| settings |", " | ".join(BESIDE), "|")  # noqa: T201
    print("|---" * (len(BESIDE) + 1) + "|")  # noqa: T201
    for name in chosen:
        cells = [[median(column) for column in zip(*figures[name, kind], strict=True)] for kind in BESIDE]
        print(f"| {name} |", " | ".join(f"{rate:,.0f} / {p99:,.0f}" for rate, p99 in cells), "|")  # noqa: T201


if __name__ == "__main__":
    # Not in the servers, which import this file.
    import tests.environment  # noqa: F401

    main()
