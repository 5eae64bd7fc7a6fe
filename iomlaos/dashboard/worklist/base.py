"""Tasks of the work list, and their items."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self

from django.apps import apps
from django.contrib.admin import AdminSite
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from iomlaos.publishing.dates import VIENTIANE
from iomlaos.publishing.models import Publishable
from iomlaos.publishing.permissions import can_publish

#: Rows that a task shows; the others follow as these are done.
SHOWN = 20


@dataclass(frozen=True)
class TaskItem:
    """One record with something to do: what it is called, and what there is to say of it."""

    model: type[models.Model]
    key: str
    label: str
    note: str = ""
    at: datetime.datetime | None = None
    #: Whether a click says that it is still right.
    is_to_confirm: bool = False

    @classmethod
    def of(cls, record: models.Model, note: str = "", at: datetime.datetime | None = None) -> Self:
        return cls(type(record), str(record.pk), str(record), note, at)

    @classmethod
    def named(cls, entry: Any, note: str = "", at: datetime.datetime | None = None) -> Self:
        """Of what keeps the name of a record beside its model and key: a draft, a hand-in."""
        return cls(apps.get_model(entry.model), entry.object_key, entry.title, note, at)

    @property
    def address(self) -> str:
        """Its form in the admin."""
        return reverse(
            f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_change", args=[self.key]
        )

    @property
    def confirmed_at(self) -> str:
        """Where "still right" is said of it."""
        return reverse("admin:mark_reviewed", args=[self.model._meta.label_lower, self.key])


@dataclass(frozen=True)
class Task:
    """One kind of thing to do: what it is, what to do about it, and where.

    `name` is for programs, and stays when the words change.
    """

    name: str
    title: str
    advice: str
    rows: list[TaskItem] = field(default_factory=list)
    #: Whether only those who may publish a row's kind can do something about it.
    is_for_publishers: bool = False

    @property
    def shown(self) -> list[TaskItem]:
        return self.rows[:SHOWN]

    @property
    def others(self) -> int:
        """How many more there are than are shown."""
        return max(0, len(self.rows) - SHOWN)

    def seen_by(self, site: AdminSite, request: HttpRequest) -> Self:
        """With the rows that this member of staff may see, and can do something about."""
        kinds = {row.model for row in self.rows}
        seen = {kind for kind in kinds if site.get_model_admin(kind).has_view_permission(request)}
        decided = {
            kind for kind in seen if not issubclass(kind, Publishable) or can_publish(request.user, kind)
        }
        return replace(
            self,
            rows=[
                replace(row, is_to_confirm=row.is_to_confirm and row.model in decided)
                for row in self.rows
                if row.model in (decided if self.is_for_publishers else seen)
            ],
        )


@dataclass(frozen=True)
class TaskGroup:
    """Tasks under one heading.

    `is_open` where they are to be read without a click, `is_folded` where the heading alone is.
    """

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
    """A moment at which something happens by itself."""
    moment = formats.date_format(at.astimezone(VIENTIANE), "l j F Y, H:i")
    return _("%(moment)s, Vientiane time (UTC+7)") % {"moment": moment}


def sentence(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def all_q(rows: Iterable[models.Model]) -> list[TaskItem]:
    return [TaskItem.of(row) for row in rows]
