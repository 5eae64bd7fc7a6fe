#!/usr/bin/python3
"""Stands in for systemctl where no systemd runs: starts services of the portal by their files, and stops them.

It knows what tests/upgrade/run.sh needs: user, folder, environment, data folders, ExecStartPre and ExecStart. The
hardening and the timers are systemd's.
"""

import contextlib
import os
import pwd
import shlex
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

UNITS = Path("/etc/systemd/system")
STATE = Path("/run/stand-in")
STOPS_WITHIN = 25


def read(name: str) -> dict[str, list[str]]:
    """The settings of a service, with those of the drop-in that all of the portal have."""
    prefix, at, instance = name.removesuffix(".service").partition("@")
    files = [UNITS / f"{prefix}{at}.service"]
    if prefix.startswith("portal-"):
        files += (UNITS / "portal-.service.d").glob("*.conf")
    settings = defaultdict(list)
    for file in files:
        for line in file.read_text().replace("\\\n", " ").splitlines():
            key, equals, value = line.partition("=")
            if equals and not line.startswith(("#", "[")):
                settings[key].append(value.replace("%i", instance))
    return settings


def start(name: str) -> int:
    unit = read(name)
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    lines = [line for file in unit["EnvironmentFile"] for line in Path(file).read_text().splitlines()]
    for line in [*lines, *unit["Environment"]]:
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            environment[key] = value
    user = pwd.getpwnam(unit["User"][-1])
    for kind, parent in (("StateDirectory", "/var/lib"), ("RuntimeDirectory", "/run")):
        for folder in unit[kind]:
            path = Path(parent, folder)
            path.mkdir(exist_ok=True)
            os.chown(path, user.pw_uid, user.pw_gid)
            path.chmod(int((unit[f"{kind}Mode"] or ["0755"])[-1], 8))

    def begin(command: str) -> subprocess.Popen:
        for key, value in environment.items():
            command = command.replace(f"${{{key}}}", value)
        with (STATE / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                shlex.split(command), cwd=unit["WorkingDirectory"][-1], env=environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, user=user.pw_uid, group=user.pw_gid, extra_groups=[],
                umask=int(unit["UMask"][-1], 8), start_new_session=True,
            )  # fmt: skip

    for command in unit["ExecStartPre"]:
        if begin(command).wait():
            return 1
    (STATE / f"{name}.pid").write_text(str(begin(unit["ExecStart"][-1]).pid))
    return 0


def stop(name: str) -> int:
    file = STATE / f"{name}.pid"
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        process = int(file.read_text())
        file.unlink()
        os.kill(process, signal.SIGTERM)
        ends = time.monotonic() + STOPS_WITHIN
        while time.monotonic() < ends and _runs(process):
            time.sleep(0.1)
    return 0


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def main() -> int:
    STATE.mkdir(exist_ok=True)
    command, *names = [word for word in sys.argv[1:] if not word.startswith("--")]
    now, status = "--now" in sys.argv, 0
    for name in names:
        if name == "portal.target" and command == "stop":
            names += [file.stem for file in STATE.glob("portal-web@*.pid")]
        elif name.endswith((".target", ".timer")):
            continue
        elif command in ("stop", "restart") or (command == "disable" and now):
            status |= stop(name.removesuffix(".service"))
        if command in ("start", "restart") or (command == "enable" and now):
            status |= start(name.removesuffix(".service"))
    return status


if __name__ == "__main__":
    sys.exit(main())
