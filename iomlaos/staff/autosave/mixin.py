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
from dataclasses import dataclass
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
from iomlaos.staff.autosave.models import AutosavedForm, EditingSession
from iomlaos.staff.base import parse_uuid

log = logging.getLogger(__name__)

#: The key of a form, and of those that it was restored from.
KEYS = "_typed"
#: What the script sends beside the form: the user that the page was drawn for, its record, whether the
#: contents are sent, and whether the form is still open.
PERSON, RECORD, WORDS, HERE = "_person", "_record", "_words", "_here"
#: A file that was chosen is sent by its name alone.
FILE = "_file:"
#: Restores that are offered at once; there are hardly ever more.
OFFERED = 5


@dataclass
class Typing:
    """The autosave of one request."""

    keys: list[uuid.UUID]
    #: The record that the form changes; empty where it adds one.
    object_key: str = ""
    is_drawn: bool = False
    is_missing: bool = False
    taken_up: AutosavedForm | None = None


class OnlyDrawn:
    """A form that shows what was typed without validating it."""

    def full_clean(self) -> None:
        self._errors, self.cleaned_data = ErrorDict(), {}

    def is_valid(self) -> bool:
        return False


class AutosaveMixin:
    """A ModelAdmin whose forms keep what is typed into them, and say who else has them open."""

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any) -> HttpResponse:
        sent = _keys(request.POST) if request.method == "POST" else []
        typing = request.typing = Typing(sent or [uuid.uuid4()], unquote(object_id) if object_id else "")
        response = super().changeform_view(request, object_id, *args)
        status = response.status_code
        is_saved = status == 302 or (status == 200 and IS_POPUP_VAR in request.POST)
        # A failure here loses nothing: the text is offered once more, or somebody is not seen.
        with _at_ease():
            if typing.is_drawn:
                EditingSession.objects.too_old(request.at).delete()
                session = self._state(EditingSession, request, typing.keys[0], typing.object_key)
                session.mark(request.at, beats=False)
            elif sent and is_saved and not typing.is_missing:
                for key in set(sent):
                    self._state(AutosavedForm, request, key, typing.object_key).end(request.at)
                EditingSession.objects.filter(pk__in=sent, by=request.user).delete()
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
        words = text.words
        asking = copy.copy(request)
        asking.method, asking.POST, asking.as_sent = "POST", words, words
        asking._files = MultiValueDict()
        for name in [name for name in words if name.startswith(FILE)]:
            asking._files[name.removeprefix(FILE)] = SimpleUploadedFile(words[name] or "?", b"")
        asking.typing.keys += dict.fromkeys([text.pk, *_keys(words)])
        asking.typing.taken_up = text
        if record is None:
            return super()._changeform_view(asking, object_id, form_url, extra_context)
        asking.GET = request.GET.copy()
        asking.GET["source"] = words.get("_source", "")
        return self._drawn(asking, record, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type[BaseForm]:
        form = super().get_form(request, obj, **kwargs)
        return type(form)(form.__name__, (OnlyDrawn, form), {}) if _is_taken_up(request) else form

    def _create_formsets(self, request: HttpRequest, obj: models.Model, change: bool) -> tuple[list, list]:
        formsets, inlines = super()._create_formsets(request, obj, change)
        for formset in formsets if _is_taken_up(request) else ():
            formset._errors, formset._non_form_errors = [], ErrorList()
            for form in formset.forms:
                OnlyDrawn.full_clean(form)
        return formsets, inlines

    def render_change_form(self, request: HttpRequest, context: dict, **kwargs: Any) -> HttpResponse:
        record, typing = context["original"], request.typing
        if self._may_save(request, record):
            typing.is_drawn, typing.object_key = True, _key_of(record)
            context |= {"typing": typing, "also_here": self._also_here(request, typing.object_key)}
            if request.method == "GET" or typing.taken_up:
                context["offers"] = self._offers(request, typing, context)
        return super().render_change_form(request, context, **kwargs)

    def _may_save(self, request: HttpRequest, record: models.Model | None) -> bool:
        return self.has_change_permission(request, record) if record else self.has_add_permission(request)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, *args: Any) -> HttpResponse:
        """Keep what was typed, for the case that the deleted record is restored. Status 409."""
        typing = getattr(request, "typing", None)
        if typing:
            typing.is_missing = True
        if not typing or request.method != "POST" or not self.has_change_permission(request):
            return super()._get_obj_does_not_exist_redirect(request, *args)
        sent = getattr(request, "as_sent", request.POST).copy()
        sent.pop("csrfmiddlewaretoken", None)
        with _at_ease():
            self._state(AutosavedForm, request, typing.keys[0], typing.object_key).keep(sent, request.at)
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

    def _offers(self, request: HttpRequest, typing: Typing, context: dict) -> list[tuple]:
        """The unsaved texts of the user, newest first, with the fields in which they differ from the form."""
        texts = AutosavedForm.objects.waiting(request.user, self.model).filter(object_key=typing.object_key)
        texts = texts.exclude(pk__in=typing.keys).order_by("-typed_at", "pk")
        offers = [(text, _differing(context, text.words)) for text in texts[:OFFERED]]
        return [(text, labels) for text, labels in offers if labels]

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
            self.admin_path("typed/<uuid:key>/throw-away/", self.throw_away_view, "throw_away"),
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
            object_key = self._kept_for(request, request.POST.get(RECORD, ""))
            with transaction.atomic():
                answer = self._take_in(request, keys, object_key)
            return JsonResponse(answer | {"others": self._also_here(request, object_key)})
        except OperationalError:
            log.warning("What was typed could not be kept; it is sent again.", exc_info=True)
            return JsonResponse({}, status=503)

    def _kept_for(self, request: HttpRequest, object_id: str) -> str:
        """The key of the record that the form is of; empty for a new one."""
        if not object_id and self.has_add_permission(request):
            return ""
        record = self.get_object_or_404(request, object_id) if object_id else None
        if record is None or not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        return _key_of(record)

    def _take_in(self, request: HttpRequest, keys: list[uuid.UUID], object_key: str) -> dict[str, Any]:
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
            self._state(EditingSession, request, key, object_key).mark(request.at, beats=True)
        else:
            EditingSession.objects.filter(pk=key, by=request.user).delete()
        return answer

    def throw_away_view(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        text = self._text(request, key)
        if request.method != "POST" or text is None:
            raise Http404
        text.delete()
        messages.success(request, _("What you had typed was thrown away. Nothing else was changed."))
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


def _is_taken_up(request: HttpRequest) -> bool:
    typing = getattr(request, "typing", None)
    return typing is not None and typing.taken_up is not None


def _differing(context: dict, words: QueryDict) -> list[str]:
    """The labels of the fields in which unsaved text differs from the form that is shown."""
    shown = context["adminform"].form
    kept = type(shown)(words, instance=shown.instance)
    labels = [str(kept.fields[name].label or capfirst(name)) for name in kept.changed_data]
    for rows in (inline.formset for inline in context["inline_admin_formsets"]):
        kept_rows = type(rows)(words, instance=rows.instance, prefix=rows.prefix, queryset=rows.queryset)
        if kept_rows.has_changed():
            labels.append(str(capfirst(rows.model._meta.verbose_name_plural)))
    return labels


@contextlib.contextmanager
def _at_ease() -> Iterator[None]:
    """Log database errors instead of failing the request: autosave is optional."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError:
        log.warning("Who is at which form could not be noted.", exc_info=True)
