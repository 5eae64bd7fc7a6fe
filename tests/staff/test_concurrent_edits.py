"""Several people and a schedule at one record: no edit is lost, and nobody is answered with a fault.

Somebody else holds the lock of the record until all have sent what they send, so that the order is known.
"""

import datetime
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection

from iomlaos.publishing.models import Revision
from tests.helpers.admin import confirm, waiting
from tests.helpers.colleagues import (
    Answer,
    Colleague,
    address_of,
    count_revisions,
    database,
    locked,
    make_superusers,
    public_row,
    wait_for_waiting,
)
from tests.helpers.factories import make_figure, make_programme
from tests.helpers.forms import fill_form
from tests.helpers.servers import Server, running_server

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("at-once"), WEB_WORKERS="2") as server:
        make_superusers(server, "first", "second")
        yield server


@pytest.fixture(scope="module")
def people(server) -> tuple[Colleague, Colleague]:
    return Colleague(server, "first"), Colleague(server, "second")


@pytest.fixture
def record(server, people) -> Iterator[int]:
    """A programme without a draft."""
    with database(server) as cursor:
        cursor.execute("SELECT min(id) FROM programmes_programme")
        [key] = cursor.fetchone()
        yield key
        cursor.execute(
            "UPDATE publishing_revision SET closed_at = at, ending = 'discarded' "
            "WHERE kind IN ('draft', 'scheduled') AND closed_at IS NULL"
        )


def send_at_once(server: Server, record: int, *sent: tuple[Colleague, str, dict]) -> list[Answer]:
    """Each sends while the record is locked, one after the other, and then the lock is given up."""
    with ThreadPoolExecutor(len(sent)) as hands:
        with locked(server, record):
            answers = []
            for number, (person, address, form) in enumerate(sent, start=1):
                answers.append(hands.submit(person.ask, address, form))
                wait_for_waiting(server, number)
        return [answer.result() for answer in answers]


def test_a_save_without_a_change_overwrites_no_change(server, people, record):
    edit = (people[0], address_of(record), people[0].open(record) | {"summary_en": ["Changed"]})
    unchanged = (people[1], address_of(record), people[1].open(record))
    assert [answer.status for answer in send_at_once(server, record, edit, unchanged)] == [302, 302]
    assert people[1].open(record)["summary_en"] == ["Changed"]


def test_a_form_that_is_sent_twice_at_once_is_saved_once(server, people, record):
    first, _second = people
    form = first.open(record) | {"summary_en": ["Sent twice"]}
    before = count_revisions(server, "draft", record)
    sent = send_at_once(server, record, *[(first, address_of(record), form)] * 2)
    assert [answer.status for answer in sent] == [302, 302]
    assert first.open(record)["summary_en"] == ["Sent twice"]
    assert count_revisions(server, "draft", record) == before + 1


def test_a_step_that_is_confirmed_twice_at_once_publishes_once(server, people, record):
    first, _second = people
    assert first.save(record, first.open(record) | {"summary_en": ["Published once"]}) == [302]
    before = count_revisions(server, "state", record)
    sent = send_at_once(server, record, *[(first, *first.open_publish(record))] * 2)
    assert [answer.status for answer in sent] == [302, 302]
    assert count_revisions(server, "state", record) == before + 1
    assert public_row(server, record)["summary_en"] == "Published once"


@pytest.mark.parametrize("form_is_first", [True, False])
def test_a_draft_that_is_saved_and_published_at_once_is_stored_or_comes_back_in_a_conflict(
    server, people, record, form_is_first
):
    first, second = people
    kept = first.open(record) | {"summary_en": [f"A draft, {form_is_first}"]}
    assert first.save(record, kept) == [302]
    typed = f"More of the draft, {form_is_first}"
    form = (first, address_of(record), first.open(record) | {"summary_en": [typed], "_publish": ["1"]})
    step = (second, *second.open_publish(record))
    both = [form, step] if form_is_first else [step, form]
    answers = send_at_once(server, record, *both)
    assert {answer.status for answer in answers} <= {302, 409}, answers
    saved = answers[0 if form_is_first else 1]
    if saved.status == 302:
        assert first.open(record)["summary_en"] == [typed]
    else:
        assert fill_form(saved)["summary_en"] == [typed]


# --- Within one process: what is tried once more, and what is written -----------------------------


def failing(times: int, beginning: str):
    """A database that refuses a statement so many times."""
    refused = []

    def refuse(execute, sql, params, many, context):
        if sql.startswith(beginning) and len(refused) < times:
            refused.append(sql)
            raise OperationalError("deadlock detected")
        return execute(sql, params, many, context)

    return connection.execute_wrapper(refuse)


SAVE, PUBLISH = 'INSERT INTO "publishing_revision"', 'UPDATE "programmes_programme"'


def test_a_save_that_met_a_deadlock_is_tried_once_more(staff):
    programme = make_programme()
    form = fill_form(staff.get(address_of(programme.pk)), summary_en="Typed")
    with failing(1, SAVE):
        assert staff.post(address_of(programme.pk), form).status_code == 302
    assert waiting(programme).data["fields"]["summary_en"] == "Typed"
    with failing(1, PUBLISH):
        assert confirm(staff, programme).status_code == 302
    programme.refresh_from_db()
    assert programme.summary_en == "Typed"
    assert Revision.objects.of(programme).states().count() == 2


def test_a_save_that_the_database_refuses_twice_is_answered_with_what_was_typed(staff):
    programme = make_programme()
    words = 'Typed & "kept",\r\n<b>in two lines</b>'
    form = fill_form(staff.get(address_of(programme.pk)), summary_en=words) | {"_publish": "1"}
    with failing(2, SAVE):
        answer = staff.post(address_of(programme.pk), form, headers={"Origin": "http://testserver"})
    assert answer.status_code == 503
    assert not Revision.objects.of(programme).exists()
    again = fill_form(answer)
    assert again["summary_en"] == [words]
    assert staff.post(address_of(programme.pk), again).status_code == 302
    assert waiting(programme).data["fields"]["summary_en"].replace("\r\n", "\n") == words.replace(
        "\r\n", "\n"
    )


@pytest.mark.django_db(transaction=True)
def test_no_password_is_written_into_the_answer_to_a_failed_save(staff):
    form = {
        "old_password": "a-long-password-7",
        "new_password1": "a-long-secret-9",
        "new_password2": "a-long-secret-9",
    }
    with failing(2, 'UPDATE "auth_user"'):
        answer = staff.post("/admin/password_change/", form, headers={"Origin": "http://testserver"})
    assert answer.status_code == 503
    assert "a-long-secret-9" not in answer.content.decode()


def test_a_form_that_changes_nothing_writes_no_row(staff):
    programme = make_programme(state="draft")
    figure = make_figure(programme=programme, value="1")
    updated_at = programme.updated_at
    form = fill_form(staff.get(address_of(programme.pk)))
    assert staff.post(address_of(programme.pk), form).status_code == 302
    programme.refresh_from_db()
    assert programme.updated_at == updated_at
    form = fill_form(staff.get(address_of(programme.pk)), **{"figures-0-value_en": "2"})
    assert staff.post(address_of(programme.pk), form).status_code == 302
    programme.refresh_from_db()
    figure.refresh_from_db()
    assert figure.value == "2"
    assert programme.updated_at > updated_at, "A figure is part of its programme."
