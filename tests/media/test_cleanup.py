"""Files on disk: what nothing points to goes, and what something points to stays."""

import datetime
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from programmes.models import DocumentVersion
from tests.helpers.factories import (
    make_bidding_document,
    make_document,
    make_document_version,
    make_version,
    upload,
)
from tests.helpers.uploads import pdf

pytestmark = pytest.mark.django_db

FOLDER = "programmes.documentversion"


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """`with committed(execute=True):` what happens at a commit happens at the end of the block."""
    return django_capture_on_commit_callbacks


def on_disk() -> list[str]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def left_behind(name: str, hours: int, folder: str = FOLDER) -> str:
    """A file that nothing points to, so many hours old."""
    path = Path(settings.MEDIA_ROOT) / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(2048))
    made = timezone.now() - datetime.timedelta(hours=hours)
    os.utime(path, (made.timestamp(), made.timestamp()))
    return f"{folder}/{name}"


def older(name: str, hours: int) -> None:
    made = timezone.now() - datetime.timedelta(hours=hours)
    os.utime(Path(settings.MEDIA_ROOT) / name, (made.timestamp(), made.timestamp()))


def clean(capsys, *options: str) -> list[str]:
    call_command("clean_uploads", *options)
    return capsys.readouterr().out.splitlines()


def test_the_command_removes_what_is_older_than_a_day_and_nothing_points_to(capsys):
    kept = [make_document_version(file=upload("a.pdf", pdf())), make_version(file=upload("b.pdf", pdf()))]
    for version in kept:
        older(version.file.name, hours=99)
    old = left_behind("0123.pdf", hours=25)
    other = left_behind("4567.pdf", hours=25, folder="careers.formversion")
    young = left_behind("89ab.pdf", hours=23)
    assert clean(capsys) == [f"{other}, 2.0\xa0KB", f"{old}, 2.0\xa0KB", "2 files removed."]
    assert on_disk() == sorted([*(version.file.name for version in kept), young])
    assert clean(capsys) == ["Nothing to remove."]


def test_a_dry_run_lists_and_removes_nothing(capsys):
    old = left_behind("0123.pdf", hours=25)
    assert clean(capsys, "--dry-run") == [f"{old}, 2.0\xa0KB", "1 file would be removed."]
    assert on_disk() == [old]


def test_the_command_leaves_folders_alone_that_hold_no_versions(capsys):
    other = left_behind("0123.png", hours=99, folder="pictures")
    assert clean(capsys) == ["Nothing to remove."]
    assert on_disk() == [other]


def test_a_file_goes_with_its_row_and_with_the_owner_of_its_row(committed):
    for make in (make_document_version, make_version, make_bidding_document):
        first, second = make(file=upload("a.pdf", pdf())), make(file=upload("b.pdf", pdf()))
        with committed(execute=True):
            first.delete()
        assert on_disk() == [second.file.name]
        with committed(execute=True):
            second.owner.delete()
        assert on_disk() == []


def test_a_file_goes_with_rows_that_are_deleted_together(committed):
    make_document_version(file=upload("a.pdf", pdf()))
    make_document_version(file=upload("b.pdf", pdf()))
    with committed(execute=True):
        DocumentVersion.objects.all().delete()
    assert on_disk() == []


def test_a_file_goes_when_an_address_takes_its_place(committed):
    for nothing in ("", None):
        version = make_document_version(file=upload("a.pdf", pdf()))
        version.address, version.file = "https://publications.iom.int/a", nothing
        with committed(execute=True):
            version.save()
        assert on_disk() == []


def test_a_file_stays_while_another_row_points_to_it(committed):
    version = make_document_version(file=upload("a.pdf", pdf()))
    make_document_version(file=version.file.name)
    with committed(execute=True):
        version.delete()
    assert on_disk() == [version.file.name]


def test_a_file_stays_when_its_deletion_is_rolled_back(committed):
    version = make_document_version(file=upload("a.pdf", pdf()))

    def delete_and_fail() -> None:
        with transaction.atomic():
            version.owner.delete()
            assert not DocumentVersion.objects.exists()
            raise InterruptedError

    with committed(execute=True), pytest.raises(InterruptedError):
        delete_and_fail()
    assert DocumentVersion.objects.exists()
    assert on_disk() == [version.file.name]


def test_a_row_that_is_refused_leaves_no_file():
    document = make_document()
    make_document_version(document=document)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_document_version(document=document, file=upload("a.pdf", pdf()))
    with pytest.raises(ValidationError):
        make_document_version(document=document, language="lo", file=upload("a.pdf", b"no PDF"))
    assert on_disk() == []
