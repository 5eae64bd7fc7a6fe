"""manage.py send_alerts: tell subscribers by e-mail what happened."""

import contextlib
import signal
from collections import Counter
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.management.base import CommandError

from careers.alerts.send import OUTCOMES, AlertRun, SmtpUnavailableError, single_instance
from iomlaos.delivery.timers import TimerCommand


class Command(TimerCommand):
    help = (
        "Records what happened to public notices since the last run, and sends what waits: alerts, and "
        "requests to confirm an address. It can be killed and started again at any time: no message is "
        "lost, and the one in hand may come twice."
    )

    def handle(self, *args, **options) -> None:
        line = self._run()
        if options["verbosity"]:
            self.stdout.write(line)

    def _run(self) -> str:
        if not settings.ALERTS_ENABLED:
            return "Alerts are off: EMAIL_URL names no mail server. Nothing was sent."
        with single_instance() as is_single:
            if not is_single:
                return "Another send_alerts is at work. Nothing to do."
            run = AlertRun()
            try:
                with signals_handled_by(run.end):
                    run.run()
            except SmtpUnavailableError as error:
                raise CommandError(
                    f"The mail server accepts no mail: {error}. {summary(run.counts)} The next run sends "
                    "what waits."
                ) from None
            return summary(run.counts)


@contextlib.contextmanager
def signals_handled_by(handler: Callable[..., None]) -> Iterator[None]:
    """Call this on SIGTERM (systemd) and SIGINT (Ctrl-C), instead of ending the process."""
    previous = {number: signal.signal(number, handler) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, previous_handler in previous.items():
            signal.signal(number, previous_handler)


def summary(counts: Counter[str]) -> str:
    """ "3 events recorded. Messages: 12 sent, 1 refused." It names no subscriber."""
    messages = [f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome]]
    events = f"{counts['recorded']} event{'' if counts['recorded'] == 1 else 's'} recorded."
    return f"{events} Messages: {', '.join(messages) or 'none to send'}."
