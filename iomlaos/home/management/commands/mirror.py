"""manage.py mirror: write the public site as files."""

import time
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.wsgi import get_wsgi_application

from iomlaos.delivery.content_version import make_version_reader, read_exactly
from iomlaos.delivery.timers import TimerCommand
from iomlaos.home.mirror import Mirror, SiteChangedError, SiteIsDownError
from iomlaos.home.unavailable import write_unavailable_pages


class Command(TimerCommand):
    help = (
        "Writes the public site as files: into DATA_DIR, from where the portal sends them when its database "
        "does not answer, or into a folder, as a copy for another place (the files are in current/site)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.DATA_DIR / "mirror")
        parser.add_argument("--if-changed", action="store_true", help="only where something has changed")

    def handle(self, *args, folder: Path, if_changed: bool, **options) -> None:
        read_version = partial(read_exactly, make_version_reader())
        mirror = Mirror(folder, get_wsgi_application(), read_version)
        if if_changed and mirror.is_current(time.time()):
            return
        write_unavailable_pages()
        try:
            try:
                counts = mirror.write(time.time())
            except SiteChangedError:
                counts = mirror.write(time.time())
        except SiteIsDownError as error:
            raise CommandError(f"The mirror stays as it was. {error}") from None
        self.stdout.write(f"{counts['pages']} pages; {counts['written']} files are new or changed.")
