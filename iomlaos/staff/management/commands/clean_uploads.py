"""manage.py clean_uploads: remove the files that nothing points to, and the pictures that no text names."""

import datetime
from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from iomlaos.media.cleanup import delete_unreferenced, unreferenced
from iomlaos.media.models import UNUSED_KEPT_FOR, Image, Rendition, file_version_models
from iomlaos.staff.autosave.models import AutosavedForm, EditingSession

#: A younger file may belong to a form that is being saved.
KEPT_FOR = datetime.timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Lists and removes uploaded files that are older than a day and that no record, draft or "
        "earlier state of a record points to; and pictures that are older than thirty days and that "
        "none of these names. Forgets what was typed, and never saved, 90 days ago."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="remove nothing; list what would be")

    def handle(self, *args, **options) -> None:
        now, removes = timezone.now(), not options["dry_run"]
        if removes:
            AutosavedForm.objects.too_old(now).delete()
            EditingSession.objects.too_old(now).delete()
        pictures = list(Image.objects.unused(now - UNUSED_KEPT_FOR).prefetch_related("sizes"))
        lines = [
            f"picture “{picture}”, {filesizeformat(sum(size.bytes for size in picture.sizes.all()))}"
            for picture in pictures
        ]
        if removes:
            for picture in pictures:
                picture.delete()
        found = unreferenced([*file_version_models(), Rendition], now - KEPT_FOR)
        lines += [f"{name}, {filesizeformat(path.stat().st_size)}" for name, path in found.items()]
        if removes:
            delete_unreferenced(found)
        counts = [(len(pictures), "picture"), (len(found), "file")]
        count = " and ".join(f"{many} {word}{'' if many == 1 else 's'}" for many, word in counts if many)
        done = "removed" if removes else "would be removed"
        if options["verbosity"]:
            self.stdout.write("\n".join([*lines, f"{count} {done}." if count else "Nothing to remove."]))
