"""Drafts of published records: rebasing, scheduling and publishing them."""

import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing import merge, serialization
from iomlaos.publishing.diff import SnapshotFormatter
from iomlaos.publishing.merge import FieldConflict, Path, Snapshot
from iomlaos.publishing.models import Revision, Standing, begins_after

EXPIRES_FIRST = _(
    "It would be taken down by then. Give a later moment for “public until”, or leave it empty."
)


def carry_over(standing: Standing, record: models.Model) -> None:
    """A draft goes along with what was changed under it. Raises IntegrityError where somebody was faster.

    Fields that both changed stay as the draft has them; `contested` names them.
    """
    draft = standing.draft
    # As somebody saved it: what it met on the way, also twice, is asked from there.
    saved = draft.carries or draft
    merged, _meetings = merge.merge(type(record), saved.base.data, standing.head.data, saved.data)
    merged["carried"] = saved.data.get("carried", {})
    Revision.objects.keep_draft(
        standing,
        record,
        merged,
        by=draft.by,
        note=draft.note,
        publish_at=draft.publish_at,
        failure_reason=draft.failure_reason,
        carries=saved,
    )


def schedule(
    standing: Standing, record: models.Model, *, by: Any, publish_at: datetime.datetime | None
) -> None:
    """The same draft, for another time or for none.

    Raises ValidationError, as `publish_draft`, where it met another change, and IntegrityError where
    somebody was faster.
    """
    draft = standing.draft
    if publish_at is not None:
        _refuse_contested(record, contested(draft))
    Revision.objects.keep_draft(
        standing,
        record,
        draft.data,
        by=by,
        note=draft.note,
        publish_at=publish_at,
        carries=draft.carries,
    )


def contested(draft: Revision) -> list[FieldConflict]:
    """The fields that were changed both in a draft and, meanwhile, on the public page."""
    before = draft.carries
    if before is None or before.base is None or draft.base is None:
        return []
    meetings = merge.merge(apps.get_model(draft.model), before.base.data, draft.base.data, before.data)[1]
    return [meeting for meeting in meetings if meeting.is_contested]


def publish_draft(
    standing: Standing, record: models.Model, *, by: Any, at: datetime.datetime | None = None
) -> Revision:
    """Make a record what its draft says, with all that a save does. To be called in a transaction.

    Raises ValidationError, in words for staff, where that cannot be: the public page was changed in the
    same fields meanwhile, what it refers to is gone, something else has its address now, it breaks another
    rule, or nobody would see it. Raises IntegrityError where somebody was faster.
    """
    draft = standing.draft
    # As somebody saved it: a withdrawal may be what is scheduled.
    saved = draft.carries or draft
    data = _against_current(standing, record)
    data = data | {"fields": {**data["fields"]}}
    if at is None:
        # Somebody says so now, whatever it was; the clock takes no withdrawal back.
        data["fields"]["state"] = "published"
    if begins_after(data, at or timezone.now()):
        data["fields"]["publish_from"] = None
    Revision.objects.close(standing, Revision.Ending.PUBLISHED)
    for name, value in draft.data.get("carried", {}).items():
        setattr(record, name, value)
    # What a model dates, it dates by the moment at which this becomes public.
    record.saved_at = at
    _put(record, data)
    stored = type(record)._base_manager.get(pk=record.pk)
    stored.full_clean()
    for relation in serialization.child_relations(type(record)):
        for row in relation.related_model._base_manager.filter(**{relation.field.name: stored}):
            row.full_clean()
    connection.check_constraints()
    if at is None or saved.data["fields"]["state"] == "published":
        refuse_unseen(stored, at or timezone.now())
    return Revision.objects.follow(
        standing, stored, serialization.serialize(stored), by=by, note=draft.note, at=at
    )


def _put(record: models.Model, data: Snapshot) -> None:
    """Save what a draft says. What the database would refuse, is said in words first."""
    serialization.assign(record, data["fields"])
    record.full_clean()
    try:
        with transaction.atomic():
            serialization.apply(record, data, raw=False)
    except models.ProtectedError as error:
        users = sorted(str(each) for each in error.protected_objects)
        raise ValidationError(
            _("It takes away what is used elsewhere: %(users)s.") % {"users": ", ".join(users)}
        ) from error
    except IntegrityError as error:
        raise ValidationError(
            _("Two of its rows do not go together: of one language and date, say. Open it and save it again.")
        ) from error


def refuse_unseen(record: models.Model, at: datetime.datetime) -> None:
    """What nobody would see is not published. Raises ValidationError, in words for staff."""
    if record.is_live(at):
        return
    if record.was_withdrawn(at) and record.publish_until:
        raise ValidationError({"publish_until": EXPIRES_FIRST})
    raise ValidationError(
        _("Its page was taken off the site meanwhile. Open the draft, and publish it there.")
    )


def _against_current(standing: Standing, record: models.Model) -> Snapshot:
    """What the draft makes of the record as it is now."""
    draft = standing.draft
    data, saved = draft.data, draft.carries or draft
    if saved.base_id != standing.head.pk:
        data, meetings = merge.merge(type(record), saved.base.data, standing.head.data, saved.data)
        _refuse_contested(record, [meeting for meeting in meetings if meeting.is_contested])
    if missing := serialization.missing_references(type(record), data):
        message = _("It refers to something that was deleted: %(fields)s.")
        raise ValidationError(message % {"fields": _join_labels(record, missing)})
    return data


def _refuse_contested(record: models.Model, conflicts: list[FieldConflict]) -> None:
    if conflicts:
        message = _("The public page was changed meanwhile in the same fields: %(fields)s.")
        fields = _join_labels(record, [conflict.path for conflict in conflicts])
        raise ValidationError(message % {"fields": fields})


def _join_labels(record: models.Model, paths: list[Path]) -> str:
    formatter = SnapshotFormatter(type(record))
    return ", ".join(str(formatter.label(path)) for path in paths)
