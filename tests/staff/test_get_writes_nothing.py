"""No address of the site or the admin writes to the database when it is read."""

import datetime
import html
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from itertools import product

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from iomlaos.media.models import Image
from iomlaos.publishing.models import Publishable, Revision
from tests.helpers import factories as make
from tests.helpers.admin import link_to, person, take
from tests.helpers.drafts import PUBLISHABLES, save_draft, schedule
from tests.helpers.uploads import pdf

NOON = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
#: Statements that read. A transaction is none: for it, SQLite locks the database.
READS = re.compile(
    r"[\s(]*SELECT\s(?!.*FOR (NO KEY )?UPDATE)|PRAGMA busy_timeout|(RE)?SET lock_timeout|SHOW ", re.DOTALL
)
#: By design: a one-time token goes from the address into the session, and a script renews the session.
EXCEPTIONS = {"password_reset_confirm", "sign_in_link", "session"}


@pytest.fixture
def editor(clock, db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("editor", password="a-long-password-7"))
    return client


# --- Records of each kind, and of one kind in each state -------------------------------------------


@pytest.fixture
def records(editor) -> dict[str, list]:
    """By model: of programmes a record in each state, of what else is published two, of anything else one."""
    call_command("seed", verbosity=0)
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
        is_first = factory is make.make_programme
        rows = programmes_in_each_state(editor, writer) if is_first else a_draft_and_a_change(factory, editor)
        found[rows[0]._meta.label_lower] = rows
    for model in apps.get_models():
        label = model._meta.label_lower
        if label not in found and model._default_manager.exists():
            found[label] = [model._default_manager.first()]
    return found


def a_draft_and_a_change(factory, editor: Client) -> list[Publishable]:
    """A draft, and a draft of what is public, which people outside may see by a link."""
    draft, changed = factory(state="draft"), factory()
    save_draft(editor, changed, title_en=f"Another {changed.title_en}")
    changed.review_url = link_to(editor, changed)
    return [draft, changed]


def programmes_in_each_state(editor: Client, writer: Client) -> list[Publishable]:
    draft, live, changed, scheduled, later, failed, submitted, returned, elsewhere, linked, gone = (
        make.make_programme(state="published" if number else "draft") for number in range(11)
    )
    future = make.make_programme(publish_from=NOON + datetime.timedelta(days=1))
    for record in (changed, submitted, returned, linked, later, failed, scheduled):
        save_draft(editor, record, title_en=f"Another {record.title_en}")
    for record in (scheduled, later, failed):
        schedule(editor, record, "2026-06-02T10:00", title_en="Scheduled")
    save_draft(writer, later, title_en="Later than scheduled")
    Revision.objects.of(failed).scheduled().update(failure_reason="It was not possible.")
    for record in (submitted, returned):
        assert take(writer, record, "submit", note="Please look.").status_code == 302
    assert take(editor, returned, "return", note="Shorter.").status_code == 302
    save_draft(editor, elsewhere, title_en="A draft")
    type(elsewhere)._base_manager.filter(pk=elsewhere.pk).update(title_en="Changed by a command")
    linked.review_url = link_to(editor, linked)
    gone.state, gone.withdrawal_reason_en = "withdrawn", "A mistake."
    gone.save()
    return [
        draft, live, changed, scheduled, later, failed, submitted, returned, elsewhere, linked, gone, future,
    ]  # fmt: skip


# --- Every address ----------------------------------------------------------------------------------


def routes(patterns=None, before: str = "") -> Iterator[tuple[str, str]]:
    """Every route of the site with its name, as the resolver knows it."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from routes(each.url_patterns, route)
        else:
            yield route, each.name or ""


#: The models whose slugs stand in addresses below these.
SLUGS = {
    "programmes/": "programmes.programme", "projects/": "programmes.project", "donors/": "programmes.donor",
    "documents/": "programmes.document", "careers/vacancies/": "careers.vacancy",
    "careers/procurement/": "careers.procurementnotice", "careers/alerts/notice/": "careers.vacancy",
    "n/": "careers.procurementnotice", "<slug:slug>/": "office.page",
}  # fmt: skip
FILES = {
    "documents/": "programmes.documentversion", "careers/forms/": "careers.formversion",
    "careers/procurement/": "careers.procurementdocument", "admin/programmes/document/": "programmes.documentversion",
    "admin/careers/applicationform/": "careers.formversion",
    "admin/careers/procurementnotice/": "careers.procurementdocument",
}  # fmt: skip


def values(route: str, parameter: str, records: dict[str, list]) -> list[str]:
    """What may stand for a parameter of a route: that of each record, where it is one's."""
    beginning = route.partition("<")[0]
    label = ".".join(beginning.split("/")[1:3])
    if parameter == "object_id":
        rows = records.get(label) or apps.get_model(label)._default_manager.all()[:1]
        return [str(row.pk) for row in rows]
    if parameter == "slug" and (model := SLUGS.get(beginning or route)):
        return [row.slug for row in records[model]]
    if beginning.startswith("review/") and parameter == "key":
        return [
            row.review_url.split("/")[2]
            for rows in records.values()
            for row in rows
            if hasattr(row, "review_url")
        ]
    if label in FILES or beginning in FILES or beginning.removesuffix("files/") in FILES:
        version = (
            apps.get_model(FILES[beginning.removesuffix("files/")])._base_manager.exclude(file="").first()
        )
        return {"key": [version.public_id], "pk": [str(version.pk)], "name": ["a.pdf"]}[parameter]
    image, account = Image.objects.first(), User.objects.get(username="writer")
    programme, subscription = records["programmes.programme"][1], records["careers.subscription"][0]
    is_of_image = "pictures" in route or "media/image" in route
    return {
        "image": [image.key],
        "width": [str(image.renditions.first().width)],
        "language": ["lo"],
        "label": ["programmes.programme"],
        "file": ["nothing"],
        "file_format": ["xlsx", "csv"],
        "year": ["2025"],
        "app_label": ["programmes", "careers", "office"],
        "url": ["nothing-here/"],
        "uidb64": ["MQ"],
        "token": [subscription.token],
        "pk": [str(account.pk)],
        "id": [str(account.pk)],
        "name": ["nothing"],
        "key": [image.key if is_of_image else str(programme.pk)],
    }[parameter]


def addresses(route: str, records: dict[str, list]) -> Iterator[str]:
    """A route with each of its records."""
    route = re.sub(r"^(.*?)\^?\(\?P<(\w+)>.*\)(/?)\$$", r"\1<\2>\3", route)
    parts = re.split(r"<(?:\w+:)?(\w+)>", route)
    choices = [values(route, name, records) for name in parts[1::2]]
    if "throw-away" in route:
        choices = [[str(uuid.uuid4())]]
    for chosen in product(*choices):
        yield "/" + "".join(a + b for a, b in zip(parts[::2], [*chosen, ""], strict=True))


# --- The test ---------------------------------------------------------------------------------------


class Reader:
    """Reads addresses, and notes what each of them wrote."""

    def __init__(self) -> None:
        self.seen: Counter[int] = Counter()
        self.written: dict[str, list[str]] = {}

    def read(self, client: Client, address: str) -> str:
        statements: list[str] = []

        def note(execute, sql, params, many, context):
            if not READS.match(sql):
                statements.append(sql[:200])
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            response = client.get(address)
            body = b"".join(response.streaming_content) if response.streaming else response.content
        if statements:
            self.written[address] = statements
        assert response.status_code < 500, address
        self.seen[response.status_code] += 1
        return body.decode(errors="replace")

    def read_queries(self, client: Client, address: str) -> None:
        """The queries that a page links to, one of each filter and order of a list."""
        queries = re.findall(r'href="(\?[^"#]+)"', self.read(client, address))
        for query in {re.sub("=[^&]*", "", query): query for query in queries}.values():
            self.read(client, address + html.unescape(query))


@pytest.mark.timeout(1200)
@pytest.mark.django_db(transaction=True)
def test_no_address_writes_when_it_is_read(records, editor):
    visitor, writer, reader = Client(), Client(), Reader()
    writer.force_login(User.objects.get(username="writer"))
    for client in (editor, writer):
        page = client.get("/admin/").content.decode()  # Renews the session, for a minute.
        for address in set(re.findall(r'href="(/admin/[^"#]*)"', page)):
            reader.read(client, html.unescape(address))
    for route, name in routes():
        for address in addresses(route, records) if name not in EXCEPTIONS else ():
            reader.read(editor if route.startswith("admin/") else visitor, address)
            if route.endswith("/change/"):
                reader.read(writer, address)
            if "<" not in route:
                reader.read_queries(editor, address)
    print(reader.seen, *reader.written.items(), sep="\n")  # noqa: T201
    assert reader.written == {}
    assert reader.seen[200] > reader.seen.total() / 2


def test_a_session_is_renewed_once_a_minute_and_not_waited_for(editor, clock):
    assert editor.get("/admin/").status_code == 200
    clock.shift(61)
    refused = []

    def refuse(execute, sql, params, many, context):
        if sql.startswith('UPDATE "django_session"'):
            refused.append(sql)
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        assert editor.get("/admin/").status_code == 200
    assert refused
    with CaptureQueriesContext(connection) as queries:
        assert editor.get("/admin/").status_code == 200
        assert editor.get("/admin/").status_code == 200
    updates = [each for each in queries if each["sql"].startswith('UPDATE "django_session"')]
    assert len(updates) == 1
