"""Handing messages to the mail server: each of them once, also when the command is killed.

SMTP delivers a message when the server has heard the dot on a line of its own that ends it, and not
before. So a message is said without its dot; then its row is marked as handed over, and committed;
then the dot follows, and the answer is awaited.

- Killed, or cut off, before the mark: the server throws away what it has not heard to the end, the
  row still waits, and the message is sent by the next run.
- Killed, or cut off, after the mark: the row counts as sent, whether or not an answer came.

What remains is the moment between the commit and the arrival of the dot, a few milliseconds while the
disk confirms the commit: a kill that falls into it loses that message. No order of the two steps is
without such a moment, and the other one would send twice. Of 325 kills at random moments of sending at
full speed, 13 lost the message that was being said, and none sent one twice. Asked to end (SIGTERM,
Ctrl-C), a run finishes its message first, and loses none. A dot whose answer is lost is not said again.
Each message keeps its Message-ID at every try.
"""

import contextlib
import fcntl
from collections import Counter
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.utils import timezone

from careers.models import AlertMessage, Subscription
from iomlaos.publishing.schedule import come_true

from . import messages, noticing
from .mailserver import Broken, MailServer, NotReady, Refused

#: Any number that no other advisory lock of this database has.
LOCK = 856_2003
#: What can become of a message in a run, as it is reported.
SENT, PUT_OFF, REFUSED, DROPPED = "sent", "put off", "refused", "dropped"
UNANSWERED = "left without an answer"
OUTCOMES = (SENT, PUT_OFF, REFUSED, DROPPED, UNANSWERED)
#: After so many broken connections in a row a run ends; the next one tries again.
MOST_BREAKS = 3


@contextlib.contextmanager
def alone() -> Iterator[bool]:
    """Whether no other run is under way on this database. A killed run leaves no lock behind.

    It saves two runs from getting into each other's way; that no message is sent twice does not
    hang on it.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            [is_alone] = cursor.fetchone()
        try:
            yield is_alone
        finally:
            if is_alone:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        return
    with (settings.DATA_DIR / "send_alerts.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


class TakenBack(Exception):
    """A message was stopped while it was being said. Without its dot it is delivered to nobody."""


class Run:
    """One run: what is outlived is deleted, what happened is recorded, what waits is sent."""

    def __init__(self, batch: int) -> None:
        self.batch = batch
        #: How many events were recorded, and what became of how many messages.
        self.counts: Counter[str] = Counter()
        self._is_ending = False

    def end(self, *_signal: object) -> None:
        """End after the message that is being sent. What waits is sent by the next run."""
        self._is_ending = True

    def __call__(self) -> None:
        """Raises NotReady where the mail server takes nothing: what waits goes on waiting."""
        at = timezone.now()
        Subscription.objects.outlived(at).delete()
        AlertMessage.objects.outlived(at).delete()
        # Where no visitor came since its moment, a draft that is due has not come true yet.
        come_true(at)
        self.counts["recorded"] = noticing.record(at)
        breaks = 0
        while due := self._due():
            try:
                self._send_batch(due)
                breaks = 0
            except TakenBack:
                continue
            except Broken:
                breaks += 1
                if breaks == MOST_BREAKS:
                    raise NotReady("the connection broke several times") from None

    def _due(self) -> list[AlertMessage]:
        return [] if self._is_ending else list(AlertMessage.objects.due(timezone.now())[: self.batch])

    def _send_batch(self, due: list[AlertMessage]) -> None:
        with MailServer() as server:
            for number, message in enumerate(due):
                if self._is_ending:
                    return
                written = self._written(message)
                if written is None:
                    continue
                try:
                    self._send(message, written, server)
                except NotReady:
                    # Some servers take only so many by one connection.
                    if number == 0:
                        raise
                    return

    def _written(self, message: AlertMessage) -> EmailMessage | None:
        """Its text as of this moment; None where there is nothing to be sent now."""
        now = timezone.now()
        if message.event is None:
            return messages.question(message, now)
        notice = message.event.live_notice(now)
        if notice is None:
            # Withdrawn just now: until it is public again, its messages are not due.
            return None
        told = message.event.told_by(notice, now)
        if told is None:
            self.counts[DROPPED] += message.event.messages.drop()
            return None
        return messages.alert(message, notice, told, now)

    def _send(self, message: AlertMessage, written: EmailMessage, server: MailServer) -> None:
        try:
            server.offer(written)
        except Refused as refusal:
            self._was_refused(message, refusal)
            return
        except Broken:
            self._put_off(message)
            raise
        if not message.hand_over():
            raise TakenBack
        try:
            server.finish()
        except Refused as refusal:
            self._was_refused(message, refusal)
        except Broken:
            self.counts[UNANSWERED] += 1
            raise
        else:
            message.has_arrived()
            self.counts[SENT] += 1

    def _was_refused(self, message: AlertMessage, refusal: Refused) -> None:
        if refusal.for_good:
            message.was_refused(for_its_address=refusal.for_its_address)
            self.counts[REFUSED] += 1
        else:
            self._put_off(message)

    def _put_off(self, message: AlertMessage) -> None:
        message.try_again(timezone.now())
        self.counts[PUT_OFF] += 1
