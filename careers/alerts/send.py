"""Send the waiting messages through Django's mail backend, and mark each one after it was sent.

A run that is killed in between leaves one message unmarked. The next run sends it again, with the same
Message-ID. No message is lost.
"""

import contextlib
import fcntl
from collections import Counter, deque
from collections.abc import Iterator
from smtplib import (
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.utils import timezone, translation

from careers.alerts.detect import record_events
from careers.alerts.messages import alert_email, confirmation_email
from careers.alerts.models import AlertMessage, Subscription
from iomlaos.publishing.scheduling import publish_due
from iomlaos.translations.queries import use_english_where_outdated

#: The key of the advisory lock: any number that nothing else uses in this database.
LOCK = 856_2003
#: The outcomes of a message in a run.
OUTCOMES = SENT, DELAYED, REFUSED, DROPPED = "sent", "delayed", "refused", "dropped"
#: Messages that go through one connection.
BATCH = 100
#: Broken connections in a row after which a run ends.
MAX_DISCONNECTS = 3


class SmtpUnavailableError(Exception):
    """The mail server accepts no mail now. The text names no subscriber."""


@contextlib.contextmanager
def single_instance() -> Iterator[bool]:
    """Take the lock of the command; whether no other run holds it. A killed run leaves no lock behind."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            [is_single] = cursor.fetchone()
        try:
            yield is_single
        finally:
            if is_single:
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


class AlertRun:
    """One run: delete what has expired, record new events, try each waiting message once."""

    def __init__(self) -> None:
        #: The number of recorded events, and of messages by outcome.
        self.counts: Counter[str] = Counter()
        self._is_ending = False

    def end(self, *_signal: object) -> None:
        """End after the current message. The next run sends the rest."""
        self._is_ending = True

    def run(self) -> None:
        """Raises SmtpUnavailableError if the mail server accepts no mail."""
        at = timezone.now()
        Subscription.objects.expired(at).delete()
        AlertMessage.objects.expired(at).delete()
        # A draft that is due is published by the next visitor, or here.
        publish_due(at)
        self.counts["recorded"] = record_events(at)
        self._send_all(deque(AlertMessage.objects.due(timezone.now())))

    def _send_all(self, waiting: deque[AlertMessage]) -> None:
        disconnects = 0
        while waiting and not self._is_ending:
            try:
                with get_connection() as smtp:
                    self._send_batch(smtp, waiting)
                disconnects = 0
            except SMTPServerDisconnected:
                disconnects += 1
                if disconnects == MAX_DISCONNECTS:
                    raise SmtpUnavailableError("the connection broke several times") from None
            except SMTPResponseException as error:
                reason = f"{error.smtp_code} {error.smtp_error.decode(errors='replace')}"
                raise SmtpUnavailableError(reason) from None
            except OSError as error:
                raise SmtpUnavailableError(str(error)) from None

    def _send_batch(self, smtp: BaseEmailBackend, waiting: deque[AlertMessage]) -> None:
        """Send messages until the batch is full, or the connection should be renewed."""
        for number in range(BATCH):
            if not waiting or self._is_ending:
                return
            message = waiting.popleft()
            try:
                is_accepted = self._send(smtp, message)
            except SMTPSenderRefused:
                if number == 0:
                    raise
                # Some servers accept only so many messages through one connection.
                waiting.appendleft(message)
                return
            if not is_accepted:
                # smtplib closes the connection after some refusals.
                return

    def _send(self, smtp: BaseEmailBackend, message: AlertMessage) -> bool:
        """Send one message and mark it. False if the server refused it."""
        email = self._compose(message)
        if email is None or not message.mark_sending():
            return True
        try:
            smtp.send_messages([email])
        except SMTPRecipientsRefused as error:
            [(code, _text)] = error.recipients.values()
            self._mark_refused(message, code, by_recipient=True)
            return False
        except SMTPDataError as error:
            self._mark_refused(message, error.smtp_code, by_recipient=False)
            return False
        except SMTPServerDisconnected:
            self._retry_later(message)
            raise
        except OSError:
            # The server refused the connection or the sender, not this message.
            message.cancel_sending()
            raise
        message.mark_sent()
        self.counts[SENT] += 1
        return True

    def _compose(self, message: AlertMessage) -> EmailMessage | None:
        """The e-mail as of now, in the subscriber's language; None if there is nothing to send now."""
        now = timezone.now()
        with translation.override(message.subscription.language):
            if message.event is None:
                return confirmation_email(message, now)
            notice = message.event.public_notice(now)
            if notice is None:
                # It was withdrawn: the messages wait until it is public again.
                return None
            use_english_where_outdated([notice, *notice.history_rows])
            if event := message.event.notice_event(notice, now):
                return alert_email(message, notice, event, now)
        self.counts[DROPPED] += message.event.messages.drop()
        return None

    def _mark_refused(self, message: AlertMessage, code: int, *, by_recipient: bool) -> None:
        """Codes from 500 on are final."""
        if code < 500:
            self._retry_later(message)
            return
        message.mark_bounced(by_recipient=by_recipient)
        self.counts[REFUSED] += 1

    def _retry_later(self, message: AlertMessage) -> None:
        message.schedule_retry(timezone.now())
        self.counts[DELAYED] += 1
