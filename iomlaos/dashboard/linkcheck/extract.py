"""Extract every link from public content, with the record that holds it."""

import datetime
from collections.abc import Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.db import models

from iomlaos.media.richtext import RichTextField
from iomlaos.office.models import Office, SiteNotice, StandardText
from iomlaos.publishing.models import publishables
from iomlaos.publishing.serialization import child_relations, content_fields

#: Fields that hold an address and are no URLField.
ADDRESSES = {(SiteNotice, "link")}


def sources(at: datetime.datetime) -> list[models.QuerySet]:
    """What visitors read that can hold a link, each kind with the rows that its records own."""
    shown = [
        *(model.objects.live(at) for model in publishables()),
        Office.objects.all(),
        StandardText.objects.all(),
        SiteNotice.objects.shown(at),
    ]
    return [rows.prefetch_related(*(each.name for each in child_relations(rows.model))) for rows in shown]


def links_of(record: models.Model) -> set[str]:
    """The absolute addresses, without a place on the page, that a record and its owned rows link to."""
    owned = (getattr(record, relation.name).all() for relation in child_relations(type(record)))
    found = set(_written_in(record))
    for rows in owned:
        for row in rows:
            found.update(_written_in(row))
    here = settings.SITE_URL + record.get_absolute_url() if hasattr(record, "get_absolute_url") else ""
    return set(_absolute(found, here or settings.SITE_URL))


def is_ours(address: str) -> bool:
    """Whether an absolute address is one of this site."""
    return address == settings.SITE_URL or address.startswith(f"{settings.SITE_URL}/")


def _written_in(row: models.Model) -> Iterator[str]:
    """As staff wrote them: in fields for addresses, and in rich texts of each language."""
    for field in _fields(type(row)):
        text = field.value_from_object(row) or ""
        if isinstance(field, RichTextField):
            yield from hrefs(text)
        elif text:
            yield text


@cache
def _fields(model: type[models.Model]) -> list[models.Field]:
    return [
        field
        for field in content_fields(model)
        if isinstance(field, RichTextField | models.URLField) or (model, field.name) in ADDRESSES
    ]


def _absolute(written: Iterable[str], here: str) -> Iterator[str]:
    for href in written:
        href = href.strip()
        if href.startswith("#"):
            continue
        try:
            address = urljoin(here, href)
            scheme = urlsplit(address).scheme
        except ValueError:
            # Not even a browser could follow it.
            yield href
            continue
        if scheme in ("http", "https"):
            yield address.partition("#")[0]


class HrefParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attributes if name == "href" and value]


def hrefs(html: str) -> list[str]:
    parser = HrefParser()
    parser.feed(html)
    parser.close()
    return parser.found
