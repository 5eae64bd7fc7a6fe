"""Another site on this machine, to which pages link."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class OtherSite(ThreadingHTTPServer):
    """Another site: `/404` answers so, `/to/…` redirects, and what it was asked is written down."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked: list[tuple[str, str]] = []
        self.agents: set[str] = set()
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: OtherSite

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        with self.server.lock:
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
            self.server.asked.append((self.command, self.path))
            self.server.agents.add(self.headers["User-Agent"])
        if self.path.startswith("/to/"):
            # Long enough for another question to arrive, if one comes at the same time.
            time.sleep(0.01)
        with self.server.lock:
            self.server.at_once -= 1
        self._answer_by_path()

    def _answer_by_path(self) -> None:
        if self.path == "/cut-off":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, leads_to = 200, ""
        if self.path.startswith("/to/"):
            status, leads_to = 302, self.path.removeprefix("/to")
        elif self.path == "/round":
            status, leads_to = 302, "/round"
        elif self.path == "/no-head":
            status = 405 if self.command == "HEAD" else 200
        elif (number := self.path.partition("?")[0].strip("/")).isdecimal():
            status = int(number)
        self.send_response(status)
        if leads_to:
            self.send_header("Location", leads_to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args) -> None:
        """Nothing is printed."""
