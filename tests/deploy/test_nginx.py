"""deploy/nginx.conf in a real nginx, in front of a stand-in for the portal that says what is asked of it."""

import http.client
import re
import shutil
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from tests.helpers.commands import ROOT
from tests.helpers.servers import free_port

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is missing: apt install nginx-light")
ONE_SECOND = "public, max-age=0, must-revalidate, s-maxage=1"


class StandIn(socketserver.ThreadingUnixStreamServer):
    """Answers with the number of the request; `cache_control` is what it says of the page."""

    daemon_threads = True
    cache_control = ONE_SECOND
    asked = 0

    def __init__(self, path: str) -> None:
        super().__init__(path, Handler)
        #: While it is cleared, a request waits.
        self.goes_on = threading.Event()
        self.goes_on.set()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked += 1
        body = f"{self.server.asked} {self.headers['X-Forwarded-For']} ".encode() + b"a long page " * 500
        self.server.goes_on.wait(30)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Cache-Control", self.server.cache_control)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_args) -> None:
        pass

    def address_string(self) -> str:
        return ""


@pytest.fixture
def portal(tmp_path) -> Iterator[StandIn]:
    with StandIn(str(tmp_path / "portal.sock")) as server:
        yield server
        server.shutdown()


@pytest.fixture
def nginx(tmp_path, portal) -> Iterator[int]:
    """The port of nginx, by the file as it is, but for paths, ports and TLS."""
    port = free_port()
    site = (ROOT / "deploy/nginx.conf").read_text()
    site = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", site, flags=re.DOTALL)
    site = re.sub(r".*(\[::\]|ssl_).*\n", "", site)
    site = site.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port};")
    site = site.replace("/opt/portal/current/portal.sock", f"{tmp_path}/portal.sock")
    site = site.replace("/var/cache/nginx-portal", f"{tmp_path}/cache").replace(
        "/var/lib/portal", str(tmp_path)
    )
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "503.html").write_text("Call +856 21 26 77 30.")
    (tmp_path / "public" / "503.lo.html").write_text("ໂທ +856 21 26 77 30.")
    # As Debian's nginx.conf has it.
    temporary = "".join(f"{name}_temp_path {tmp_path}/{name};" for name in ("client_body", "proxy"))
    (tmp_path / "nginx.conf").write_text(
        f"user {'root' if tmp_path.owner() == 'root' else tmp_path.owner()}; daemon off; pid {tmp_path}/pid;"
        f"events {{}} http {{ access_log off; gzip on; {temporary} {site} }}"
    )
    process = subprocess.Popen(
        [NGINX, "-p", str(tmp_path), "-e", f"{tmp_path}/error.log", "-c", str(tmp_path / "nginx.conf")],
        stderr=subprocess.DEVNULL,
    )
    try:
        ends = time.monotonic() + 60
        while time.monotonic() < ends and process.poll() is None:
            try:
                ask(port, "/starts/?")
                break
            except OSError:
                time.sleep(0.05)
        assert process.poll() is None, (tmp_path / "error.log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait()


def ask(port: int, address: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, address, headers={"Host": "portal.example"} | headers)
    response = connection.getresponse()
    response.text = response.read().decode()
    connection.close()
    return response


def test_what_the_portal_does_not_offer_to_caches_is_asked_of_it_each_time(nginx, portal):
    for method, address, cache_control in (
        ("GET", "/", "public, no-cache"),
        ("GET", "/careers/", "no-store"),
        ("GET", "/careers/?closing=7", ONE_SECOND),
        ("GET", "/admin/", ONE_SECOND),
        ("GET", "/review/a/", ONE_SECOND),
        ("POST", "/careers/alerts/", ONE_SECOND),
    ):
        portal.cache_control = cache_control
        before = portal.asked
        for _ in range(3):
            ask(nginx, address, method)
        assert portal.asked == before + 3, (method, address, cache_control)


def test_no_visitor_gets_a_page_that_is_over_not_even_while_another_fetches_the_new_one(nginx, portal):
    old = ask(nginx, "/").text
    # nginx counts in whole seconds: a page of one second may be sent for two.
    time.sleep(2.1)
    portal.goes_on.clear()
    answers: list[str] = []
    visitors = [threading.Thread(target=lambda: answers.append(ask(nginx, "/").text)) for _ in range(3)]
    asked = portal.asked
    for visitor in visitors:
        visitor.start()
    while portal.asked < asked + 3 and not answers:
        time.sleep(0.01)
    assert answers == []
    portal.goes_on.set()
    for visitor in visitors:
        visitor.join()
    assert len(answers) == 3
    assert old not in answers


def test_one_address_is_one_page_whatever_cookies_are_sent(nginx, portal):
    # Static files are kept for long, so that this does not depend on a second.
    portal.cache_control = "max-age=315360000, public, immutable"
    texts = {ask(nginx, "/static/site.css", Cookie=f"session={number}").text for number in range(3)}
    assert len(texts) == 1


def test_a_portal_that_is_down_is_answered_for_with_the_page_it_wrote(nginx, portal, tmp_path):
    portal.shutdown()
    portal.server_close()
    for method, address, call in (
        ("GET", "/down/", "Call"),
        ("POST", "/admin/login/", "Call"),
        ("GET", "/lo/", "ໂທ"),
        ("GET", "/lo/down/?query", "ໂທ"),
    ):
        answer = ask(nginx, address, method)
        assert (answer.status, answer.text) == (503, f"{call} +856 21 26 77 30.")
        assert answer.headers["Retry-After"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_staff_pages_are_not_compressed_and_no_answer_names_a_version(nginx, portal):
    answer = ask(nginx, "/admin/", **{"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in answer.headers
    assert " 127.0.0.1 " in answer.text
    assert answer.headers["Server"] == "nginx"
    # An answer of nginx's own.
    refused = ask(nginx, "/" + "a" * 40_000)
    assert (refused.status, refused.headers["Server"]) == (414, "nginx")
    assert "nginx/" not in refused.text
