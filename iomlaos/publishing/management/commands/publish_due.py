"""manage.py publish_due: publish scheduled changes whose moment has come."""

from django.utils import timezone

from iomlaos.delivery.timers import TimerCommand
from iomlaos.publishing.scheduling import publish_due


class Command(TimerCommand):
    help = (
        "Publishes scheduled changes whose moment has come, as the first visitor after it does. A timer "
        "calls it every minute, for the hours without visitors. What is locked is left to the next run."
    )

    def handle(self, *args, **options) -> None:
        for change in publish_due(timezone.now()):
            self.stdout.write(f"Somebody is saving {change.title} ({change.model} {change.object_key}).")
