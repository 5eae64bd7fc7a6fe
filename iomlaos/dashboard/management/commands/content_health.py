"""manage.py content_health: print the work list of the whole office."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from iomlaos.dashboard import worklist
from iomlaos.delivery.timers import Timer, timers
from iomlaos.publishing.dates import format_when, iso_utc


class Command(BaseCommand):
    help = "Prints what the office has to do: the work list of the admin's front page, for everybody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument("--strict", action="store_true", help="exit with 1 where something is urgent")

    def handle(self, *args, **options) -> None:
        at = timezone.now()
        blocks = worklist.shared_blocks(at)
        is_urgent = any(row.is_urgent for block in blocks for row in block.rows)
        if options["json"]:
            found = {
                "at": iso_utc(at),
                "is_urgent": is_urgent,
                "timers": {timer.name: _timer_data(timer) for timer in timers(at)},
                "tasks": list(map(_as_data, blocks)),
            }
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_as_text(blocks)).lstrip() or "Nothing to do.")
            self.stdout.write("\n".join(["\nTimers", *map(_timer_line, timers(at))]))
        if options["strict"] and is_urgent:
            sys.exit(1)


def _timer_data(timer: Timer) -> dict:
    return {"status": timer.status, "ran_at": iso_utc(timer.run.finished_at) if timer.run else None}


def _timer_line(timer: Timer) -> str:
    when = f", {format_when(timer.run.finished_at, timer.at)}" if timer.run else ""
    return f"  - {timer.name}: {timer.status}{when}"


def _as_data(block: worklist.Block) -> dict:
    return {
        "name": block.name,
        "title": block.title,
        "count": len(block.rows),
        "rows": [
            {
                "model": row.model._meta.label_lower,
                "key": row.key,
                "title": row.label,
                "status": str(row.status or ""),
                "note": row.full_note,
                "is_urgent": row.is_urgent,
                "at": iso_utc(row.at) if row.at else None,
                "address": settings.SITE_URL + row.url if row.url else None,
            }
            for row in block.rows
        ],
    }


def _as_text(blocks: list[worklist.Block]) -> Iterator[str]:
    for block in blocks:
        yield f"\n{block.title} ({len(block.rows)})"
        for row in block.rows:
            yield f"  - {row.label}" + (f" · {row.full_note}" if row.full_note else "")
            if row.url:
                yield f"    {settings.SITE_URL}{row.url}"
