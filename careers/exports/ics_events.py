"""The calendar components of a notice, and a calendar file of them."""

import datetime
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Component, Event, Timezone, vDuration
from icalendar.enums import STATUS, TRANSP

from careers.exports.notice_data import (
    clean_text,
    closing_lines,
    derived_id,
    export_title,
    host,
    notice_facts,
    notice_url,
)
from careers.models.deadline import DAY, HOUR
from careers.models.notice import Notice
from careers.models.procurement import ProcurementNotice
from iomlaos.publishing.dates import VIENTIANE, local_date, local_moment

#: How long each event lasts.
LENGTH = HOUR / 2
#: The file of one notice reminds at nine in the morning, these days before, and once more on the day.
MORNING = datetime.time(9)
REMINDER_DAYS = (7, 1)
LAST_REMINDER = 3 * HOUR
REFRESH_INTERVAL = HOUR
#: The zone in which deadlines are given: UTC+7, without summer time.
VTIMEZONE = Timezone.from_ical(
    f"BEGIN:VTIMEZONE\nTZID:{VIENTIANE.key}\n"
    "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0700\nTZOFFSETTO:+0700\nEND:STANDARD\n"
    "END:VTIMEZONE\n"
)


def notice_events(notice: Notice, at: datetime.datetime) -> Iterator[Event]:
    """Its deadline and, of a tender, the end of questions and the meeting, if they are ahead.

    Each lasts half an hour, by one rule: a deadline ends at its moment, and a meeting begins at it. So a
    deadline at the end of a day (24:00) is on that day. No event begins on the day before its deadline.
    """
    summary = _("Closes: %(title)s") if notice.is_open(at) else _("Closed: %(title)s")
    text = "\n".join([*closing_lines(notice, at), *notice_facts(notice)])
    yield _event(notice, at, "deadline", _start(notice.closes_at), notice.closes_at, summary, text)
    is_over = not notice.is_open(at) and not reason_called_off(notice, at)
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
    url, reason = notice_url(notice), reason_called_off(notice, at)
    if reason:
        summary, text = _("Cancelled: %(title)s"), reason
    event = Event.new(
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
    if (language := get_language()) != settings.LANGUAGE_CODE:
        for name in ("SUMMARY", "DESCRIPTION"):
            event[name].params["LANGUAGE"] = language
    return event


def reason_called_off(notice: Notice, at: datetime.datetime) -> str:
    """What there is to say of a withdrawn or cancelled notice; empty for others."""
    if notice.is_withdrawn(at):
        return clean_text(" ".join([_("We withdrew this notice."), notice.withdrawal_reason])).strip()
    if notice.outcome == Notice.Outcome.CANCELLED:
        return clean_text(" ".join([_("This notice was cancelled."), notice.outcome_note])).strip()
    return ""


def add_reminders(event: Event, at: datetime.datetime) -> Iterator[datetime.datetime]:
    """Add the reminders before an event that are ahead, and give their moments."""
    if event.status == STATUS.CANCELLED:
        return
    days = (local_date(event.start) - days * DAY for days in REMINDER_DAYS)
    for moment in (*(local_moment(day, MORNING) for day in days), event.start - LAST_REMINDER):
        if moment > at:
            reminder = Alarm.new(description=event["SUMMARY"])
            reminder.add("ACTION", "DISPLAY")
            reminder.add("TRIGGER", moment - event.start)
            event.add_component(reminder)
            yield moment


def calendar_response(components: Iterable[Component], name: str) -> HttpResponse:
    """A calendar that can be subscribed to or, with one notice, imported.

    It names no METHOD: that would be a message of an organizer (RFC 5546), who then has to be named.
    """
    ics = Calendar()
    ics.add("VERSION", "2.0")
    ics.add("PRODID", f"-//{host()}//Careers//{get_language().upper()}")
    ics.calendar_name = name
    # RFC 7986 requires VALUE here. Outlook and older programs read the second property.
    ics.add("REFRESH-INTERVAL", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    ics.add("X-PUBLISHED-TTL", vDuration(REFRESH_INTERVAL).to_ical().decode())
    for component in components:
        ics.add_component(component)
    return HttpResponse(ics.to_ical(), content_type="text/calendar; charset=utf-8")
