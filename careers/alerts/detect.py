"""Record what happened to public notices since the last run, and queue messages to subscribers."""

import datetime
from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet

from careers.alerts.models import AlertMessage, Subscription
from careers.models.notice import Notice, notice_models
from careers.models.notice_event import NoticeEvent
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy

#: What subscribers to one notice are told. They have known of its closing from the beginning.
CHANGES = {*NoticeEvent.Kind} - {NoticeEvent.Kind.PUBLISHED, NoticeEvent.Kind.CLOSED}
TOPICS = {Vacancy: Subscription.Topic.VACANCIES, ProcurementNotice: Subscription.Topic.PROCUREMENT}


def record_events(at: datetime.datetime) -> int:
    """Record each new event, with a message to each of its recipients; return how many events they were.

    Event and messages are written in one transaction: a recorded event has all its messages.
    """
    return sum(_record(notice, event, at) for notice, event in list(_new_events(at)))


def _new_events(at: datetime.datetime) -> Iterator[tuple[Notice, NoticeEvent]]:
    """Open notices that were not announced yet, and changes of notices that somebody follows.

    Internal positions are not announced; one that is opened to others later is.
    """
    for model in notice_models():
        unannounced = model.objects.open(at).external().exclude(alert_events__key=NoticeEvent.Kind.PUBLISHED)
        followed = model.objects.filter(subscriptions__confirmed_at__isnull=False)
        changing = model.objects.live(at).filter(pk__in=followed)
        for notices, kinds in ((unannounced, {NoticeEvent.Kind.PUBLISHED}), (changing, CHANGES)):
            for notice in notices.with_history().prefetch_related("alert_events"):
                recorded = {alert_event.key for alert_event in notice.alert_events.all()}
                for event in notice.events(at):
                    if event.kind in kinds and event.key not in recorded:
                        yield notice, event


def _record(notice: Notice, event: NoticeEvent, at: datetime.datetime) -> bool:
    with transaction.atomic():
        alert_event, created = notice.alert_events.get_or_create(key=event.key)
        if created:
            # One message to an address, also if it subscribed to several topics.
            recipients = {subscription.email: subscription for subscription in _recipients(notice, event)}
            AlertMessage.objects.bulk_create(
                AlertMessage(subscription=subscription, event=alert_event, created_at=at, send_after=at)
                for subscription in recipients.values()
            )
    return created


def _recipients(notice: Notice, event: NoticeEvent) -> QuerySet[Subscription]:
    if event.kind is NoticeEvent.Kind.PUBLISHED:
        topics = [Subscription.Topic.ALL, TOPICS[type(notice)]]
        return Subscription.objects.confirmed().filter(topic__in=topics)
    # Earlier changes were on the page of the notice when they subscribed.
    return notice.subscriptions.filter(confirmed_at__lt=event.updated_at)
