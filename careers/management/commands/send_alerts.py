"""manage.py send_alerts: tell subscribers by e-mail what happened, each of them once."""

import contextlib
import signal
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from careers.alerts.mailserver import NotReady
from careers.alerts.sending import OUTCOMES, Run, alone


def number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 10_000):
        raise ArgumentTypeError("a number from 1 to 10000, please")
    return int(text)


class Command(BaseCommand):
    help = (
        "Notices what happened to public notices since the last time, and sends what waits: alerts, and "
        "the question whether an address wants them. It can be killed and started again at any time: "
        "no message is sent twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--batch", type=number, default=100, metavar="N", help="so many messages by one connection (100)"
        )

    def handle(self, *args, **options) -> None:
        self.quiet = options["verbosity"] == 0
        if not settings.ALERTS:
            self.say("Alerts are off: EMAIL_URL names no mail server. Nothing was sent.")
            return
        with alone() as is_alone:
            if not is_alone:
                self.say("Another send_alerts is at work. Nothing to do.")
                return
            run = Run(options["batch"])
            try:
                with asked_to_end_by(run.end):
                    run()
            except NotReady as problem:
                raise CommandError(
                    f"The mail server takes nothing: {problem}. {in_words(run.counts)} What waits is sent by "
                    "the next run."
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
