"""“Recent changes” of the front page: the last entries of the publishing log."""

from django.apps import apps
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from iomlaos.dashboard.worklist.base import admin_url
from iomlaos.publishing.dates import format_when
from iomlaos.publishing.models import PublishingLogEntry, Revision
from iomlaos.publishing.permissions import can_view

CHANGES_SHOWN = 5


def recent_changes(site: AdminSite, request: HttpRequest) -> list[dict[str, str]]:
    """Those of records that the user may see; what was deleted has no address."""
    labels = [model._meta.label_lower for model in site._registry if can_view(site, model, request)]
    entries = PublishingLogEntry.objects.filter(model__in=labels).select_related("by").defer("data")
    changes = []
    for entry in entries[:CHANGES_SHOWN]:
        names = {
            "event": capfirst(entry.get_event_display()),
            "who": entry.who,
            "when": format_when(entry.at, request.at),
        }
        words = _("%(event)s by %(who)s, %(when)s") if entry.who else _("%(event)s, %(when)s")
        is_deleted = entry.event == Revision.Event.DELETED
        url = "" if is_deleted else admin_url(apps.get_model(entry.model), "history", entry.object_key)
        changes.append({"title": entry.title, "note": words % names, "url": url})
    return changes


def change_log_url(site: AdminSite, request: HttpRequest) -> str:
    """The publishing log; empty for those who may not read it."""
    if not can_view(site, PublishingLogEntry, request):
        return ""
    return admin_url(PublishingLogEntry, "changelist")
