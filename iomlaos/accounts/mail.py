"""Mail to staff, sent beside the response."""

import logging
import threading

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)


def send_in_background(template: str, context: dict, to: str) -> None:
    """Send `<template>_subject.txt` and `<template>_email.txt` in a thread.

    The response takes as long as one without a message.
    """
    subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
    message = EmailMessage(subject, render_to_string(f"{template}_email.txt", context), to=[to])
    threading.Thread(target=_send, args=[message], daemon=True).start()


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except OSError as error:
        # Without the traceback, which may name the recipient.
        logger.error("A message with a link to set a password could not be sent: %s", type(error).__name__)
