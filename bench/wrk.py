"""The generator of requests: wrk, which takes little from what it measures."""

import re
import shutil
import subprocess
from dataclasses import dataclass

#: What the units of wrk are in milliseconds.
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
#: A slow page is not an error of the generator.
TIMEOUT = "60s"


@dataclass(frozen=True)
class Load:
    requests: int
    seconds: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def parse(output: str) -> Load:
    """Raises ValueError if a response was an error, or if none came."""
    if failed := re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: .*", output):
        raise ValueError(failed[0])
    slowest = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", output)
    total = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m)\b", output)
    if not (slowest and total and int(total[1])):
        raise ValueError(f"No response was counted:\n{output}")
    return Load(
        requests=int(total[1]),
        seconds=float(total[2]) * MILLISECONDS[total[3]] / 1000,
        p99_ms=float(slowest[1]) * MILLISECONDS[slowest[2]],
    )


def ask(url: str, headers: dict[str, str], connections: int, seconds: float) -> Load:
    """Ask for this address again and again. wrk counts whole seconds."""
    command = ["wrk", "--latency", "--threads", "1", "--timeout", TIMEOUT]
    command += ["--connections", str(connections), "--duration", f"{max(round(seconds), 1)}s"]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    return parse(done.stdout)


def check_installed() -> None:
    for program, package in (("wrk", "wrk"), ("nginx", "nginx")):
        if not find(program):
            raise SystemExit(f"{program} is missing. On Debian: sudo apt install {package}")


def find(program: str) -> str | None:
    """Debian keeps servers where only root's PATH leads."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
