"""Backup and restore of a portal in use, on the database that the tests run on."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from iomlaos.operations import OperationError, backup, postgresql
from tests.helpers import databases
from tests.helpers.commands import ROOT
from tests.helpers.servers import Server, stopped_server

#: A document and its file, in one transaction, again and again. What was stored is printed.
EDITOR = """
import itertools, sys, uuid, django
django.setup()
from django.db import transaction
from tests.helpers.factories import make_document, make_document_version, upload
from tests.helpers.uploads import pdf
for number in itertools.count():
    with transaction.atomic():
        document = make_document(slug=uuid.uuid4().hex)
        make_document_version(document=document, file=upload("a.pdf", pdf(1 + number % 5)))
    print(document.slug, flush=True)
"""
#: Every row of every table, as JSON, but for the version of the content, which a restore renews.
EVERY_ROW = """
import json, sys
from django.apps import apps
json.dump({
    model._meta.label: sorted(str(row) for row in model._base_manager.values_list())
    for model in apps.get_models(include_auto_created=True)
    if model._meta.label not in ("delivery.ContentVersion", "sessions.Session")
}, sys.stdout)
"""
DOCUMENTS = """
import json, sys
from programmes.models import Document
json.dump({
    document.slug: [version.file.size == version.size for version in document.versions.all()]
    for document in Document.objects.filter(slug__regex="^[0-9a-f]{32}$")
}, sys.stdout)
"""
CONTENT_WORD = "from iomlaos.delivery.models import ContentVersion; print(ContentVersion.objects.get().word)"
LATER_TABLE = (
    "from django.db import connection; connection.cursor().execute('CREATE TABLE later (id integer)')"
)


@pytest.fixture
def portal(tmp_path) -> Iterator[Server]:
    with stopped_server(tmp_path / "site") as server:
        yield server


def ask(portal: Server, script: str):
    return json.loads(portal.manage("shell", "--no-imports", "--command", script).stdout)


def data_dir(portal: Server) -> Path:
    return Path(portal.environment["DATA_DIR"])


def uploads(portal: Server) -> dict[str, bytes]:
    root = data_dir(portal) / "uploads"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def wipe(portal: Server) -> None:
    """All data gone, as on a new machine."""
    shutil.rmtree(data_dir(portal))
    data_dir(portal).mkdir()
    if url := portal.environment.get("DATABASE_URL"):
        name = url.rpartition("/")[2]
        databases.drop_database(name)
        databases.execute(f'CREATE DATABASE "{name}" TEMPLATE template1')


def start_editor(portal: Server) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", EDITOR], cwd=ROOT, env=portal.environment, stdout=subprocess.PIPE, text=True
    )


def fail(portal: Server, *arguments: str) -> str:
    """The error of a command that has to fail."""
    with pytest.raises(subprocess.CalledProcessError) as failed:
        portal.manage(*arguments)
    return failed.value.stderr


def test_a_backup_made_while_others_write_brings_back_every_row_with_its_file(portal, tmp_path):
    (data_dir(portal) / "secret-key").write_text("the key of make run")
    editors = [start_editor(portal) for _ in range(2)]
    try:
        stored = {editor.stdout.readline().strip() for editor in editors}
        portal.manage("backup", str(tmp_path / "while-writing.tar"))
    finally:
        for editor in editors:
            editor.kill()
            editor.communicate()
    rows, files = ask(portal, EVERY_ROW), uploads(portal)
    portal.manage("backup", f"{tmp_path}/new-folder/")
    [at_rest] = (tmp_path / "new-folder").iterdir()
    assert (at_rest.stat().st_mode & 0o777, at_rest.parent.stat().st_mode & 0o777) == (0o600, 0o700)

    wipe(portal)
    portal.manage("restore", str(tmp_path / "while-writing.tar"))
    documents = ask(portal, DOCUMENTS)
    assert stored <= documents.keys()
    # Each document came with its version, and each version with its whole file.
    assert set(map(tuple, documents.values())) == {(True,)}

    # A table that the backup does not know, as a later version of the portal may have made it.
    portal.manage("shell", "--no-imports", "--command", LATER_TABLE)
    word = portal.manage("shell", "--no-imports", "--command", CONTENT_WORD).stdout
    if "DATABASE_URL" not in portal.environment:
        # A damaged file, and a log of nothing.
        for name in ("portal.sqlite3", "portal.sqlite3-wal"):
            (data_dir(portal) / name).write_bytes(b"damaged " * 10_000)
    portal.manage("restore", str(at_rest), "--replace")
    assert ask(portal, EVERY_ROW) == rows
    assert files.items() <= uploads(portal).items()
    assert (data_dir(portal) / "secret-key").read_text() == "the key of make run"
    # No page that was kept of the other content may come back.
    assert portal.manage("shell", "--no-imports", "--command", CONTENT_WORD).stdout != word


def test_nothing_is_touched_by_a_restore_that_is_refused(portal, tmp_path):
    whole, damaged = tmp_path / "whole.tar", tmp_path / "damaged.tar"
    portal.manage("backup", str(whole))
    content = bytearray(whole.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    portal.manage("shell", "--command", "Programme.objects.update(title_en='Changed since')")
    before = ask(portal, EVERY_ROW)
    assert "The database is not empty" in fail(portal, "restore", str(whole))
    assert "damaged.tar is damaged" in fail(portal, "restore", str(damaged), "--replace")
    portal.start()
    try:
        assert "The portal is running" in fail(portal, "restore", str(whole), "--replace")
    finally:
        portal.stop()
    assert ask(portal, EVERY_ROW) == before


def test_a_backup_is_refused_in_the_folder_of_the_code_or_the_data_and_over_a_file(portal, tmp_path):
    assert f"is inside {ROOT}" in fail(portal, "backup", str(ROOT / "var"))
    assert f"is inside {data_dir(portal)}" in fail(portal, "backup", f"{data_dir(portal)}/backups/")
    (tmp_path / "there.tar").write_text("An older backup.")
    assert "there.tar is there already" in fail(portal, "backup", str(tmp_path / "there.tar"))
    assert (tmp_path / "there.tar").read_text() == "An older backup."


def test_a_backup_is_begun_anew_where_an_upload_was_deleted_meanwhile(tmp_path, settings, monkeypatch):
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "data" / "uploads"
    (settings.MEDIA_ROOT / "form").mkdir(parents=True)
    for name in ("stays.pdf", "goes.pdf"):
        (settings.MEDIA_ROOT / "form" / name).write_text(name)
    copies = []

    class Database:
        member = "database.sqlite3"

        def dump(self, target: Path) -> None:
            copies.append(target.write_text("rows"))
            (settings.MEDIA_ROOT / "form" / "goes.pdf").unlink(missing_ok=True)

    monkeypatch.setattr(backup, "find_database", Database)
    monkeypatch.setattr(backup, "applied_migrations", list)
    _path, manifest = backup.back_up(str(tmp_path / "backup.tar"))
    assert len(copies) == 2
    assert sorted(manifest.files) == ["database.sqlite3", "uploads/form/stays.pdf"]
    assert sorted(os.listdir(tmp_path)) == ["backup.tar", "data"]


def test_the_program_of_the_servers_version_is_taken_or_a_later_one(tmp_path, monkeypatch):
    monkeypatch.setattr(postgresql, "FOLDERS", (f"{tmp_path}/*/bin",))
    monkeypatch.setenv("PATH", "/usr/bin/nowhere")
    with pytest.raises(OperationError, match="pg_dump of PostgreSQL 15 is needed.*There is: none"):
        postgresql.find_program("pg_dump", 15)
    for major in (14, 16, 17):
        program = tmp_path / str(major) / "bin" / "pg_dump"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {major}.4 (Debian)'\n")
        program.chmod(0o755)
    assert postgresql.find_program("pg_dump", 14) == str(tmp_path / "14/bin/pg_dump")
    assert postgresql.find_program("pg_dump", 15) == str(tmp_path / "16/bin/pg_dump")
    with pytest.raises(OperationError, match="There is: 14, 16, 17"):
        postgresql.find_program("pg_dump", 18)
