"""Reading pages as a visitor does: the words, the headings, the links."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})


def fold(text: str) -> str:
    """White space folded, typographic marks made plain."""
    return re.sub(r"\s+", " ", text.translate(_PLAIN)).strip()


@dataclass
class Page:
    """What a visitor reads at an address."""

    address: str
    status: int
    text: str = ""
    title: str = ""
    h1: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def __contains__(self, words: str) -> bool:
        return fold(words) in self.text


def read(client: Client, address: str) -> Page:
    response = client.get(address)
    page = Page(address, response.status_code)
    reader = _Reader()
    reader.feed(response.content.decode())
    page.text, page.title = fold(" ".join(reader.words)), fold("".join(reader.title))
    page.h1, page.links = [fold(words) for words in reader.h1], reader.links
    return page


def text_of(response: HttpResponse) -> str:
    """Its source, white space folded."""
    return " ".join(response.content.decode().split())


def without_language_link(response: HttpResponse) -> bytes:
    """A page but for the link that names its query: the page cache shortens that before a view sees it."""
    return re.sub(rb'<a class="tool" href="[^"]*" lang="lo".*?</a>', b"", response.content)


def count_queries(client: Client, address: str) -> int:
    """How many queries a page costs; it has to be there."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.title: list[str] = []
        self.h1: list[str] = []
        self.links: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("title", "h1", "script", "style") and "svg" not in self._within:
            self._within.append(tag)
            if tag == "h1":
                self.h1.append("")
        if tag == "svg":
            self._within.append(tag)
        if tag == "a":
            self.links += [value for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            self._within.remove(tag)

    def handle_data(self, data: str) -> None:
        if "title" in self._within:
            self.title.append(data)
        elif not {"script", "style"} & set(self._within):
            self.words.append(data)
        if "h1" in self._within:
            self.h1[-1] += data
