"""Processes that are measured: how they are started, and what they cost."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
STARTS_WITHIN = 60
SERVE = ROOT / "iomlaos" / "operations" / "management" / "commands" / "serve.py"


def tree(pid: int) -> list[int]:
    """The process and all below it."""
    with contextlib.suppress(OSError):
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
        return [pid, *(below for child in children for below in tree(child))]
    return []


def cpu_seconds(*roots: int) -> float:
    """Processor time of these processes and of all below them, ended ones included."""
    ticks = 0
    for pid in {below for root in roots for below in tree(root)}:
        with contextlib.suppress(OSError):
            # After the name, which may hold spaces: utime, stime, cutime, cstime.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def pss_mb(pid: int) -> float:
    """Memory of a process: what it shares with others is divided among them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"/proc/{pid}/smaps_rollup has no Pss.")


def wait_for(port: int, process: subprocess.Popen, log: Path, within: float = STARTS_WITHIN) -> None:
    """Until it answers. Raises SystemExit with the end of its log if it does not."""
    ends = time.monotonic() + within
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=within)
            with contextlib.closing(connection):
                connection.request("GET", "/")
                connection.getresponse().read()
                return
        time.sleep(0.02)
    raise SystemExit(f"{' '.join(map(str, process.args))} did not start:\n{log.read_text()[-2000:]}")


@contextlib.contextmanager
def running(command: list, port: int, log: Path, **environment: str) -> Iterator[subprocess.Popen]:
    """A server on this port, until the end of the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_for(port, process, log)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def granian(application: str, port: int, log: Path, python: str = sys.executable, **environment: str):
    """An application under granian as `manage.py serve` runs the portal, with one worker."""
    command = [python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", blocking_threads(), "--log-level", "warning"]
    return running([*command, application], port, log, **environment)


def blocking_threads() -> str:
    """How many the portal has."""
    found = re.search(r"^BLOCKING_THREADS = (\d+)$", SERVE.read_text(), re.MULTILINE)
    if not found:
        raise SystemExit(f"{SERVE} does not name BLOCKING_THREADS any more.")
    return found[1]
