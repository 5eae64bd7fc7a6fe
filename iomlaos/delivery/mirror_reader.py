"""MirrorReader: the copy of the public site on the disk, for the moments when nothing else can answer."""

import contextlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from iomlaos.delivery.cached_page import CachedPage, Headers

#: In the folder of a mirror: a link to the folder that is whole, and what that says of its pages.
CURRENT, INDEX = "current", "index.json"


class MirroredPage(NamedTuple):
    """A page between two moments (POSIX seconds; None: it never ends), and where its body is."""

    since: float
    until: float | None
    status: str
    headers: Headers
    file: str


class MirrorReader:
    """Finds pages as they are at a moment. Reads the index again where another folder became current."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.read_from: Path | None = None
        self.index: dict[str, Any] = {"pages": {}, "until": None}

    def find(self, path: str, now: float, version: str = "") -> CachedPage | None:
        """None where the mirror does not know the page at this moment, or is not of this version."""
        index = self.read_index()
        if version and version != index.get("version"):
            return None
        for page in (MirroredPage(*values) for values in index["pages"].get(path, ())):
            until = float("inf") if page.until is None else page.until
            if page.since <= now < until and self.read_from:
                # A folder that was replaced meanwhile has lost it.
                with contextlib.suppress(OSError):
                    body = (self.read_from / page.file).read_bytes()
                    headers = [(name, value) for name, value in page.headers]
                    return CachedPage("", page.since, until, page.status, headers, body)
        return None

    def read_index(self) -> dict[str, Any]:
        """Without pages where there is no mirror."""
        with contextlib.suppress(OSError, ValueError):
            current = (self.folder / CURRENT).resolve(strict=True)
            if current != self.read_from:
                self.index = json.loads((current / INDEX).read_text())
                self.read_from = current
        return self.index
