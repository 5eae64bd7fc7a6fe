"""Save a change form against the revision that it was drawn from, and detect conflicts."""

import copy
import datetime
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from iomlaos.publishing import merge, serialization
from iomlaos.publishing.diff import SnapshotFormatter
from iomlaos.publishing.drafts import find_conflicts, rebase_draft
from iomlaos.publishing.merge import FieldConflict, Snapshot
from iomlaos.publishing.models import RecordVersions, Revision
from iomlaos.publishing.options import options_of
from iomlaos.publishing.serialization import is_stored, locked, rolled_back


@dataclass
class Save:
    """A change form on its way into the database."""

    #: What the form was drawn from.
    source: Revision
    #: Where the record stands.
    standing: RecordVersions
    #: Kept as a draft: the row stays as it is.
    to_draft: bool = False
    #: Whether the form was in order, and was saved: for good, or to be looked at.
    is_done: bool = False
    #: Only to be looked at: nothing is added to the history.
    is_rehearsal: bool = False
    #: Whether the form changes rows beside the record's own.
    changes_rows: bool = False
    message: Any = None
    #: What a model is told beside its fields (why a deadline changes, say).
    carried: dict[str, str] = field(default_factory=dict)

    @property
    def stands_upon(self) -> Revision:
        """What its form must have started from, so that it overwrites nobody."""
        from_draft = self.source.origin.kind == Revision.Kind.DRAFT
        draft = self.standing.draft
        return draft if draft and (from_draft or self.to_draft) else self.standing.current


class SavesSafely:
    """A ModelAdmin that keeps each state of a record, and lets no save overwrite another unseen.

    A form knows the state or draft that it was drawn from. If that is still the latest when it comes
    back, it is saved as ever. If not, it comes back with what was typed upon what the other made of
    it, and says field by field what it was, what it is now and what was typed; sending it again decides.

    A draft of what is there already is a save that is rolled back: its snapshot is kept.

    A save locks the record before it looks at anything. IntegrityError and OperationalError are left to the
    site, which tries once more.
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
            return self._drawn(request, record, object_id, form_url, extra_context)
        if not self.has_change_permission(request, record):
            raise PermissionDenied
        standing = self._standing_of(record)
        source = self._revision(record, request.POST.get("_source")) or standing.current
        told = self.told_beside(request, record, standing)
        extra_context = {**told, **(extra_context or {}), "source": source}
        save = Save(source, standing, to_draft=self.is_kept_as_draft(request, record))
        request.save_with_history = save
        if source == standing.current and not save.to_draft:
            return super()._changeform_view(request, object_id, form_url, extra_context)
        return self._upon_another(request, record, save, object_id, form_url, extra_context)

    # --- What models with drafts add ------------------------------------------------------------

    def heed_button(self, request: HttpRequest, record: models.Model | None) -> None:
        """A form that was sent by another button than the plain save may say more than its fields."""

    def is_kept_as_draft(self, request: HttpRequest, record: models.Model) -> bool:
        return False

    def when_to_publish(self, request: HttpRequest, draft: Revision | None) -> datetime.datetime | None:
        """When the draft that is kept comes true by itself."""
        return None

    def does_more(self, request: HttpRequest) -> bool:
        """Whether the button that was pressed does something beside saving."""
        return False

    def asked_again(
        self, request: HttpRequest, merged: Snapshot, meetings: list[FieldConflict], upon: Snapshot
    ) -> tuple[Snapshot, list[FieldConflict]]:
        """What a form that is shown once more holds, and what it says of it."""
        return merged, meetings

    def told_beside(self, request: HttpRequest, record: models.Model, standing: RecordVersions) -> dict:
        """What the page of a form says of its record, read before a draft is put into its rows."""
        return {"draft": standing.draft, "public_state": standing.current}

    def after_saving(self, request: HttpRequest, record: models.Model, before: Snapshot | None) -> None:
        """It is saved, and its state or its draft is kept. `before` is what the row held."""

    # --- Drawing --------------------------------------------------------------------------------

    def _standing_of(self, record: models.Model, *, by: Any = None) -> RecordVersions:
        """Where it stands. A draft goes along when the public page was changed under it."""
        with transaction.atomic():
            locked(type(record), record.pk)
            standing = Revision.objects.versions(record, by=by)
            if standing.draft and standing.draft.base_id != standing.current.pk:
                rebase_draft(standing, record)
        return standing

    def _drawn(
        self,
        request: HttpRequest,
        record: models.Model,
        object_id: str,
        form_url: str,
        extra_context: dict | None,
    ) -> HttpResponse:
        """The form of the draft that waits, else of the record as it is; or of what the address names."""
        standing = self._standing_of(record)
        latest = standing.draft if self.has_change_permission(request, record) else None
        source = self._revision(record, request.GET.get("source")) or latest or standing.current
        told = self.told_beside(request, record, standing)
        context = {**told, **(extra_context or {}), "source": source}
        if source == standing.current:
            return super()._changeform_view(request, object_id, form_url, context)
        if source.kind != Revision.Kind.STATE:
            context.setdefault("note_of_change", source.note)
        if source.kind == Revision.Kind.DRAFT:
            context["went_along"] = SnapshotFormatter(type(record)).conflicts(find_conflicts(source))
        return self._drawn_of(request, record, source, object_id, form_url, context)

    def _drawn_of(
        self,
        request: HttpRequest,
        record: models.Model,
        revision: Revision,
        object_id: str,
        form_url: str,
        context: dict,
    ) -> HttpResponse:
        """The form of what a revision holds, though the rows hold something else."""
        with rolled_back():
            left_out = serialization.apply(record, revision.data, raw=True)
            names = [path[1] for path in left_out if path[0] == "fields"]
            request.not_in_the_row = {name: getattr(record, name) for name in names}
            for path in left_out:
                if path[0] == "owned":
                    messages.warning(
                        request,
                        _("Left out of the form, beside another of its kind: %(row)s")
                        % {"row": SnapshotFormatter(type(record)).row(path, revision.data)},
                    )
            return super()._changeform_view(request, object_id, form_url, context).render()

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> models.Model | None:
        """The record; in the form of a draft, with what the database would not take into its row."""
        record = super().get_object(request, object_id, from_field)
        for name, value in getattr(request, "not_in_the_row", {}).items():
            setattr(record, name, value)
        return record

    # --- Saving ---------------------------------------------------------------------------------

    def _upon_another(
        self,
        request: HttpRequest,
        record: models.Model,
        save: Save,
        object_id: str,
        form_url: str,
        extra_context: dict,
    ) -> HttpResponse:
        """A form that is kept as a draft, or was drawn from something else than the latest state."""
        save.is_rehearsal = True
        save.carried |= save.source.data.get("carried", {})
        typed: Snapshot = {}
        with rolled_back():
            serialization.apply(record, save.source.data, raw=True)
            response = super()._changeform_view(request, object_id, form_url, extra_context)
            if save.is_done:
                typed = serialization.serialize(record)
            elif hasattr(response, "render"):
                response.render()
        if not save.is_done:
            return response
        base, upon = save.source.origin, save.stands_upon
        if base == upon:
            return self._put(request, record, save, typed, response)
        merged, meetings = merge.merge(type(record), base.data, upon.data, typed)
        if not merge.differences(upon.data, merged):
            self._stands_already(request, record, save, merged)
            return response
        merged, meetings = self.asked_again(request, merged, meetings, upon.data)
        messages.get_messages(request)._queued_messages.clear()
        merged["carried"] = save.carried
        note = request.POST.get("_note", "")
        again = Revision.objects.add_pending(upon, record, merged, by=request.user, note=note)
        return self._met(request, record, again, meetings, object_id, form_url, extra_context)

    def _put(
        self,
        request: HttpRequest,
        record: models.Model,
        save: Save,
        typed: Snapshot,
        response: HttpResponse,
    ) -> HttpResponse:
        """What was typed: kept as a draft, or upon the row as it is, with all that a save does."""
        record = type(record)._base_manager.get(pk=record.pk)
        if save.to_draft:
            self._keep_draft(request, record, save, typed)
            return response
        for name, value in save.carried.items():
            setattr(record, name, value)
        serialization.apply(record, typed, raw=False)
        save.is_rehearsal = False
        if save.standing.draft and save.source.origin == save.standing.draft:
            Revision.objects.close_draft(save.standing, Revision.Ending.PUBLISHED)
        self.log_change(request, record, save.message)
        return response

    def _stands_already(
        self, request: HttpRequest, record: models.Model, save: Save, typed: Snapshot
    ) -> None:
        """Nothing is left to be saved; what the button does beside it is done all the same."""
        record = type(record)._base_manager.get(pk=record.pk)
        if not self.does_more(request):
            _forget_success(request)
            messages.info(request, _("Nothing had to be saved: it says so already."))
        if save.to_draft:
            self._keep_draft(request, record, save, typed)
        else:
            self.after_saving(request, record, save.standing.current.data)

    def _keep_draft(self, request: HttpRequest, record: models.Model, save: Save, typed: Snapshot) -> None:
        before = save.standing.draft
        if not before and not merge.differences(save.standing.current.data, typed):
            _forget_success(request)
            messages.info(request, _("Nothing was changed, so no draft was kept."))
            return
        publish_at = self.when_to_publish(request, before)
        typed = typed | {"carried": save.carried}
        is_new = not before or before.data != typed or before.publish_at != publish_at
        if is_new or before.failure_reason or before.rebased_from_id:
            note = request.POST.get("_note", "").strip()
            Revision.objects.save_draft(
                save.standing, record, typed, by=request.user, note=note, publish_at=publish_at
            )
        self.after_saving(request, record, save.standing.current.data)

    def _met(
        self,
        request: HttpRequest,
        record: models.Model,
        again: Revision,
        meetings: list[FieldConflict],
        object_id: str,
        form_url: str,
        extra_context: dict,
    ) -> HttpResponse:
        """The form once more, with what two people made of the record. Status 409."""
        asking = copy.copy(request)
        asking.method, asking.POST = "GET", QueryDict()
        words = SnapshotFormatter(type(record)).conflicts(meetings)
        context = extra_context | {
            "source": again,
            "met_with": again.base,
            "meetings": words,
            "contested": [meeting for meeting in words if meeting[-1]],
            "note_of_change": again.note,
        }
        response = self._drawn_of(asking, record, again, object_id, form_url, context)
        response.status_code = 409
        return response

    def _revision(self, record: models.Model, key: str | None) -> Revision | None:
        try:
            return Revision.objects.of(record).filter(pk=uuid.UUID(key or "")).first()
        except ValueError:
            return None

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        if change and (save := getattr(request, "save_with_history", None)):
            save.carried |= {name: getattr(obj, name) for name in options_of(type(obj)).carried}
            if not form.has_changed() and not save.changes_rows and is_stored(obj):
                return
        super().save_model(request, obj, form, change)

    def _create_formsets(self, request: HttpRequest, obj: models.Model, change: bool) -> tuple[list, list]:
        """A draft holds what its record owns. Rows beside it (reasons given long ago) are public at once."""
        formsets, inlines = super()._create_formsets(request, obj, change)
        save = getattr(request, "save_with_history", None)
        if save and request.method == "POST":
            save.changes_rows = any(formset.has_changed() for formset in formsets)
        if save and save.to_draft and request.method == "POST":
            owned = [relation.related_model for relation in serialization.child_relations(self.model)]
            for formset in formsets:
                if formset.model not in owned and formset.has_changed():
                    formset.full_clean()
                    formset._non_form_errors.append(
                        _("A draft cannot hold a change of these rows. Take it back here, or publish.")
                    )
        return formsets, inlines

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """The last step of a save: its state is added to the history."""
        save = getattr(request, "save_with_history", None)
        if save:
            save.is_done, save.message = True, message
            if save.is_rehearsal:
                return None
        self._keep(request, obj, save.standing if save else Revision.objects.versions(obj))
        return super().log_change(request, obj, message)

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        self._keep(request, obj, RecordVersions(None, None, 0))
        return super().log_addition(request, obj, message)

    def _keep(self, request: HttpRequest, record: models.Model, standing: RecordVersions) -> None:
        data = serialization.serialize(record)
        before = standing.current.data if standing.current else None
        # A second click on the same button.
        if before != data:
            note = request.POST.get("_note", "").strip()
            Revision.objects.add_state(standing, record, data, by=request.user, note=note)
        self.after_saving(request, record, before)

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["keeps_history"] = self.has_change_permission(request, context["original"])
        if (sent := getattr(request, "as_sent", None)) is not None:
            context |= {
                "note_of_change": sent.get("_note", ""),
                "note_in_lao": sent.get("_note_lo", ""),
                "note_is_public": "_note_public" in sent,
            }
        return super().render_change_form(request, context, *args, **kwargs)


def _forget_success(request: HttpRequest) -> None:
    """What was only rehearsed was not "changed successfully"; warnings about what was typed stay."""
    queued = messages.get_messages(request)._queued_messages
    queued[:] = [message for message in queued if message.level != messages.SUCCESS]
