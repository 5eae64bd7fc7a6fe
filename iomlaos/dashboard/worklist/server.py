"""What the server does by itself, where it no longer does."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from iomlaos.dashboard.worklist.base import Block, Row
from iomlaos.delivery.models import CommandRun
from iomlaos.delivery.timers import timers
from iomlaos.publishing.dates import format_when

LABELS = {
    "publish_due": gettext_lazy("Changes that are due"),
    "send_alerts": gettext_lazy("E-mails to subscribers"),
    "send_notifications": gettext_lazy("E-mails to staff"),
    "clean_uploads": gettext_lazy("Removal of unused files"),
    "check_links": gettext_lazy("Check of links"),
    "mirror": gettext_lazy("Copy of the public pages"),
}


@dataclass(frozen=True)
class ServerRow(Row):
    """Has no page of its own."""

    url = ""


def server_block(at: datetime.datetime) -> Block:
    rows = []
    for timer in timers(at):
        if timer.is_fault:
            when = format_when(timer.run.finished_at, at)
            words = _("last ran %(when)s") if timer.status == "late" else _("failed %(when)s")
            label, note = str(LABELS.get(timer.name, timer.name)), _("Tell whoever runs the server.")
            row = ServerRow(CommandRun, timer.name, label, note, words % {"when": when}, is_urgent=True)
            rows.append(row)
    return Block("server", _("Does not run by itself"), rows)
