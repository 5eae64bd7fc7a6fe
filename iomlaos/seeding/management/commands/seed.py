"""manage.py seed: load and update the content of fixtures/."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from iomlaos.seeding.loader import SeedLoader, load
from iomlaos.seeding.models import SeededRecord
from iomlaos.seeding.parser import SeedError, read


class Command(BaseCommand):
    help = "Loads and updates what fixtures/ holds. What staff changed or deleted stays as they left it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        folder = settings.BASE_DIR / "fixtures"
        parser.add_argument("--fixtures", type=Path, default=folder, help="the folder of the YAML files")
        parser.add_argument(
            "--check", action="store_true", help="load nothing; say what differs, and exit with 1 if it does"
        )

        parser.add_argument(
            "--into-empty", action="store_true", help="also where uploads stand beside an empty database"
        )

    def handle(self, *args, **options) -> None:
        differences: list[str] = []
        try:
            records = read(options["fixtures"])
            if options["check"]:
                differences = list(SeedLoader(records).differences())
                lines = differences or ["The database has all that the fixtures have, unchanged."]
            else:
                if not options["into_empty"]:
                    refuse_lost_database()
                loader = load(records)
                counts = f"{loader.created} created, {loader.updated} updated, {loader.kept} kept"
                lines = [*loader.messages, f"{counts} because staff changed or deleted them."]
        except SeedError as error:
            raise CommandError(f"{error}\nNothing was stored. Correct this, then run it again.") from None
        except DatabaseError as error:
            raise CommandError(
                f"The database: {str(error).strip()}\nNothing was stored. Was “manage.py migrate” run?"
            ) from error
        if options["verbosity"]:
            self.stdout.write("\n".join(lines))
        if differences:
            sys.exit(1)


def refuse_lost_database() -> None:
    """Uploads beside a database that was never seeded: most likely it is not the one that belongs to them."""
    uploads = Path(settings.MEDIA_ROOT)
    if not SeededRecord.objects.exists() and any(path.is_file() for path in uploads.rglob("*")):
        raise CommandError(
            f"The database is empty, but {uploads} holds uploads. Restore a backup, or correct DATABASE_URL; "
            "to begin anew beside them: manage.py seed --into-empty"
        )
