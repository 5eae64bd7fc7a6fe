"""The servers that are compared, each with one worker: the portal, what it is measured by, and Wagtail."""

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench import nginx
from bench.portal import CACHED, COLD, PortalData, RunningPortal, portal_data
from bench.processes import ROOT, granian
from bench.rounds import Contender
from tests.helpers.servers import free_port

#: Where Wagtail is installed, if anywhere: see docs/performance.md.
PEERS = Path(os.environ.get("PEERS", ROOT / "var" / "peers")).absolute()
PAGES = {
    "home": "/",
    "programme": "/programmes/migration-health/",
    "list": "/careers/",
    "notice": "/careers/vacancies/open-1/",
}
#: An office of this size in a busy month.
NOTICES = {"open_vacancies": 12, "open_tenders": 8, "closed": 15}
#: Headers that a server writes itself.
OF_THE_SERVER = {"date", "server", "connection", "content-length", "transfer-encoding"}


@dataclass
class Servers:
    """`fast` are asked over many connections at once; `cold` over one, because each page is made anew."""

    portal: RunningPortal
    fast: list[Contender] = field(default_factory=list)
    cold: list[Contender] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@contextlib.contextmanager
def running_servers(folder: Path) -> Iterator[Servers]:
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(portal_data(folder / "portal", **NOTICES))
        servers = Servers(stack.enter_context(data.served(CACHED)))
        response, body = Contender("home", f"{servers.portal.url}/", ()).get()
        headers = [
            (name, value) for name, value in response.getheaders() if name.lower() not in OF_THE_SERVER
        ]
        _keep(folder / "response", body, headers)
        stack.enter_context(_yardsticks(servers, folder, response.getheader("Content-Encoding")))
        stack.enter_context(_portal(servers, data, response.getheader("ETag")))
        stack.enter_context(_nginx_before(servers, data))
        stack.enter_context(_wagtail(servers, folder))
        yield servers


def _keep(folder: Path, body: bytes, headers: list[tuple[str, str]]) -> None:
    """The response of the portal, for those who answer with it."""
    folder.mkdir()
    (folder / "headers.json").write_text(json.dumps(headers))
    for name in ("body", "index.html"):
        (folder / name).write_bytes(body)


@contextlib.contextmanager
def _yardsticks(servers: Servers, folder: Path, encoding: str) -> Iterator[None]:
    """The same bytes from nginx, from a constant application and from a bare view of Django."""
    with contextlib.ExitStack() as stack:
        port, response = free_port(), folder / "response"
        pid = stack.enter_context(
            nginx.running_nginx(folder / "nginx", port, nginx.file_server(port, response, encoding))
        )
        file = Contender("file", f"http://127.0.0.1:{port}/", (pid,))
        etag = file.get()[0].getheader("ETag")
        servers.fast += [
            file,
            Contender("file 304", file.url, (pid,), status=304, headers={"If-None-Match": etag}),
        ]
        for name in ("constant", "bare_django"):
            port = free_port()
            process = stack.enter_context(
                granian(
                    f"bench.apps.{name}:application", port, folder / f"{name}.log", RESPONSE=str(response)
                )
            )
            servers.fast.append(Contender(name, f"http://127.0.0.1:{port}/", (process.pid,)))
        yield


@contextlib.contextmanager
def _portal(servers: Servers, data: PortalData, etag: str) -> Iterator[None]:
    portal = servers.portal
    for name, path in PAGES.items():
        servers.fast.append(Contender(f"{name} cached", portal.url + path, (portal.pid,)))
    known = {"If-None-Match": etag}
    servers.fast.append(Contender("home 304", f"{portal.url}/", (portal.pid,), status=304, headers=known))
    with data.served(COLD) as cold, data.served(COLD, FORGET="all") as edited:
        for name, path in PAGES.items():
            servers.cold.append(Contender(f"{name} cold", cold.url + path, (cold.pid,), connections=1))
        servers.cold.append(Contender("edited cold", f"{edited.url}/", (edited.pid,), connections=1))
        yield


@contextlib.contextmanager
def _nginx_before(servers: Servers, data: PortalData) -> Iterator[None]:
    """nginx in front of the portal, as deploy/nginx.conf sets it up, and nginx with the portal's mirror."""
    proxy, mirror, portal = free_port(), free_port(), servers.portal
    data.manage("mirror", str(data.folder / "copy"))
    configuration = [
        nginx.proxy_server(proxy, portal.url, data.folder / "micro-cache"),
        nginx.mirror_server(mirror, data.folder / "copy" / "current" / "site"),
    ]
    with nginx.running_nginx(data.folder / "nginx", mirror, *configuration) as pid:
        servers.fast += [
            Contender("home micro-cache", f"http://127.0.0.1:{proxy}/", (pid, portal.pid)),
            Contender("home mirror", f"http://127.0.0.1:{mirror}/", (pid,)),
        ]
        yield


@contextlib.contextmanager
def _wagtail(servers: Servers, folder: Path) -> Iterator[None]:
    """A page of as many bytes as the home page, made anew each time, and from Django's cache."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        servers.missing.append(f"Wagtail: there is no {python}.")
        yield
        return
    # Kept: to migrate it takes longer than all the rest.
    data = PEERS / "data"
    data.mkdir(exist_ok=True)
    environment = {"DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "bench.peers.settings"}
    pages = []
    for name, path in PAGES.items():
        pages.append(folder / f"{name}.html")
        page = Contender(name, servers.portal.url + path, ())
        pages[-1].write_bytes(page.get(plain=True)[1])
    subprocess.run(
        [python, "-m", "bench.peers.fill", *pages], cwd=ROOT, env=os.environ | environment, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    with contextlib.ExitStack() as stack:
        for cached in ("", "on"):
            port = free_port()
            process = stack.enter_context(
                granian(
                    "bench.peers.wsgi:application",
                    port,
                    folder / f"wagtail{cached}.log",
                    str(python),
                    **environment,
                    CACHED=cached,
                )  # fmt: skip
            )
            url = f"http://127.0.0.1:{port}/"
            if cached:
                servers.fast.append(Contender("wagtail cached", url, (process.pid,)))
            else:
                servers.cold.append(Contender("wagtail cold", url, (process.pid,), connections=1))
        yield
