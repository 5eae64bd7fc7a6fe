"""The public site as files: what is sent when nothing else can answer, and a copy for another place.

A mirror is written whole into a folder of its own, which then takes the place of the one before it at once.
`site/` is the site as a web server would send it, `next/` what the clock changes next: so no copy says of a
notice that it is open after its closing. Pages with a query, and forms, are left out.
"""

import datetime
import gzip
import html
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import brotli
from django.conf import settings
from django.http.request import validate_host

from iomlaos.delivery.cacheability import UNCACHED_FOLDER
from iomlaos.delivery.cached_page import CachedPage
from iomlaos.delivery.content_version import VersionReader
from iomlaos.delivery.mirror_reader import CURRENT, INDEX, MirrorReader
from iomlaos.delivery.rendering import WSGIApplication, render_page
from iomlaos.delivery.validity import FOREVER, ValidityPeriod, find_validity_period, within
from iomlaos.publishing.models import Revision

START = ("/", "/robots.txt", "/sitemap.xml")
#: In a page, in a sitemap and in robots.txt, and in a style sheet.
LINK = re.compile(
    r"""(?:href|src)="([^"]+)"|srcset="([^"]+)"|(?:<loc>|Sitemap: )([^<\s]+)|url\(["']?([^)"']+)"""
)
NOT_MIRRORED = ("//", "/admin/", "/review/")
#: What stands at such an address never changes, and answers for itself: no copy of it is ever sent.
UNCHANGING = ("/static/", "/pictures/")
LINKING_TYPES = ("text/html", "text/css", "text/plain", "application/xml")
TEXT_TYPES = ("text/", "application/xml", "application/atom+xml", "application/json", "image/svg+xml")


class SiteIsDownError(Exception):
    """A page could not be rendered: the mirror stays as it was."""


class SiteChangedError(SiteIsDownError):
    """The content was changed while the pages were written."""


class Mirror:
    """The mirror in a folder, which is for its owner alone: `next/` is not public yet."""

    def __init__(self, folder: Path, application: WSGIApplication, read_version: VersionReader) -> None:
        self.folder = folder
        self.application = application
        self.read_version = read_version
        self.reader = MirrorReader(folder)

    def is_current(self, now: float) -> bool:
        """Whether neither content nor code nor the clock has changed anything since it was written."""
        index = self.reader.read_index()
        was = index.get("version"), index.get("code")
        return was == (self.read_version(), _code()) and now < (index["until"] or FOREVER)

    def write(self, now: float) -> dict[str, int]:
        """Returns how many pages there are, and how many files were written anew.

        Raises SiteIsDownError, or SiteChangedError where it should be tried again.
        """
        version = self.read_version()
        if version is None:
            raise SiteIsDownError("The database does not answer.")
        self.reader.read_index()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        new = MirrorFolder(Path(tempfile.mkdtemp(dir=self.folder)), self.reader.read_from)
        try:
            period = find_validity_period(version, now)
            self._crawl(new, "site", period)
            if period.until < FOREVER:
                self._crawl_ahead(new, version, period.until)
            if self.read_version() != version:
                # A page may have a deadline that the period does not know.
                raise SiteChangedError("The content changed meanwhile.")
            until = None if period.until == FOREVER else period.until
            index = {"version": version, "code": _code(), "until": until, "pages": new.pages}
            (new.path / INDEX).write_text(json.dumps(index))
            self._make_current(new.path)
        except BaseException:
            shutil.rmtree(new.path, ignore_errors=True)
            raise
        return {"pages": len(new.pages), "written": new.written}

    def _crawl_ahead(self, folder: "MirrorFolder", version: str, moment: float) -> None:
        """What scheduled changes bring is published by requests and commands, and is never rendered ahead."""
        at = datetime.datetime.fromtimestamp(moment, datetime.UTC)
        if not Revision.objects.due(at).exists():
            self._crawl(folder, "next", find_validity_period(version, moment), at)

    def _crawl(
        self,
        folder: "MirrorFolder",
        part: str,
        period: ValidityPeriod,
        future_moment: datetime.datetime | None = None,
    ) -> None:
        """Write every page that can be reached, and what it shows."""
        waiting, seen = list(START), set(START)
        with within(period, at=future_moment):
            while waiting:
                address = waiting.pop()
                is_file = address.startswith(UNCHANGING) or UNCACHED_FOLDER in address
                if is_file and (future_moment or folder.link_file(address)):
                    continue
                page = self._render(address, period)
                if is_file and page.status.startswith("200"):
                    folder.write_file(part, address, page)
                elif page.is_kept:
                    folder.write_page(part, address, page)
                for link in links_in(address, page):
                    if link not in seen:
                        seen.add(link)
                        waiting.append(link)

    def _render(self, address: str, period: ValidityPeriod) -> CachedPage:
        path = unquote(address).encode().decode("latin-1")
        page = render_page(self.application, path, "", _own_host(), period, period.since)
        if page.is_fault:
            raise SiteIsDownError(f"{address}: {page.status}")
        return page

    def _make_current(self, folder: Path) -> None:
        link = self.folder / f"{CURRENT}.{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(folder.name)
        link.replace(self.folder / CURRENT)
        # Who began to read the one before still finds it.
        for old in self.folder.iterdir():
            if old.is_dir() and not old.is_symlink() and old not in (folder, self.reader.read_from):
                shutil.rmtree(old, ignore_errors=True)


class MirrorFolder:
    """A folder that is being written. What has not changed is the file of the folder before (a hard link)."""

    def __init__(self, path: Path, before: Path | None) -> None:
        self.path, self.before = path, before
        self.pages: dict[str, list] = {}
        self.written = 0

    def write_page(self, part: str, address: str, page: CachedPage) -> None:
        spans = self.pages.setdefault(address, [])
        until = None if page.until == FOREVER else page.until
        if spans and spans[-1][1] == page.since and (self.path / spans[-1][4]).read_bytes() == page.body:
            spans[-1][1] = until
        else:
            file = self.write_file(part, address, page)
            spans.append([page.since, until, page.status, page.headers, file])

    def write_file(self, part: str, address: str, page: CachedPage) -> str:
        """Returns its name within the folder. Texts have compressed twins beside them."""
        name = f"{part}{_file_name(address)}"
        if not self._link(name, page.body):
            self._write(name, page.body)
            if dict(page.headers).get("Content-Type", "").startswith(TEXT_TYPES):
                self._write(f"{name}.gz", gzip.compress(page.body, 9, mtime=0))
                self._write(f"{name}.br", brotli.compress(page.body, quality=9))
            self.written += 1
        return name

    def link_file(self, address: str) -> bool:
        """Take over what never changes; style sheets are read again for what they name."""
        return not address.endswith(".css") and self._link(f"site{_file_name(address)}")

    def _link(self, name: str, body: bytes | None = None) -> bool:
        old = self.before and self.before / name
        if old is None or not old.is_file() or (body is not None and old.read_bytes() != body):
            return False
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        for ending in ("", ".gz", ".br"):
            if os.path.exists(f"{old}{ending}"):
                os.link(f"{old}{ending}", self.path / f"{name}{ending}")
        return True

    def _write(self, name: str, content: bytes) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def links_in(address: str, page: CachedPage) -> Iterator[str]:
    """The addresses of this site that a page names, without those with a query."""
    if not dict(page.headers).get("Content-Type", "").startswith(LINKING_TYPES):
        return
    text = page.body.decode(errors="replace")
    for single, several, location, in_style in LINK.findall(text):
        sizes = [part.split()[0] for part in several.split(",") if part.strip()]
        for found in (single or location or in_style, *sizes):
            link = html.unescape(found).removeprefix(settings.SITE_URL).partition("#")[0]
            if in_style:
                link = os.path.normpath(os.path.join(os.path.dirname(address), link))
            is_ours = link.startswith("/") and not link.startswith(NOT_MIRRORED)
            if is_ours and "?" not in link and ".." not in unquote(link):
                yield link


def _file_name(address: str) -> str:
    name = unquote(address)
    return f"{name}index.html" if name.endswith("/") else name


def _own_host() -> str:
    """A host name of the site that Django accepts."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    return (
        host
        if validate_host(host, settings.ALLOWED_HOSTS)
        else settings.ALLOWED_HOSTS[0].lstrip(".*") or host
    )


def _code() -> str:
    """Tells apart releases, whose pages may look different."""
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    return f"{settings.BASE_DIR} {manifest.stat().st_mtime_ns if manifest.exists() else ''}"
