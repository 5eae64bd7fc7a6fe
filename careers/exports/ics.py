"""iCalendar files (RFC 5545) of deadlines."""

import datetime
from collections.abc import Iterable, Iterator

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Alarm, Calendar, Component, Event, Timezone, vDuration
from icalendar.enums import TRANSP

from careers.exports.notice_data import (
    clean_text,
    closing_line,
    export_title,
    host,
    notice_facts,
    notice_id,
    notice_url,
    with_export_data,
)
from careers.models.notice import Notice
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.office.models import Office
from iomlaos.publishing.dates import VIENTIANE, is_end_of_day
from iomlaos.publishing.shortcuts import get_published_or_raise

MINUTE = datetime.timedelta(minutes=1)
#: How long before a deadline the file of one notice reminds of it.
REMINDER = datetime.timedelta(days=2)
REFRESH_INTERVAL = datetime.timedelta(hours=1)
#: The zone in which deadlines are given: UTC+7, without summer time.
VTIMEZONE = Timezone.from_ical(
    f"BEGIN:VTIMEZONE\nTZID:{VIENTIANE.key}\n"
    "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0700\nTZOFFSETTO:+0700\nEND:STANDARD\n"
    "END:VTIMEZONE\n"
)


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The deadlines of all open notices, with the other dates of tenders that are still ahead."""
    at = request.at
    vacancies = with_export_data(Vacancy.objects.open(at))
    procurements = with_export_data(ProcurementNotice.objects.open(at))
    events = [deadline_event(notice, at) for notice in [*vacancies, *procurements]]
    events += [event for notice in procurements for event in _events_before_deadline(notice, at)]
    events.sort(key=lambda event: (event.start, event.uid))
    title, office = _("Deadlines"), Office.get_current()
    name = clean_text(f"{title} · {office}") if office else title
    # A calendar may not be empty (RFC 5545, 3.6); with nothing open it still holds the zone.
    return _response([VTIMEZONE, *events], name=name)


@require_safe
def notice_calendar(request: HttpRequest, slug: str, model: type[Notice]) -> HttpResponse:
    """The deadline of one notice, with a reminder while it is open."""
    at = request.at
    notices = with_export_data(model.objects.all())
    notice = get_published_or_raise(model, slug, at, notices, beside="deadline.ics")
    event = deadline_event(notice, at)
    if notice.is_open(at):
        reminder = Alarm.new(description=closing_line(notice, at))
        reminder.add("ACTION", "DISPLAY")
        reminder.add("TRIGGER", -REMINDER)
        event.add_component(reminder)
    response = _response([event])
    response["Content-Disposition"] = content_disposition_header(True, f"{notice.slug}.ics")
    return response


def deadline_event(notice: Notice, at: datetime.datetime) -> Event:
    summary = _("Closes: %(title)s") if notice.is_open(at) else _("Closed: %(title)s")
    text = "\n".join([closing_line(notice, at), *notice_facts(notice)])
    return _event(notice, at, "deadline", notice.closes_at, summary, text)


def _events_before_deadline(notice: ProcurementNotice, at: datetime.datetime) -> Iterator[Event]:
    """The end of questions and the meeting of bidders, if they are still ahead."""
    if notice.clarifications_until and notice.clarifications_until > at:
        text = _("Questions until: %(deadline)s") % {"deadline": notice.questions_deadline}
        summary = _("Questions end: %(title)s")
        yield _event(notice, at, "questions", notice.clarifications_until, summary, text)
    if notice.pre_bid_at and notice.pre_bid_at > at:
        text = _("Pre-bid meeting: %(moment)s") % {"moment": notice.pre_bid_meeting}
        summary = _("Pre-bid meeting: %(title)s")
        event = _event(notice, at, "meeting", notice.pre_bid_at, summary, text)
        if notice.pre_bid_place:
            event.location = clean_text(notice.pre_bid_place)
        yield event


def _event(
    notice: Notice, at: datetime.datetime, part: str, moment: datetime.datetime, summary: str, text: str
) -> Event:
    """An event at one moment of a notice. It blocks no time in the calendar.

    The end of a day becomes the last minute of that day: calendars would show the bare moment as 00:00 of
    the next day.
    """
    moment = moment.astimezone(datetime.UTC)
    is_last_minute = is_end_of_day(moment)
    updated = notice.last_updated(at).astimezone(datetime.UTC)
    url = notice_url(notice)
    return Event.new(
        uid=f"{notice_id(notice)}:{part}@{host()}",
        start=moment - MINUTE if is_last_minute else moment,
        end=moment if is_last_minute else None,
        stamp=updated,
        last_modified=updated,
        sequence=len(notice.deadline_changes.all()),
        summary=summary % {"title": export_title(notice)},
        description=f"{text}\n{url}",
        url=url,
        transparency=TRANSP.TRANSPARENT,
    )


def _response(components: Iterable[Component], name: str = "") -> HttpResponse:
    """An iCalendar file; one with a name is a calendar to subscribe to."""
    ics = Calendar()
    ics.add("VERSION", "2.0")
    ics.add("PRODID", f"-//{host()}//Careers//EN")
    if name:
        ics.calendar_name = name
        # RFC 7986 requires VALUE here. Outlook and older programs read the second property.
        ics.add("REFRESH-INTERVAL", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
        ics.add("X-PUBLISHED-TTL", vDuration(REFRESH_INTERVAL).to_ical().decode())
    for component in components:
        ics.add_component(component)
    return HttpResponse(ics.to_ical(), content_type="text/calendar; charset=utf-8")
