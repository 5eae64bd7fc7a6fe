"""manage.py clean_uploads: remove what nothing refers to, expired autosaves and old notifications."""

import datetime
from argparse import ArgumentParser

from django.template.defaultfilters import filesizeformat, pluralize
from django.utils import timezone

from iomlaos.delivery.timers import TimerCommand
from iomlaos.media.cleanup import delete_unreferenced, unreferenced
from iomlaos.media.models import UNUSED_KEPT_FOR, Image, Rendition, file_version_models
from iomlaos.staff.autosave.models import AutosavedForm, EditingSession
from iomlaos.staff.notifications.models import Notification

#: A younger file may belong to a form that is being saved.
KEPT_FOR = datetime.timedelta(days=1)


class Command(TimerCommand):
    help = (
        "Lists and removes uploaded files that are older than a day and that no record, draft or "
        "earlier state of a record points to; and pictures that are older than thirty days and that "
        "none of these names. Forgets what was typed, and never saved, 90 days ago, and notifications of "
        "60 days ago."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="remove nothing; list what would be")

    def handle(self, *args, **options) -> None:
        now, is_dry_run = timezone.now(), options["dry_run"]
        images = list(Image.objects.unused(now - UNUSED_KEPT_FOR).prefetch_related("renditions"))
        lines = [
            f"picture “{image}”, {filesizeformat(sum(each.bytes for each in image.renditions.all()))}"
            for image in images
        ]
        if not is_dry_run:
            AutosavedForm.objects.expired(now).delete()
            EditingSession.objects.expired(now).delete()
            Notification.objects.expired(now).delete()
            for image in images:
                image.delete()
        files = unreferenced([*file_version_models(), Rendition], now - KEPT_FOR)
        lines += [f"{name}, {filesizeformat(path.stat().st_size)}" for name, path in files.items()]
        if not is_dry_run:
            delete_unreferenced(files)
        counts = [(len(images), "picture"), (len(files), "file")]
        summary = " and ".join(f"{count} {noun}{pluralize(count)}" for count, noun in counts if count)
        verb = "would be removed" if is_dry_run else "removed"
        if options["verbosity"]:
            self.stdout.write("\n".join([*lines, f"{summary} {verb}." if summary else "Nothing to remove."]))
