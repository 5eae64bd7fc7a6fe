"""A walk through the whole site, as a visitor without cookies and scripts makes it."""

from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urldefrag, urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib

from tests.helpers.servers import Server

#: Elements and the attribute by which they make a browser fetch something.
FETCHING = {
    "img": "src",
    "script": "src",
    "source": "src",
    "iframe": "src",
    "video": "src",
    "audio": "src",
    "object": "data",
}
FETCHING_RELATIONS = {
    "stylesheet",
    "icon",
    "preload",
    "manifest",
    "modulepreload",
    "prefetch",
    "apple-touch-icon",
}


@dataclass
class CrawledPage:
    """One answer on the way. `linked_from` is the first page that led here."""

    address: str
    status: int
    headers: dict[str, list[str]]
    body: bytes
    linked_from: str
    errors: list[str] = field(default_factory=list)

    @property
    def is_page(self) -> bool:
        return self.headers.get("content-type", [""])[0].startswith("text/html")

    @cached_property
    def document(self) -> Element:
        parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        document = parser.parse(self.body, transport_encoding="utf-8")
        lines = self.body.decode().splitlines()
        self.errors = [
            f"{code} {found} in: {lines[line - 1].strip()[:200]}" for (line, _), code, found in parser.errors
        ]
        return document

    def every(self, *tags: str) -> list[Element]:
        return [element for element in self.document.iter() if element.tag in tags]

    def texts(self, tag: str) -> list[str]:
        return [" ".join("".join(element.itertext()).split()) for element in self.every(tag)]

    @cached_property
    def ids(self) -> list[str]:
        return [element.get("id") for element in self.document.iter() if element.get("id")]

    def links(self) -> list[str]:
        """Where a click can lead, as written."""
        return [element.get("href") for element in self.every("a", "area") if element.get("href") is not None]

    def fetched(self) -> list[str]:
        """What a browser fetches by itself to show the page."""
        found = [element.get(FETCHING[element.tag]) for element in self.every(*FETCHING)]
        found += [
            element.get("href")
            for element in self.every("link")
            if FETCHING_RELATIONS & set(element.get("rel", "").lower().split())
        ]
        return [address for address in found if address]


def walk(server: Server, *starts: str) -> dict[str, CrawledPage]:
    """Every answer that can be reached from these addresses by links, and what the pages fetch."""
    walked: dict[str, CrawledPage] = {}
    ahead = deque((start, "the start") for start in starts)
    while ahead:
        address, linked_from = ahead.popleft()
        if address in walked:
            continue
        response, body = server.get(address)
        headers: dict[str, list[str]] = {}
        for name, value in response.getheaders():
            headers.setdefault(name.lower(), []).append(value)
        here = walked[address] = CrawledPage(address, response.status, headers, body, linked_from)
        if here.is_page and here.status < 400:
            onward = [local(server, address, link) for link in here.links() + here.fetched()]
            ahead.extend((link, address) for link in onward if link)
        if location := headers.get("location"):
            ahead.append((local(server, address, location[0]) or "elsewhere", address))
    return walked


def local(server: Server, page: str, link: str) -> str | None:
    """The address on this site that a link on a page leads to; None where it leads elsewhere."""
    target = urlsplit(urljoin(server.url + page, urldefrag(link).url))
    if f"{target.scheme}://{target.netloc}" != server.url:
        return None
    return (target.path or "/") + (f"?{target.query}" if target.query else "")
