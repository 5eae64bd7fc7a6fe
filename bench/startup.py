"""What the portal costs before its first answer, and while it waits for the next."""

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from statistics import median

from bench.processes import ROOT, cpu_seconds
from tests.helpers.databases import template
from tests.helpers.servers import free_port

TIMES = 3
COMMANDS = {"make run": ["make", "run"], "the server alone": ["sh", "deploy/serve.sh"]}


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", "/")
            return connection.getresponse().status == 200
    return False


def _start(command: list[str], data_dir: Path) -> tuple[float, float]:
    """Seconds of processor time, and of time, until the home page was answered."""
    port = free_port()
    environment = os.environ | {
        "DATA_DIR": str(data_dir), "HOST": "127.0.0.1", "PORT": str(port), "WEB_WORKERS": "1",
    }  # fmt: skip
    environment.pop("DATABASE_URL", None)
    began = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not _answers(port):
            if process.poll() is not None or time.monotonic() - began > 120:
                raise SystemExit(f"{' '.join(command)} did not answer.")
            time.sleep(0.01)
        return cpu_seconds(process.pid), time.monotonic() - began
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def measure(folder: Path) -> dict[str, dict[str, float]]:
    """On a checkout that is set up, and a database that is there."""
    shutil.copytree(template("seeded"), folder)
    found = {}
    for name, command in COMMANDS.items():
        cpu, elapsed = zip(*(_start(command, folder) for _ in range(TIMES)), strict=True)
        found[name] = {"cpu_s": round(median(cpu), 2), "elapsed_s": round(median(elapsed), 2)}
    return found
