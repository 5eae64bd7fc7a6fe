"""The e-mails of the alerts: plain text, rendered from the notice when they are sent."""

import datetime
from email.charset import QP, Charset
from email.message import Message
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from careers.alerts.models import AlertMessage
from careers.exports.notice_data import (
    absolute_url,
    clean_text,
    closing_lines,
    export_title,
    host,
    notice_facts,
    notice_url,
)
from careers.models.notice import Notice
from careers.models.notice_event import NoticeEvent
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.office.models import current_office, needs_english

#: Seven-bit text, which every mail server accepts.
UTF8 = Charset("utf-8")
UTF8.body_encoding = QP
#: The longest line that SMTP allows, without its end.
MAX_LINE_LENGTH = 998


class UnfoldedEmail(EmailMessage):
    """Keeps each header on one line: some mail programs misread a URL that begins on a second line."""

    encoding = UTF8

    def message(self, *args: Any, **kwargs: Any) -> Message:
        message = super().message(*args, **kwargs)
        message.policy = message.policy.clone(max_line_length=MAX_LINE_LENGTH)
        return message


def confirmation_email(message: AlertMessage, at: datetime.datetime) -> EmailMessage:
    """Ask the address to confirm its subscription, or say that it is confirmed already."""
    if message.subscription.confirmed_at:
        return _build_email(message, at, _("You already get these alerts"), "already_subscribed.txt")
    return _build_email(message, at, _("Confirm your e-mail alerts"), "confirm.txt")


def alert_email(
    message: AlertMessage, notice: Notice, event: NoticeEvent, at: datetime.datetime
) -> EmailMessage:
    """What happened to a notice, with its deadline and facts."""
    label, text = event.kind.label, clean_text(event.text)
    if event.kind is NoticeEvent.Kind.PUBLISHED:
        label, text = {
            Vacancy: (_("New job"), _("New job at IOM Lao PDR")),
            ProcurementNotice: (_("New tender"), _("New tender of IOM Lao PDR")),
        }[type(notice)]
    context = {
        "happened": text,
        "title": export_title(notice),
        "closing": "\n".join(closing_lines(notice, at)),
        "facts": notice_facts(notice),
        "address": notice_url(notice),
    }
    return _build_email(message, at, f"{label}: {export_title(notice)}", "alert.txt", **context)


def _build_email(
    message: AlertMessage, at: datetime.datetime, subject: str, template: str, **context: Any
) -> EmailMessage:
    subscription, office = message.subscription, current_office(at)
    context |= {
        "subscription": subscription,
        "about": subscription.scope_label(at),
        "office": office,
        "needs_english": needs_english(at),
        "contact": absolute_url(reverse("office:contact")),
    }
    sender_name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return UnfoldedEmail(
        subject=subject,
        body=render_to_string(f"careers/alerts/{template}", context),
        from_email=formataddr((sender_name or (office.short_name if office else ""), sender)),
        to=[subscription.email],
        headers={
            # The same at every try, so that mail programs can recognise a duplicate.
            "Message-ID": f"<{message.pk}@{host()}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{subscription.stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
