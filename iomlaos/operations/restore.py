"""Put a backup in the place of what the portal has."""

import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from iomlaos.delivery.models import ContentVersion
from iomlaos.operations import OperationError, archive
from iomlaos.operations.backup import KEPT_FILES, UPLOADS, refuse_other_user
from iomlaos.operations.databases import Database, find_database, has_content, sync_folder
from iomlaos.operations.running import site_stopped


def restore(source: Path, *, replace: bool) -> archive.Manifest:
    """Restore an archive that was read and found whole. Raises OperationError: the database is as it was."""
    manifest = archive.verify(source)
    database = find_database()
    _refuse_foreign(manifest, database)
    former = os.umask(0o077)
    try:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        refuse_other_user()
        with site_stopped():
            if not replace and has_content():
                raise OperationError("The database is not empty. To put the backup in its place: --replace")
            database.refuse_if_open()
            _replace(source, manifest, database)
            # The backup may be older than the code.
            call_command("migrate", verbosity=0)
            # Copies of pages that workers, browsers and the mirror have are of another content.
            ContentVersion.renew()
            connection.close()
    finally:
        os.umask(former)
    return manifest


def _refuse_foreign(manifest: archive.Manifest, database: Database) -> None:
    if manifest.database != connection.vendor or database.member not in manifest.files:
        raise OperationError(f"The backup is of {manifest.database}, and this portal's database is not.")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(manifest.migrations) - known):
        raise OperationError(
            f"The backup is of a later version of the portal, with the migration {unknown[0]}."
        )


def _replace(source: Path, manifest: archive.Manifest, database: Database) -> None:
    """First the uploads, beside those that are there: so whichever database counts finds its files."""
    root = Path(settings.MEDIA_ROOT)
    uploads = {
        name: root / Path(name).relative_to(UPLOADS)
        for name in manifest.files
        if name.startswith(f"{UPLOADS}/")
    }
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.DATA_DIR) as folder:
        copy = database.place_for(Path(folder))
        kept = {name: Path(folder) / name for name in KEPT_FILES if name in manifest.files}
        archive.extract(source, manifest, uploads | {database.member: copy} | kept)
        for parent in {path.parent for path in uploads.values()}:
            sync_folder(parent)
        database.load(copy)
        for name, path in kept.items():
            path.replace(settings.DATA_DIR / name)
