"""When the commands of the timers (deploy/*.timer) last ran, and which of them are late."""

import contextlib
import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone

from iomlaos.delivery.models import CommandRun

#: For a restart, a run that takes long, a clock that is set.
GRACE = datetime.timedelta(minutes=15)


class TimerCommand(BaseCommand):
    """A command that a timer starts: it stores when it ran, and whether it failed."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        started_at, has_failed = timezone.now(), True
        try:
            output = super().execute(*args, **options)
            has_failed = False
            return output
        finally:
            # Where the database is the fault, the command itself says so.
            if not options.get("dry_run"):
                with contextlib.suppress(DatabaseError):
                    record_run(type(self).__module__.rpartition(".")[2], started_at, has_failed=has_failed)


def record_run(name: str, started_at: datetime.datetime, **fields: Any) -> None:
    values = {"started_at": started_at, "finished_at": timezone.now()} | fields
    CommandRun.objects.update_or_create(name=name, defaults=values)


@dataclass(frozen=True)
class Timer:
    """A command of `settings.TIMERS` at a moment. One that never ran has no run."""

    name: str
    interval: datetime.timedelta
    run: CommandRun | None
    at: datetime.datetime

    @property
    def status(self) -> str:
        """A site that was just set up, or runs without timers, has some that never ran: that is no fault."""
        if self.run is None:
            return "never ran"
        if self.at - self.run.finished_at > 2 * self.interval + GRACE:
            return "late"
        return "failed" if self.run.has_failed else "on time"

    @property
    def is_fault(self) -> bool:
        return self.status in ("late", "failed")


def timers(at: datetime.datetime) -> list[Timer]:
    runs = CommandRun.objects.in_bulk()
    return [Timer(name, interval, runs.get(name), at) for name, interval in settings.TIMERS.items()]
