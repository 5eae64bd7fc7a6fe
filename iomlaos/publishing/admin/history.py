"""History in the admin: every earlier state and what was deleted within reach, in words."""

import copy
import uuid

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from iomlaos.publishing import snapshots
from iomlaos.publishing.compared import Change, InWords
from iomlaos.publishing.dates import VIENTIANE
from iomlaos.publishing.models import ReviewLink
from iomlaos.publishing.revisions import Revision

from .saving import SavesSafely

#: States that a page of the history shows.
HISTORY_SHOWN = 100


class KeepsHistory(SavesSafely):
    """A ModelAdmin that shows what each save changed, and brings back what was."""

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
        standing = self._standing_of(record)
        states = Revision.objects.of(record).saved().select_related("by", "base")
        states, in_words = list(states[: HISTORY_SHOWN + 1]), InWords(self.model)
        rows = [
            {
                "state": state,
                "changes": _changes(state, in_words),
                "is_now": state in (standing.head, standing.draft),
            }
            for state in states[:HISTORY_SHOWN]
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(record)s") % {"record": record},
            "rows": rows,
            "draft": standing.draft,
            "links": ReviewLink.objects.of(record).select_related("by"),
            "at": request.at,
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
            state = get_object_or_404(Revision.objects.of(record).saved(), pk=revision)
            head = Revision.objects.catch_up(record)
            note = _("As it was on %(when)s") % {"when": in_short(state)}
            kept = {name: head.data["fields"][name] for name in getattr(record, "KEPT_ON_RESTORE", ())}
            data = state.data | {"fields": state.data["fields"] | kept, "carried": {}}
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
                Revision.objects.follow(
                    Revision.objects.last_known(record),
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


def _changes(state: Revision, in_words: InWords) -> list[Change]:
    """What it changed in what it was made from; nothing for the first that is known."""
    if state.base is None:
        return []
    return in_words.changes(snapshots.differences(state.base.data, state.data))


def in_short(state: Revision) -> str:
    return state.at.astimezone(VIENTIANE).strftime("%Y-%m-%d %H:%M")


def _key(text: str | None) -> uuid.UUID:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        raise Http404 from None
