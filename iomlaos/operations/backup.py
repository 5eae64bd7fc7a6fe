"""Make a backup while the portal runs."""

import datetime
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection

from iomlaos.operations import OperationError, archive
from iomlaos.operations.databases import applied_migrations, find_database, sync_folder

#: Files of DATA_DIR that nothing can make again. Without the key all links in messages end.
KEPT_FILES = ("secret-key",)
UPLOADS = "uploads"
TRIES = 3


def back_up(place: str) -> tuple[Path, archive.Manifest]:
    """Write a new archive, which its owner alone may read, to a file, or into a folder: `backups/`."""
    refuse_other_user()
    target = _choose_file(place)
    former = os.umask(0o077)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".portal-backup-", dir=target.parent) as folder:
            for _try in range(TRIES):
                finished, manifest = _write(Path(folder))
                if finished:
                    finished.rename(target)
                    sync_folder(target.parent)
                    return target, manifest
    finally:
        os.umask(former)
    raise OperationError("Uploads were deleted each time before they were copied. Try again later.")


def _write(folder: Path) -> tuple[Path | None, archive.Manifest]:
    """Write an archive into a folder; None where an upload was deleted meanwhile that a row may name."""
    database = find_database()
    manifest = archive.Manifest(
        database=connection.vendor,
        made_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        migrations=applied_migrations(),
    )
    # A file is written once, before its row is saved, and never changed. So the files that are there
    # after the copy of the database, with those before it, are all that a row of the copy can name.
    uploads = find_uploads()
    copy, finished = folder / database.member, folder / "backup.tar"
    for left in (copy, finished):
        left.unlink(missing_ok=True)
    database.dump(copy)
    kept = {name: settings.DATA_DIR / name for name in KEPT_FILES if (settings.DATA_DIR / name).is_file()}
    try:
        archive.write(finished, manifest, {database.member: copy} | kept | uploads | find_uploads())
    except FileNotFoundError:
        return None, manifest
    return finished, manifest


def find_uploads() -> dict[str, Path]:
    """The uploaded files, by their names in an archive."""
    root = Path(settings.MEDIA_ROOT)
    return {
        f"{UPLOADS}/{path.relative_to(root).as_posix()}": path
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def _choose_file(place: str) -> Path:
    target = Path(place).absolute()
    if place.endswith("/") or target.is_dir():
        target /= f"portal-{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}.tar"
    for folder in (settings.BASE_DIR, settings.DATA_DIR):
        if target.resolve().is_relative_to(folder.resolve()):
            raise OperationError(
                f"{target} is inside {folder}. Choose a place outside, best on another disk."
            )
    if target.exists():
        raise OperationError(f"{target} is there already. Choose another name.")
    return target


def refuse_other_user() -> None:
    """What another user writes, root above all, the portal could not read or write."""
    owner = settings.DATA_DIR.stat().st_uid if settings.DATA_DIR.is_dir() else os.geteuid()
    if owner != os.geteuid():
        raise OperationError(f"Run this as the user whom {settings.DATA_DIR} belongs to.")
