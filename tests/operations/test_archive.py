"""The archive of a backup: what is not whole, or not ours, is refused."""

import io
import tarfile
from pathlib import Path

import pytest

from iomlaos.operations import OperationError, archive

FILES = {"database.sqlite3": b"rows" * 5000, "uploads/a/b.pdf": b"a file"}


def make(tmp_path: Path) -> Path:
    sources = {}
    for number, (name, content) in enumerate(FILES.items()):
        sources[name] = tmp_path / str(number)
        sources[name].write_bytes(content)
    archive.write(tmp_path / "backup.tar", archive.Manifest("sqlite", "now", ["app.0001_initial"]), sources)
    return tmp_path / "backup.tar"


def test_every_file_comes_back_as_it_was(tmp_path):
    backup = make(tmp_path)
    targets = {name: tmp_path / "new" / name for name in FILES}
    archive.extract(backup, archive.verify(backup), targets)
    assert {name: path.read_bytes() for name, path in targets.items()} == FILES


def test_a_changed_byte_is_refused(tmp_path):
    backup = make(tmp_path)
    whole = backup.read_bytes()
    for text in (b"database.sqlite3", b"rows", b"a file", b'"made_at"', b'"app.0001'):
        content = bytearray(whole)
        content[content.index(text) + 1] ^= 1
        backup.write_bytes(content)
        with pytest.raises(OperationError, match="damaged|not a whole backup"):
            archive.verify(backup)


def test_a_part_of_an_archive_is_refused(tmp_path):
    backup = make(tmp_path)
    for size in (21_000, 15_000, 700, 0):
        with backup.open("r+b") as file:
            file.truncate(size)
        with pytest.raises(OperationError, match="not a whole backup"):
            archive.verify(backup)


def test_a_file_that_the_manifest_does_not_name_is_refused(tmp_path):
    backup = make(tmp_path)
    whole = backup.read_bytes()
    for name in ("../outside", "/etc/outside", "uploads/a/b.pdf", "uploads/unknown"):
        backup.write_bytes(whole)
        with tarfile.open(backup, "a:") as opened:
            member = tarfile.TarInfo(name)
            member.size = 3
            opened.addfile(member, io.BytesIO(b"odd"))
        with pytest.raises(OperationError, match="does not belong in it|damaged"):
            archive.verify(backup)


def test_a_file_that_is_no_archive_is_named(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear colleagues,")
    with pytest.raises(OperationError, match=r"letter.txt is not a whole backup"):
        archive.verify(tmp_path / "letter.txt")
    with pytest.raises(OperationError, match=r"There is no file .*/nothing.tar"):
        archive.verify(tmp_path / "nothing.tar")
