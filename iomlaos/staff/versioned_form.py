"""Change forms that are drawn from a revision, and saved upon what is there now."""

import copy
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.exceptions import DisallowedModelAdminToField
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.forms import BaseInlineFormSet, ModelForm
from django.forms.formsets import all_valid
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from iomlaos.publishing import serialization
from iomlaos.publishing.diff import SnapshotFormatter
from iomlaos.publishing.merge import EMPTY, Snapshot
from iomlaos.publishing.models import RecordVersions, Revision
from iomlaos.staff.base import BaseAdmin
from iomlaos.staff.conflicts import apply_choices, conflict_context, reopen_conflict
from iomlaos.staff.edit_session import EditSession, typed_snapshot

#: Sent by a page that asks before saving: shows the form again with what was typed.
BACK = "_back"
#: Sent by the page of a conflict: shows the form with what was chosen.
EDIT = "_edit"


@dataclass
class BuiltForms:
    """A change form with its formsets. A submitted form changes its instance: `fieldsets` are of before."""

    form: ModelForm
    formsets: list[BaseInlineFormSet]
    inlines: list
    fieldsets: list

    def is_valid(self) -> bool:
        # Both are validated, so that both show their errors.
        is_valid = self.form.is_valid()
        return all_valid(self.formsets) and is_valid

    def has_changed(self) -> bool:
        return self.form.has_changed() or any(formset.has_changed() for formset in self.formsets)


class VersionedAdmin(BaseAdmin):
    """A ModelAdmin that keeps each state of a record, and lets no save overwrite another unseen.

    The form is bound to an instance in memory (`EditSession`). A valid form becomes a snapshot, which is
    merged with what is there now and written once: as a draft, or into the rows. Where somebody else has
    saved meanwhile, a page asks which version of each field counts (`conflicts`).

    A save locks the record before it reads anything. IntegrityError and OperationalError are left to the
    admin site, which tries once more.
    """

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict | None
    ) -> HttpResponse:
        record = self._record_of_form(request, object_id) if object_id else None
        if object_id and record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        self._check_form_permission(request, record)
        session = self.open_session(request, record) if record else None
        forms = self._build_forms(request, session)
        if request.method == "POST" and BACK not in request.POST and forms.is_valid():
            if response := self._save_form(request, session, forms):
                return response
            shown = copy.copy(request)
            shown.method = "GET"
            forms = self._build_forms(shown, session)
        elif request.method == "POST" and session:
            reopen_conflict(session, forms.form, forms.formsets)
        if session is None or not session.conflicts:
            return self._render_form(request, session, forms, extra_context or {})
        conflicts = conflict_context(session, forms.form, forms.formsets)
        response = self._render_form(request, session, forms, conflicts | (extra_context or {}))
        response.template_name, response.status_code = "admin/conflict.html", 409
        return response

    # --- Hooks --------------------------------------------------------------------------------------

    def adjust_snapshot(self, request: HttpRequest, session: EditSession | None, typed: Snapshot) -> None:
        """Change what was typed before it is saved."""

    def first_note(self, request: HttpRequest) -> str:
        """What the history says of a new record."""
        return ""

    def save_version(self, request: HttpRequest, session: EditSession, data: Snapshot) -> bool:
        """Save what was typed into an existing record. False where nothing changed."""
        return self._save_state(request, session.versions, data)

    def after_saving(self, request: HttpRequest, record: models.Model, before: Snapshot | None) -> None:
        """Called when the row was saved. `before` is what it held."""

    def after_form(self, request: HttpRequest, session: EditSession | None, record: models.Model) -> bool:
        """Called when a form was saved, or held no change. Whether it told of something else that it did."""
        return False

    def respond(
        self, request: HttpRequest, session: EditSession | None, record: models.Model, *, is_saved: bool
    ) -> HttpResponse:
        is_told = self.after_form(request, session, record)
        if session is None:
            return self.response_add(request, record)
        if is_saved:
            return self.response_change(request, record)
        if not is_told:
            messages.info(request, _("No changes to save."))
        return self.response_post_save_change(request, record)

    # --- The parts of the view ----------------------------------------------------------------------

    def _record_of_form(self, request: HttpRequest, object_id: str) -> models.Model | None:
        """The stored row; of a submitted form, locked."""
        record = self.get_object(request, unquote(object_id))
        if request.method == "POST" and record:
            serialization.locked(self.model, record.pk)
            # It may have been changed or deleted while we waited for the lock.
            record = self.get_object(request, unquote(object_id))
        return record

    def _check_form_permission(self, request: HttpRequest, record: models.Model | None) -> None:
        if record is None:
            is_allowed = self.has_add_permission(request)
        elif request.method == "POST":
            is_allowed = self.has_change_permission(request, record)
        else:
            is_allowed = self.has_view_or_change_permission(request, record)
        if not is_allowed:
            raise PermissionDenied
        to_field = request.POST.get(TO_FIELD_VAR, request.GET.get(TO_FIELD_VAR))
        if to_field and not self.to_field_allowed(request, to_field):
            raise DisallowedModelAdminToField(f"The field {to_field} cannot be referenced.")

    def open_session(
        self, request: HttpRequest, record: models.Model, unsaved: QueryDict | None = None
    ) -> EditSession:
        """The session of a form, or of `unsaved`: what was typed into one, and is not to be saved now."""
        versions, data = Revision.objects.peek(record), request.GET if unsaved is None else unsaved
        if unsaved is None and request.method == "POST":
            versions, data = versions.catch_up(), request.POST
        elif not self.has_change_permission(request, record):
            versions.draft, versions.scheduled, data = None, None, {}
        return EditSession(versions, request.user, data)

    def _build_forms(self, request: HttpRequest, session: EditSession | None) -> BuiltForms:
        record = session and session.instance
        fieldsets = self.get_fieldsets(request, record)
        fields = flatten_fieldsets(fieldsets)
        form_class = self.get_form(request, record, change=record is not None, fields=fields)
        submitted = (request.POST, request.FILES) if request.method == "POST" else ()
        initial = None if record or submitted else self.get_changeform_initial_data(request)
        form = form_class(*submitted, instance=record, initial=initial)
        formsets, inlines = self._create_formsets(request, form.instance, change=record is not None)
        return BuiltForms(form, formsets, inlines, fieldsets)

    def _save_form(
        self, request: HttpRequest, session: EditSession | None, forms: BuiltForms
    ) -> HttpResponse | None:
        """Save a valid form. None where it is shown again: somebody else has saved meanwhile, or `EDIT`."""
        typed = typed_snapshot(forms.form, forms.formsets, session.filled if session else EMPTY)
        if session:
            typed = apply_choices(type(forms.form), session.base, session.filled, typed, request.POST)
        self.adjust_snapshot(request, session, typed)
        if session is None:
            versions = RecordVersions(Revision.objects, self.model())
            self._save_state(request, versions, typed, self.first_note(request))
            return self.respond(request, None, versions.record, is_saved=True)
        if EDIT in request.POST:
            session.filled, data = typed, None
        else:
            data = session.merge(typed)
        if data is None:
            session.keep(session.source.waiting_note)
            return None
        is_saved = self.save_version(request, session, data)
        return self.respond(request, session, session.record, is_saved=is_saved)

    def versions_of(self, record: models.Model, *, by: Any = None) -> RecordVersions:
        """The versions of a record, locked until the transaction ends."""
        with transaction.atomic():
            serialization.locked(type(record), record.pk)
            return Revision.objects.versions(record, by=by)

    def _save_state(
        self, request: HttpRequest, versions: RecordVersions, data: Snapshot, note: str = ""
    ) -> bool:
        """Write the rows, and add their state to the history. False where nothing changed."""
        record, before = versions.record, versions.current.data if versions.current else None
        serialization.write(record, data)
        after = serialization.serialize(record)
        if before == after:
            return False
        versions.add_state(after, by=request.user, note=note)
        self.after_saving(request, record, before)
        return True

    def _render_form(
        self, request: HttpRequest, session: EditSession | None, forms: BuiltForms, more: dict[str, Any]
    ) -> HttpResponse:
        """With the context of Django's own view, the session, and `more`."""
        record, fieldsets = session and session.instance, forms.fieldsets
        may_change = record is None or self.has_change_permission(request, record)
        readonly = self.get_readonly_fields(request, record) if may_change else flatten_fieldsets(fieldsets)
        prepopulated = self.get_prepopulated_fields(request, record) if may_change else {}
        admin_form = helpers.AdminForm(forms.form, fieldsets, prepopulated, readonly, model_admin=self)
        inline_formsets = self.get_inline_formsets(request, forms.formsets, forms.inlines, record)
        title = _("Add %s") if record is None else _("Change %s") if may_change else _("View %s")
        context = {
            **self.admin_site.each_context(request),
            "title": title % self.opts.verbose_name,
            "subtitle": str(record) if record else None,
            "adminform": admin_form,
            "original": record,
            "is_popup": IS_POPUP_VAR in request.POST or IS_POPUP_VAR in request.GET,
            "to_field": request.POST.get(TO_FIELD_VAR, request.GET.get(TO_FIELD_VAR)),
            "media": sum((each.media for each in inline_formsets), self.media + admin_form.media),
            "inline_admin_formsets": inline_formsets,
            "errors": helpers.AdminErrorList(forms.form, forms.formsets),
            "preserved_filters": self.get_preserved_filters(request),
            **self.session_context(request, session),
            **more,
        }
        is_new = record is None
        return self.render_change_form(request, context, add=is_new, change=not is_new, obj=record)

    def session_context(self, request: HttpRequest, session: EditSession | None) -> dict[str, Any]:
        """The versions of the record, and where its draft and the public page differ."""
        if session is None:
            return {}
        contested = SnapshotFormatter(self.model).conflicts(session.contested)
        return {"session": session, "versions": session.versions, "contested": contested}
