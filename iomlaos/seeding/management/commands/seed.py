"""manage.py seed: load the content of fixtures/, once."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from iomlaos.seeding import loader
from iomlaos.seeding.parser import SeedError, SeedRecord, read


class Command(BaseCommand):
    help = (
        "Loads what fixtures/ holds and was never loaded before. What staff changed stays, and what "
        "they deleted does not come back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--fixtures", type=Path, default=settings.BASE_DIR / "fixtures", metavar="DIR",
            help="the folder of the YAML files",
        )  # fmt: skip
        parser.add_argument(
            "--check", action="store_true", help="load nothing; say what differs, and exit with 1 if it does"
        )

    def handle(self, *args, **options) -> None:
        self.quiet = options["verbosity"] == 0
        try:
            records = read(options["fixtures"])
            if options["check"]:
                self.check_records(records)
            else:
                loaded, said = loader.load(records)
                count = f"{loaded} record{'' if loaded == 1 else 's'} loaded."
                self.say([*said, count if loaded else "Nothing new."])
        except SeedError as mistake:
            raise CommandError(f"{mistake}\nNothing was stored. Correct this, then run it again.") from None
        except DatabaseError as error:
            raise CommandError(
                f"The database: {str(error).strip()}\nNothing was stored. Was “manage.py migrate” run?"
            ) from error

    def check_records(self, records: list[SeedRecord]) -> None:
        differences = list(loader.differences(records))
        self.say(differences or ["The database has all that the fixtures have, unchanged."])
        if differences:
            sys.exit(1)

    def say(self, lines: list[str]) -> None:
        if not self.quiet:
            self.stdout.write("\n".join(lines))
