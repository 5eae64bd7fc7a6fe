"""iCalendar files (RFC 5545) of deadlines."""

import datetime
from itertools import chain

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from careers.exports.notice_data import clean_text, export_title, for_export, load_for_export
from careers.models.deadline import DAY
from careers.models.notice import Notice, notice_models
from careers.models.notice_queryset import NoticeQuerySet
from iomlaos.delivery.headers import set_expiry
from iomlaos.office.models import current_office
from iomlaos.publishing.shortcuts import get_published_or_raise

#: How long after its deadline the calendar shows what was withdrawn or cancelled.
CANCELLED_SHOWN = 30 * DAY


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The dates of all open notices, and of those that were called off, to subscribe to."""
    from careers.exports import ics_events  # noqa: PLC0415  icalendar: 3 MB

    at = request.at
    notices = [*chain.from_iterable(_subscribed_notices(model, at) for model in notice_models())]
    load_for_export(notices, at)
    events = [event for notice in notices for event in ics_events.notice_events(notice, at)]
    events.sort(key=lambda event: (event.start, event.uid))
    title, office = _("Deadlines"), current_office(at)
    # A calendar may not be empty (RFC 5545, 3.6); with nothing open it still holds the zone.
    name = clean_text(f"{title} · {office}") if office else title
    response = ics_events.calendar_response([ics_events.VTIMEZONE, *events], name)
    called_off = [notice for notice in notices if ics_events.reason_called_off(notice, at)]
    milestones = [getattr(notice, field) for notice in called_off for field in notice.MILESTONES]
    set_expiry(response, at, *(notice.closes_at + CANCELLED_SHOWN for notice in called_off), *milestones)
    return response


def _subscribed_notices(model: type[Notice], at: datetime.datetime) -> NoticeQuerySet:
    """Open notices; and withdrawn and cancelled ones, so that subscribers see that a date is off."""
    notices, since = for_export(model.objects.all()), at - CANCELLED_SHOWN
    cancelled = notices.closed(at).filter(outcome=Notice.Outcome.CANCELLED)
    called_off = [rows.filter(closes_at__gt=since) for rows in (cancelled, notices.withdrawn(at))]
    first, *others = [rows.order_by() for rows in (notices.open(at), *called_off)]
    return first.union(*others, all=True)


@require_safe
def notice_calendar(request: HttpRequest, slug: str, model: type[Notice]) -> HttpResponse:
    """The dates of one notice, with reminders that are still ahead."""
    from careers.exports import ics_events  # noqa: PLC0415  icalendar: 3 MB

    at = request.at
    notice = get_published_or_raise(model, slug, at, for_export(model.objects.all()), beside="deadline.ics")
    load_for_export([notice], at)
    events = [*ics_events.notice_events(notice, at)]
    reminders = [moment for event in events for moment in ics_events.add_reminders(event, at)]
    response = ics_events.calendar_response(events, export_title(notice))
    set_expiry(response, at, *reminders)
    response["Content-Disposition"] = content_disposition_header(True, f"{notice.slug}.ics")
    return response
