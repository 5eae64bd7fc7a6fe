"""One connection to the mail server, with the dialogue of SMTP in two steps."""

import contextlib
import io
import re
import smtplib
from email.generator import BytesGenerator
from email.utils import parseaddr
from types import TracebackType
from typing import Self

from django.core.mail import EmailMessage, get_connection

SMTP = "django.core.mail.backends.smtp.EmailBackend"
#: What SMTP allows, without the end of the line.
LONGEST_LINE = 998


class NotReady(Exception):
    """The server takes nothing now: no connection, no entry, or not from this sender."""


class Broken(Exception):
    """The connection broke in the middle of a message."""


class Refused(Exception):
    """The server refuses a message: for good, or for now (codes below 500)."""

    def __init__(self, code: int, *, for_its_address: bool = False) -> None:
        super().__init__(str(code))
        self.for_good = code >= 500
        self.for_its_address = for_its_address


class MailServer:
    """The server of EMAIL_URL. What people's addresses are stands in no exception, and so in no log."""

    def __enter__(self) -> Self:
        backend = get_connection(SMTP)
        try:
            backend.open()
            self._smtp = backend.connection
            self._smtp.ehlo_or_helo_if_needed()
        except OSError as error:
            raise NotReady(_in_short(error)) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """After a fault the connection is dropped without a word: a message may be half said."""
        if error is None:
            with contextlib.suppress(OSError):
                self._smtp.quit()
        self._smtp.close()

    def offer(self, written: EmailMessage) -> None:
        """Say a whole message, but not the dot that ends it: until then the server delivers nothing."""
        text = _as_sent(written)
        try:
            code, answer = self._smtp.mail(parseaddr(written.from_email)[1])
        except OSError as error:
            raise NotReady(_in_short(error)) from None
        if code != 250:
            raise NotReady(f"{code} {answer.decode(errors='replace')}")
        try:
            code, _answer = self._smtp.rcpt(written.to[0])
            if code not in (250, 251):
                self._refuse(code, for_its_address=True)
            code, _answer = self._smtp.docmd("DATA")
            if code != 354:
                self._refuse(code)
            self._smtp.send(text)
        except OSError:
            raise Broken from None

    def finish(self) -> None:
        """Say the dot, and hear whether the server took the message."""
        try:
            self._smtp.send(b".\r\n")
            code, _answer = self._smtp.getreply()
        except OSError:
            raise Broken from None
        if code != 250:
            raise Refused(code)

    def _refuse(self, code: int, *, for_its_address: bool = False) -> None:
        self._smtp.rset()
        raise Refused(code, for_its_address=for_its_address)


def _as_sent(written: EmailMessage) -> bytes:
    """With the ends of lines that SMTP wants, and two dots where a line begins with one: one alone
    might be taken for the end. Headers are not folded, for a folded address confuses mail programs."""
    text = io.BytesIO()
    BytesGenerator(text, mangle_from_=False, maxheaderlen=LONGEST_LINE).flatten(
        written.message(), linesep="\r\n"
    )
    return re.sub(rb"(?m)^\.", b"..", text.getvalue().rstrip(b"\r\n") + b"\r\n")


def _in_short(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {error.smtp_error.decode(errors='replace')}"
    return str(error)
