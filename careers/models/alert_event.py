"""Events of notices that subscribers were told of."""

import datetime

from django.db import models

from careers.models.notice import Notice
from careers.models.notice_child import NoticeChild
from careers.models.notice_event import NoticeEvent


class AlertEvent(NoticeChild):
    """An event that was recorded with its messages, so that nobody is told of it twice."""

    #: `NoticeEvent.key`
    key = models.CharField(max_length=80)
    noticed_at = models.DateTimeField()

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
        """Its notice with its history; None while it is not public."""
        return type(self.notice).objects.live(at).with_history().filter(pk=self.notice.pk).first()

    def current_event(self, notice: Notice, at: datetime.datetime) -> NoticeEvent | None:
        """The event as the notice has it now; None where it is no longer worth a message."""
        event = next((event for event in notice.events(at) if event.key == self.key), None)
        is_over = event and event.kind is NoticeEvent.Kind.PUBLISHED and not notice.is_open(at)
        return None if is_over else event
