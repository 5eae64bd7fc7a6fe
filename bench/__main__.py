"""Measure the portal beside other servers, and write docs/performance.md. `make bench` runs it.

.venv/bin/python -m bench --anyway --only speed --output var/performance.md
"""

import argparse
import contextlib
import datetime
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import tests.environment  # noqa: F401 (before the settings are read)
from bench import machine, report, rounds, startup, wrk
from bench.contenders import running_servers
from bench.processes import ROOT, pss_mb, tree

PARTS = ["speed", "sizes", "start"]
BEFORE = ROOT / "bench" / "before.json"
#: For the figures of a machine that got busy meanwhile.
REFUSED = ROOT / "var" / "performance.md"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--anyway", action="store_true", help="write on a busy machine too; the page says so")
    parser.add_argument("--only", choices=PARTS, action="append", help="leave out the other parts")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1, help="of one server in one round")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "performance.md")
    parser.add_argument("--json", type=Path, help="also write the figures into this file")
    return parser.parse_args()


def measure_speed(
    found: dict, options: argparse.Namespace, conditions: machine.Conditions, folder: Path
) -> None:
    """Each round starts every server anew: one start may be a tenth faster than the next."""
    serving, asking = machine.cores()
    samples, memory = [], []
    folder.mkdir()
    for number in range(options.rounds):
        # What is started keeps the processor of this process.
        os.sched_setaffinity(0, {serving})
        with running_servers(folder / str(number)) as servers:
            os.sched_setaffinity(0, {asking})
            fast = rounds.ask_in_turn(servers.fast, options.seconds, conditions)
            cold = rounds.ask_in_turn(servers.cold, 2 * options.seconds, conditions)
            samples.append(fast | cold)
            _starter, *workers = tree(servers.portal.pid)
            memory.append(max(map(pss_mb, workers)))
    found["speed"] = rounds.medians(samples)
    found["memory_mb"] = round(median(memory), 1)
    found["missing"] += servers.missing


def measure_sizes(found: dict, options: argparse.Namespace) -> None:
    """In a process of its own for each database: a process knows one."""
    urls = {"SQLite": "", "PostgreSQL": os.environ.get("TEST_POSTGRES_URL", "")}
    for database, url in urls.items():
        if database == "PostgreSQL" and not url:
            found["missing"].append("PostgreSQL: TEST_POSTGRES_URL names no server.")
            continue
        own = {"PORTAL_RUN_DIR", "DATABASE_URL"}
        environment = {name: value for name, value in os.environ.items() if name not in own}
        done = subprocess.run(
            [sys.executable, "-m", "bench.sizes", "--rounds", str(options.rounds)],
            cwd=ROOT, env=environment | ({"DATABASE_URL": url} if url else {}), stdout=subprocess.PIPE,
        )  # fmt: skip
        if done.returncode:
            found["missing"].append(f"{database}, lists and archives: the run failed.")
        else:
            found["sizes"].append(json.loads(done.stdout))


def measure(options: argparse.Namespace) -> dict:
    parts, processors = options.only or PARTS, os.sched_getaffinity(0)
    conditions = machine.begin()
    if not options.anyway:
        conditions.check()
    now = datetime.datetime.now().astimezone()
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = {
        "at": f"{now:%-d %B %Y, %H:%M %Z}", "commit": commit.stdout.strip() or "unknown",
        "rounds": options.rounds, "speed": {}, "sizes": [], "start": {}, "missing": [], "busy": "",
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        if "start" in parts:
            found["start"] = startup.measure(Path(folder) / "start")
        if "speed" in parts:
            measure_speed(found, options, conditions, Path(folder) / "speed")
    os.sched_setaffinity(0, processors)
    if "sizes" in parts:
        measure_sizes(found, options)
    found["missing"] += [f"{part}: left out by --only." for part in PARTS if part not in parts]
    found["machine"] = machine.describe(conditions)
    try:
        conditions.check()
    except machine.BusyMachineError as error:
        found["busy"] = str(error)
    return found


def main() -> None:
    options = arguments()
    wrk.check_installed()
    # Leave the context managers, which stop the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended."))
    try:
        found = measure(options)
    except machine.BusyMachineError as error:
        raise SystemExit(
            f"{error}\nNothing was written. Try again later, or write all the same: make bench ARGS=--anyway"
        ) from None
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    before = None
    with contextlib.suppress(FileNotFoundError):
        before = json.loads(BEFORE.read_text())
    is_refused = found["busy"] and not options.anyway
    output = REFUSED if is_refused else options.output
    output.parent.mkdir(exist_ok=True)
    output.write_text(report.write(found, before))
    sys.stderr.write(f"\n{output} is written.\n")
    if is_refused:
        raise SystemExit(f"{found['busy']}\n{options.output} stays as it is. Try again later.")


if __name__ == "__main__":
    main()
