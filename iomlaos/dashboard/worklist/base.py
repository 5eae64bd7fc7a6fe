"""Rows and blocks of the work list."""

import datetime
from dataclasses import dataclass
from typing import Any, Self

from django.apps import apps
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst

from iomlaos.publishing.status import Status

#: Rows of a block on the front page.
ROWS_SHOWN = 5


@dataclass(frozen=True)
class Action:
    """What to do about a row: a link, or a button that does it."""

    label: str
    url: str
    is_post: bool = False


@dataclass(frozen=True)
class Row:
    """A record with something to do. `due` is the part of its note that stands out."""

    model: type[models.Model]
    key: str
    label: str
    note: str = ""
    due: str = ""
    at: datetime.datetime | None = None
    status: Status | None = None
    action: Action | None = None
    is_urgent: bool = False

    @classmethod
    def for_record(cls, record: models.Model, note: str = "", **fields: Any) -> Self:
        return cls(type(record), str(record.pk), str(record), note, **fields)

    @classmethod
    def for_draft(cls, draft: Any, note: str, **fields: Any) -> Self:
        """Of a draft, a submission or a log entry, which store model, key and title of their record."""
        return cls(apps.get_model(draft.model), draft.object_key, draft.title, note, **fields)

    @property
    def url(self) -> str:
        return admin_url(self.model, "change", self.key)

    @property
    def full_note(self) -> str:
        return join_notes(self.due, self.note)


@dataclass(frozen=True)
class Block:
    """Rows under one heading. `name` is for addresses and programs."""

    name: str
    title: str
    rows: list[Row]

    @property
    def rows_shown(self) -> list[Row]:
        """Five; six, where a link would only hide the last one."""
        return self.rows if len(self.rows) == ROWS_SHOWN + 1 else self.rows[:ROWS_SHOWN]

    @property
    def url(self) -> str:
        return reverse("admin:worklist", args=[self.name])


def admin_url(model: type[models.Model], page: str, *args: Any) -> str:
    return reverse(admin_urlname(model._meta, page), args=args)


def kind_of(record: models.Model) -> str:
    """ "Programme", "Job VN2026/013"."""
    return f"{capfirst(record._meta.verbose_name)} {getattr(record, 'reference', '')}".strip()


def join_notes(*notes: str | Promise | None) -> str:
    return " · ".join(str(note) for note in notes if note)
