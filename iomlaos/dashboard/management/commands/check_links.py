"""manage.py check_links: check every address that public pages link to."""

from argparse import ArgumentParser

from django.core.management.base import CommandError
from django.utils import timezone

from iomlaos.dashboard.linkcheck.run import NetworkUnavailable, check_links
from iomlaos.dashboard.models import CheckedLink
from iomlaos.delivery.timers import TimerCommand


class Command(TimerCommand):
    help = (
        "Asks every address that public pages link to, once, and keeps what came of it: the work list of "
        "the admin names the links that are broken. Links within the site are looked at without a network."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--private", action="store_true", help="ask this machine and private networks, too: for trials"
        )

    def handle(self, *args, **options) -> None:
        try:
            links = check_links(timezone.now(), allow_private=options["private"])
        except NetworkUnavailable:
            message = (
                "No site answers: this machine seems to be cut off. Nothing was kept; run it again later."
            )
            raise CommandError(message) from None
        if not options["verbosity"]:
            return
        failing = [link for link in links if link.failing_since]
        for link in failing:
            records = ", ".join(f"{model} {key}" for model, key in link.found_in)
            self.stdout.write(f"{link.address}\n  {link.description}. It stands in: {records}")
        broken = CheckedLink.objects.broken().count()
        self.stdout.write(f"{len(links)} links checked, {len(failing)} fail, {broken} count as broken.")
