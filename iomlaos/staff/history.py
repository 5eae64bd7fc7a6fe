"""History of a record: versions, restore, public changelog, deleted records."""

import copy
import datetime
import uuid

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from iomlaos.publishing import merge, serialization
from iomlaos.publishing.dates import VIENTIANE
from iomlaos.publishing.diff import FieldChange, SnapshotFormatter
from iomlaos.publishing.models import RecordVersions, ReviewLink, Revision
from iomlaos.publishing.options import options_of
from iomlaos.staff.versioned_save import SavesSafely

#: States that a page of the history shows.
HISTORY_SHOWN = 100


class HistoryMixin(SavesSafely):
    """A ModelAdmin that shows what each save changed, and brings back what was."""

    # --- Deleting -----------------------------------------------------------------------------

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        serialization.locked(self.model, obj.pk)
        Revision.objects.record_deletion(obj, by=request.user)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        for record in queryset.order_by("pk"):
            serialization.locked(self.model, record.pk)
            Revision.objects.record_deletion(record, by=request.user)
        super().delete_queryset(request, queryset)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        context = {"keeps_deleted": self.has_add_permission(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    # --- Looking back -------------------------------------------------------------------------

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path(
                "<path:object_id>/notes/", self.admin_site.admin_view(self.notes_view), name=f"{name}_notes"
            ),
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
        states, in_words = list(states[: HISTORY_SHOWN + 1]), SnapshotFormatter(self.model)
        rows = [
            {
                "state": state,
                "changes": _changes(state, in_words),
                "is_now": state in (standing.current, standing.draft),
            }
            for state in states[:HISTORY_SHOWN]
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(record)s") % {"record": record},
            "rows": rows,
            "draft": standing.draft,
            "head": standing.current,
            "links": ReviewLink.objects.of(record).select_related("by"),
            "at": request.at,
            "has_more": len(states) > HISTORY_SHOWN,
            "notes_shown": self._notes_shown(request, record),
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
            serialization.locked(self.model, record.pk)
            state = get_object_or_404(Revision.objects.of(record).saved(), pk=revision)
            head = Revision.objects.sync_state(record)
            note = _("As it was on %(when)s") % {"when": in_short(state)}
            kept = {name: head.data["fields"][name] for name in options_of(self.model).kept_on_restore}
            data = state.data | {"fields": state.data["fields"] | kept, "carried": {}}
            parked = Revision.objects.add_pending(head, record, data, by=request.user, note=note)
        messages.info(request, _("This is how it was. It is not saved yet: look through it, then save."))
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
        return HttpResponseRedirect(f"{address}?source={parked.pk}")

    def _notes_shown(self, request: HttpRequest, record: models.Model) -> list[dict]:
        """What its page says of its changes, for those who may put it better."""
        shown = getattr(record, "changelog", []) if getattr(record, "shows_changes", False) else []
        if not shown or not self.may_publish(request):
            return []
        return [note | {"day": datetime.date.fromisoformat(note["on"])} for note in shown]

    def notes_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A note that stands on the page is put better, or taken off it."""
        record = self.get_object(request, unquote(object_id))
        if request.method != "POST":
            raise Http404
        if record is None or not self._notes_shown(request, record):
            raise PermissionDenied
        try:
            with transaction.atomic():
                standing = self._standing_of(record)
                if str(standing.current.pk) != request.POST.get("_source"):
                    raise IntegrityError("The notes were looked at before somebody saved.")
                self._put_note(request, standing)
        except IntegrityError:
            messages.error(request, _("Somebody else saved this meanwhile. Look at the notes once more."))
        except ValidationError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The note is changed. The page says so now."))
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", object_id)

    def _put_note(self, request: HttpRequest, standing: RecordVersions) -> None:
        """Raises ValidationError where it says nothing, and IntegrityError where somebody was faster."""
        record = self.model._base_manager.get(pk=standing.current.object_key)
        number = request.POST.get("note", "")
        if not number.isdecimal() or int(number) >= len(record.changelog):
            raise ValidationError(_("There is no such note."))
        note = record.changelog[int(number)]
        words = {name: request.POST.get(name, "").strip()[:300] for name in ("en", "lo")}
        if "_take_off" in request.POST:
            better = []
        elif words["en"]:
            better = [{"on": note["on"]} | {name: text for name, text in words.items() if text}]
        else:
            raise ValidationError(_("The note was not changed: it needs words in English."))
        record.changelog[int(number) : int(number) + 1] = better
        record.save(update_fields=["changelog", "updated_at"])
        Revision.objects.add_state(
            standing, record, serialization.serialize(record), by=request.user, note=""
        )

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

    def _needs(self, path: merge.Path) -> bool:
        """Whether a record is another thing, or none, without what a field of it refers to.

        A figure without its programme would be a fact of the country.
        """
        if path[0] == "many":
            return False
        kind = self.model if path[0] == "fields" else self.model._meta.get_field(path[1]).related_model
        field = kind._meta.get_field(path[-1])
        owned = serialization.child_relations(field.related_model)
        return not field.null or any(relation.field == field for relation in owned)

    def _unburied(self, request: HttpRequest, buried: Revision, there: set[str]) -> HttpResponse:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if buried.object_key in there:
            messages.info(request, _("It is there already."))
            return redirect(f"{name}_change", buried.object_key)
        record = self.model(pk=self.opts.pk.to_python(buried.object_key))
        data = copy.deepcopy(buried.data)
        gone = serialization.missing_references(self.model, data)
        missing = ", ".join(_what_is_gone(self.model, data, path) for path in gone)
        if any(self._needs(path) for path in gone):
            words = _(
                "It cannot come back before what it belongs to does: %(missing)s. Bring that back first."
            )
            messages.error(request, words % {"missing": missing})
            return redirect(f"{name}_deleted")
        if "state" in data["fields"]:
            data["fields"]["state"] = "draft"
        try:
            with transaction.atomic():
                serialization.apply(record, data, raw=False)
                Revision.objects.add_state(
                    Revision.objects.saved_versions(record),
                    record,
                    serialization.serialize(record),
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
        if missing:
            words = _("It comes without what was deleted, too: %(missing)s.")
            messages.warning(request, words % {"missing": missing})
        return redirect(f"{name}_change", buried.object_key)


def _what_is_gone(model: type[models.Model], data: merge.Snapshot, path: merge.Path) -> str:
    """A field whose other side was deleted, with the titles of that where they are known."""
    row = data
    for part in path:
        row = row.get(part, {})
    keys = row if isinstance(row, list) else [row]
    kind = model if path[0] != "owned" else model._meta.get_field(path[1]).related_model
    related = kind._meta.get_field(path[-1]).related_model
    there = {str(key) for key in related._base_manager.filter(pk__in=keys).values_list("pk", flat=True)}
    buried = Revision.objects.filter(
        kind=Revision.Kind.DELETED,
        model=related._meta.label_lower,
        object_key__in=[key for key in keys if key not in there],
    )
    titles = ", ".join(dict.fromkeys(buried.values_list("title", flat=True)))
    label = SnapshotFormatter(model).label(path)
    return f"{label} ({titles})" if titles else str(label)


def _changes(state: Revision, in_words: SnapshotFormatter) -> list[FieldChange]:
    """What it changed in what it was made from; nothing for the first that is known."""
    if state.base is None:
        return []
    return in_words.changes(merge.differences(state.base.data, state.data))


def in_short(state: Revision) -> str:
    return state.at.astimezone(VIENTIANE).strftime("%Y-%m-%d %H:%M")


def _key(text: str | None) -> uuid.UUID:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        raise Http404 from None
