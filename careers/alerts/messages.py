"""The alert messages: plain text, rendered from the notice when they are sent."""

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

from careers.exports.notice_data import absolute, closing_line, export_title, host, notice_facts, plain
from careers.models.notice import Notice
from careers.models.notice_event import NoticeEvent
from careers.models.procurement import ProcurementNotice
from careers.models.subscription import AlertMessage
from careers.models.vacancy import Vacancy
from iomlaos.office.models import Office

#: Seven-bit text, which every mail server passes on.
UTF8 = Charset("utf-8")
UTF8.body_encoding = QP


#: The longest line that SMTP allows, without its end.
LONGEST_LINE = 998


class UnfoldedEmail(EmailMessage):
    """Headers stand on one line each: some mail programs misread an address on a second line."""

    def message(self, *args: Any, **kwargs: Any) -> Message:
        message = super().message(*args, **kwargs)
        message.policy = message.policy.clone(max_line_length=LONGEST_LINE)
        return message


def question(message: AlertMessage, at: datetime.datetime) -> EmailMessage:
    """Whether the address wants the alerts that somebody asked for; or that it gets them already."""
    if message.subscription.confirmed_at:
        return _written(message, at, _("You get these alerts already"), "already_subscribed.txt")
    return _written(message, at, _("Please confirm your alerts"), "confirm.txt")


def alert(message: AlertMessage, notice: Notice, told: NoticeEvent, at: datetime.datetime) -> EmailMessage:
    """What happened to a notice, and how the notice stands."""
    happened, text = told.kind.label, plain(told.text)
    if told.kind is NoticeEvent.Kind.PUBLISHED:
        happened, text = {
            Vacancy: (_("New position"), _("The office seeks to fill a position.")),
            ProcurementNotice: (_("New tender"), _("The office asks for offers.")),
        }[type(notice)]
    context = {
        "happened": text,
        "title": export_title(notice),
        "closing": closing_line(notice, at),
        "facts": notice_facts(notice),
        "address": absolute(notice.get_absolute_url()),
    }
    return _written(message, at, f"{happened}: {export_title(notice)}", "alert.txt", **context)


def _written(
    message: AlertMessage, at: datetime.datetime, subject: str, template: str, **context: Any
) -> EmailMessage:
    subscription, office = message.subscription, Office.get_current()
    context |= {"subscription": subscription, "about": subscription.scope_label(at), "office": office}
    context |= {"home": absolute("/"), "contact": absolute(reverse("office:contact"))}
    written = UnfoldedEmail(
        subject=subject,
        body=render_to_string(f"careers/alerts/{template}", context),
        from_email=_sender(office),
        to=[subscription.email],
        headers={
            # The same at every try: a mail program can tell that a message came twice.
            "Message-ID": f"<{message.pk}@{host()}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{subscription.stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    written.encoding = UTF8
    return written


def _sender(office: Office | None) -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or (office.short_name if office else ""), address))
