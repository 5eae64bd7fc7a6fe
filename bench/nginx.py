"""nginx as the servers are compared with it: the page as a file, and in front of the portal."""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from bench.processes import ROOT, running
from bench.wrk import find

#: One worker, as the other servers have; no log, as they have none. The rest is what Debian gives.
CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 768; }}
http {{
    access_log off; sendfile on; tcp_nopush on; server_tokens off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    types {{ text/html html; }} default_type text/html; charset utf-8;
    {servers}
}}
"""
#: The body is compressed already, as the portal sends it.
MIRROR = "server {{ listen 127.0.0.1:{port}; root {root}; gzip_static on; }}"
FILE = "server {{ listen 127.0.0.1:{port}; root {root}; add_header Content-Encoding {encoding}; }}"


@contextlib.contextmanager
def running_nginx(folder: Path, port: int, *servers: str) -> Iterator[int]:
    """The process that is measured. `port` is one that answers."""
    folder.mkdir()
    # Otherwise the worker of a root's nginx is a user who may not look into the folder.
    user = "user root;" if os.getuid() == 0 else ""
    configuration = CONFIGURATION.format(folder=folder, user=user, servers="\n".join(servers))
    (folder / "nginx.conf").write_text(configuration)
    command = [find("nginx"), "-p", folder, "-c", folder / "nginx.conf"]
    with running(command, port, folder / "output.log") as process:
        yield process.pid


def file_server(port: int, root: Path, encoding: str) -> str:
    return FILE.format(port=port, root=root, encoding=encoding)


def proxy_server(port: int, url: str, cache: Path) -> str:
    """In front of the portal, with the lines of deploy/nginx.conf about that."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    path = re.search(r"^proxy_cache_path \S+( .*;)$", text, re.MULTILINE)
    proxy = re.search(r"^    proxy_http_version .*?(?=^    location /admin/)", text, re.MULTILINE | re.DOTALL)
    if not (path and proxy and "http://portal" in proxy[0]):
        raise SystemExit("deploy/nginx.conf has no cache in front of http://portal any more.")
    server = f"server {{ listen 127.0.0.1:{port}; {proxy[0].replace('http://portal', url)} }}"
    return f"proxy_cache_path {cache}{path[1]}\n{server}"


def mirror_server(port: int, root: Path) -> str:
    return MIRROR.format(port=port, root=root)
