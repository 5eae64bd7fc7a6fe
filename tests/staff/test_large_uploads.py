"""Very large uploads, sent to a running portal: cut off early, and nothing of them stays."""

import contextlib
import itertools
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.servers import Server, running_server

GIGABYTE = 1024**3
PIECE = b"a" * 2**20
#: What may be under way in buffers when the answer comes.
UNDER_WAY = 64 * 2**20
BOUNDARY = "as-a-browser-sends-it"
PART = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'.encode()


@pytest.fixture(scope="module")
def portal(tmp_path_factory) -> Iterator[Server]:
    """A portal with a folder of its own for what arrives."""
    arriving = tmp_path_factory.mktemp("arriving")
    with running_server(tmp_path_factory.mktemp("portal"), TMPDIR=str(arriving)) as server:
        yield server


def files(portal: Server) -> list[Path]:
    """What lies in the portal's folders for uploads and for what arrives."""
    folders = Path(portal.environment["TMPDIR"]), Path(portal.environment["DATA_DIR"]) / "uploads"
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def head(address: str, *lines: str) -> bytes:
    media_type = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
    return "\r\n".join([f"POST {address} HTTP/1.1", "Host: 127.0.0.1", media_type, *lines, "", ""]).encode()


def cookie(portal: Server) -> str:
    """What a browser has from the form: with it, what is sent is read."""
    response, _body = portal.get("/admin/login/")
    return "Cookie: " + response.headers["Set-Cookie"].partition(";")[0]


def in_chunks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    return (b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


def send(portal: Server, beginning: bytes, pieces: Iterator[bytes], most: int) -> tuple[int, int]:
    """The status of the answer, and how many bytes were sent until it came or the door was shut."""
    sent = 0
    with socket.create_connection(("127.0.0.1", portal.port), timeout=60) as line:
        line.sendall(beginning)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                line.sendall(piece)
                sent += len(piece)
                if sent >= most:
                    break
        return int(line.recv(4096).split()[1]), sent


def test_two_gigabytes_are_refused_before_they_are_read(portal):
    pieces = itertools.chain([PART], itertools.repeat(PIECE))
    status, sent = send(
        portal,
        head("/admin/programmes/document/add/", f"Content-Length: {2 * GIGABYTE}"),
        pieces,
        2 * GIGABYTE,
    )
    assert status == 413
    assert sent < UNDER_WAY
    assert files(portal) == []


def test_a_stream_that_does_not_say_its_length_is_not_read(portal):
    pieces = in_chunks(itertools.chain([PART], itertools.repeat(PIECE)))
    status, sent = send(portal, head("/admin/login/", "Transfer-Encoding: chunked"), pieces, 2 * GIGABYTE)
    assert status == 411
    assert sent < UNDER_WAY
    assert files(portal) == []


def test_no_more_is_read_than_the_length_that_was_said(portal):
    pieces = itertools.chain([PART], itertools.repeat(PIECE))
    beginning = head("/admin/login/", cookie(portal), f"Content-Length: {8 * 2**20}")
    status, sent = send(portal, beginning, pieces, 2 * GIGABYTE)
    assert status in (400, 403)
    assert sent < 8 * 2**20 + UNDER_WAY
    assert files(portal) == []


def test_an_upload_that_breaks_off_leaves_nothing(portal):
    with socket.create_connection(("127.0.0.1", portal.port), timeout=60) as line:
        line.sendall(
            head("/admin/login/", cookie(portal), f"Content-Length: {16 * 2**20}") + PART + 8 * PIECE
        )
        assert _within_a_minute(lambda: files(portal)), "The file does not begin to arrive."
    assert _within_a_minute(lambda: not files(portal)), "The half file stays."


def _within_a_minute(is_so) -> bool:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        if is_so():
            return True
        time.sleep(0.05)
    return False
