"""iCalendar files (RFC 5545) of deadlines."""

import datetime
from collections.abc import Iterable, Iterator
from itertools import chain

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Alarm, Calendar, Component, Event, Timezone, vDuration
from icalendar.enums import STATUS, TRANSP

from careers.exports.notice_data import (
    clean_text,
    closing_line,
    derived_id,
    export_title,
    for_export,
    host,
    load_history,
    notice_facts,
    notice_url,
)
from careers.models.deadline import DAY, HOUR
from careers.models.notice import Notice, notice_models
from careers.models.notice_queryset import NoticeQuerySet
from careers.models.procurement import ProcurementNotice
from iomlaos.office.models import current_office
from iomlaos.publishing.dates import VIENTIANE, local_date, local_moment
from iomlaos.publishing.shortcuts import get_published_or_raise

#: How long each event lasts.
LENGTH = HOUR / 2
#: The file of one notice reminds at nine in the morning, these days before, and once more on the day.
MORNING = datetime.time(9)
REMINDER_DAYS = (7, 1)
LAST_REMINDER = 3 * HOUR
#: How long after its deadline the calendar shows what was withdrawn or cancelled.
CANCELLED_SHOWN = 30 * DAY
REFRESH_INTERVAL = HOUR
#: The zone in which deadlines are given: UTC+7, without summer time.
VTIMEZONE = Timezone.from_ical(
    f"BEGIN:VTIMEZONE\nTZID:{VIENTIANE.key}\n"
    "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0700\nTZOFFSETTO:+0700\nEND:STANDARD\n"
    "END:VTIMEZONE\n"
)


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The dates of all open notices, and of those that were called off, to subscribe to."""
    at = request.at
    subscribed = (_subscribed_notices(model, at) for model in notice_models())
    notices = load_history(chain.from_iterable(subscribed))
    events = [event for notice in notices for event in notice_events(notice, at)]
    events.sort(key=lambda event: (event.start, event.uid))
    title, office = _("Deadlines"), current_office(at)
    # A calendar may not be empty (RFC 5545, 3.6); with nothing open it still holds the zone.
    return _response([VTIMEZONE, *events], clean_text(f"{title} · {office}") if office else title)


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
    at = request.at
    notice = get_published_or_raise(model, slug, at, for_export(model.objects.all()), beside="deadline.ics")
    load_history([notice])
    events = [*notice_events(notice, at)]
    for event in events:
        _add_reminders(event, at)
    response = _response(events, export_title(notice))
    response["Content-Disposition"] = content_disposition_header(True, f"{notice.slug}.ics")
    return response


def notice_events(notice: Notice, at: datetime.datetime) -> Iterator[Event]:
    """Its deadline and, of a tender, the end of questions and the meeting, if they are ahead.

    Each lasts half an hour, by one rule: a deadline ends at its moment, and a meeting begins at it. So a
    deadline at the end of a day (24:00) is on that day. No event begins on the day before its deadline.
    """
    summary = _("Closes: %(title)s") if notice.is_open(at) else _("Closed: %(title)s")
    text = "\n".join([closing_line(notice, at), *notice_facts(notice)])
    yield _event(notice, at, "deadline", _start(notice.closes_at), notice.closes_at, summary, text)
    is_over = not notice.is_open(at) and not _reason_called_off(notice, at)
    if is_over or not isinstance(notice, ProcurementNotice):
        return
    if (moment := notice.clarifications_until) and moment > at:
        text = _("Questions until: %(deadline)s") % {"deadline": notice.questions_deadline}
        yield _event(notice, at, "questions", _start(moment), moment, _("Questions end: %(title)s"), text)
    if (moment := notice.pre_bid_at) and moment > at:
        text = _("Pre-bid meeting: %(moment)s") % {"moment": notice.pre_bid_meeting}
        summary = _("Pre-bid meeting: %(title)s")
        event = _event(notice, at, "meeting", moment, moment + LENGTH, summary, text)
        event.location = clean_text(notice.pre_bid_place) or None
        yield event


def _start(deadline: datetime.datetime) -> datetime.datetime:
    return max(deadline - LENGTH, local_moment(local_date(deadline), datetime.time.min))


def _event(
    notice: Notice,
    at: datetime.datetime,
    part: str,
    start: datetime.datetime,
    end: datetime.datetime,
    summary: str,
    text: str,
) -> Event:
    """A date of a notice. It blocks no time in the calendar."""
    updated = notice.last_updated(at).astimezone(datetime.UTC)
    url, reason = notice_url(notice), _reason_called_off(notice, at)
    if reason:
        summary, text = _("Cancelled: %(title)s"), reason
    return Event.new(
        uid=derived_id(notice, part),
        start=start.astimezone(datetime.UTC),
        end=end.astimezone(datetime.UTC),
        stamp=updated,
        last_modified=updated,
        sequence=len(notice.deadline_changes.all()),
        status=STATUS.CANCELLED if reason else STATUS.CONFIRMED,
        summary=summary % {"title": export_title(notice)},
        description=f"{text}\n{url}",
        url=url,
        transparency=TRANSP.TRANSPARENT,
    )


def _reason_called_off(notice: Notice, at: datetime.datetime) -> str:
    """What there is to say of a withdrawn or cancelled notice; empty for others."""
    if notice.is_withdrawn(at):
        return clean_text(" ".join([_("We withdrew this notice."), notice.withdrawal_reason])).strip()
    if notice.outcome == Notice.Outcome.CANCELLED:
        return clean_text(" ".join([_("This notice was cancelled."), notice.outcome_note])).strip()
    return ""


def _add_reminders(event: Event, at: datetime.datetime) -> None:
    """Reminders before an event, without those whose moment is past."""
    if event.status == STATUS.CANCELLED:
        return
    days = (local_date(event.start) - days * DAY for days in REMINDER_DAYS)
    for moment in (*(local_moment(day, MORNING) for day in days), event.start - LAST_REMINDER):
        if moment > at:
            reminder = Alarm.new(description=event["SUMMARY"])
            reminder.add("ACTION", "DISPLAY")
            reminder.add("TRIGGER", moment - event.start)
            event.add_component(reminder)


def _response(components: Iterable[Component], name: str) -> HttpResponse:
    """A calendar that can be subscribed to or, with one notice, imported.

    It names no METHOD: that would be a message of an organizer (RFC 5546), who then has to be named.
    """
    ics = Calendar()
    ics.add("VERSION", "2.0")
    ics.add("PRODID", f"-//{host()}//Careers//EN")
    ics.calendar_name = name
    # RFC 7986 requires VALUE here. Outlook and older programs read the second property.
    ics.add("REFRESH-INTERVAL", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    ics.add("X-PUBLISHED-TTL", vDuration(REFRESH_INTERVAL).to_ical().decode())
    for component in components:
        ics.add_component(component)
    return HttpResponse(ics.to_ical(), content_type="text/calendar; charset=utf-8")
