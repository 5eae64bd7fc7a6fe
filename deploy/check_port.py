"""Ends with one line where HOST and PORT are taken, that says by whom and what to do.

Two servers can share one port without a word: visitors would see now this one's data, now the other's.
"""

import os
import socket
import sys
from pathlib import Path

PORTAL = "iomlaos.wsgi"


def main() -> None:
    host, port = os.environ["HOST"], os.environ["PORT"]
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(address)
    except OSError as error:
        orphans = " ".join(map(str, find_orphans(address[1])))
        advice = (
            f"The workers of a portal that was killed still answer there. End them: kill {orphans}"
            if orphans
            else "Another port: PORT=8001 make run"
        )
        sys.exit(f"Cannot serve on {host}:{port}: {error.strerror}. {advice}")


def find_orphans(port: int) -> list[int]:
    """Workers of the portal that listen on a port, and whose server is gone (on Linux)."""
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    return [
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if PORTAL in _command(process)
        and PORTAL not in _command(_parent(process))
        and sockets & _open_files(process)
    ]


def _listening(port: int) -> list[str]:
    """The sockets that listen on a port."""
    rows = []
    for table in ("tcp", "tcp6"):
        try:
            rows += Path("/proc/net", table).read_text().splitlines()[1:]
        except OSError:
            continue
    return [
        row.split()[9] for row in rows if row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "0A"
    ]


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def _parent(process: Path) -> Path:
    try:
        return Path("/proc", (process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return process


def _open_files(process: Path) -> set[str]:
    """What a process has open. Of somebody else's process, nobody else may know."""
    try:
        return {os.readlink(file) for file in (process / "fd").iterdir()}
    except OSError:
        return set()


main()
