"""Atom feeds (RFC 4287) of open notices, and of the changes of one notice."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import formats
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from careers.exports.notice_data import (
    NAMING_SINCE,
    absolute,
    closing_line,
    export_title,
    notice_facts,
    org_name,
    organization,
    plain,
    tag_uri,
)
from careers.models.notice import Notice, last_closed
from careers.models.notice_event import NoticeEvent
from careers.models.notice_queryset import NoticeQuerySet
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.office.models import Office
from iomlaos.publishing.dates import VIENTIANE
from iomlaos.publishing.shortcuts import get_published_or_raise

#: Readers keep what they have seen: a feed need not hold more.
MOST_ENTRIES = 100
#: A feed has to say when it was updated, even one that never held anything.
NEVER = datetime.datetime(NAMING_SINCE, 1, 1, tzinfo=datetime.UTC)


class AtomFeed(Atom1Feed):
    """Django's, with the moment of its update given, summaries in plain text, and content."""

    def latest_post_date(self) -> datetime.datetime:
        return self.feed["updated"]

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("summary", item["summary"])
        handler.addQuickElement("content", item["content"], {"type": "html"})


# --- What is open -----------------------------------------------------------------------------


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Every open notice, the newest first."""
    at = request.at
    notices = sorted(
        [*open_vacancies(at), *open_procurements(at)],
        key=lambda notice: (notice.announced_at, org_name(notice)),
        reverse=True,
    )
    title, page = _("Open positions and tenders"), reverse("careers:career_list")
    return _open_notices(request, "careers", title, page, notices[:MOST_ENTRIES], last_closed(at))


@require_safe
def vacancies_feed(request: HttpRequest) -> HttpResponse:
    """Open positions, the newest first."""
    at = request.at
    closed = Vacancy.objects.closed(at).first()
    title, page = _("Open positions"), reverse("careers:career_list")
    return _open_notices(request, "vacancies", title, page, open_vacancies(at), closed)


@require_safe
def procurements_feed(request: HttpRequest) -> HttpResponse:
    """Open tenders, the newest first."""
    at = request.at
    closed = ProcurementNotice.objects.closed(at).first()
    title, page = _("Open tenders"), reverse("careers:procurement_list")
    return _open_notices(request, "procurement", title, page, open_procurements(at), closed)


def open_vacancies(at: datetime.datetime) -> NoticeQuerySet:
    rows = Vacancy.objects.open(at).newest_first().select_related("duty_station")
    return rows.with_history()[:MOST_ENTRIES]


def open_procurements(at: datetime.datetime) -> NoticeQuerySet:
    return ProcurementNotice.objects.open(at).newest_first().with_history()[:MOST_ENTRIES]


def _open_notices(
    request: HttpRequest,
    name: str,
    title: str,
    page: str,
    notices: Iterable[Notice],
    closed: Notice | None,
) -> HttpResponse:
    """A notice that leaves is a change as well: the feed was updated at the last closing."""
    at, office = request.at, Office.get_current()
    updates = [closed.closes_at] if closed else []
    atom = _feed(request, name, f"{title} · {office}" if office else title, page, office)
    for notice in notices:
        updates.append(_add_notice(atom, notice, at))
    return _answer(atom, max(updates, default=NEVER))


def _add_notice(atom: AtomFeed, notice: Notice, at: datetime.datetime) -> datetime.datetime:
    """Gives back when it was last updated."""
    updated = notice.last_updated(at)
    kind = str(capfirst(notice._meta.verbose_name))
    known = [kind, *(f"{word}: {value}" for word, value in notice_facts(notice))]
    atom.add_item(
        title=export_title(notice),
        link=absolute(notice.get_absolute_url()),
        description=None,
        unique_id=tag_uri(org_name(notice)),
        pubdate=notice.announced_at,
        updateddate=updated,
        categories=[kind],
        summary=" · ".join([f"{closing_line(notice, at)} ({notice.deadline_iso})", *known]),
        content=_content(notice, at, known),
    )
    return updated


def _content(notice: Notice, at: datetime.datetime, known: list[str]) -> str:
    """The facts, and what has changed since it was announced: an update says what is new."""
    moment = format_html(
        '<p><strong><time datetime="{}">{}</time></strong></p>',
        notice.deadline_iso,
        closing_line(notice, at),
    )
    changes = [event for event in notice.events(at) if event.kind != NoticeEvent.Kind.PUBLISHED]
    parts = [
        moment,
        format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((line,) for line in known))),
    ]
    if changes:
        rows = ((_day(event), event.kind.label, linebreaksbr(plain(event.text))) for event in changes)
        listed = format_html_join("", "<li>{}: <strong>{}</strong><br>{}</li>", rows)
        parts.append(format_html("<p>{}</p><ul>{}</ul>", _("Changes to this notice"), listed))
    return "".join([*parts, _to_the_page(notice)])


# --- What happens to one notice ---------------------------------------------------------------


@require_safe
def vacancy_feed(request: HttpRequest, slug: str) -> HttpResponse:
    rows = Vacancy.objects.with_history()
    return _one_notice(request, get_published_or_raise(Vacancy, slug, request.at, rows, beside="feed.atom"))


@require_safe
def procurement_feed(request: HttpRequest, slug: str) -> HttpResponse:
    rows = ProcurementNotice.objects.with_history()
    return _one_notice(
        request, get_published_or_raise(ProcurementNotice, slug, request.at, rows, beside="feed.atom")
    )


def _one_notice(request: HttpRequest, notice: Notice) -> HttpResponse:
    """Its publication, each change and answer, its closing and its outcome, the latest first."""
    at = request.at
    atom = _feed(
        request,
        org_name(notice),
        export_title(notice),
        notice.get_absolute_url(),
        Office.get_current(),
        closing_line(notice, at),
    )
    for event in notice.events(at)[:MOST_ENTRIES]:
        text = plain(event.text)
        atom.add_item(
            title=f"{event.kind.label}: {export_title(notice)}",
            link=absolute(notice.get_absolute_url()),
            description=None,
            unique_id=tag_uri(f"{org_name(notice)}:{event.name}"),
            pubdate=event.at,
            updateddate=event.updated_at,
            summary=text,
            content=format_html("<p>{}</p>{}", linebreaksbr(text), _to_the_page(notice)),
        )
    return _answer(atom, notice.last_updated(at))


# --- What they share --------------------------------------------------------------------------


def _feed(
    request: HttpRequest, name: str, title: str, page: str, office: Office | None, subtitle: str | None = None
) -> AtomFeed:
    return AtomFeed(
        title=plain(title),
        subtitle=subtitle,
        link=absolute(page),
        description=None,
        language=get_language(),
        author_name=organization(office),
        author_link=absolute("/"),
        feed_url=absolute(request.path),
        feed_guid=tag_uri(name),
    )


def _answer(atom: AtomFeed, updated: datetime.datetime) -> HttpResponse:
    atom.feed["updated"] = updated
    return HttpResponse(atom.writeString("utf-8"), content_type=AtomFeed.content_type)


def _day(event: NoticeEvent) -> str:
    return formats.date_format(event.updated_at.astimezone(VIENTIANE).date(), "DATE_FORMAT")


def _to_the_page(notice: Notice) -> str:
    return format_html(
        '<p><a href="{}">{}</a></p>', absolute(notice.get_absolute_url()), _("Read the whole notice")
    )
