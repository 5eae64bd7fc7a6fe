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
from iomlaos.publishing.diff import join_labels
from iomlaos.publishing.merge import FieldConflict, Snapshot
from iomlaos.publishing.models import Publishable, RecordVersions, ReviewLink, Revision, Submission
from iomlaos.publishing.models.events import ends_before, starts_after

#: A note on the change that its page shows, by language.
VisitorNote = dict[str, str] | None


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


def latest_snapshot(versions: RecordVersions) -> Snapshot:
    """What a form shows: the latest text upon the current state, also where both changed a field."""
    return merge_draft(type(versions.record), versions.latest, versions.current)[0]


def snapshot_to_publish(versions: RecordVersions) -> Snapshot:
    """What publishing would make public: the draft, else the scheduled change, else the row as it is.

    Raises ValidationError where the public page was changed meanwhile in the same fields, or where a
    reference is gone.
    """
    model = type(versions.record)
    data, conflicts = merge_draft(model, versions.latest, versions.current)
    if conflicts:
        message = _("The public page was changed meanwhile in the same fields: %(fields)s.")
        fields = join_labels(model, [conflict.path for conflict in conflicts])
        raise ValidationError(message % {"fields": fields})
    if missing := serialization.missing_references(model, data, present=versions.current.data):
        message = _("It refers to something that was deleted: %(fields)s.")
        raise ValidationError(message % {"fields": join_labels(model, missing)})
    return data


def publish(
    versions: RecordVersions, *, by: Any, at: datetime.datetime, note: str, visitor_note: VisitorNote
) -> None:
    """Make the latest text public now. It takes the place of a scheduled change.

    `note` is for colleagues.
    """
    data = _as_public(_with_public_notes(snapshot_to_publish(versions), versions), at, visitor_note)
    note = note or versions.latest.note
    versions.close_all(Revision.Ending.PUBLISHED)
    _write(versions, data, by=by, note=note, at=at)


def schedule(
    versions: RecordVersions,
    moment: datetime.datetime,
    *,
    by: Any,
    at: datetime.datetime,
    note: str,
    visitor_note: VisitorNote,
) -> None:
    """Make the latest text public at a later moment. A public page stays as it is until then.

    What was never public waits in its row, and a change of what was public as a revision.
    """
    record, note = versions.record, note or versions.latest.note
    data = _with_public_notes(snapshot_to_publish(versions), versions)
    if is_unpublished(record, at):
        data = _with_fields(data, state=Publishable.State.PUBLISHED, publish_from=moment.isoformat())
        versions.close_all(Revision.Ending.SCHEDULED)
        _write(versions, data, by=by, note=note)
        return
    if record.publish_until and at < record.publish_until <= moment:
        until = format_deadline(record.publish_until)
        raise ValidationError(_("The page is taken down before that: %(moment)s.") % {"moment": until})
    data = _as_public(data, moment, visitor_note)
    _validate(versions, data)
    versions.save_scheduled(data, by=by, note=note, publish_at=moment)
    if versions.draft:
        versions.close(versions.draft, Revision.Ending.SCHEDULED)
    Submission.objects.end(record, at)


def change_moment(versions: RecordVersions, moment: datetime.datetime, *, by: Any) -> None:
    """Another moment for what is scheduled. A later draft is not touched."""
    if scheduled := versions.scheduled:
        values = {"note": scheduled.note, "base": scheduled.base, "publish_at": moment}
        versions.save_scheduled(_with_new_date(scheduled, moment), by=by, **values)
        return
    data = _with_fields(versions.current.data, publish_from=moment.isoformat())
    _write(versions, data, by=by)


def cancel_schedule(versions: RecordVersions, *, by: Any) -> None:
    """What is scheduled becomes a draft again. A later draft already holds its text."""
    draft = versions.draft
    if scheduled := versions.scheduled:
        kept = draft or scheduled
        versions.close(scheduled, Revision.Ending.CANCELLED)
        # Nobody has looked at what was changed on the public page since its base.
        values = {"note": kept.note, "base": kept.base, "event": Revision.Event.TAKEN_OFF}
        versions.save_draft(_with_public_notes(kept.data, versions), by=by, **values)
        return
    data = versions.current.data
    if draft:
        data, _conflicts = merge_draft(type(versions.record), draft, versions.current)
        versions.close(draft, Revision.Ending.SUPERSEDED)
    _write(versions, _with_fields(data, state=Publishable.State.DRAFT, publish_from=None), by=by)


def publish_scheduled(versions: RecordVersions) -> None:
    """Publish a scheduled change whose moment has come. A later draft is kept, upon the new state."""
    scheduled, draft = versions.scheduled, versions.draft
    moment = scheduled.publish_at
    if _is_hidden(versions.current.data, moment) and not _is_hidden(scheduled.base.data, scheduled.at):
        raise ValidationError(_("Its page was taken off the site meanwhile. Publish the change by hand."))
    versions.draft = None
    data = _as_public(snapshot_to_publish(versions), moment)
    versions.close(scheduled, Revision.Ending.PUBLISHED)
    state = _write(versions, data, by=scheduled.by, note=scheduled.note, at=moment)
    ReviewLink.objects.end(versions.record, moment)
    if draft:
        merged, _changes = merge.merge(type(versions.record), scheduled.data, state.data, draft.data)
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


def _as_public(data: Snapshot, at: datetime.datetime, visitor_note: VisitorNote = None) -> Snapshot:
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
    versions: RecordVersions, data: Snapshot, *, by: Any, note: str = "", at: datetime.datetime | None = None
) -> Revision:
    """Validate and write the row, and record its state."""
    # The check constraints of the record are left to the database, which asks them anyway.
    _validate(versions, data, validate_constraints=False)
    record = versions.record
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
    return versions.add_state(serialization.serialize(record), by=by, note=note, at=at)


def validate_latest(versions: RecordVersions, at: datetime.datetime) -> None:
    """Raise ValidationError where the latest text cannot become public now."""
    _validate(versions, _as_public(snapshot_to_publish(versions), at))


def _refusal(model: type[models.Model], error: IntegrityError) -> str:
    """Why the database refuses rows: what the constraint says that it names, if it names one."""
    kinds = [model, *(relation.related_model for relation in serialization.child_relations(model))]
    for constraint in itertools.chain.from_iterable(kind._meta.constraints for kind in kinds):
        if constraint.name in str(error):
            return constraint.get_violation_error_message()
    return _("Two of its rows cannot stand together, such as two files of one language and date.")


def _validate(versions: RecordVersions, data: Snapshot, *, validate_constraints: bool = True) -> None:
    """Raise ValidationError for what the record, or a child row that changes, may not hold."""
    built = serialization.build(versions.record, data)
    built.full_clean(validate_constraints=validate_constraints)
    for relation in serialization.child_relations(type(built)):
        unchanged = versions.current.data["owned"].get(relation.name, {})
        rows = data["owned"].get(relation.name, {})
        for row in serialization.children_of(built, relation):
            if rows[str(row.pk)] != unchanged.get(str(row.pk)):
                # Whether it is unique among its siblings, the database says.
                row.full_clean({relation.field.name}, validate_unique=False, validate_constraints=False)
