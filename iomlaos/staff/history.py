"""History of a record: versions, restore, public changelog, deleted records."""

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from iomlaos.publishing import merge, serialization
from iomlaos.publishing.diff import FieldChange, SnapshotFormatter
from iomlaos.publishing.models import RecordVersions, ReviewLink, Revision, existing_keys
from iomlaos.staff.base import parse_uuid
from iomlaos.staff.notifications.models import Notification

#: Revisions on a page of the history.
PAGE_SIZE = 100


class HistoryMixin:
    """A ModelAdmin that shows what each save changed, and restores versions and deleted records."""

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        serialization.locked(self.model, obj.pk)
        Revision.objects.record_deletion(obj, by=request.user)
        Notification.objects.forget_upcoming(obj, request.at)
        super().delete_model(request, obj)

    def get_urls(self) -> list:
        return [
            self.admin_path("<path:object_id>/notes/", self.notes_view, "notes"),
            self.admin_path("deleted/", self.deleted_view, "deleted"),
            *super().get_urls(),
        ]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """All versions with what changed in each, newest first."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        versions = Revision.objects.peek(record)
        revisions = Revision.objects.of(record).saved().select_related("by", "base")
        revisions = list(revisions[: PAGE_SIZE + 1])
        context = {
            "title": _("History: %(record)s") % {"record": record},
            "rows": [(revision, self._changes(revision)) for revision in revisions[:PAGE_SIZE]],
            "draft": versions.draft,
            "head": versions.current,
            "links": ReviewLink.objects.of(record).select_related("by"),
            "at": request.at,
            "has_more": len(revisions) > PAGE_SIZE,
            "notes_shown": self._editable_notes(request, record),
            "may_restore": self.has_change_permission(request, record),
            "object": record,
        }
        return self.render_page(request, "history", context | (extra_context or {}))

    def _changes(self, revision: Revision) -> list[FieldChange]:
        differences = merge.differences(revision.base.data, revision.data) if revision.base else []
        return SnapshotFormatter(self.model).changes(differences)

    def _editable_notes(self, request: HttpRequest, record: models.Model) -> list[dict]:
        notes = record.changelog if getattr(record, "shows_changes", False) else []
        if not notes or not self.has_publish_permission(request):
            return []
        return [note | {"day": datetime.date.fromisoformat(note["on"])} for note in notes]

    def notes_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Correct or remove a note of the public changelog."""
        if request.method != "POST":
            raise Http404
        record = self.get_object_or_404(request, object_id, self.has_change_permission)
        if not self._editable_notes(request, record):
            raise PermissionDenied
        with transaction.atomic():
            versions = self.versions_of(record)
            if versions.current.has_form_key(request.POST.get("_source", "")):
                fault = self._save_note(request, versions)
            else:
                fault = _("Somebody else changed this meanwhile. Check the notes and try again.")
        if fault:
            messages.error(request, fault)
        else:
            messages.success(request, _("The note is changed on the page."))
        return redirect(self.admin_url("history", record))

    def _save_note(self, request: HttpRequest, versions: RecordVersions) -> str:
        """Change or remove a note. Returns what is wrong with it, or nothing."""
        record, number = versions.record, request.POST.get("note", "")
        if not number.isdecimal() or int(number) >= len(record.changelog):
            return _("There is no such note.")
        texts = {name: request.POST.get(name, "").strip()[:300] for name in ("en", "lo")}
        if "_take_off" in request.POST:
            del record.changelog[int(number)]
        elif texts["en"]:
            note = {"on": record.changelog[int(number)]["on"]}
            record.changelog[int(number)] = note | {name: text for name, text in texts.items() if text}
        else:
            return _("The note was not changed: it needs words in English.")
        record.save(update_fields=["changelog", "updated_at"])
        versions.add_state(serialization.serialize(record), by=request.user, note="")
        return ""

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """Deleted records, newest first. A POST restores one, as a draft where it has a state."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        deletions = Revision.objects.filter(model=self.opts.label_lower, kind=Revision.Kind.DELETED)
        deletions = deletions.select_related("by").order_by("-at")
        if request.method == "POST":
            key = parse_uuid(request.POST.get("revision"))
            return self._restore_deleted(request, get_object_or_404(deletions, pk=key))
        latest = list(deletions[:PAGE_SIZE])
        existing = existing_keys(latest)
        context = {
            "title": _("Deleted: %(records)s") % {"records": self.opts.verbose_name_plural},
            "deletions": [each for each in latest if (each.model, each.object_key) not in existing],
        }
        return self.render_page(request, "deleted_records", context)

    def _restore_deleted(self, request: HttpRequest, deletion: Revision) -> HttpResponse:
        record = self.model(pk=self.opts.pk.to_python(deletion.object_key))
        if self.model._base_manager.filter(pk=record.pk).exists():
            messages.info(request, _("It exists already."))
            return redirect(self.admin_url("change", record))
        data = deletion.data
        paths = serialization.missing_references(self.model, data)
        missing = {"missing": ", ".join(_missing_targets(self.model, data, path) for path in paths)}
        if any(_is_required(self.model, path) for path in paths):
            message = _(
                "It cannot come back before what it belongs to does: %(missing)s. Bring that back first."
            )
            messages.error(request, message % missing)
            return redirect(self.admin_url("deleted"))
        fields = data["fields"]
        if "state" in fields:
            fields["state"] = "draft"
            if not self.is_slug_available(fields["slug"]):
                fields["slug"] = self.unique_slug(fields["slug"])
                message = _("Another page has its address now. This one has a new one: %(slug)s.")
                messages.warning(request, message % {"slug": fields["slug"]})
        try:
            with transaction.atomic():
                serialization.write(record, data)
                versions, note = Revision.objects.saved_versions(record), _("Restored after it was deleted")
                versions.add_state(serialization.serialize(record), by=request.user, note=note)
        except IntegrityError:
            message = _(
                "It could not be restored: another one has its address or name now. Change that first."
            )
            messages.error(request, message)
            return redirect(self.admin_url("deleted"))
        messages.success(request, _("Restored. Check it before you publish it."))
        if paths:
            messages.warning(request, _("It comes without what was deleted, too: %(missing)s.") % missing)
        return redirect(self.admin_url("change", record))


def _is_required(model: type[models.Model], path: merge.Path) -> bool:
    """Whether a record is not the same without what a field refers to: a figure without its programme."""
    if path[0] == "many":
        return False
    field = merge.field_at(model, path)
    owned = serialization.child_relations(field.related_model)
    return not field.null or any(relation.field == field for relation in owned)


def _missing_targets(model: type[models.Model], data: merge.Snapshot, path: merge.Path) -> str:
    """The label of a field that refers to deleted records, with their titles where these are known."""
    value = merge.flatten(data)[path]
    keys = value if isinstance(value, list) else [value]
    related = merge.field_at(model, path).related_model
    existing = {str(key) for key in related._base_manager.filter(pk__in=keys).values_list("pk", flat=True)}
    deletions = Revision.objects.filter(
        kind=Revision.Kind.DELETED, model=related._meta.label_lower, object_key__in={*keys} - existing
    )
    titles = ", ".join(dict.fromkeys(deletions.values_list("title", flat=True)))
    label = SnapshotFormatter(model).label(path)
    return f"{label} ({titles})" if titles else str(label)
