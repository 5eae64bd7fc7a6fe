"""Drafts of published records: what they make of the record, scheduling and publishing them."""

import datetime
from typing import Any

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


def merge_draft(
    model: type[models.Model], draft: Revision, current: Revision
) -> tuple[Snapshot, list[FieldConflict]]:
    """What a draft makes of the current state, and the fields that both changed.

    Fields that both changed stay as the draft has them.
    """
    if draft.base is None or draft.base_id == current.pk or draft.base.data == current.data:
        return draft.data, []
    merged, changes = merge.merge(model, draft.base.data, current.data, draft.data)
    merged["carried"] = draft.data.get("carried", {})
    return merged, [change for change in changes if change.is_contested]


def schedule(
    versions: RecordVersions, record: models.Model, *, by: Any, publish_at: datetime.datetime | None
) -> None:
    """Schedule the draft for another time, or for none.

    Raises ValidationError on a conflict with the public page, IntegrityError on a concurrent save.
    """
    draft = versions.draft
    if publish_at is not None:
        _refuse_contested(record, merge_draft(type(record), draft, versions.current)[1])
    Revision.objects.save_draft(
        versions, record, draft.data, by=by, note=draft.note, publish_at=publish_at, base=draft.base
    )


def publish_draft(
    versions: RecordVersions, record: models.Model, *, by: Any, at: datetime.datetime | None = None
) -> Revision:
    """Publish the draft of a record. To be called in a transaction.

    Raises ValidationError, in words for staff: the public page was changed in the same fields, a reference
    is gone, a rule is broken, or nobody would see it. Raises IntegrityError on a concurrent save.
    """
    draft = versions.draft
    data = _against_current(versions, record)
    data = data | {"fields": {**data["fields"]}}
    if at is None:
        # A person may take back a withdrawal; the clock may not.
        data["fields"]["state"] = "published"
    if starts_after(data, at or timezone.now()):
        data["fields"]["publish_from"] = None
    Revision.objects.close_draft(versions, Revision.Ending.PUBLISHED)
    # What a model dates, it dates by the moment at which this becomes public.
    record.saved_at = at
    _write(record, data, versions.current.data)
    connection.check_constraints()
    # As somebody saved it: a withdrawal may be what is scheduled.
    if at is None or draft.data["fields"]["state"] == "published":
        validate_will_be_visible(record, at or timezone.now())
    return Revision.objects.add_state(
        versions, record, serialization.serialize(record), by=by, note=draft.note, at=at
    )


def _write(record: models.Model, data: Snapshot, before: Snapshot) -> None:
    """Validate and save what a draft holds. Raises ValidationError, also for what the database refuses."""
    built = serialization.build(record, data)
    built.full_clean()
    for relation in serialization.child_relations(type(record)):
        unchanged = before["owned"].get(relation.name, {})
        rows = data["owned"].get(relation.name, {})
        for row in serialization.children_of(built, relation):
            if rows[str(row.pk)] != unchanged.get(str(row.pk)):
                # Whether it is unique among its siblings, the database says.
                row.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            serialization.write(record, data)
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
    data, conflicts = merge_draft(type(record), versions.draft, versions.current)
    _refuse_contested(record, conflicts)
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
