"""“Still correct”: a button of the work list for a page that needs no change."""

import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from iomlaos.publishing import serialization
from iomlaos.publishing.dates import VIENTIANE
from iomlaos.publishing.models import Publishable, Revision, publishables
from iomlaos.publishing.permissions import can_publish


@require_POST
def mark_reviewed(request: HttpRequest, label: str, key: str) -> HttpResponse:
    """Mark a page as reviewed today, to be reviewed again in a year."""
    model = next((model for model in publishables() if model._meta.label_lower == label), None)
    if model is None or not key.isdecimal():
        raise Http404
    model_admin = admin.site.get_model_admin(model)
    if not can_publish(request.user, model) or not model_admin.has_change_permission(request):
        raise PermissionDenied
    record = _set_reviewed(model, key, request.at.astimezone(VIENTIANE).date(), request.user)
    message = _("“%(title)s” is still correct. Checked %(today)s, next review by %(day)s.") % {
        "title": record,
        "today": formats.date_format(record.reviewed_on),
        "day": formats.date_format(record.review_due),
    }
    messages.success(request, message)
    return redirect("admin:index")


@transaction.atomic
def _set_reviewed(model: type[Publishable], key: str, today: datetime.date, by: Any) -> Publishable:
    """Save the dates as a revision, so that an open form of a colleague finds the change."""
    record = serialization.locked(model, key)
    if record is None:
        raise Http404
    versions = Revision.objects.versions(record)
    if record.reviewed_on == today and record.review_due and record.review_due > today:
        return record
    record.reviewed_on, record.review_due = today, one_year_later(today)
    record.save(update_fields=["reviewed_on", "review_due", "updated_at"])
    note = _("Still correct")
    versions.add_state(serialization.serialize(record), by=by, note=note)
    return record


def one_year_later(day: datetime.date) -> datetime.date:
    """The same day of the next year; for 29 February, the day before."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
