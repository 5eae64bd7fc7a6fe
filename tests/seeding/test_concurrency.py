"""Several seeds at once on an empty database, as when several servers start together."""

import contextlib
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psycopg2
import pytest

from tests.helpers.commands import ROOT, manage
from tests.helpers.databases import fresh_database, template
from tests.helpers.sample_fixtures import summary

AT_ONCE = 3
SECONDS_TO_REACH_THE_LOCK = 4
#: The moment of storing, which no two runs share.
MOMENTS = ("created_at", "updated_at", "loaded_at")

FIXTURE = """
- model: programmes.programme
  fields:
    slug: counter-trafficking
    title_en: Counter-trafficking
    summary_en: Against trafficking in persons.
    body_en: <p>At length.</p>
    donors: [[donor-3], [donor-7]]
""" + "".join(
    f"""
- model: programmes.donor
  fields: {{slug: donor-{n}, name_en: Donor {n}, kind: other}}
- model: programmes.figure
  pk: 6d1c30a5-5f5f-4d0e-8a2f-0c4b7f0f70{n:02}
  fields: {{programme: [counter-trafficking], value_en: "{n}", order: {n}}}
"""
    for n in range(10)
)

Environment = dict[str, str]


@pytest.fixture
def new_database(tmp_path) -> Iterator[Callable[[], Environment]]:
    """Makes empty migrated databases of the kind that the tests run on."""
    with contextlib.ExitStack() as databases:

        def new() -> Environment:
            folder = template("migrated")
            if url := databases.enter_context(fresh_database(like="migrated")):
                return on(url)
            copy = tmp_path / f"{secrets.token_hex(6)}.sqlite3"
            shutil.copy(folder / "portal.sqlite3", copy)
            return on(f"sqlite:///{copy}")

        yield new


def on(url: str) -> Environment:
    return {**os.environ, "DATABASE_URL": url}


def start(*arguments: str, environment: Environment) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def end(process: subprocess.Popen) -> tuple[int, str, str]:
    out, errors = process.communicate(timeout=120)
    return process.returncode, out, errors


def rows(environment: Environment) -> list[dict]:
    """Every row of the content and of the ledger, with its key, without the moment of storing."""
    dump = manage("dumpdata", "publishing", "office", "programmes", "careers", environment=environment)
    records = json.loads(dump.stdout)
    for record in records:
        for moment in MOMENTS:
            record["fields"].pop(moment, None)
    return records


def test_several_at_once_leave_the_same_rows_as_one(new_database, tmp_path):
    (tmp_path / "content.yaml").write_text(FIXTURE)
    arguments = ("seed", f"--fixtures={tmp_path}")
    alone, together = new_database(), new_database()

    assert manage(*arguments, environment=alone).stdout == summary(created=21)
    processes = [start(*arguments, environment=together) for _ in range(AT_ONCE)]
    results = [end(process) for process in processes]

    assert [code for code, _out, _errors in results] == [0] * AT_ONCE, results
    assert sorted(out for _code, out, _errors in results) == [
        *[summary()] * (AT_ONCE - 1), summary(created=21),
    ]  # fmt: skip
    assert rows(together) == rows(alone)


def test_a_seed_on_a_database_without_tables_ends_with_1_and_one_message(tmp_path):
    (tmp_path / "content.yaml").write_text(FIXTURE)
    empty = on(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    code, out, errors = end(start("seed", f"--fixtures={tmp_path}", environment=empty))
    assert (code, out) == (1, "")
    assert "manage.py migrate" in errors
    assert "Traceback" not in errors


def test_a_seed_waits_for_a_save_and_loses_nothing_of_it(new_database, tmp_path):
    """An editor changes the summary, and the fixture the title, while the seed looks at both."""
    (tmp_path / "content.yaml").write_text(FIXTURE)
    environment = new_database()
    manage("seed", f"--fixtures={tmp_path}", environment=environment)
    changed = FIXTURE.replace("title_en: Counter-trafficking", "title_en: CT")
    (tmp_path / "content.yaml").write_text(
        changed.replace("Against trafficking in persons.", "Of the fixture.")
    )

    with save_under_way(environment["DATABASE_URL"]):
        process = start("seed", f"--fixtures={tmp_path}", environment=environment)
        time.sleep(SECONDS_TO_REACH_THE_LOCK)
        assert process.poll() is None

    assert end(process) == (0, summary(updated=1, kept=1), "")
    [programme] = [row for row in rows(environment) if row["model"] == "programmes.programme"]
    assert (programme["fields"]["title_en"], programme["fields"]["summary_en"]) == ("CT", "Of staff.")


@contextlib.contextmanager
def save_under_way(url: str) -> Iterator[None]:
    """A save of the programme that has locked and written its row, and is committed at the end."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        begin = "BEGIN IMMEDIATE"
    else:
        connection, begin = psycopg2.connect(url), "SELECT 1 FROM programmes_programme FOR NO KEY UPDATE"
    with contextlib.closing(connection):
        cursor = connection.cursor()
        cursor.execute(begin)
        cursor.execute("UPDATE programmes_programme SET summary_en = 'Of staff.'")
        yield
        connection.commit()
