"""Several seeds at once on an empty database, as when several servers start together."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.helpers.commands import ROOT, manage
from tests.helpers.databases import fresh_database, template

AT_ONCE = 3
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
  fields: {{programme: [counter-trafficking], value: "{n}", order: {n}}}
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

    assert manage(*arguments, environment=alone).stdout == "21 records loaded.\n"
    processes = [start(*arguments, environment=together) for _ in range(AT_ONCE)]
    results = [end(process) for process in processes]

    assert [code for code, _out, _errors in results] == [0] * AT_ONCE, results
    assert sorted(out for _code, out, _errors in results) == [
        "21 records loaded.\n", *["Nothing new.\n"] * (AT_ONCE - 1),
    ]  # fmt: skip
    assert rows(together) == rows(alone)


def test_a_seed_on_a_database_without_tables_ends_with_1_and_one_message(tmp_path):
    (tmp_path / "content.yaml").write_text(FIXTURE)
    empty = on(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    code, out, errors = end(start("seed", f"--fixtures={tmp_path}", environment=empty))
    assert (code, out) == (1, "")
    assert "manage.py migrate" in errors
    assert "Traceback" not in errors
