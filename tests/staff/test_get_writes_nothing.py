"""No address of the site or the admin writes to the database when it is read."""

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from itertools import product

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import get_resolver

from iomlaos.media.models import Image
from iomlaos.publishing import serialization
from iomlaos.publishing.models import Publishable, Revision
from tests.helpers import factories as make
from tests.helpers.admin import address_of, link_to, person, send
from tests.helpers.drafts import PUBLISHABLES, save_draft, schedule
from tests.helpers.uploads import pdf

NOON = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
#: Statements that read. A savepoint is a transaction, for which SQLite locks the database.
READS = re.compile(r"SELECT (?!.*FOR (NO KEY )?UPDATE)|PRAGMA busy_timeout|SHOW ", re.DOTALL)
#: By design: a one-time token goes from the address into the session.
EXCEPTIONS = {"password_reset_confirm", "sign_in_link"}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def editor(clock, db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("editor", password="a-long-password-7"))
    return client


# --- One record of each kind in each state ---------------------------------------------------------


@pytest.fixture
def records(seeded, editor) -> dict[str, list]:
    """By model: a record in each state, or of what has no states one."""
    writer = person("writer", "Contributors")
    make.make_site_notice()
    make.make_standard_text()
    make.make_picture()
    make.make_counterpart()
    make.make_subscription()
    make.make_document_version(file=make.upload("a.pdf", pdf()))
    make.make_version(file=make.upload("b.pdf", pdf()))
    make.make_bidding_document(file=make.upload("c.pdf", pdf()))
    found = {}
    for factory in PUBLISHABLES:
        rows = records_in_each_state(factory, editor, writer)
        found[rows[0]._meta.label_lower] = rows
    for model in apps.get_models():
        label = model._meta.label_lower
        if label not in found and model._default_manager.exists():
            found[label] = [model._default_manager.first()]
    return found


def records_in_each_state(factory, editor: Client, writer: Client) -> list[Publishable]:
    draft, live, changed, scheduled, later, failed, submitted, returned, elsewhere, linked, gone = (
        factory(state="published" if number else "draft") for number in range(11)
    )
    future = factory(publish_from=NOON + datetime.timedelta(days=1))
    for record in (changed, submitted, returned, linked, later, failed, scheduled):
        save_draft(editor, record, title_en=f"Another {record.title_en}")
    for record in (scheduled, later, failed):
        schedule(editor, record, "2026-06-02T10:00", title_en="Scheduled")
    save_draft(writer, later, title_en="Later than scheduled")
    Revision.objects.of(failed).scheduled().update(failure_reason="It was not possible.")
    for record in (submitted, returned):
        page = address_of(record, "submit/")
        shown = writer.get(page)
        hidden = {"_source": shown.context["source"], "_current": shown.context["current"]}
        assert writer.post(page, hidden | {"note": "Please look."}).status_code == 302
    page = address_of(returned, "return/")
    shown = editor.get(page)
    hidden = {"_source": shown.context["source"], "_current": shown.context["current"]}
    assert editor.post(page, hidden | {"note": "Shorter."}).status_code == 302
    save_draft(editor, elsewhere, title_en="A draft")
    type(elsewhere)._base_manager.filter(pk=elsewhere.pk).update(title_en="Changed by a command")
    linked.link = link_to(editor, linked)
    gone.state, gone.withdrawal_reason_en = "withdrawn", "A mistake."
    gone.save()
    return [
        draft, live, changed, scheduled, later, failed, submitted, returned, elsewhere, linked, gone, future,
    ]  # fmt: skip
