"""Mail notifications, one message each, and mark each one after it was sent.

A run that is killed in between sends one of them again, with the same Message-ID. None is lost.
"""

import logging
from smtplib import SMTPDataError, SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from iomlaos.staff.notifications.models import Notification

logger = logging.getLogger(__name__)


def send_waiting() -> int:
    """Try each message that waits once; how many were sent. Raises OSError if the server takes no mail."""
    sent = 0
    for notification in Notification.objects.mail_due(timezone.now()):
        try:
            email_of(notification).send()
        except (SMTPRecipientsRefused, SMTPDataError) as error:
            _keep_or_give_up(notification, error)
            continue
        notification.mailed_at = timezone.now()
        notification.save(update_fields=["mailed_at"])
        sent += 1
    return sent


def email_of(notification: Notification) -> EmailMessage:
    """What happened, with the note and the address. No text of the draft."""
    context = {"notification": notification, "address": settings.SITE_URL + notification.url}
    host = urlsplit(settings.SITE_URL).hostname
    return EmailMessage(
        subject=" ".join(str(notification).split()),
        body=render_to_string("admin/notification_email.txt", context).strip() + "\n",
        to=[notification.recipient.email],
        headers={"Message-ID": f"<{notification.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )


def _keep_or_give_up(notification: Notification, error: SMTPRecipientsRefused | SMTPDataError) -> None:
    """Codes from 500 on are final: the notification stays on the front page alone."""
    if isinstance(error, SMTPRecipientsRefused):
        [(code, _text)] = error.recipients.values()
    else:
        code = error.smtp_code
    logger.warning("A notification to user %s was refused: %s", notification.recipient_id, code)
    if code >= 500:
        notification.is_for_mail = False
        notification.save(update_fields=["is_for_mail"])
