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
from iomlaos.publishing.models import RecordVersions, Revision, starts_after

EXPIRES_FIRST = _(
    "It would be taken down by then. Give a later moment for “public until”, or leave it empty."
)


def rebase_draft(versions: RecordVersions, record: models.Model) -> None:
    """Rebase the draft onto the current state. Raises IntegrityError on a concurrent save.

    Fields that both changed stay as the draft has them; `find_conflicts` names them.
    """
    draft = versions.draft
    # As somebody saved it: conflicts of all rebases are found from there.
    saved = draft.rebased_from or draft
    merged, _meetings = merge.merge(type(record), saved.base.data, versions.current.data, saved.data)
    merged["carried"] = saved.data.get("carried", {})
    Revision.objects.save_draft(
        versions,
        record,
        merged,
        by=draft.by,
        note=draft.note,
        publish_at=draft.publish_at,
        failure_reason=draft.failure_reason,
        rebased_from=saved,
    )


def schedule(
    versions: RecordVersions, record: models.Model, *, by: Any, publish_at: datetime.datetime | None
) -> None:
    """Schedule the draft for another time, or for none.

    Raises ValidationError on a conflict with the public page, IntegrityError on a concurrent save.
    """
    draft = versions.draft
    if publish_at is not None:
        _refuse_contested(record, find_conflicts(draft))
    Revision.objects.save_draft(
        versions,
        record,
        draft.data,
        by=by,
        note=draft.note,
        publish_at=publish_at,
        rebased_from=draft.rebased_from,
    )


def find_conflicts(draft: Revision) -> list[FieldConflict]:
    """The fields that were changed both in a draft and on the public page since."""
    before = draft.rebased_from
    if before is None or before.base is None or draft.base is None:
        return []
    meetings = merge.merge(apps.get_model(draft.model), before.base.data, draft.base.data, before.data)[1]
    return [meeting for meeting in meetings if meeting.is_contested]


def publish_draft(
    versions: RecordVersions, record: models.Model, *, by: Any, at: datetime.datetime | None = None
) -> Revision:
    """Publish the draft of a record. To be called in a transaction.

    Raises ValidationError, in words for staff: the public page was changed in the same fields, a reference
    is gone, a rule is broken, or nobody would see it. Raises IntegrityError on a concurrent save.
    """
    draft = versions.draft
    # As somebody saved it: a withdrawal may be what is scheduled.
    saved = draft.rebased_from or draft
    data = _against_current(versions, record)
    data = data | {"fields": {**data["fields"]}}
    if at is None:
        # A person may take back a withdrawal; the clock may not.
        data["fields"]["state"] = "published"
    if starts_after(data, at or timezone.now()):
        data["fields"]["publish_from"] = None
    Revision.objects.close_draft(versions, Revision.Ending.PUBLISHED)
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
        validate_will_be_visible(stored, at or timezone.now())
    return Revision.objects.add_state(
        versions, stored, serialization.serialize(stored), by=by, note=draft.note, at=at
    )


def _put(record: models.Model, data: Snapshot) -> None:
    """Save what a draft holds. Raises ValidationError for what the database refuses."""
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


def validate_will_be_visible(record: models.Model, at: datetime.datetime) -> None:
    """Raises ValidationError where nobody would see the record."""
    if record.is_live(at):
        return
    if record.was_withdrawn(at) and record.publish_until:
        raise ValidationError({"publish_until": EXPIRES_FIRST})
    raise ValidationError(
        _("Its page was taken off the site meanwhile. Open the draft, and publish it there.")
    )


def _against_current(versions: RecordVersions, record: models.Model) -> Snapshot:
    """What the draft makes of the record as it is now."""
    draft = versions.draft
    data, saved = draft.data, draft.rebased_from or draft
    if saved.base_id != versions.current.pk:
        data, meetings = merge.merge(type(record), saved.base.data, versions.current.data, saved.data)
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
