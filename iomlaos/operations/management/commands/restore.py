"""manage.py restore: put a backup in the place of the database and the uploads."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from iomlaos.operations import OperationError
from iomlaos.operations.restore import restore


class Command(BaseCommand):
    help = "Restores a file of “manage.py backup”. Every checksum is compared before anything is replaced."
    # The database may be missing, damaged or of another version.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, help="the file")
        parser.add_argument("--replace", action="store_true", help="replace a database that is not empty")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = restore(options["source"], replace=options["replace"])
        except (OperationError, OSError, DatabaseError) as error:
            raise CommandError(f"{error}\nThe database stayed as it was.") from None
        self.stdout.write(f"Restored as it was at {manifest.made_at}. Start the portal now.")
