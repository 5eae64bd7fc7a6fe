"""Drafts and scheduled changes: what they make of the record, and how they become public.

All functions that write are called in a transaction that has locked the record, and that is rolled back where
they raise: ValidationError, in words for staff, or IntegrityError on a concurrent save.
"""

import datetime
import itertools
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing import merge, serialization
from iomlaos.publishing.dates import format_deadline, local_date
from iomlaos.publishing.diff import SnapshotFormatter
from iomlaos.publishing.merge import FieldConflict, Path, Snapshot
from iomlaos.publishing.models import (
    Publishable,
    RecordVersions,
    ReviewLink,
    Revision,
    Submission,
    ends_before,
    starts_after,
)


def merge_draft(
    model: type[models.Model], draft: Revision, current: Revision
) -> tuple[Snapshot, list[FieldConflict]]:
    """What a draft or a scheduled change makes of the current state, and the fields that both changed.

    Fields that both changed stay as the draft has them. A state of the row is whole without the current one.
    """
    is_whole = draft.kind not in Revision.WAITING or draft.base is None or draft.base_id == current.pk
    if is_whole or draft.base.data == current.data:
        return draft.data, []
    merged, changes = merge.merge(model, draft.base.data, current.data, draft.data)
    merged["carried"] = draft.data.get("carried", {})
    return merged, [change for change in changes if change.is_contested]


def latest_text(versions: RecordVersions, record: models.Model) -> Snapshot:
    """What a form shows: the latest text upon the current state, also where both changed a field."""
    return merge_draft(type(record), versions.latest, versions.current)[0]


def latest_data(versions: RecordVersions, record: models.Model) -> Snapshot:
    """What publishing would make public: the draft, else the scheduled change, else the row as it is.

    Raises ValidationError where the public page was changed meanwhile in the same fields, or where a
    reference is gone.
    """
    data, conflicts = merge_draft(type(record), versions.latest, versions.current)
    if conflicts:
        message = _("The public page was changed meanwhile in the same fields: %(fields)s.")
        fields = _join_labels(record, [conflict.path for conflict in conflicts])
        raise ValidationError(message % {"fields": fields})
    if missing := serialization.missing_references(type(record), data, present=versions.current.data):
        message = _("It refers to something that was deleted: %(fields)s.")
        raise ValidationError(message % {"fields": _join_labels(record, missing)})
    return data


def publish(
    versions: RecordVersions,
    record: Publishable,
    *,
    by: Any,
    at: datetime.datetime,
    note: str = "",
    visitor_note: dict[str, str] | None = None,
) -> Revision:
    """Make the latest text public now. It takes the place of a scheduled change.

    `note` is for colleagues. `visitor_note` is shown on the page, by language.
    """
    data = _as_public(_with_public_notes(latest_data(versions, record), versions), at, visitor_note)
    note = note or versions.latest.note
    Revision.objects.close_all(versions, Revision.Ending.PUBLISHED)
    return _write(versions, record, data, by=by, note=note, at=at)


def schedule(
    versions: RecordVersions,
    record: Publishable,
    moment: datetime.datetime,
    *,
    by: Any,
    at: datetime.datetime,
    note: str = "",
    visitor_note: dict[str, str] | None = None,
) -> None:
    """Make the latest text public at a later moment. A public page stays as it is until then.

    What was never public waits in its row, and a change of what was public as a revision.
    """
    data, note = _with_public_notes(latest_data(versions, record), versions), note or versions.latest.note
    if is_unpublished(record, at):
        data = _with_fields(data, state=Publishable.State.PUBLISHED, publish_from=moment.isoformat())
        Revision.objects.close_all(versions, Revision.Ending.SCHEDULED)
        _write(versions, record, data, by=by, note=note)
        return
    if record.publish_until and at < record.publish_until <= moment:
        until = format_deadline(record.publish_until)
        raise ValidationError(_("The page is taken down before that: %(moment)s.") % {"moment": until})
    data = _as_public(data, moment, visitor_note)
    _validate(record, data, versions.current.data)
    Revision.objects.save_scheduled(versions, record, data, by=by, note=note, publish_at=moment)
    if versions.draft:
        Revision.objects.close(versions, versions.draft, Revision.Ending.SCHEDULED)
    Submission.objects.end(record, at)


def change_moment(
    versions: RecordVersions, record: Publishable, moment: datetime.datetime, *, by: Any
) -> None:
    """Another moment for what is scheduled. A later draft is not touched."""
    if scheduled := versions.scheduled:
        data, base = _with_new_date(scheduled, moment), scheduled.base
        Revision.objects.save_scheduled(
            versions, record, data, by=by, note=scheduled.note, publish_at=moment, base=base
        )
        return
    data = _with_fields(versions.current.data, publish_from=moment.isoformat())
    _write(versions, record, data, by=by, note="")


def cancel_schedule(versions: RecordVersions, record: Publishable, *, by: Any) -> None:
    """What is scheduled becomes a draft again. A later draft already holds its text."""
    if scheduled := versions.scheduled:
        kept = versions.draft or scheduled
        Revision.objects.close(versions, scheduled, Revision.Ending.CANCELLED)
        event = Revision.Event.TAKEN_OFF
        data = _with_public_notes(kept.data, versions)
        draft = Revision.objects.save_draft(versions, record, data, by=by, note=kept.note, event=event)
        # Nobody has looked at what was changed on the public page since.
        draft.base = kept.base
        draft.save(update_fields=["base"])
        return
    data = versions.current.data
    if versions.draft:
        data, _conflicts = merge_draft(type(record), versions.draft, versions.current)
        Revision.objects.close(versions, versions.draft, Revision.Ending.SUPERSEDED)
    data = _with_fields(data, state=Publishable.State.DRAFT, publish_from=None)
    _write(versions, record, data, by=by, note="")


def publish_scheduled(versions: RecordVersions, record: Publishable) -> None:
    """Publish a scheduled change whose moment has come. A later draft is kept, upon the new state."""
    scheduled, draft = versions.scheduled, versions.draft
    moment = scheduled.publish_at
    if _is_hidden(versions.current.data, moment) and not _is_hidden(scheduled.base.data, scheduled.at):
        raise ValidationError(_("Its page was taken off the site meanwhile. Publish the change by hand."))
    versions.draft = None
    data = _as_public(latest_data(versions, record), moment)
    Revision.objects.close(versions, scheduled, Revision.Ending.PUBLISHED)
    state = _write(versions, record, data, by=scheduled.by, note=scheduled.note, at=moment)
    ReviewLink.objects.end(record, moment)
    if draft:
        merged, _changes = merge.merge(type(record), scheduled.data, state.data, draft.data)
        draft.data, draft.base = merged | {"carried": draft.data.get("carried", {})}, state
        draft.save(update_fields=["data", "base"])
        versions.draft = draft


def is_unpublished(record: Publishable, at: datetime.datetime) -> bool:
    """Whether visitors have not seen a record yet, so that its row may hold what is to come."""
    if record.state == Publishable.State.PUBLISHED:
        return record.publish_from is not None and record.publish_from > at
    return record.state == Publishable.State.DRAFT


def _is_hidden(data: Snapshot, at: datetime.datetime) -> bool:
    return data["fields"]["state"] == Publishable.State.WITHDRAWN or ends_before(data, at)


def _as_public(data: Snapshot, at: datetime.datetime, visitor_note: dict[str, str] | None = None) -> Snapshot:
    """A snapshot that is public at a moment, with a note for visitors of that day."""
    public = _with_fields(data, state=Publishable.State.PUBLISHED)
    if starts_after(public, at):
        public["fields"]["publish_from"] = None
    if ends_before(public, at):
        public["fields"]["publish_until"] = None
    if visitor_note:
        entry = {"on": local_date(at).isoformat(), **visitor_note}
        public["fields"]["changelog"] = [entry, *(public["fields"]["changelog"] or [])]
    return public


def _with_public_notes(data: Snapshot, versions: RecordVersions) -> Snapshot:
    """Without the note for visitors of a schedule that ends: the step of publishing asks for it again."""
    return _with_fields(data, changelog=versions.current.data["fields"]["changelog"])


def _with_new_date(scheduled: Revision, moment: datetime.datetime) -> Snapshot:
    """The data of a scheduled change, whose note for visitors has the day of another moment."""
    known = scheduled.base.data["fields"]["changelog"] or []
    notes = scheduled.data["fields"]["changelog"] or []
    day = local_date(moment).isoformat()
    dated = [note if note in known else note | {"on": day} for note in notes]
    return _with_fields(scheduled.data, changelog=dated)


def _with_fields(data: Snapshot, **values: Any) -> Snapshot:
    return data | {"fields": data["fields"] | values}


def _write(
    versions: RecordVersions,
    record: Publishable,
    data: Snapshot,
    *,
    by: Any,
    note: str,
    at: datetime.datetime | None = None,
) -> Revision:
    """Validate and write the row, and record its state."""
    # The check constraints of the record are left to the database, which asks them anyway.
    _validate(record, data, versions.current.data, validate_constraints=False)
    # What a model dates, it dates by the moment at which this becomes public.
    record.saved_at = at
    try:
        serialization.write(record, data)
    except models.ProtectedError as error:
        users = sorted(str(each) for each in error.protected_objects)
        message = _("It removes what is used by: %(users)s.") % {"users": ", ".join(users)}
        raise ValidationError(message) from error
    except IntegrityError as error:
        raise ValidationError(_refusal(type(record), error)) from error
    connection.check_constraints()
    stored = serialization.serialize(record)
    return Revision.objects.add_state(versions, record, stored, by=by, note=note, at=at)


def validate_latest(versions: RecordVersions, record: Publishable, at: datetime.datetime) -> None:
    """Raise ValidationError where the latest text cannot become public now."""
    _validate(record, _as_public(latest_data(versions, record), at), versions.current.data)


def _refusal(model: type[models.Model], error: IntegrityError) -> str:
    """Why the database refuses rows: what the constraint says that it names, if it names one."""
    kinds = [model, *(relation.related_model for relation in serialization.child_relations(model))]
    for constraint in itertools.chain.from_iterable(kind._meta.constraints for kind in kinds):
        if constraint.name in str(error):
            return constraint.get_violation_error_message()
    return _("Two of its rows cannot stand together, such as two files of one language and date.")


def _validate(
    record: Publishable, data: Snapshot, before: Snapshot, *, validate_constraints: bool = True
) -> None:
    """Raise ValidationError for what the record, or a child row that changes, may not hold."""
    built = serialization.build(record, data)
    built.full_clean(validate_constraints=validate_constraints)
    for relation in serialization.child_relations(type(record)):
        unchanged = before["owned"].get(relation.name, {})
        rows = data["owned"].get(relation.name, {})
        for row in serialization.children_of(built, relation):
            if rows[str(row.pk)] != unchanged.get(str(row.pk)):
                # Whether it is unique among its siblings, the database says.
                row.full_clean({relation.field.name}, validate_unique=False, validate_constraints=False)


def _join_labels(record: models.Model, paths: list[Path]) -> str:
    formatter = SnapshotFormatter(type(record))
    return ", ".join(str(formatter.label(path)) for path in paths)
