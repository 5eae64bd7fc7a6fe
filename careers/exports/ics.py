"""iCalendar files (RFC 5545) of deadlines."""

import datetime
from collections.abc import Iterable, Iterator

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Alarm, Calendar, Component, Event, Timezone, TimezoneStandard, vDuration
from icalendar.enums import TRANSP

from careers.exports.notice_data import (
    absolute,
    closing_line,
    export_title,
    host,
    notice_facts,
    org_name,
    plain,
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
#: How often a calendar program is asked to look again: closings are exact, and deadlines may change.
LOOK_AGAIN = datetime.timedelta(hours=1)


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Every open notice; of tenders also the end of questions and the meeting, while they lie ahead."""
    at = request.at
    vacancies = Vacancy.objects.open(at).select_related("duty_station").with_history()
    procurements = ProcurementNotice.objects.open(at).with_history()
    events = [deadline_event(notice, at) for notice in [*vacancies, *procurements]]
    events += [event for notice in procurements for event in events_before(notice, at)]
    title, office = _("Deadlines"), Office.get_current()
    # A calendar may not be empty (RFC 5545, 3.6): with nothing open it still holds the zone.
    answer = _calendar([_vientiane(), *sorted(events, key=lambda event: (event.start, event.uid))])
    answer.calendar_name = plain(f"{title} · {office}") if office else title
    # RFC 7986 asks for the kind of value to be named; Outlook and older programs read the second.
    answer.add("REFRESH-INTERVAL", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    answer.add("X-PUBLISHED-TTL", vDuration(LOOK_AGAIN).to_ical().decode())
    return _answer(answer)


@require_safe
def vacancy_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    rows = Vacancy.objects.select_related("duty_station").with_history()
    return _one_notice(
        request, get_published_or_raise(Vacancy, slug, request.at, rows, beside="deadline.ics")
    )


@require_safe
def procurement_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    rows = ProcurementNotice.objects.with_history()
    return _one_notice(
        request, get_published_or_raise(ProcurementNotice, slug, request.at, rows, beside="deadline.ics")
    )


def _one_notice(request: HttpRequest, notice: Notice) -> HttpResponse:
    """Its deadline, with a reminder while it is open. Once closed it says so to whoever imports it again."""
    at = request.at
    event = deadline_event(notice, at)
    if notice.is_open(at):
        event.add_component(_reminder(closing_line(notice, at)))
    response = _answer(_calendar([event]))
    response["Content-Disposition"] = content_disposition_header(True, f"{notice.slug}.ics")
    return response


def deadline_event(notice: Notice, at: datetime.datetime) -> Event:
    word = _("Closes: %(title)s") if notice.is_open(at) else _("Closed: %(title)s")
    known = [f"{label}: {value}" for label, value in notice_facts(notice)]
    description = [closing_line(notice, at), *known]
    return _event(notice, at, "deadline", notice.closes_at, word, description)


def events_before(notice: ProcurementNotice, at: datetime.datetime) -> Iterator[Event]:
    """What bidders should not miss before the deadline, and is still to come."""
    if notice.clarifications_until and notice.clarifications_until > at:
        words = [_("Questions until: %(deadline)s") % {"deadline": notice.questions_deadline}]
        word = _("Questions end: %(title)s")
        yield _event(notice, at, "questions", notice.clarifications_until, word, words)
    if notice.pre_bid_at and notice.pre_bid_at > at:
        words = [_("Pre-bid meeting: %(moment)s") % {"moment": notice.pre_bid_meeting}]
        event = _event(notice, at, "meeting", notice.pre_bid_at, _("Pre-bid meeting: %(title)s"), words)
        if notice.pre_bid_place:
            event.location = plain(notice.pre_bid_place)
        yield event


def _event(
    notice: Notice,
    at: datetime.datetime,
    part: str,
    moment: datetime.datetime,
    word: str,
    lines: list[str],
) -> Event:
    """A moment of a notice. It takes no time, so that it blocks none.

    What ends with a day is a minute long and ends at the moment itself: calendars would show the
    bare moment as 00:00 of the next day.
    """
    moment = moment.astimezone(datetime.UTC)
    ends_a_day = is_end_of_day(moment)
    changed = notice.last_updated(at).astimezone(datetime.UTC)
    address = absolute(notice.get_absolute_url())
    return Event.new(
        uid=f"{org_name(notice)}:{part}@{host()}",
        start=moment - MINUTE if ends_a_day else moment,
        end=moment if ends_a_day else None,
        stamp=changed,
        last_modified=changed,
        sequence=len(notice.deadline_changes.all()),
        summary=word % {"title": export_title(notice)},
        description="\n".join([*lines, address]),
        url=address,
        transparency=TRANSP.TRANSPARENT,
    )


def _reminder(words: str) -> Alarm:
    reminder = Alarm()
    reminder.add("ACTION", "DISPLAY")
    reminder.add("DESCRIPTION", words)
    reminder.add("TRIGGER", -REMINDER)
    return reminder


def _vientiane() -> Timezone:
    """The zone in which deadlines are said: UTC+7, without summer time."""
    seven_hours = datetime.timedelta(hours=7)
    standard = TimezoneStandard()
    standard.add("DTSTART", datetime.datetime(1970, 1, 1))  # noqa: DTZ001
    standard.add("TZOFFSETFROM", seven_hours)
    standard.add("TZOFFSETTO", seven_hours)
    zone = Timezone()
    zone.add("TZID", VIENTIANE.key)
    zone.add_component(standard)
    return zone


def _calendar(parts: Iterable[Component]) -> Calendar:
    answer = Calendar()
    answer.add("VERSION", "2.0")
    answer.add("PRODID", f"-//{host()}//Careers//EN")
    for part in parts:
        answer.add_component(part)
    return answer


def _answer(answer: Calendar) -> HttpResponse:
    return HttpResponse(answer.to_ical(), content_type="text/calendar; charset=utf-8")
