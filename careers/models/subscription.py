"""Subscriptions to alerts by e-mail, and the messages that are sent to them."""

import datetime
import secrets
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from careers.models.alert_event import AlertEvent
from careers.models.deadline import DAY, FOLLOWED_AFTER_CLOSING
from careers.models.notice import Notice
from careers.models.notice_child import NoticeChild
from careers.models.notice_event import NoticeEvent
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy

CONFIRM_WITHIN = 2 * DAY
MESSAGES_KEPT = 30 * DAY
#: Requests for confirmation to one address.
MAX_REQUESTS_PER_DAY = 3
#: After so many bounces in a row an address gets no alerts until it is confirmed again.
MAX_BOUNCES = 3
#: The wait after each failed try; after the last of them a message is given up.
RETRY_DELAYS = tuple(datetime.timedelta(minutes=minutes) for minutes in (10, 40, 160, 640))


def new_token() -> str:
    return secrets.token_urlsafe(32)


class SubscriptionQuerySet(models.QuerySet):
    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False)

    def active(self, at: datetime.datetime) -> Self:
        """Confirmed, or still to be confirmed in time."""
        return self.confirmed() | self.filter(asked_at__gt=at - CONFIRM_WITHIN)

    def expired(self, at: datetime.datetime) -> Self:
        """Never confirmed, or of a notice that closed long ago."""
        long_ago = at - FOLLOWED_AFTER_CLOSING
        return self.filter(
            models.Q(confirmed_at__isnull=True, asked_at__lte=at - CONFIRM_WITHIN)
            | models.Q(vacancy__closes_at__lte=long_ago)
            | models.Q(procurement_notice__closes_at__lte=long_ago)
        )

    def recipients(self, notice: Notice, event: NoticeEvent) -> Self:
        """The confirmed ones to tell of an event."""
        if event.kind is NoticeEvent.Kind.PUBLISHED:
            topics = [Subscription.Topic.ALL, Subscription.TOPICS[type(notice)]]
            return self.confirmed().filter(topic__in=topics)
        # Earlier events were on the page when they confirmed.
        return self.filter(**{notice.FOREIGN_KEY: notice}, confirmed_at__lt=event.updated_at)

    def subscribe(self, email: str, topic: str, notice: Notice | None, at: datetime.datetime) -> None:
        """Store a subscription and queue a request to confirm it, unless the address had enough today."""
        requests = AlertMessage.objects.confirmation_requests()
        today = requests.filter(created_at__gt=at - DAY, subscription__email=email)
        if today.count() >= MAX_REQUESTS_PER_DAY:
            return
        scope = {notice.FOREIGN_KEY: notice} if notice else {}
        subscription, _created = self.get_or_create(
            email=email, topic=topic, **scope, defaults={"asked_at": at}
        )
        self.filter(pk=subscription.pk, confirmed_at__isnull=True).update(asked_at=at)
        if not requests.filter(subscription=subscription, state=AlertMessage.State.WAITING).exists():
            subscription.messages.create(created_at=at, send_after=at)


class Subscription(NoticeChild):
    """An address and what it wants alerts about. Nothing else is stored of a person.

    Before it is confirmed, it gets only the request to confirm. Unsubscribing deletes it.
    """

    class Topic(models.TextChoices):
        ALL = "all", _("New positions and tenders")
        VACANCIES = "vacancies", _("New positions")
        PROCUREMENT = "procurement", _("New tenders")
        NOTICE = "notice", _("Changes to one notice")

    #: The topic of new notices of a kind.
    TOPICS = {Vacancy: Topic.VACANCIES, ProcurementNotice: Topic.PROCUREMENT}

    email = models.EmailField(_("e-mail address"))
    topic = models.CharField(_("what about"), max_length=12, choices=Topic)
    token = models.CharField(max_length=43, unique=True, default=new_token, editable=False)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    bounce_count = models.PositiveSmallIntegerField(
        _("bounces in a row"),
        default=0,
        help_text=_("How often the mail server refused the address since it last accepted a message."),
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        default_related_name = "subscriptions"
        verbose_name = _("subscription to alerts")
        verbose_name_plural = _("subscriptions to alerts")
        ordering = ["-asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(topic="notice", vacancy__isnull=False, procurement_notice__isnull=True)
                | models.Q(topic="notice", vacancy__isnull=True, procurement_notice__isnull=False)
                | models.Q(
                    topic__in=["all", "vacancies", "procurement"],
                    vacancy__isnull=True,
                    procurement_notice__isnull=True,
                ),
                name="subscription_is_to_a_kind_or_to_one_notice",
            ),
            models.UniqueConstraint(
                fields=["email", "topic"],
                condition=~models.Q(topic="notice"),
                name="subscription_once_a_topic",
            ),
            models.UniqueConstraint(fields=["email", "vacancy"], name="subscription_once_a_vacancy"),
            models.UniqueConstraint(
                fields=["email", "procurement_notice"], name="subscription_once_a_procurement_notice"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.get_topic_display()}"

    def scope_label(self, at: datetime.datetime) -> str:
        """What it is about. A notice that is not public is not named."""
        if self.topic != self.Topic.NOTICE:
            return self.get_topic_display()
        if not self.notice.is_live(at):
            return gettext("Changes to a notice that is not public now")
        return gettext("Changes to “%(title)s”") % {"title": self.notice.title}

    @property
    def confirm_url(self) -> str:
        return settings.SITE_URL + reverse("careers:confirm_alerts", args=[self.token])

    @property
    def stop_url(self) -> str:
        return settings.SITE_URL + reverse("careers:stop_alerts", args=[self.token])

    def confirm(self, at: datetime.datetime) -> None:
        """Confirm it, or keep the first confirmation. Either way bounces are forgotten."""
        stored = type(self).objects.filter(pk=self.pk)
        stored.filter(confirmed_at__isnull=True).update(confirmed_at=at)
        stored.update(bounce_count=0)


class AlertMessageQuerySet(models.QuerySet):
    def confirmation_requests(self) -> Self:
        return self.filter(event__isnull=True)

    def due(self, at: datetime.datetime) -> Self:
        """To be sent now, requests for confirmation first: somebody waits for them.

        Alerts about a withdrawn notice wait: it may be public again before it closes.
        """
        is_request = models.Q(event__isnull=True)
        is_of_live_notice = models.Q(event__vacancy__in=Vacancy.objects.live(at)) | models.Q(
            event__procurement_notice__in=ProcurementNotice.objects.live(at)
        )
        is_alert = models.Q(is_of_live_notice, subscription__bounce_count__lt=MAX_BOUNCES)
        due = self.filter(is_request | is_alert, state=AlertMessage.State.WAITING, send_after__lte=at)
        due = due.select_related("event", "subscription")
        return due.order_by(models.F("event").asc(nulls_first=True), "send_after", "pk")

    def drop(self) -> int:
        """Cancel those that wait, and count them."""
        return self.filter(state=AlertMessage.State.WAITING).update(state=AlertMessage.State.DROPPED)

    def expired(self, at: datetime.datetime) -> Self:
        return self.filter(created_at__lte=at - MESSAGES_KEPT)


class AlertMessage(models.Model):
    """A message to one subscriber: about an event or, without one, a request for confirmation."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        DROPPED = "dropped", _("Dropped: there was nothing to tell any more")
        REFUSED = "refused", _("Refused by the mail server")
        GIVEN_UP = "given-up", _("Given up after several tries")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="messages")
    event = models.ForeignKey(AlertEvent, models.CASCADE, null=True, related_name="messages")
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    send_after = models.DateTimeField()

    objects = AlertMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["subscription", "event"], name="alertmessage_once_an_event")
        ]
        indexes = [
            models.Index(
                fields=["send_after"], condition=models.Q(state="waiting"), name="alertmessage_waiting"
            ),
            models.Index(
                fields=["created_at"], condition=models.Q(event__isnull=True), name="alertmessage_questions"
            ),
        ]

    def __str__(self) -> str:
        return self.get_state_display()

    def mark_sending(self) -> bool:
        """Count the try before it is made; False where the message no longer waits.

        A database that cannot store this could not store that it was sent either, and would send it again.
        """
        self.tries += 1
        return self._update(tries=self.tries)

    def cancel_sending(self) -> None:
        """Take back a try of which the mail server heard nothing."""
        self._update(tries=self.tries - 1)

    def mark_sent(self) -> None:
        self._update(state=self.State.SENT)
        Subscription.objects.filter(pk=self.subscription_id).update(bounce_count=0)

    def mark_bounced(self, *, by_recipient: bool) -> None:
        """Refused for good: the address (`by_recipient`), or this text."""
        self._update(state=self.State.REFUSED)
        if by_recipient:
            subscription = Subscription.objects.filter(pk=self.subscription_id)
            subscription.update(bounce_count=models.F("bounce_count") + 1)

    def schedule_retry(self, at: datetime.datetime) -> None:
        """Try again later, or give up after the last delay."""
        if self.tries <= len(RETRY_DELAYS):
            self._update(send_after=at + RETRY_DELAYS[self.tries - 1])
        else:
            self._update(state=self.State.GIVEN_UP)

    def _update(self, **values: Any) -> bool:
        """Update the message if it still waits; False if it does not."""
        waiting = type(self).objects.filter(pk=self.pk, state=self.State.WAITING)
        return bool(waiting.update(**values))
