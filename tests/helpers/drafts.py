"""How staff save a record as a draft, publish it and schedule it; and what visitors then see."""

import datetime

from django.test import Client

from iomlaos.publishing import serialization
from iomlaos.publishing.models import Revision
from tests.helpers.admin import confirm, send
from tests.helpers.factories import (
    make_document,
    make_form,
    make_page,
    make_procurement_notice,
    make_programme,
    make_project,
    make_vacancy,
)
from tests.helpers.pages import Page, read

#: The factory of each kind that has drafts.
PUBLISHABLES = [
    make_programme, make_project, make_document, make_page, make_vacancy, make_procurement_notice, make_form,
]  # fmt: skip


def save_draft(client: Client, record, **changes):
    return send(client, record, "_draft", **changes)


def publish(client: Client, record, **changes):
    """Type, press Publish… and confirm."""
    response = send(client, record, "_publish", **changes)
    return confirm(client, record) if response.status_code == 302 else response


def schedule(client: Client, record, moment: str, **changes):
    """`moment` in Vientiane, as `2026-06-02T10:00`."""
    response = send(client, record, "_publish", **changes)
    return confirm(client, record, moment=moment) if response.status_code == 302 else response


def public_page(record) -> Page:
    """What visitors read at the address of a record."""
    return read(Client(), record.get_absolute_url())


def schedule_change(record, publish_at: datetime.datetime, by=None, **fields) -> Revision:
    """What scheduling would keep: the record as it is, with other fields."""
    versions = Revision.objects.versions(record)
    data = serialization.serialize(record)
    data["many"] |= {name: fields.pop(name) for name in list(fields) if name in data["many"]}
    data["fields"] |= fields
    return versions.save_scheduled(data, by=by, note="", publish_at=publish_at)
