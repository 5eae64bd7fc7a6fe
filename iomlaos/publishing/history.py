"""History in the admin: each save kept, nobody overwritten, and every earlier state within reach."""

import contextlib
import copy
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from . import snapshots
from .compared import InWords
from .dates import VIENTIANE
from .revisions import Revision
from .snapshots import Meeting, Snapshot

#: Somebody is faster each time: after so many tries the fault is another one.
MOST_TRIES = 5
#: States that a page of the history shows.
HISTORY_SHOWN = 100


class Raced(Exception):
    """Somebody saved the same record between our look at it and our save: look again."""


class RollBack(Exception):
    """What was done within is to be seen, and not to be kept."""


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """All that happens within is gone afterwards."""
    with contextlib.suppress(RollBack), transaction.atomic():
        yield
        raise RollBack


@dataclass
class Save:
    """A change form on its way into the database."""

    #: What the form was drawn from.
    source: Revision
    #: The state that the row is in.
    head: Revision
    #: Whether the form was in order, and was saved: for good, or to be looked at.
    is_done: bool = False
    #: Only to be looked at: nothing is added to the history.
    is_rehearsal: bool = False
    message: Any = None
    #: What a model is told beside its fields (why a deadline changes, say).
    carried: dict[str, str] = field(default_factory=dict)


class KeepsHistory:
    """A ModelAdmin that keeps each state of a record, and lets no save overwrite another unseen.

    A form knows the state that it was drawn from. If that is still the latest when it comes back, it
    is saved as ever. If not, it comes back with what was typed upon what the other made of it, and
    says field by field what it was, what it is now and what was typed; sending it again decides.
    """

    # --- Saving -------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        for tries in range(1, MOST_TRIES + 1):
            try:
                return super().changeform_view(request, object_id, form_url, extra_context)
            except Raced:
                messages.get_messages(request)._queued_messages.clear()
                if tries == MOST_TRIES:
                    raise
        raise AssertionError("unreachable")

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict | None
    ) -> HttpResponse:
        record = self.get_object(request, unquote(object_id)) if object_id else None
        if record is None or not self.has_view_or_change_permission(request, record):
            return super()._changeform_view(request, object_id, form_url, extra_context)
        if request.method != "POST":
            return self._drawn(request, record, object_id, form_url, extra_context)
        if not self.has_change_permission(request, record):
            raise PermissionDenied
        head = Revision.objects.catch_up(record)
        source = self._revision(record, request.POST.get("_source")) or head
        extra_context = {**(extra_context or {}), "source": source}
        save = request.save_with_history = Save(source, head)
        if source == head:
            return super()._changeform_view(request, object_id, form_url, extra_context)
        return self._upon_another(request, record, save, object_id, form_url, extra_context)

    def _drawn(
        self,
        request: HttpRequest,
        record: models.Model,
        object_id: str,
        form_url: str,
        extra_context: dict | None,
    ) -> HttpResponse:
        """The form of the record as it is or, where the address names one, of a parked state."""
        with transaction.atomic():
            head = Revision.objects.catch_up(record)
        parked = self._revision(record, request.GET.get("source"))
        context = {**(extra_context or {}), "source": parked or head}
        if parked is None or parked.kind != Revision.Kind.PARKED:
            return super()._changeform_view(request, object_id, form_url, context)
        context["note_of_change"] = parked.note
        with undone():
            snapshots.put(record, parked.data, raw=True)
            response = super()._changeform_view(request, object_id, form_url, context).render()
        return response

    def _upon_another(
        self,
        request: HttpRequest,
        record: models.Model,
        save: Save,
        object_id: str,
        form_url: str,
        extra_context: dict,
    ) -> HttpResponse:
        """A form that was drawn from another state than the latest, or from a parked one."""
        save.is_rehearsal = True
        save.carried |= save.source.data.get("carried", {})
        typed: Snapshot = {}
        with undone():
            snapshots.put(record, save.source.data, raw=True)
            response = super()._changeform_view(request, object_id, form_url, extra_context)
            if save.is_done:
                typed = snapshots.take(record)
            elif hasattr(response, "render"):
                response.render()
        if not save.is_done:
            return response
        base = save.source.started_from
        if base == save.head:
            return self._put(request, record, save, typed, response)
        messages.get_messages(request)._queued_messages.clear()
        merged, meetings = snapshots.merge(base.data, save.head.data, typed)
        if not snapshots.differences(save.head.data, merged):
            messages.info(request, _("Nothing had to be saved: it says so already."))
            return response
        merged["carried"] = save.carried
        note = request.POST.get("_note", "")
        again = Revision.objects.park(save.head, record, merged, by=request.user, note=note)
        return self._met(request, record, again, meetings, object_id, form_url, extra_context)

    def _put(
        self,
        request: HttpRequest,
        record: models.Model,
        save: Save,
        typed: Snapshot,
        response: HttpResponse,
    ) -> HttpResponse:
        """What was typed into a parked form, upon the row as it is: with all that a save does."""
        record = type(record)._base_manager.get(pk=record.pk)
        for name, value in save.carried.items():
            setattr(record, name, value)
        snapshots.put(record, typed, raw=False)
        save.is_rehearsal = False
        self.log_change(request, record, save.message)
        return response

    def _met(
        self,
        request: HttpRequest,
        record: models.Model,
        again: Revision,
        meetings: list[Meeting],
        object_id: str,
        form_url: str,
        extra_context: dict,
    ) -> HttpResponse:
        """The form once more, with what two people made of the record. Status 409."""
        asking = copy.copy(request)
        asking.method, asking.POST = "GET", QueryDict()
        words = InWords(type(record)).meetings(meetings)
        context = extra_context | {
            "source": again,
            "met_with": again.base,
            "meetings": words,
            "contested": [meeting for meeting in words if meeting[-1]],
            "note_of_change": again.note,
        }
        with undone():
            snapshots.put(record, again.data, raw=True)
            response = super()._changeform_view(asking, object_id, form_url, context).render()
        response.status_code = 409
        return response

    def _revision(self, record: models.Model, key: str | None) -> Revision | None:
        try:
            return Revision.objects.of(record).filter(pk=uuid.UUID(key or "")).first()
        except ValueError:
            return None

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        if change and (save := getattr(request, "save_with_history", None)):
            told = {name: getattr(obj, name) for name in getattr(obj, "CARRIED", ())}
            save.carried |= {name: value for name, value in told.items() if value}
        super().save_model(request, obj, form, change)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """The last step of a save: its state is added to the history."""
        save = getattr(request, "save_with_history", None)
        if save:
            save.is_done, save.message = True, message
            if save.is_rehearsal:
                return None
        self._keep(request, obj, save.head if save else Revision.objects.of(obj).states().first())
        return super().log_change(request, obj, message)

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        self._keep(request, obj, None)
        return super().log_addition(request, obj, message)

    def _keep(self, request: HttpRequest, record: models.Model, head: Revision | None) -> None:
        data = snapshots.take(record)
        # A second click on the same button.
        if head is not None and head.data == data:
            return
        try:
            Revision.objects.follow(
                head, record, data, by=request.user, note=request.POST.get("_note", "").strip()
            )
        except IntegrityError:
            raise Raced from None

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["keeps_history"] = self.has_change_permission(request, context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    # --- Deleting -----------------------------------------------------------------------------

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        Revision.objects.bury(obj, by=request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        for record in queryset:
            Revision.objects.bury(record, by=request.user)
        super().delete_queryset(request, queryset)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        context = {"keeps_deleted": self.has_add_permission(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    # --- Looking back -------------------------------------------------------------------------

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("deleted/", self.admin_site.admin_view(self.deleted_view), name=f"{name}_deleted"),
            path(
                "<path:object_id>/restore/<uuid:revision>/",
                self.admin_site.admin_view(self.restore_view),
                name=f"{name}_restore",
            ),
            *super().get_urls(),
        ]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict | None = None
    ) -> HttpResponse:
        """Each state with what was changed in it, the latest first."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        with transaction.atomic():
            Revision.objects.catch_up(record)
        states = list(Revision.objects.of(record).states().select_related("by")[: HISTORY_SHOWN + 1])
        in_words = InWords(self.model)
        rows = []
        for number, state in enumerate(states[:HISTORY_SHOWN]):
            before = states[number + 1] if number + 1 < len(states) else None
            changes = in_words.changes(snapshots.differences(before.data, state.data)) if before else []
            rows.append({"state": state, "changes": changes, "is_first": before is None})
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(record)s") % {"record": record},
            "rows": rows,
            "has_more": len(states) > HISTORY_SHOWN,
            "may_restore": self.has_change_permission(request, record),
            "module_name": capfirst(self.opts.verbose_name_plural),
            "object": record,
            "opts": self.opts,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/history.html", context)

    def restore_view(self, request: HttpRequest, object_id: str, revision: uuid.UUID) -> HttpResponse:
        """An earlier state in a form: it is looked at, changed where need be, and saved like any other."""
        record = self.get_object(request, unquote(object_id))
        if request.method != "POST":
            raise Http404
        if record is None or not self.has_change_permission(request, record):
            raise PermissionDenied
        with transaction.atomic():
            state = get_object_or_404(Revision.objects.of(record), pk=revision, kind=Revision.Kind.STATE)
            head = Revision.objects.catch_up(record)
            note = _("As it was on %(when)s") % {"when": in_short(state)}
            kept = {name: head.data["fields"][name] for name in getattr(record, "KEPT_ON_RESTORE", ())}
            data = state.data | {"fields": state.data["fields"] | kept}
            parked = Revision.objects.park(head, record, data, by=request.user, note=note)
        messages.info(request, _("This is how it was. It is not saved yet: look through it, then save."))
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
        return HttpResponseRedirect(f"{address}?source={parked.pk}")

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """What was deleted, the latest first; each can be had back, as a draft where it has a state."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        gone = Revision.objects.filter(model=self.opts.label_lower, kind=Revision.Kind.DELETED)
        gone = gone.select_related("by").order_by("-at")
        there = {str(key) for key in self.model._base_manager.values_list("pk", flat=True)}
        if request.method == "POST":
            buried = get_object_or_404(gone, pk=_key(request.POST.get("revision")))
            return self._unburied(request, buried, there)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Deleted: %(records)s") % {"records": self.opts.verbose_name_plural},
            "gone": [each for each in gone[:HISTORY_SHOWN] if each.object_key not in there],
            "module_name": capfirst(self.opts.verbose_name_plural),
            "opts": self.opts,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/deleted.html", context)

    def _unburied(self, request: HttpRequest, buried: Revision, there: set[str]) -> HttpResponse:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if buried.object_key in there:
            messages.info(request, _("It is there already."))
            return redirect(f"{name}_change", buried.object_key)
        record = self.model(pk=self.opts.pk.to_python(buried.object_key))
        data = copy.deepcopy(buried.data)
        if "state" in data["fields"]:
            data["fields"]["state"] = "draft"
        try:
            with transaction.atomic():
                snapshots.put(record, data, raw=False)
                head = Revision.objects.of(record).states().first()
                Revision.objects.follow(
                    head,
                    record,
                    snapshots.take(record),
                    by=request.user,
                    note=_("Restored after it was deleted"),
                )
        except IntegrityError:
            messages.error(
                request,
                _("It could not be restored: another one has its address or name now. Change that first."),
            )
            return redirect(f"{name}_deleted")
        messages.success(request, _("It is back. Look through it before you publish it."))
        return redirect(f"{name}_change", buried.object_key)


def in_short(state: Revision) -> str:
    return state.at.astimezone(VIENTIANE).strftime("%Y-%m-%d %H:%M")


def _key(text: str | None) -> uuid.UUID:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        raise Http404 from None
