"""“Mark as reviewed”: somebody read a page and found nothing to change."""

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import formats
from django.utils.translation import gettext as _

from iomlaos.publishing import serialization
from iomlaos.publishing.dates import PartialDate
from iomlaos.publishing.drafts import rebase_draft
from iomlaos.publishing.models import Publishable, Revision, publishables
from iomlaos.publishing.permissions import can_publish


def mark_reviewed(request: HttpRequest, site: AdminSite, label: str, key: str) -> HttpResponse:
    """A button of the work list: checked today, to be reviewed in a year."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    model = next((each for each in publishables() if each._meta.label_lower == label), None)
    if model is None or not key.isdecimal():
        raise Http404
    if not can_publish(request.user, model) or not site.get_model_admin(model).has_change_permission(request):
        raise PermissionDenied
    today = PartialDate.of(request.at).last_day
    record = _confirm(model, key, today, request.user)
    words = _("“%(title)s” is still right: checked on %(today)s, to be reviewed again by %(day)s.")
    in_words = {
        "today": formats.date_format(record.reviewed_on),
        "day": formats.date_format(record.review_due),
    }
    messages.success(request, words % {"title": record, **in_words})
    return redirect("admin:index")


@transaction.atomic
def _confirm(model: type[Publishable], key: str, today: datetime.date, by: Any) -> Publishable:
    """Its state before and after stands in the history: an open form of a colleague meets it there.

    A draft of it goes along, so that its publication does not take the dates back.
    """
    record = serialization.locked(model, key)
    if record is None:
        raise Http404
    standing = Revision.objects.versions(record)
    if record.reviewed_on == today and record.review_due and record.review_due > today:
        return record
    record.reviewed_on, record.review_due = today, one_year_later(today)
    record.save(update_fields=["reviewed_on", "review_due", "updated_at"])
    note = _("Still right")
    Revision.objects.add_state(standing, record, serialization.serialize(record), by=by, note=note)
    if standing.draft:
        rebase_draft(standing, record)
    LogEntry.objects.log_actions(by.pk, [record], CHANGE, note, single_object=True)
    return record


def one_year_later(day: datetime.date) -> datetime.date:
    """The same day of the next year; of 29 February, the day before."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
