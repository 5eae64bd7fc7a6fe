"""Extract the links of public content, with the records that hold them."""

import datetime
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from itertools import chain
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.db import models

from iomlaos.media.richtext import RichTextField
from iomlaos.office.models import Office, SiteNotice, StandardText
from iomlaos.publishing.models import publishables
from iomlaos.publishing.serialization import child_relations, content_fields

#: In sanitized rich text, where every attribute is quoted.
HREF = re.compile(r"""<a(?:\s+[\w-]+="[^"]*")*?\s+href="([^"]+)\"""")
#: Fields with an address that are not a URLField.
ADDRESS_FIELDS = {(SiteNotice, "link")}


def public_querysets(at: datetime.datetime) -> list[models.QuerySet]:
    """The public records of each model that can hold a link, with their children."""
    querysets = [
        *(model.objects.live(at) for model in publishables()),
        Office.objects.all(),
        StandardText.objects.all(),
        SiteNotice.objects.public(at),
    ]
    return [
        rows.prefetch_related(*(child.name for child in child_relations(rows.model))) for rows in querysets
    ]


def links_of(record: models.Model) -> set[str]:
    """The absolute addresses, without fragment, that a record and its children link to."""
    children = (getattr(record, relation.name).all() for relation in child_relations(type(record)))
    base = settings.SITE_URL + (record.get_absolute_url() if hasattr(record, "get_absolute_url") else "")
    hrefs = (href for row in chain([record], *children) for href in _hrefs(row))
    return set(filter(None, (_absolute(href.strip(), base) for href in hrefs)))


def is_internal(address: str) -> bool:
    """Whether an absolute address is one of this site."""
    return address == settings.SITE_URL or address.startswith(f"{settings.SITE_URL}/")


def _hrefs(row: models.Model) -> Iterator[str]:
    for field in _link_fields(type(row)):
        text = field.value_from_object(row) or ""
        if isinstance(field, RichTextField):
            yield from map(unescape, HREF.findall(text))
        elif text:
            yield text


@cache
def _link_fields(model: type[models.Model]) -> list[models.Field]:
    return [
        field
        for field in content_fields(model)
        if isinstance(field, RichTextField | models.URLField) or (model, field.name) in ADDRESS_FIELDS
    ]


def _absolute(href: str, base: str) -> str:
    """The address without its fragment; empty for what is not a page; unchanged if it is malformed."""
    try:
        address = urljoin(base, href)
        is_page = urlsplit(address).scheme in ("http", "https") and not href.startswith("#")
    except ValueError:
        return href
    return address.partition("#")[0] if is_page else ""
