"""Notifications on the front page of the admin."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from iomlaos.publishing.dates import format_when
from iomlaos.staff.base import parse_uuid
from iomlaos.staff.notifications.models import Notification

MOST_SHOWN = 5


def notifications_context(request: HttpRequest) -> dict[str, Any]:
    """What admin/notifications.html shows. One query."""
    unread = Notification.objects.unread(request.user, request.at)[:MOST_SHOWN]
    return {"notifications": [(each, format_when(each.at, request.at)) for each in unread]}


@require_POST
def dismiss_notifications(request: HttpRequest) -> HttpResponse:
    """Dismiss those that were shown; what arrived meanwhile is shown next."""
    keys = filter(None, map(parse_uuid, request.POST.getlist("shown")))
    Notification.objects.filter(recipient=request.user, pk__in=keys).update(dismissed_at=request.at)
    return redirect("admin:index")
