"""manage.py clean_uploads: remove the files that nothing points to."""

import datetime
from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from iomlaos.publishing.editions import edition_models
from iomlaos.publishing.uploads import drop_unneeded, orphans

#: A younger file may belong to a form that is being saved.
KEPT_FOR = datetime.timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Lists and removes uploaded files that are older than a day and that no record, draft or "
        "earlier state of a record points to."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="remove nothing; list what would be")

    def handle(self, *args, **options) -> None:
        found = orphans(edition_models(), timezone.now() - KEPT_FOR)
        lines = [f"{name}, {filesizeformat(path.stat().st_size)}" for name, path in found.items()]
        if not options["dry_run"]:
            drop_unneeded(found)
        done = "would be removed" if options["dry_run"] else "removed"
        count = f"{len(found)} file{'' if len(found) == 1 else 's'} {done}."
        if options["verbosity"]:
            self.stdout.write("\n".join([*lines, count if found else "Nothing to remove."]))
