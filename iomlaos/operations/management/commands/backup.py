"""manage.py backup: the database, the uploads and the key, in one file."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat, pluralize

from iomlaos.operations import OperationError
from iomlaos.operations.backup import UPLOADS, back_up


class Command(BaseCommand):
    help = "Writes the database and the uploads into one private file, while the portal runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", help="a new file, or a folder, which gets a file with the date")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            path, manifest = back_up(options["target"])
        except (OperationError, OSError, DatabaseError) as error:
            raise CommandError(f"{error}\nThere is no backup.") from None
        uploads = sum(name.startswith(f"{UPLOADS}/") for name in manifest.files)
        files = f"{uploads} uploaded file{pluralize(uploads)}"
        self.stdout.write(f"{path}: {manifest.database} and {files}, {filesizeformat(path.stat().st_size)}.")
