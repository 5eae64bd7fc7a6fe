"""Save a change form against the revision that it was drawn from, and detect conflicts."""

import copy
import datetime
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from iomlaos.publishing import merge, serialization
from iomlaos.publishing.diff import SnapshotFormatter
from iomlaos.publishing.drafts import find_conflicts, rebase_draft
from iomlaos.publishing.merge import FieldConflict, Snapshot
from iomlaos.publishing.models import RecordVersions, Revision
from iomlaos.publishing.options import options_of
from iomlaos.publishing.serialization import is_stored, locked, rolled_back
from iomlaos.staff.base import parse_uuid


@dataclass
class Save:
    """A change form on its way into the database."""

    #: The revision that the form was drawn from.
    source: Revision
    standing: RecordVersions
    #: Saved as a draft: the row stays as it is.
    to_draft: bool = False
    #: Whether the form was valid and saved, for good or to be rolled back.
    is_done: bool = False
    #: Whether the save is rolled back, and adds nothing to the history.
    is_rehearsal: bool = False
    changes_rows: bool = False
    message: Any = None
    #: The fields that were changed since the form was drawn.
    conflicts: list[FieldConflict] = field(default_factory=list)
    #: The values of `record_options.carried`: why a deadline changes, for instance.
    carried: dict[str, str] = field(default_factory=dict)

    @property
    def stands_upon(self) -> Revision:
        """The revision that the form must have started from, so that it overwrites nobody."""
        from_draft = self.source.origin.kind == Revision.Kind.DRAFT
        draft = self.standing.draft
        return draft if draft and (from_draft or self.to_draft) else self.standing.current


class SavesSafely:
    """A ModelAdmin that keeps each state of a record, and lets no save overwrite another unseen.

    A form knows the revision that it was drawn from. If that is still the latest, the form is saved. If not,
    it is merged with the latest and shown again, with base, theirs and mine of each field. A draft of a
    public record is the snapshot of a save that is rolled back.

    A save locks the record before it reads anything. IntegrityError and OperationalError are left to the
    admin site, which tries once more.
    """

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict | None
    ) -> HttpResponse:
        record = self.get_object(request, unquote(object_id)) if object_id else None
        if request.method == "POST":
            if record:
                locked(self.model, record.pk)
                # It may have been changed or deleted while we waited for the lock.
                record = self.get_object(request, unquote(object_id))
            request.as_sent = getattr(request, "as_sent", request.POST)
            self.heed_button(request, record)
        if record is None or not self.has_view_or_change_permission(request, record):
            return super()._changeform_view(request, object_id, form_url, extra_context)
        if request.method != "POST":
            return self._drawn(request, record, extra_context)
        if not self.has_change_permission(request, record):
            raise PermissionDenied
        standing = self._standing_of(record)
        source = self._revision(record, request.POST.get("_source")) or standing.current
        context = {**self.told_beside(request, record, standing), **(extra_context or {}), "source": source}
        save = Save(source, standing, to_draft=self.is_kept_as_draft(request, record))
        request.save_with_history = save
        if source == standing.current and not save.to_draft:
            return self._plain_form(request, record, context)
        return self._upon_another(request, record, save, context)

    def _plain_form(self, request: HttpRequest, record: Model, context: dict) -> HttpResponse:
        """Django's own change form, drawn or saved."""
        return super()._changeform_view(request, quote(str(record.pk)), "", context)

    # Hooks for models with drafts.

    def heed_button(self, request: HttpRequest, record: Model | None) -> None:
        """Change `request.POST` by the button that was pressed."""

    def is_kept_as_draft(self, request: HttpRequest, record: Model) -> bool:
        return False

    def when_to_publish(self, request: HttpRequest, draft: Revision | None) -> datetime.datetime | None:
        """When the draft that is saved is published by itself."""
        return None

    def does_more(self, request: HttpRequest) -> bool:
        """Whether the button that was pressed does something beside saving."""
        return False

    def asked_again(self, request: HttpRequest) -> set[str]:
        """The fields that the button sets: a form that is shown again leaves them as they are."""
        return set()

    def told_beside(self, request: HttpRequest, record: Model, standing: RecordVersions) -> dict:
        """Context of the form, read before a draft is put into the rows."""
        return {"draft": standing.draft, "public_state": standing.current}

    def after_saving(self, request: HttpRequest, record: Model, before: Snapshot | None) -> None:
        """Called when the state or the draft is saved. `before` is what the row held."""

    def _standing_of(self, record: Model, *, by: Any = None) -> RecordVersions:
        """The versions of a record. A draft is rebased where the record was changed under it."""
        with transaction.atomic():
            locked(type(record), record.pk)
            standing = Revision.objects.versions(record, by=by)
            if standing.draft and standing.draft.base_id != standing.current.pk:
                rebase_draft(standing, record)
        return standing

    def _drawn(self, request: HttpRequest, record: Model, extra_context: dict | None) -> HttpResponse:
        """The form of the revision that `source` names, else of the draft, else of the record as it is."""
        standing = self._standing_of(record)
        latest = standing.draft if self.has_change_permission(request, record) else None
        source = self._revision(record, request.GET.get("source")) or latest or standing.current
        context = {**self.told_beside(request, record, standing), **(extra_context or {}), "source": source}
        if source == standing.current:
            return self._plain_form(request, record, context)
        if source.kind != Revision.Kind.STATE:
            context.setdefault("note_of_change", source.note)
        if source.kind == Revision.Kind.DRAFT:
            context["went_along"] = SnapshotFormatter(type(record)).conflicts(find_conflicts(source))
        return self._drawn_of(request, record, source, context)

    def _drawn_of(self, request: HttpRequest, record: Model, source: Revision, context: dict) -> HttpResponse:
        """The form of what a revision holds, though the rows hold something else."""
        with rolled_back():
            left_out = serialization.apply(record, source.data, raw=True)
            names = [path[1] for path in left_out if path[0] == "fields"]
            request.not_in_the_row = {name: getattr(record, name) for name in names}
            for path in [path for path in left_out if path[0] == "owned"]:
                row = SnapshotFormatter(type(record)).row(path, source.data)
                message = _("Left out of the form, beside another of its kind: %(row)s")
                messages.warning(request, message % {"row": row})
            return self._plain_form(request, record, context).render()

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Model | None:
        """The record; in the form of a draft, with the values that the database did not take."""
        record = super().get_object(request, *args, **kwargs)
        for name, value in getattr(request, "not_in_the_row", {}).items():
            setattr(record, name, value)
        return record

    def _upon_another(self, request: HttpRequest, record: Model, save: Save, context: dict) -> HttpResponse:
        """A form that is saved as a draft, or was drawn from something else than the latest state."""
        save.is_rehearsal = True
        save.carried |= save.source.data.get("carried", {})
        with rolled_back():
            serialization.apply(record, save.source.data, raw=True)
            response = self._plain_form(request, record, context)
            if not save.is_done:
                return response.render() if hasattr(response, "render") else response
            typed = serialization.serialize(record)
        base, upon, data = save.source.origin, save.stands_upon, typed
        if base != upon:
            data, save.conflicts = merge.merge(type(record), base.data, upon.data, typed)
            if merge.differences(upon.data, data):
                return self._met(request, record, save, data, context)
            if not self.does_more(request):
                _replace_success(request, _("Nothing had to be saved: it says so already."))
        record = type(record)._base_manager.get(pk=record.pk)
        if save.to_draft:
            self._keep_draft(request, record, save, data)
        elif base == upon:
            self._put(request, record, save, data)
        else:
            self.after_saving(request, record, save.standing.current.data)
        return response

    def _put(self, request: HttpRequest, record: Model, save: Save, data: Snapshot) -> None:
        """Save in the rows, with all that a save does."""
        for name, value in save.carried.items():
            setattr(record, name, value)
        serialization.apply(record, data, raw=False)
        save.is_rehearsal = False
        if save.standing.draft and save.source.origin == save.standing.draft:
            Revision.objects.close_draft(save.standing, Revision.Ending.PUBLISHED)
        self.log_change(request, record, save.message)

    def _keep_draft(self, request: HttpRequest, record: Model, save: Save, data: Snapshot) -> None:
        before, head = save.standing.draft, save.standing.current
        if not before and not merge.differences(head.data, data):
            _replace_success(request, _("Nothing was changed, so no draft was kept."))
            return
        publish_at = self.when_to_publish(request, before)
        data = data | {"carried": save.carried}
        is_new = not before or before.data != data or before.publish_at != publish_at
        if is_new or before.failure_reason or before.rebased_from_id:
            by, note = request.user, note_of(request)
            Revision.objects.save_draft(save.standing, record, data, by=by, note=note, publish_at=publish_at)
        self.after_saving(request, record, head.data)

    def _met(
        self, request: HttpRequest, record: Model, save: Save, merged: Snapshot, context: dict
    ) -> HttpResponse:
        """The merged form, with what two people made of the record. Status 409."""
        upon = save.stands_upon
        paths = {("fields", name) for name in self.asked_again(request)}
        merged["fields"] |= {name: upon.data["fields"][name] for _part, name in paths}
        conflicts = [conflict for conflict in save.conflicts if conflict.path not in paths]
        messages.get_messages(request)._queued_messages.clear()
        merged["carried"], note = save.carried, request.POST.get("_note", "")
        again = Revision.objects.add_pending(upon, record, merged, by=request.user, note=note)
        asking = copy.copy(request)
        asking.method, asking.POST = "GET", QueryDict()
        context = context | {
            "source": again,
            "met_with": upon,
            "meetings": SnapshotFormatter(type(record)).conflicts(conflicts),
            "note_of_change": again.note,
        }
        response = self._drawn_of(asking, record, again, context)
        response.status_code = 409
        return response

    def _revision(self, record: Model, key: str | None) -> Revision | None:
        return Revision.objects.of(record).filter(pk=parse_uuid(key)).first() if key else None

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        if change and (save := getattr(request, "save_with_history", None)):
            save.carried |= {name: getattr(obj, name) for name in options_of(type(obj)).carried}
            if not form.has_changed() and not save.changes_rows and is_stored(obj):
                return
        super().save_model(request, obj, form, change)

    def _create_formsets(self, request: HttpRequest, obj: Model, change: bool) -> tuple[list, list]:
        """A draft holds the child rows of its record. Other rows beside it are public at once."""
        formsets, inlines = super()._create_formsets(request, obj, change)
        save = getattr(request, "save_with_history", None)
        if save is None or request.method != "POST":
            return formsets, inlines
        changed = [formset for formset in formsets if formset.has_changed()]
        save.changes_rows = bool(changed)
        owned = [relation.related_model for relation in serialization.child_relations(self.model)]
        for formset in changed if save.to_draft else ():
            if formset.model not in owned:
                formset.full_clean()
                message = _("A draft cannot hold a change of these rows. Take it back here, or publish.")
                formset._non_form_errors.append(message)
        return formsets, inlines

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """The last step of a save: its state is added to the history."""
        save = getattr(request, "save_with_history", None)
        if save:
            save.is_done, save.message = True, message
            if save.is_rehearsal:
                return None
        self._keep(request, obj, save.standing if save else Revision.objects.versions(obj))
        return super().log_change(request, obj, message)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._keep(request, obj, RecordVersions(None, None, 0))
        return super().log_addition(request, obj, message)

    def _keep(self, request: HttpRequest, record: Model, standing: RecordVersions) -> None:
        data = serialization.serialize(record)
        before = standing.current.data if standing.current else None
        # Equal after a second click on the same button.
        if before != data:
            Revision.objects.add_state(standing, record, data, by=request.user, note=note_of(request))
        self.after_saving(request, record, before)

    def render_change_form(self, request: HttpRequest, context: dict, **kwargs: Any) -> HttpResponse:
        context["keeps_history"] = self.has_change_permission(request, context["original"])
        if (sent := getattr(request, "as_sent", None)) is not None:
            context |= {
                "note_of_change": sent.get("_note", ""),
                "note_in_lao": sent.get("_note_lo", ""),
                "note_is_public": "_note_public" in sent,
            }
        return super().render_change_form(request, context, **kwargs)


def note_of(request: HttpRequest) -> str:
    """What somebody wrote about the change, for the history."""
    return request.POST.get("_note", "").strip()


def _replace_success(request: HttpRequest, message: str) -> None:
    """Drop "changed successfully", which was only rehearsed; warnings stay."""
    queued = messages.get_messages(request)._queued_messages
    queued[:] = [item for item in queued if item.level != messages.SUCCESS]
    messages.info(request, message)
