"""Tasks of the work list, and their rows."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Self

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from iomlaos.publishing.dates import VIENTIANE
from iomlaos.publishing.models import Publishable
from iomlaos.publishing.permissions import can_publish, can_view

#: Rows of a task on the front page.
ROWS_SHOWN = 20


@dataclass(frozen=True)
class TaskRow:
    """A record with something to do: its title, and a note about it."""

    model: type[models.Model]
    key: str
    label: str
    note: str = ""
    at: datetime.datetime | None = None
    #: Whether the row has a button "Still right".
    can_mark_reviewed: bool = False

    @classmethod
    def for_record(cls, record: models.Model, note: str = "", **fields: Any) -> Self:
        return cls(type(record), str(record.pk), str(record), note, **fields)

    @classmethod
    def for_draft(cls, draft: Any, note: str, **fields: Any) -> Self:
        """Of a draft or a submission, which store model, key and title of their record."""
        return cls(apps.get_model(draft.model), draft.object_key, draft.title, note, **fields)

    @property
    def url(self) -> str:
        return reverse(admin_urlname(self.model._meta, "change"), args=[self.key])

    @property
    def mark_reviewed_url(self) -> str:
        return reverse("admin:mark_reviewed", args=[self.model._meta.label_lower, self.key])


@dataclass(frozen=True)
class Task:
    """One kind of thing to do: what it is, what to do about it, and where.

    `name` is for programs, and stays when the title changes.
    """

    name: str
    title: str
    advice: str
    rows: list[TaskRow]
    #: Whether only those who may publish a record can do something about it.
    is_for_publishers: bool = False

    @property
    def rows_shown(self) -> list[TaskRow]:
        return self.rows[:ROWS_SHOWN]

    @property
    def hidden_count(self) -> int:
        return max(0, len(self.rows) - ROWS_SHOWN)

    def visible_to(self, request: HttpRequest) -> Self:
        """The task with the rows that this user may see, and can do something about."""
        visible = {kind for kind in {row.model for row in self.rows} if can_view(admin.site, kind, request)}
        publishable = {
            kind for kind in visible if not issubclass(kind, Publishable) or can_publish(request.user, kind)
        }
        rows = [
            replace(row, can_mark_reviewed=row.can_mark_reviewed and row.model in publishable)
            for row in self.rows
            if row.model in (publishable if self.is_for_publishers else visible)
        ]
        return replace(self, rows=rows)


@dataclass(frozen=True)
class TaskGroup:
    """Tasks under one heading. `is_open`: with their rows unfolded; `is_folded`: the heading alone."""

    name: str
    title: str
    tasks: list[Task]
    is_open: bool = False
    is_folded: bool = False
    is_urgent: bool = False

    @property
    def count(self) -> int:
        return sum(len(task.rows) for task in self.tasks)


def format_datetime(at: datetime.datetime) -> str:
    moment = formats.date_format(at.astimezone(VIENTIANE), "l j F Y, H:i")
    return _("%(moment)s, Vientiane time (UTC+7)") % {"moment": moment}


def join_notes(*notes: str | None) -> str:
    return " · ".join(filter(None, notes))


def rows_for(records: Iterable[Any], note: Callable[[Any], str] = lambda record: "") -> list[TaskRow]:
    return [TaskRow.for_record(record, note(record)) for record in records]
