"""The status of a record in a word, for lists, forms and the work list."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from iomlaos.publishing.dates import format_short_day, format_when, local_date
from iomlaos.publishing.models import Publishable, Revision, Submission


@dataclass(frozen=True)
class Status:
    """What a record is to visitors, and what waits beside it."""

    #: Words, each with its name for the style sheet: draft, submitted, returned, live, closing, closed,
    #: scheduled, failed, withdrawn or ended.
    parts: list[tuple[str, Promise | str]]
    #: When something happens by itself: "Public Tuesday 1 December, 09:00".
    moment: str = ""

    def __str__(self) -> str:
        return " · ".join(str(label) for _name, label in self.parts)


@dataclass(frozen=True)
class Waiting:
    """What waits beside the row of one record, and what was saved of it last."""

    draft: Revision | None = None
    scheduled: Revision | None = None
    submission: Submission | None = None
    last_save: Revision | None = None


def waiting_for(records: Iterable[models.Model]) -> defaultdict[str, Waiting]:
    """What waits beside each of these records of one kind, by their keys as text. Two queries."""
    records = list(records)
    revisions = Revision.objects.of_many(records).last_and_waiting().select_related("by").defer("data")
    found: dict[str, dict[str, Any]] = {}
    for revision in revisions:
        values = found.setdefault(revision.object_key, {"last_save": revision})
        if revision.kind in Revision.WAITING and revision.closed_at is None:
            values[revision.kind] = revision
    for submission in Submission.objects.of_many(records).filter(ended_at=None).select_related("by"):
        found.setdefault(submission.object_key, {})["submission"] = submission
    return defaultdict(Waiting, {key: Waiting(**values) for key, values in found.items()})


def status_of(record: Publishable, waiting: Waiting, at: datetime.datetime) -> Status:
    name, label = record.public_status(at)
    review = ""
    if waiting.submission:
        review = "returned" if waiting.submission.returned_at else "submitted"
    if name == "draft":
        labels = {"returned": _("Returned"), "submitted": _("Submitted")}
        return Status([(review or name, labels.get(review, label))])
    # What closes soon is live.
    parts, moment = [("live", _("Live"))] if name == "closing" else [], ""
    parts.append((name, label))
    if name == "scheduled":
        moment = _("Public %(when)s") % {"when": format_when(record.publish_from, at)}
    if scheduled := waiting.scheduled:
        has_failed = bool(scheduled.failure_reason)
        parts.append(("failed", _("Schedule failed")) if has_failed else ("scheduled", _("+ scheduled")))
        words = _("Was due %(when)s") if has_failed else _("Changes %(when)s")
        moment = words % {"when": format_when(scheduled.publish_at, at)}
    if waiting.draft:
        labels = {"returned": _("+ returned"), "submitted": _("+ submitted")}
        parts.append((review or "draft", labels.get(review, _("+ draft"))))
    return Status(parts, moment)


def describe_save(save: Revision | None, at: datetime.datetime, user: Any) -> tuple[str, str]:
    """When a record was last saved, and by whom: ("today 09:02", "by you")."""
    if save is None:
        return _("Set-up"), ""
    day, today = local_date(save.at), local_date(at)
    when = format_when(save.at, at) if day == today else format_short_day(day, today)
    return when, _("by %(who)s") % {"who": name_of(save, user)}


def name_of(row: Any, user: Any) -> str:
    """Whose doing a revision or a submission was, as its reader says it."""
    return _("you") if row.by_id and row.by_id == user.pk else row.who or _("a command")


def with_status(model: type[Publishable], name: str, at: datetime.datetime) -> models.Q:
    """Records of a status, for a filter: `live`, `drafts`, `scheduled`, `review`, `withdrawn` or `ended`."""

    def has(rows: models.QuerySet) -> models.Q:
        return models.Q(models.Exists(rows.of_each(model)))

    published = models.Q(state=Publishable.State.PUBLISHED)
    match name:
        case "live":
            return models.Q(pk__in=model.objects.live(at).values("pk"))
        case "drafts":
            return models.Q(state=Publishable.State.DRAFT) | has(Revision.objects.drafts())
        case "review":
            return has(Submission.objects.filter(ended_at=None))
        case "scheduled":
            return (published & models.Q(publish_from__gt=at)) | has(Revision.objects.scheduled())
        case "withdrawn":
            ended = published & models.Q(publish_until__lte=at)
            return models.Q(state=Publishable.State.WITHDRAWN) | ended
    raise ValueError(name)
