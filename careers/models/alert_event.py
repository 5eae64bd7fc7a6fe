"""AlertEvent: what happened to a notice, as told to its subscribers."""

import datetime

from django.db import models

from careers.models.notice import Notice
from careers.models.notice_child import NoticeChild
from careers.models.notice_event import NoticeEvent


class AlertEvent(NoticeChild):
    """An event of a public notice. It is recorded with its messages, so that none is sent twice."""

    #: See `NoticeEvent.key`.
    key = models.CharField(max_length=80)

    class Meta(NoticeChild.Meta):
        default_related_name = "alert_events"
        constraints = [
            *NoticeChild.Meta.constraints,
            models.UniqueConstraint(fields=["vacancy", "key"], name="alertevent_once_a_vacancy"),
            models.UniqueConstraint(
                fields=["procurement_notice", "key"], name="alertevent_once_a_procurement_notice"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def public_notice(self, at: datetime.datetime) -> Notice | None:
        """Its notice, with its history, if that is live."""
        notices = type(self.notice).objects.live(at).with_history()
        return notices.filter(pk=self.notice.pk).first()

    def notice_event(self, notice: Notice, at: datetime.datetime) -> NoticeEvent | None:
        """The event as the notice describes it now; None if there is nothing to tell any more."""
        event = next((event for event in notice.events(at) if event.key == self.key), None)
        if event and event.kind is NoticeEvent.Kind.PUBLISHED:
            return event if notice.is_open(at) and not notice.is_internal else None
        return event
