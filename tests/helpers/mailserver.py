"""A real mail server on the loopback, in a thread: it keeps what it took, and fails on demand."""

import asyncio
import contextlib
import email
import email.policy
import io
import re
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from unittest import mock

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.management import call_command

from careers.alerts import send
from tests.helpers.servers import free_port

WITHIN = 60


class MailServer:
    """`received` are the messages it took, in order.

    `answers` gives what it says to one step ("MAIL", "RCPT", "DATA", "TEXT") of one address instead
    of yes; `{("RCPT", "full@example.org"): "452 Full"}`. An answer of "" breaks the connection.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"smtp://127.0.0.1:{port}"
        self.received: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.contents: list[bytes] = []
        self.answers: dict[tuple[str, str], str] = {}
        #: How many connections were opened, and how many messages were begun.
        self.connections = 0
        self.begun = 0
        #: How many messages it takes through one connection.
        self.limit = 1000
        self._stop_at: tuple[str, int] | None = None
        self._reached = threading.Event()
        self._go_on = threading.Event()
        self._go_on.set()

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.received if message["To"] == address]

    def subjects(self, address: str) -> list[str]:
        return sorted(str(message["Subject"]) for message in self.to(address))

    def stop_at(self, step: str, number: int) -> None:
        """Say nothing from this step of a message on ("DATA": before its text; "TEXT": once all of it
        is here and kept), counted from 1, until `go_on`."""
        self._reached.clear()
        self._go_on.clear()
        self._stop_at = (step, self.begun + number)

    def wait_until_stopped(self) -> None:
        assert self._reached.wait(WITHIN), "Nobody came so far."

    def go_on(self) -> None:
        self._stop_at = None
        self._go_on.set()

    async def _at(self, step: str) -> None:
        if self._stop_at == (step, self.begun):
            self._reached.set()
            while not self._go_on.is_set():
                await asyncio.sleep(0.01)

    def _answer(self, step: str, address: str | None) -> str | None:
        return self.answers.get((step, address or ""))


class _Dialogue(SMTP):
    """aiosmtpd's, with a word of ours before it asks for the text."""

    taken = 0

    async def smtp_MAIL(self, arg: str) -> None:
        server = self.event_handler.server
        answer = server._answer("MAIL", "")
        self.taken += 1
        if self.taken > server.limit:
            answer = "452 Too many messages through this connection"
        if answer is None:
            await super().smtp_MAIL(arg)
        else:
            await self._say(answer)

    async def smtp_DATA(self, arg: str) -> None:
        server = self.event_handler.server
        server.begun += 1
        await server._at("DATA")
        answer = server._answer("DATA", next(iter(self.envelope.rcpt_tos), None))
        if answer is None:
            await super().smtp_DATA(arg)
        else:
            await self._say(answer)

    async def _say(self, answer: str) -> None:
        if answer:
            await self.push(answer)
        else:
            self.transport.abort()


class _Handler:
    def __init__(self, server: MailServer) -> None:
        self.server = server

    async def handle_EHLO(self, server, session: Session, envelope: Envelope, hostname: str, responses):
        self.server.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session: Session, envelope: Envelope, address: str, options) -> str:
        answer = self.server._answer("RCPT", address)
        if answer == "":
            server.transport.abort()
        if answer is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session: Session, envelope: Envelope) -> str:
        [address] = envelope.rcpt_tos
        answer = self.server._answer("TEXT", address)
        if not answer:
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.server.received.append(message)
            self.server.recipients.append(address)
            self.server.contents.append(envelope.content)
        await self.server._at("TEXT")
        if answer == "":
            server.transport.abort()
        return answer or "250 OK"


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Dialogue(self.handler, hostname="mail.example.org")


@contextlib.contextmanager
def running_mail_server() -> Iterator[MailServer]:
    server = MailServer(free_port())
    controller = _Controller(_Handler(server), hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        server.go_on()
        controller.stop()


def send_alerts(batch: int = send.BATCH) -> str:
    """What the command says; `batch` messages go through one connection."""
    said = io.StringIO()
    with mock.patch.object(send, "BATCH", batch):
        call_command("send_alerts", stdout=said)
    return said.getvalue().strip()


def text_of(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()


def link_in(text: str, part: str) -> str:
    """The address in a message that holds these words: link_in(text, "/confirm/")."""
    [found] = {link for link in re.findall(r"https?://\S+", text) if part in link}
    return found
