"""manage.py send_alerts: tell subscribers by e-mail what happened."""

import contextlib
import signal
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from careers.alerts.send import OUTCOMES, AlertRun, SmtpUnavailableError, single_instance


def number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 10_000):
        raise ArgumentTypeError("a number from 1 to 10000, please")
    return int(text)


class Command(BaseCommand):
    help = (
        "Records what happened to public notices since the last run, and sends what waits: alerts, and "
        "requests to confirm an address. It can be killed and started again at any time: no message is "
        "lost, and the one in hand may come twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--batch",
            type=number,
            default=100,
            metavar="N",
            help="how many messages go through one connection (100)",
        )

    def handle(self, *args, **options) -> None:
        self.quiet = options["verbosity"] == 0
        if not settings.ALERTS_ENABLED:
            self.say("Alerts are off: EMAIL_URL names no mail server. Nothing was sent.")
            return
        with single_instance() as is_single:
            if not is_single:
                self.say("Another send_alerts is at work. Nothing to do.")
                return
            run = AlertRun(options["batch"])
            try:
                with asked_to_end_by(run.end):
                    run.run()
            except SmtpUnavailableError as problem:
                raise CommandError(
                    f"The mail server accepts no mail: {problem}. {in_words(run.counts)} The next run sends "
                    "what waits."
                ) from None
            self.say(in_words(run.counts))

    def say(self, line: str) -> None:
        if not self.quiet:
            self.stdout.write(line)


@contextlib.contextmanager
def asked_to_end_by(end: Callable[..., None]) -> Iterator[None]:
    """While this lasts, SIGTERM (systemd) and SIGINT (Ctrl-C) do not end the process, but call this."""
    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def in_words(counts: Counter[str]) -> str:
    """ "3 events recorded. Messages: 12 sent, 1 refused." Nobody's address stands in it."""
    became = [f"{counts[what]} {what}" for what in OUTCOMES if counts[what]]
    events = f"{counts['recorded']} event{'' if counts['recorded'] == 1 else 's'} recorded."
    return f"{events} Messages: {', '.join(became) or 'none to send'}."
