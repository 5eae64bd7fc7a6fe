"""Autosave of change forms, and a list of who else has the form open.

A script (static/staff/js/autosave.js) sends what a form holds while somebody types. Each opened form has
a key of its own, so that two tabs do not overwrite each other. Without the script all else works.
"""

import contextlib
import copy
import datetime
import logging
import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, OperationalError, models, transaction
from django.forms import BaseForm
from django.forms.utils import ErrorDict, ErrorList
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from iomlaos.publishing.dates import VIENTIANE
from iomlaos.publishing.diff import FieldChange, SnapshotFormatter
from iomlaos.publishing.merge import differences
from iomlaos.staff.autosave.models import AutosavedForm, EditingSession
from iomlaos.staff.base import parse_uuid
from iomlaos.staff.edit_session import EditSession, typed_snapshot
from iomlaos.staff.versioned_form import BuiltForms

log = logging.getLogger(__name__)

#: The key of a form, and of those that it was restored from.
KEYS = "_typed"
#: What the script sends beside the form: the user that the page was drawn for, its record, whether the
#: contents are sent, and whether the form is still open.
PERSON, RECORD, WORDS, HERE = "_person", "_record", "_words", "_here"
#: A file that was chosen is sent by its name alone.
FILE = "_file:"
#: The latest texts among which one to restore is looked for.
LATEST = 5


def show_unvalidated(form: BaseForm) -> None:
    """Make a bound form show its data without validating it."""
    form._errors, form.cleaned_data = ErrorDict(), {}


class AutosaveMixin:
    """A ModelAdmin whose forms keep what is typed into them, and say who else has them open."""

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any) -> HttpResponse:
        response = super().changeform_view(request, object_id, *args)
        status = response.status_code
        is_saved = status == 302 or (status == 200 and IS_POPUP_VAR in request.POST)
        if request.method == "POST" and is_saved:
            keys, object_key = set(_keys(request.POST)), unquote(object_id) if object_id else ""
            # A failure here loses nothing: the text is offered once more.
            with _best_effort():
                for key in keys:
                    self._state(AutosavedForm, request, key, object_key).end(request.at)
                EditingSession.objects.filter(pk__in=keys, by=request.user).delete()
        return response

    def _state(self, state_class: type, request: HttpRequest, key: uuid.UUID, object_key: str) -> Any:
        return state_class(pk=key, by=request.user, model=self.opts.label_lower, object_key=object_key)

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict | None
    ) -> HttpResponse:
        """The form with the text that the address names, restored but not saved."""
        key = parse_uuid(request.GET.get("typed")) if request.method == "GET" else None
        text = self._text(request, key) if key else None
        record = self.get_object(request, unquote(object_id)) if text and object_id else None
        if text is None or text.object_key != _key_of(record) or not self._may_save(request, record):
            return super()._changeform_view(request, object_id, form_url, extra_context)
        session = self.open_session(request, record, text.words) if record else None
        forms = self._build_restored_forms(request, session, text.words)
        more = {"restored": text, "form_keys": [uuid.uuid4(), text.pk, *_keys(text.words)]}
        return self._render_form(request, session, forms, more)

    def _build_forms_with(
        self, request: HttpRequest, session: EditSession | None, words: QueryDict
    ) -> BuiltForms:
        files = MultiValueDict(
            {
                name.removeprefix(FILE): [SimpleUploadedFile(words[name] or "?", b"")]
                for name in words
                if name.startswith(FILE)
            }
        )
        restored = copy.copy(request)
        restored.method, restored.POST, restored._files = "POST", words, files
        return self._build_forms(restored, session)

    def _build_restored_forms(
        self, request: HttpRequest, session: EditSession | None, words: QueryDict
    ) -> BuiltForms:
        """The forms with the restored text, not validated: nobody has asked for it to be saved."""
        forms = self._build_forms_with(request, session, words)
        show_unvalidated(forms.form)
        for formset in forms.formsets:
            formset._errors, formset._non_form_errors = [], ErrorList()
            for row_form in formset.forms:
                show_unvalidated(row_form)
        return forms

    def render_change_form(self, request: HttpRequest, context: dict, **kwargs: Any) -> HttpResponse:
        record = context["original"]
        if self._may_save(request, record):
            object_key = _key_of(record)
            context.setdefault("form_keys", _keys(request.POST) or [uuid.uuid4()])
            context |= {
                "autosaves": True,
                "record_key": object_key,
                "also_here": self._also_here(request, object_key),
            }
            if request.method == "GET":
                context |= self._offer(request, context)
        return super().render_change_form(request, context, **kwargs)

    def _may_save(self, request: HttpRequest, record: models.Model | None) -> bool:
        return self.has_change_permission(request, record) if record else self.has_add_permission(request)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, *args: Any) -> HttpResponse:
        """Keep what was typed, for the case that the deleted record is restored. Status 409."""
        if request.method != "POST" or not self.has_change_permission(request):
            return super()._get_obj_does_not_exist_redirect(request, *args)
        sent = request.POST.copy()
        sent.pop("csrfmiddlewaretoken", None)
        if keys := _keys(sent):
            with _best_effort():
                self._state(AutosavedForm, request, keys[0], unquote(args[-1])).keep(sent, request.at)
        labels = {name: field.label for name, field in self.get_form(request).base_fields.items()}
        context = {
            "title": _("Not saved: somebody deleted this meanwhile"),
            "may_bring_back": self.has_add_permission(request),
            "words": [
                (labels.get(name) or name, value)
                for name, values in sent.lists()
                for value in values
                if value and not name.startswith("_") and not name.endswith(("_FORMS", "-id"))
            ],
        }
        return self.render_page(request, "record_deleted", context, status=409)

    def _offer(self, request: HttpRequest, context: dict) -> dict[str, Any]:
        """The latest unsaved text of the user that differs from the form, and the fields in which it does."""
        texts = AutosavedForm.objects.waiting(request.user, self.model).filter(
            object_key=context["record_key"]
        )
        texts = texts.exclude(pk__in=context["form_keys"]).order_by("-typed_at", "pk")
        for text in texts[:LATEST]:
            if fields := _differing(context, text.words):
                changes = self._offered_changes(request, context.get("session"), text.words)
                return {"offer": text, "offer_fields": fields, "offer_changes": changes}
        return {}

    def _offered_changes(
        self, request: HttpRequest, session: EditSession | None, words: QueryDict
    ) -> list[FieldChange]:
        """What unsaved text changes in the form of a record, but for files and what is not valid."""
        if session is None:
            return []
        restored = self.open_session(request, session.record, words)
        forms = self._build_forms_with(request, restored, words)
        forms.is_valid()
        typed = typed_snapshot(forms.form, forms.formsets, restored.filled, stores_files=False)
        return SnapshotFormatter(self.model).changes(differences(session.filled, typed))

    def _also_here(self, request: HttpRequest, object_key: str) -> str:
        """A message that names who else has the record open."""
        if not object_key:
            return ""
        sessions = EditingSession.objects.others(request.user, self.model, object_key, request.at)
        entry = _("%(name)s since %(hour)s")
        people = [entry % {"name": session.who, "hour": _hour(session.since)} for session in sessions]
        return _("Also being edited by %(people)s.") % {"people": ", ".join(people)} if people else ""

    def get_urls(self) -> list:
        return [
            self.admin_path("typed/", self.typed_view, "typed"),
            self.admin_path("typed/<uuid:key>/throw-away/", self.discard_view, "throw_away"),
            *super().get_urls(),
        ]

    def typed_view(self, request: HttpRequest) -> JsonResponse:
        """Receive from the script what a form holds, and whether it is still open."""
        if request.method != "POST":
            raise Http404
        # On a shared computer, somebody else may have signed in since.
        if request.POST.get(PERSON) != str(request.user.pk):
            raise PermissionDenied
        keys = _keys(request.POST)
        if not keys:
            raise BadRequest("The form has no key.")
        try:
            object_key = self._record_key(request, request.POST.get(RECORD, ""))
            with transaction.atomic():
                answer = self._store(request, keys, object_key)
            return JsonResponse(answer | {"others": self._also_here(request, object_key)})
        except OperationalError:
            log.warning("What was typed could not be kept; it is sent again.", exc_info=True)
            return JsonResponse({}, status=503)

    def _record_key(self, request: HttpRequest, object_id: str) -> str:
        """The key of the record that the form is of; empty for a new one."""
        if not object_id and self.has_add_permission(request):
            return ""
        record = self.get_object_or_404(request, object_id) if object_id else None
        if record is None or not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        return _key_of(record)

    def _store(self, request: HttpRequest, keys: list[uuid.UUID], object_key: str) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        key, *taken_up = keys
        if WORDS in request.POST:
            words = request.POST.copy()
            for name in ("csrfmiddlewaretoken", PERSON, RECORD, WORDS, HERE):
                words.pop(name, None)
            is_kept = self._state(AutosavedForm, request, key, object_key).keep(words, request.at)
            # The texts that it was restored from are in it.
            AutosavedForm.objects.filter(pk__in=taken_up, by=request.user, ended_at=None).delete()
            answer = {"kept": _hour(request.at)} if is_kept else {"ended": True}
        if HERE in request.POST:
            EditingSession.objects.expired(request.at).delete()
            self._state(EditingSession, request, key, object_key).mark(request.at)
        else:
            EditingSession.objects.filter(pk=key, by=request.user).delete()
        return answer

    def discard_view(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        text = self._text(request, key)
        if request.method != "POST" or text is None:
            raise Http404
        text.delete()
        messages.success(request, _("The unsaved changes were discarded."))
        name = f"admin:{self.url_name('change' if text.object_key else 'add')}"
        return redirect(name, *filter(None, [quote(text.object_key)]))

    def _text(self, request: HttpRequest, key: uuid.UUID) -> AutosavedForm | None:
        """A text of this user, of this model; there is no way to anybody else's."""
        return AutosavedForm.objects.waiting(request.user, self.model).filter(pk=key).first()


def _keys(data: QueryDict) -> list[uuid.UUID]:
    return list(filter(None, map(parse_uuid, data.getlist(KEYS))))


def _key_of(record: models.Model | None) -> str:
    return str(record.pk) if record else ""


def _hour(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(VIENTIANE):%H:%M}"


def _differing(context: dict, words: QueryDict) -> list[str]:
    """The labels of the fields in which unsaved text differs from the form that is shown."""
    shown = context["adminform"].form
    kept = type(shown)(words, instance=shown.instance)
    labels = [str(kept.fields[name].label or capfirst(name)) for name in kept.changed_data]
    for rows in (inline.formset for inline in context["inline_admin_formsets"]):
        kept_rows = type(rows)(words, instance=rows.instance, prefix=rows.prefix)
        if kept_rows.has_changed():
            labels.append(str(capfirst(rows.model._meta.verbose_name_plural)))
    return labels


@contextlib.contextmanager
def _best_effort() -> Iterator[None]:
    """Log database errors instead of failing the request: autosave is optional."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError:
        log.warning("Who is at which form could not be noted.", exc_info=True)
