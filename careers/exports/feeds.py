"""Atom feeds (RFC 4287) of open notices, and of what happened to one notice."""

import datetime
from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from careers.exports.notice_data import (
    absolute_url,
    clean_text,
    closing_line,
    closing_lines,
    entry_id,
    export_title,
    for_export,
    load_for_export,
    notice_facts,
    notice_url,
    organization_name,
)
from careers.models.notice import Notice, notice_models
from careers.models.notice_event import NoticeEvent
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.delivery.validity import cached_per_version
from iomlaos.office.models import Office, current_office
from iomlaos.publishing.shortcuts import get_published_or_raise

#: Feed readers keep what they have seen.
MAX_ENTRIES = 100
#: The date of a feed that never had an entry; Atom requires one.
NEVER = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

#: What the feeds of open notices are of, with the page that shows the same.
JOBS = {"title": gettext_lazy("Open jobs"), "page": "careers:career_list", "models": [Vacancy]}
TENDERS = {
    "title": gettext_lazy("Open tenders"), "page": "careers:procurement_list", "models": [ProcurementNotice],
}  # fmt: skip
ALL = JOBS | {"title": gettext_lazy("Open jobs and tenders"), "models": [Vacancy, ProcurementNotice]}


class AtomFeed(Atom1Feed):
    """Django's, with its date in the argument `updated`, and with plain summaries and HTML content."""

    def latest_post_date(self) -> datetime.datetime:
        return self.feed["updated"]

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("summary", item["summary"])
        handler.addQuickElement("content", item["content"], {"type": "html"})


@require_safe
def open_feed(
    request: HttpRequest, title: Promise, page: str, models: Iterable[type[Notice]]
) -> HttpResponse:
    """Open notices, newest first: updated when an entry was, and when a notice closed and left the feed."""
    at, office = request.at, current_office(request.at)
    newest = (for_export(model.objects.open(at).newest_first())[:MAX_ENTRIES] for model in models)
    notices = [*chain.from_iterable(newest)]
    load_for_export(notices, at)
    notices.sort(key=lambda notice: notice.announced_at, reverse=True)
    entries = [_notice_entry(notice, at) for notice in notices[:MAX_ENTRIES]]
    closings = [_last_closings(at)[model] for model in models]
    updates = [*filter(None, closings), *(entry["updateddate"] for entry in entries)]
    title = clean_text(f"{title} · {office}") if office else str(title)
    updated = max(updates, default=NEVER)
    own_url = absolute_url(request.path)
    return _feed_response(request, entries, own_url, reverse(page), office, title=title, updated=updated)


@cached_per_version
def _last_closings(at: datetime.datetime) -> dict[type[Notice], datetime.datetime | None]:
    closings = {
        model: model.objects.closed(at).values_list("closes_at", flat=True) for model in notice_models()
    }
    return {model: moments.first() for model, moments in closings.items()}


def _notice_entry(notice: Notice, at: datetime.datetime) -> dict[str, Any]:
    """Its facts, and what has changed since it was announced: the same entry in every feed."""
    kind = str(capfirst(notice._meta.verbose_name))
    facts = [kind, *notice_facts(notice)]
    if notice.outcome and not notice.is_open(at):
        facts.append(f"{_('Outcome')}: {notice.get_outcome_display()}")
    deadlines, iso_deadline = closing_lines(notice, at), notice.deadline_iso
    parts = [
        *(
            format_html('<p><strong><time datetime="{}">{}</time></strong></p>', iso_deadline, line)
            for line in deadlines
        ),
        format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((fact,) for fact in facts))),
    ]
    if changes := _changes(notice, at):
        rows = (
            (date_format(localtime(event.updated_at)), event.kind.label, linebreaksbr(clean_text(event.text)))
            for event in changes
        )
        items = format_html_join("", "<li>{}: <strong>{}</strong><br>{}</li>", rows)
        parts.append(format_html("<p>{}</p><ul>{}</ul>", _("Changes to this notice"), items))
    return {
        "title": export_title(notice),
        "link": notice_url(notice),
        "unique_id": entry_id(notice),
        "pubdate": notice.announced_at,
        "updateddate": notice.last_updated(at),
        "categories": [kind],
        "summary": " · ".join([f"{deadlines[0]} ({iso_deadline})", *deadlines[1:], *facts]),
        "content": "".join([*parts, _link_to(notice)]),
    }


@require_safe
def notice_feed(request: HttpRequest, slug: str, model: type[Notice]) -> HttpResponse:
    """The changes, answers, closing and outcome of one notice, latest first; at the end the notice itself."""
    at = request.at
    notice = get_published_or_raise(model, slug, at, for_export(model.objects.all()), beside="feed.atom")
    load_for_export([notice], at)
    changes = _changes(notice, at)[: MAX_ENTRIES - 1]
    entries = [*(_event_entry(notice, event) for event in changes), _notice_entry(notice, at)]
    return _feed_response(
        request, entries, entry_id(notice, "feed"), notice.get_absolute_url(), current_office(at),
        title=export_title(notice), subtitle=closing_line(notice, at), updated=notice.last_updated(at),
    )  # fmt: skip


def _changes(notice: Notice, at: datetime.datetime) -> list[NoticeEvent]:
    """What happened since its publication, latest first."""
    return [event for event in notice.events(at) if event.kind != NoticeEvent.Kind.PUBLISHED]


def _event_entry(notice: Notice, event: NoticeEvent) -> dict[str, Any]:
    text = clean_text(event.text)
    return {
        "title": f"{event.kind.label}: {export_title(notice)}",
        "link": notice_url(notice),
        "unique_id": entry_id(notice, event.name),
        "pubdate": event.at,
        "updateddate": event.updated_at,
        "summary": text,
        "content": format_html("<p>{}</p>{}", linebreaksbr(text), _link_to(notice)),
    }


def _feed_response(
    request: HttpRequest,
    entries: Iterable[dict],
    feed_id: str,
    page: str,
    office: Office | None,
    **options: Any,
) -> HttpResponse:
    atom = AtomFeed(
        link=absolute_url(page),
        description=None,
        language=get_language(),
        author_name=organization_name(office),
        author_link=absolute_url(reverse("home:home")),
        feed_url=absolute_url(request.path),
        feed_guid=feed_id,
        **options,
    )
    for entry in entries:
        atom.add_item(description=None, **entry)
    return HttpResponse(atom.writeString("utf-8"), content_type=AtomFeed.content_type)


def _link_to(notice: Notice) -> str:
    return format_html('<p><a href="{}">{}</a></p>', notice_url(notice), _("Read the full notice"))
