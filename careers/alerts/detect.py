"""Detect what happened to public notices since the last run, and queue messages to subscribers."""

import datetime
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef

from careers.models.alert_event import AlertEvent
from careers.models.notice import Notice, notice_models
from careers.models.notice_event import NoticeEvent
from careers.models.notice_queryset import NoticeQuerySet
from careers.models.subscription import AlertMessage, Subscription

#: What those who follow one notice are told. That it closed, its page had said from the beginning.
CHANGES = (
    NoticeEvent.Kind.DEADLINE,
    NoticeEvent.Kind.MOMENT,
    NoticeEvent.Kind.AMENDMENT,
    NoticeEvent.Kind.CLARIFICATION,
    NoticeEvent.Kind.OUTCOME,
)


def record(at: datetime.datetime) -> int:
    """Record each event that was not recorded before, with a message to everybody it concerns.

    Both in one transaction: an event that is recorded has all its messages, and gets no more.
    """
    return sum(_record(notice, told, at) for notice, told in [*_new(at), *_changed(at)])


def _record(notice: Notice, told: NoticeEvent, at: datetime.datetime) -> bool:
    with transaction.atomic():
        event, created = AlertEvent.objects.get_or_create(
            key=told.key, **{notice.FOREIGN_KEY: notice}, defaults={"noticed_at": at}
        )
        if created:
            # Who subscribed twice, to all and to positions, is told once.
            concerned = {row.email: row for row in Subscription.objects.recipients(notice, told)}
            AlertMessage.objects.bulk_create(
                AlertMessage(subscription=row, event=event, created_at=at, send_after=at)
                for row in concerned.values()
            )
    return created


def _new(at: datetime.datetime) -> Iterator[tuple[Notice, NoticeEvent]]:
    for kind in notice_models():
        unknown = kind.objects.open(at).exclude(alert_events__key=NoticeEvent.Kind.PUBLISHED)
        for notice in _with_events(unknown):
            yield from _told(notice, [NoticeEvent.Kind.PUBLISHED], at)


def _changed(at: datetime.datetime) -> Iterator[tuple[Notice, NoticeEvent]]:
    """Of notices that somebody follows: of the others nobody is to be told."""
    for kind in notice_models():
        followers = Subscription.objects.confirmed().filter(**{kind.FOREIGN_KEY: OuterRef("pk")})
        for notice in _with_events(kind.objects.live(at).filter(Exists(followers))):
            yield from _told(notice, CHANGES, at)


def _with_events(rows: NoticeQuerySet) -> NoticeQuerySet:
    return rows.with_history().prefetch_related("alert_events")


def _told(
    notice: Notice, kinds: Iterable[NoticeEvent.Kind], at: datetime.datetime
) -> Iterator[tuple[Notice, NoticeEvent]]:
    known = {event.key for event in notice.alert_events.all()}
    for told in notice.events(at):
        if told.kind in kinds and told.key not in known:
            yield notice, told
