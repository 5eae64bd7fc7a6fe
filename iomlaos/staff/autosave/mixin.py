"""Autosave of change forms, and who else has the form open.

A small script (static/staff/js/autosave.js) sends what a form holds while somebody types. Each opened
form has a key of its own, so that two tabs do not eat each other. Without the script all else works.
"""

import contextlib
import copy
import datetime
import logging
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, OperationalError, models, transaction
from django.forms import BaseForm
from django.forms.utils import ErrorDict, ErrorList
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from iomlaos.publishing.dates import VIENTIANE
from iomlaos.staff.autosave.models import AutosavedForm, EditingSession

log = logging.getLogger(__name__)

#: The key of a form, and of those that it was taken up from.
KEYS = "_typed"
#: What the script sends beside the form: for whom the page was drawn, of which record, whether the words
#: are there, and whether somebody still is.
PERSON, RECORD, WORDS, HERE = "_person", "_record", "_words", "_here"
#: A file that was chosen is sent by its name alone.
FILE = "_file:"
#: Offered at once; there are hardly ever more.
OFFERED = 5


@dataclass
class Typing:
    """What a form that can be saved says about itself."""

    keys: list[uuid.UUID]
    #: The record that it changes; empty where it adds one.
    object_key: str = ""
    is_drawn: bool = False
    is_missing: bool = False
    taken_up: AutosavedForm | None = None


@dataclass
class Offer:
    """Something that was typed and not saved, and in which fields it differs from what is there."""

    text: AutosavedForm
    differs: list[str] = field(default_factory=list)


class OnlyDrawn:
    """A form that shows what was typed, right or wrong, and is not judged before it is sent."""

    def full_clean(self) -> None:
        self._errors, self.cleaned_data = ErrorDict(), {}

    def is_valid(self) -> bool:
        return False


class AutosaveMixin:
    """A ModelAdmin whose forms keep what is typed into them, and say who else has them open."""

    # --- Drawing ------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        sent = list(_keys(request.POST)) if request.method == "POST" else []
        typing = request.typing = Typing(sent or [uuid.uuid4()], unquote(object_id) if object_id else "")
        response = super().changeform_view(request, object_id, form_url, extra_context)
        # A failure here loses nothing: it is offered once more, or somebody is not seen.
        with _at_ease():
            if typing.is_drawn:
                self._mark(request, typing.keys[0], typing.object_key, beats=False)
            elif sent and not typing.is_missing and _is_saved(request, response):
                AutosavedForm.objects.end(sent, request.user, self.model, typing.object_key, request.at)
                EditingSession.objects.filter(pk__in=sent, by=request.user).delete()
        return response

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict | None
    ) -> HttpResponse:
        """The form once more with what was typed, where the address names it. Nothing is saved by that."""
        key = request.GET.get("typed") if request.method == "GET" else None
        text = self._text(request, key) if key else None
        if text is None:
            return super()._changeform_view(request, object_id, form_url, extra_context)
        record = self.get_object(request, unquote(object_id)) if object_id else None
        if not self._may_save(request, record) or text.object_key != _key_of(record):
            return super()._changeform_view(request, object_id, form_url, extra_context)
        words = text.words
        asking = copy.copy(request)
        asking.method, asking.POST, asking.as_sent = "POST", words, words
        asking._files = MultiValueDict(
            {
                name.removeprefix(FILE): [SimpleUploadedFile(words[name] or "?", b"")]
                for name in words
                if name.startswith(FILE)
            }
        )
        asking.typing.keys += dict.fromkeys([text.pk, *_keys(words)])
        asking.typing.taken_up = text
        if record is None:
            return super()._changeform_view(asking, object_id, form_url, extra_context)
        asking.GET = request.GET.copy()
        asking.GET["source"] = words.get("_source", "")
        return self._drawn(asking, record, object_id, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[BaseForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form)(form.__name__, (OnlyDrawn, form), {}) if _is_taken_up(request) else form

    def _create_formsets(self, request: HttpRequest, obj: models.Model, change: bool) -> tuple[list, list]:
        formsets, inlines = super()._create_formsets(request, obj, change)
        for formset in formsets if _is_taken_up(request) else ():
            formset._errors, formset._non_form_errors = [], ErrorList()
            for form in formset.forms:
                form._errors, form.cleaned_data = ErrorDict(), {}
        return formsets, inlines

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        record, typing = context["original"], getattr(request, "typing", None)
        if typing and self._may_save(request, record):
            typing.is_drawn, typing.object_key = True, _key_of(record)
            context |= {
                "typing": typing,
                "typed_address": reverse(f"admin:{self._address}_typed"),
                "also_here": self._also_here(request, typing.object_key),
            }
            if request.method == "GET" or typing.taken_up:
                context["offers"] = self._offers(request, typing, context)
        return super().render_change_form(request, context, *args, **kwargs)

    def _may_save(self, request: HttpRequest, record: models.Model | None) -> bool:
        return self.has_change_permission(request, record) if record else self.has_add_permission(request)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """Its form cannot be saved; what was typed stays, for the case that the record comes back."""
        typing = getattr(request, "typing", None)
        if typing:
            typing.is_missing = True
        if not typing or request.method != "POST" or not self.has_change_permission(request):
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)
        sent = getattr(request, "as_sent", request.POST).copy()
        sent.pop("csrfmiddlewaretoken", None)
        with _at_ease():
            AutosavedForm.objects.keep(
                typing.keys[0], request.user, self.model, typing.object_key, sent, request.at
            )
        labels = {name: field.label for name, field in self.get_form(request).base_fields.items()}
        context = {
            **self.admin_site.each_context(request),
            "title": _("Not saved: somebody deleted this meanwhile"),
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "may_bring_back": self.has_add_permission(request),
            "words": [
                (labels.get(name) or name, value)
                for name, values in sent.lists()
                for value in values
                if value and not name.startswith("_") and not name.endswith(("_FORMS", "-id"))
            ],
        }
        return TemplateResponse(request, "admin/record_deleted.html", context, status=409)

    def _offers(self, request: HttpRequest, typing: Typing, context: dict) -> list[Offer]:
        """What the person typed here before. What differs in nothing from what is there is none."""
        texts = AutosavedForm.objects.of(request.user, self.model, typing.object_key)
        offers = [
            Offer(text, _differing(context, text.words))
            for text in texts.exclude(pk__in=typing.keys)[:OFFERED]
        ]
        return [offer for offer in offers if offer.differs]

    def _also_here(self, request: HttpRequest, object_key: str) -> str:
        """Who else is at it, in words."""
        if not object_key:
            return ""
        others = EditingSession.objects.others(request.user, self.model, object_key, request.at)
        names = [
            _("%(name)s since %(hour)s") % {"name": each.who, "hour": _hour(each.since)} for each in others
        ]
        return _("Also being edited by %(people)s.") % {"people": ", ".join(names)} if names else ""

    # --- Keeping ------------------------------------------------------------------------------

    @property
    def _address(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [
            path("typed/", view(self.typed_view), name=f"{self._address}_typed"),
            path(
                "typed/<uuid:key>/throw-away/",
                view(self.throw_away_view),
                name=f"{self._address}_throw_away",
            ),
            *super().get_urls(),
        ]

    def typed_view(self, request: HttpRequest) -> JsonResponse:
        """The script's word: what a form holds now, and that somebody is at it, or has left."""
        if request.method != "POST":
            raise Http404
        # On a computer that is shared, another may have signed in since.
        if request.POST.get(PERSON) != str(request.user.pk):
            raise PermissionDenied
        keys = list(_keys(request.POST))
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

    def _kept_for(self, request: HttpRequest, named: str) -> str:
        """The key of the record that the form is of, where this person may see it; none for a new one."""
        record = self.get_object(request, named) if named else None
        if named and record is None:
            raise Http404
        may = self.has_view_or_change_permission if record else self.has_add_permission
        if not may(request, *filter(None, [record])):
            raise PermissionDenied
        return _key_of(record)

    def _take_in(self, request: HttpRequest, keys: list[uuid.UUID], object_key: str) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        person, [key, *taken_up] = request.user, keys
        if WORDS in request.POST:
            words = request.POST.copy()
            for name in ("csrfmiddlewaretoken", PERSON, RECORD, WORDS, HERE):
                words.pop(name, None)
            is_kept = AutosavedForm.objects.keep(key, person, self.model, object_key, words, request.at)
            # The words of what it was taken up from are in it.
            AutosavedForm.objects.filter(pk__in=taken_up, by=person, ended_at=None).delete()
            answer = {"kept": _hour(request.at)} if is_kept else {"ended": True}
        if HERE in request.POST:
            self._mark(request, key, object_key, beats=True)
        else:
            EditingSession.objects.filter(pk=key, by=person).delete()
        return answer

    def _mark(self, request: HttpRequest, key: uuid.UUID, object_key: str, *, beats: bool) -> None:
        if object_key:
            if not beats:
                EditingSession.objects.too_old(request.at).delete()
            EditingSession.objects.mark(key, request.user, self.model, object_key, request.at, beats=beats)

    def throw_away_view(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        text = self._text(request, key)
        if request.method != "POST" or text is None:
            raise Http404
        text.delete()
        messages.success(request, _("What you had typed was thrown away. Nothing else was changed."))
        if not text.object_key:
            return redirect(f"admin:{self._address}_add")
        return redirect(f"admin:{self._address}_change", quote(text.object_key))

    def _text(self, request: HttpRequest, key: uuid.UUID | str) -> AutosavedForm | None:
        """A text of this person, of this kind of thing; there is no way to anybody else's."""
        mine = AutosavedForm.objects.filter(by=request.user, model=self.opts.label_lower, ended_at=None)
        with contextlib.suppress(ValidationError):
            return mine.filter(pk=key).first()
        return None


def _keys(data: QueryDict) -> Iterator[uuid.UUID]:
    for text in data.getlist(KEYS):
        with contextlib.suppress(ValueError):
            yield uuid.UUID(text)


def _key_of(record: models.Model | None) -> str:
    return str(record.pk) if record else ""


def _hour(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(VIENTIANE):%H:%M}"


def _is_taken_up(request: HttpRequest) -> bool:
    typing = getattr(request, "typing", None)
    return request.method == "POST" and typing is not None and typing.taken_up is not None


def _is_saved(request: HttpRequest, response: HttpResponse) -> bool:
    """A form that was saved is answered with another page, one in a window of its own with its end."""
    return response.status_code == 302 or (response.status_code == 200 and IS_POPUP_VAR in request.POST)


def _differing(context: dict, words: QueryDict) -> list[str]:
    """The labels of what in a kept form is not as in the form that is shown."""
    shown = context["adminform"].form
    kept = type(shown)(words, instance=shown.instance)
    labels = [str(kept.fields[name].label or capfirst(name)) for name in kept.changed_data]
    for rows in (each.formset for each in context["inline_admin_formsets"]):
        kept_rows = type(rows)(words, instance=rows.instance, prefix=rows.prefix, queryset=rows.queryset)
        if any(form.has_changed() for form in kept_rows.forms):
            labels.append(str(capfirst(rows.model._meta.verbose_name_plural)))
    return labels


@contextlib.contextmanager
def _at_ease() -> Iterator[None]:
    """Beside the matter: a database that does not answer here is noted, and no more."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError:
        log.warning("Who is at which form could not be noted.", exc_info=True)
