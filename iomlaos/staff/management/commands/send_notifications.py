"""manage.py send_notifications: tell staff by e-mail what others did with their drafts."""

from django.conf import settings
from django.core.management.base import CommandError

from iomlaos.delivery.timers import TimerCommand
from iomlaos.staff.notifications.mail import send_waiting


class Command(TimerCommand):
    help = (
        "Sends the notifications that wait for staff, each in a message of its own. It can be killed and "
        "started again at any time: none is lost, and the one in hand may come twice."
    )

    def handle(self, *args, **options) -> None:
        if not settings.ALERTS_ENABLED:
            line = "EMAIL_URL names no mail server. Nothing was sent."
        else:
            try:
                line = f"Notifications: {send_waiting()} sent."
            except OSError as error:
                message = f"The mail server accepts no mail: {error}. The next run sends what waits."
                raise CommandError(message) from None
        if options["verbosity"]:
            self.stdout.write(line)
