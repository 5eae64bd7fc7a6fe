"""How many threads a worker should have: quick pages, while slow ones are asked for beside them.

.venv/bin/python -m bench.threads > bench/threads.md    which `make bench` puts into docs/performance.md
"""

import contextlib
import datetime
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench import wrk
from bench.machine import cores
from bench.processes import granian
from bench.report import number, table
from bench.rounds import Contender, Sample, measure
from tests.helpers.servers import free_port

THREADS = [1, 4, 8, 16, 32, 64]
#: Slow pages at once.
SLOW = [0, 4, 16, 24]
ROUNDS = 3
HEADERS = '[["Content-Type", "text/html; charset=utf-8"]]'
TEXT = """\
Quick pages of a worker a second, and their p99, while others ask for pages that take 0.4 s. More threads cost a quick page nothing; where slow requests hold all threads, quick ones wait as long. Measured by `bench/threads.py` on {at}, over 32 connections, at a load average of {load:.0f}.
"""  # noqa: E501


def measure_beside(contender: Contender, slow: int) -> Sample | None:
    """None where no quick page was answered at all."""
    command = [
        "wrk",
        "--threads",
        "1",
        "--connections",
        str(slow),
        "--duration",
        "3s",
        f"{contender.url}slow",
    ]
    with contextlib.ExitStack() as stack:
        if slow:
            other = stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL))
            stack.callback(other.wait)
            time.sleep(0.5)
        with contextlib.suppress(SystemExit):
            return measure(contender, 2)
    return None


def cell(samples: list[Sample | None]) -> str:
    found = [sample for sample in samples if sample]
    if len(found) < len(samples):
        return "none"
    per_second, p99 = (median(getattr(sample, name) for sample in found) for name in ("per_second", "p99_ms"))
    return f"{number(per_second)}, {number(p99)} ms"


def main() -> None:
    wrk.check_installed()
    serving, asking = cores()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        response = Path(folder)
        (response / "body").write_bytes(b"x" * 6000)
        (response / "headers.json").write_text(HEADERS)
        os.sched_setaffinity(0, {serving})
        contenders = {}
        for threads in THREADS:
            port, log = free_port(), response / f"{threads}.log"
            server = granian("bench.apps.slow:application", port, log, threads=threads, RESPONSE=folder)
            process = stack.enter_context(server)
            contenders[threads] = Contender(str(threads), f"http://127.0.0.1:{port}/", (process.pid,))
        os.sched_setaffinity(0, {asking})
        samples: dict = {(threads, slow): [] for threads in THREADS for slow in SLOW}
        for _ in range(ROUNDS):
            for (threads, slow), found in samples.items():
                found.append(measure_beside(contenders[threads], slow))
    rows = []
    for threads in THREADS:
        cpu = median(sample.cpu_us for sample in samples[threads, 0] if sample)
        rows.append([str(threads), number(cpu), *(cell(samples[threads, slow]) for slow in SLOW)])
    at = f"{datetime.datetime.now().astimezone():%-d %B %Y}"
    head = ["threads", "processor time, µs", *(f"{slow} slow at once" for slow in SLOW)]
    sys.stdout.write(f"{TEXT.format(at=at, load=os.getloadavg()[0])}\n{table(head, rows)}")


if __name__ == "__main__":
    main()
