"""manage.py content_health: the work list of the admin's front page, for all of the office."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from iomlaos.dashboard import worklist
from iomlaos.dashboard.worklist import base
from iomlaos.publishing.dates import iso_utc


class Command(BaseCommand):
    help = "Prints what the office has to do: the work list of the admin's front page, for everybody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument("--strict", action="store_true", help="exit with 1 where something is urgent")

    def handle(self, *args, **options) -> None:
        at = timezone.now()
        parts = worklist.shared_tasks(at)
        if options["json"]:
            self.stdout.write(json.dumps(_as_data(parts, iso_utc(at)), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_as_text(parts)) or "There is nothing to do.")
        if options["strict"] and any(part.is_urgent for part in parts):
            sys.exit(1)


def _as_data(parts: list[base.TaskGroup], at: str) -> dict:
    return {
        "at": at,
        "is_urgent": any(part.is_urgent for part in parts),
        "tasks": [
            {
                "name": task.name,
                "part": part.name,
                "is_urgent": part.is_urgent,
                "title": task.title,
                "advice": task.advice,
                "count": len(task.rows),
                "rows": [
                    {
                        "model": row.model._meta.label_lower,
                        "key": row.key,
                        "title": row.label,
                        "note": row.note,
                        "at": iso_utc(row.at) if row.at else None,
                        "address": settings.SITE_URL + row.address,
                    }
                    for row in task.rows
                ],
            }
            for part in parts
            for task in part.tasks
        ],
    }


def _as_text(parts: list[base.TaskGroup]) -> Iterator[str]:
    for number, part in enumerate(parts):
        if number:
            yield ""
        yield f"{part.title.upper()} ({part.count})"
        for task in part.tasks:
            yield ""
            yield f"  {task.title} ({len(task.rows)})"
            yield f"  {task.advice}"
            for row in task.rows:
                yield f"    - {row.label}" + (f" · {row.note}" if row.note else "")
                yield f"      {settings.SITE_URL}{row.address}"
