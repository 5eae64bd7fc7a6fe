"""manage.py content_health: print the work list of the whole office."""

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
        groups = worklist.shared_tasks(at)
        if options["json"]:
            self.stdout.write(json.dumps(_as_data(groups, iso_utc(at)), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_as_text(groups)).lstrip() or "There is nothing to do.")
        if options["strict"] and any(group.is_urgent for group in groups):
            sys.exit(1)


def _as_data(groups: list[base.TaskGroup], at: str) -> dict:
    return {
        "at": at,
        "is_urgent": any(group.is_urgent for group in groups),
        "tasks": [
            {
                "name": task.name,
                "part": group.name,
                "is_urgent": group.is_urgent,
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
                        "address": settings.SITE_URL + row.url,
                    }
                    for row in task.rows
                ],
            }
            for group in groups
            for task in group.tasks
        ],
    }


def _as_text(groups: list[base.TaskGroup]) -> Iterator[str]:
    for group in groups:
        yield f"\n{group.title.upper()} ({group.count})"
        for task in group.tasks:
            yield f"\n  {task.title} ({len(task.rows)})"
            yield f"  {task.advice}"
            for row in task.rows:
                yield f"    - {row.label}" + (f" · {row.note}" if row.note else "")
                yield f"      {settings.SITE_URL}{row.url}"
