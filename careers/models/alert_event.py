"""What happened to a notice, for alerts."""

import datetime
from typing import Self

from django.db import models

from careers.models.notice import Notice
from careers.models.notice_child import NoticeChild, notice_key
from careers.models.notice_event import NoticeEvent
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy


def field_of(kind: type[Notice]) -> str:
    """The name of the reference to a notice of this kind."""
    return "vacancy" if kind is Vacancy else "procurement_notice"


class AlertEventQuerySet(models.QuerySet):
    def public(self, at: datetime.datetime) -> Self:
        """Of notices that are live at this moment."""
        return self.filter(
            models.Q(vacancy__in=Vacancy.objects.live(at))
            | models.Q(procurement_notice__in=ProcurementNotice.objects.live(at))
        )


class AlertEvent(NoticeChild):
    """A thing that happened to a public notice, and that subscribers were told of: never a second time."""

    vacancy = notice_key(Vacancy, "alert_events")
    procurement_notice = notice_key(ProcurementNotice, "alert_events")
    #: As `Notice.events` names it.
    key = models.CharField(max_length=80)
    noticed_at = models.DateTimeField()

    objects = AlertEventQuerySet.as_manager()

    class Meta(NoticeChild.Meta):
        constraints = [
            *NoticeChild.Meta.constraints,
            models.UniqueConstraint(
                fields=["vacancy", "key"],
                condition=models.Q(vacancy__isnull=False),
                name="alertevent_once_a_vacancy",
            ),
            models.UniqueConstraint(
                fields=["procurement_notice", "key"],
                condition=models.Q(procurement_notice__isnull=False),
                name="alertevent_once_a_procurement_notice",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def live_notice(self, at: datetime.datetime) -> Notice | None:
        """Its notice as it reads at this moment, with its history; None while it is not public."""
        rows = type(self.notice).objects.live(at).with_history()
        return rows.filter(pk=self.notice.pk).first()

    def told_by(self, notice: Notice, at: datetime.datetime) -> NoticeEvent | None:
        """The event as the notice tells it now; None where there is nothing to tell any more."""
        told = next((event for event in notice.events(at) if event.key == self.key), None)
        if told and told.kind is NoticeEvent.Kind.PUBLISHED and not notice.is_open(at):
            return None
        return told
