"""Subscriptions to alerts by e-mail, what they tell of, and the messages that are sent to them."""

import datetime
import secrets
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from careers.models.deadline import DAY, FOLLOWED_AFTER_CLOSING
from careers.models.notice import Notice
from careers.models.notice_child import NoticeChild
from careers.models.notice_event import NoticeEvent
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.delivery.language import in_language

CONFIRM_WITHIN = 2 * DAY
MESSAGE_RETENTION = 30 * DAY
#: Messages that ask one mailbox to confirm, whatever the topic.
MAX_CONFIRMATIONS_PER_DAY = 3
#: After so many bounces in a row an address gets no alerts until it is confirmed again.
MAX_BOUNCES = 3
#: How long a message waits after each failed try; after the last one it is given up.
RETRY_DELAYS = tuple(datetime.timedelta(minutes=minutes) for minutes in (10, 40, 160, 640))


def new_token() -> str:
    return secrets.token_urlsafe(32)


class SubscriptionQuerySet(models.QuerySet):
    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False)

    def active(self, at: datetime.datetime) -> Self:
        """Confirmed, or still in time to be confirmed."""
        return self.confirmed() | self.filter(asked_at__gt=at - CONFIRM_WITHIN)

    def expired(self, at: datetime.datetime) -> Self:
        """To be deleted: not confirmed in time, or to a notice that closed long ago."""
        long_ago = at - FOLLOWED_AFTER_CLOSING
        return self.filter(
            models.Q(confirmed_at__isnull=True, asked_at__lte=at - CONFIRM_WITHIN)
            | models.Q(vacancy__closes_at__lte=long_ago)
            | models.Q(procurement_notice__closes_at__lte=long_ago)
        )

    def subscribe(
        self, email: str, topic: str, notice: Notice | None, language: str, at: datetime.datetime
    ) -> None:
        """Store a subscription, and queue the message that asks the address to confirm it.

        Does nothing for a mailbox that got enough of these messages today. One that is confirmed keeps its
        language: a stranger may have filled in the form.
        """
        confirmations = AlertMessage.objects.confirmations().to_mailbox(email)
        if confirmations.filter(created_at__gt=at - DAY).count() >= MAX_CONFIRMATIONS_PER_DAY:
            return
        subscriptions = notice.subscriptions if notice else self
        subscription, _created = subscriptions.get_or_create(
            email=email, topic=topic, defaults={"asked_at": at, "language": language}
        )
        unconfirmed = self.filter(pk=subscription.pk, confirmed_at__isnull=True)
        unconfirmed.update(asked_at=at, language=language)
        waiting = subscription.messages.confirmations().filter(state=AlertMessage.State.WAITING)
        if not waiting.exists():
            subscription.messages.create(created_at=at, send_after=at)


class Subscription(NoticeChild):
    """An e-mail address and what it gets alerts about: all that is stored of a person.

    It gets no alerts before it is confirmed. Stopping the alerts deletes it.
    """

    is_content = False

    class Topic(models.TextChoices):
        ALL = "all", _("New jobs and tenders")
        VACANCIES = "vacancies", _("New jobs")
        PROCUREMENT = "procurement", _("New tenders")
        NOTICE = "notice", _("Changes to one notice")

    email = models.EmailField(_("e-mail address"))
    topic = models.CharField(_("what about"), max_length=12, choices=Topic)
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        db_default=settings.LANGUAGE_CODE,
    )
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
        verbose_name = _("e-mail alert")
        verbose_name_plural = _("e-mail alerts")
        ordering = ["-asked_at", "id"]
        default_related_name = "subscriptions"
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
        """What it is about; names no notice that is not public."""
        if self.topic != self.Topic.NOTICE:
            return self.get_topic_display()
        if not self.notice.is_live(at):
            return gettext("Changes to a notice that is not public now")
        return gettext("Changes to “%(title)s”") % {"title": self.notice.title}

    @property
    def confirm_url(self) -> str:
        return self._url("confirm_alerts")

    @property
    def stop_url(self) -> str:
        return self._url("stop_alerts")

    def _url(self, name: str) -> str:
        return settings.SITE_URL + in_language(reverse(name, args=[self.token]), self.language)

    def confirm(self, at: datetime.datetime) -> None:
        """Confirm it, unless it is confirmed already, and let an address that bounced try again."""
        confirmed_at = Coalesce("confirmed_at", models.Value(at))
        Subscription.objects.filter(pk=self.pk).update(confirmed_at=confirmed_at, bounce_count=0)


class AlertEvent(NoticeChild):
    """An event of a public notice. It is recorded with its messages, so that none is sent twice."""

    is_content = False

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


class AlertMessageQuerySet(models.QuerySet):
    def confirmations(self) -> Self:
        """Messages that ask an address to confirm its subscription."""
        return self.filter(event__isnull=True)

    def to_mailbox(self, email: str) -> Self:
        """To an address or to the same with other words behind a plus: they reach one mailbox."""
        name, _at, domain = email.partition("@")
        name = name.partition("+")[0]
        return self.filter(
            models.Q(subscription__email=f"{name}@{domain}")
            | models.Q(subscription__email__startswith=f"{name}+", subscription__email__endswith=f"@{domain}")
        )

    def due(self, at: datetime.datetime) -> Self:
        """To be sent now; confirmations first, because somebody waits for them.

        Alerts about a withdrawn notice wait: it may be public again before it closes.
        """
        is_public = models.Q(event__vacancy__in=Vacancy.objects.live(at)) | models.Q(
            event__procurement_notice__in=ProcurementNotice.objects.live(at)
        )
        is_alert = models.Q(is_public, subscription__bounce_count__lt=MAX_BOUNCES)
        is_confirmation = models.Q(event__isnull=True)
        due = self.filter(
            is_confirmation | is_alert, state=AlertMessage.State.WAITING, send_after__lte=at
        ).select_related("event", "subscription")
        return due.order_by(models.F("event").asc(nulls_first=True), "send_after", "pk")

    def drop(self) -> int:
        """Stop sending those that still wait, and return how many they were."""
        return self.filter(state=AlertMessage.State.WAITING).update(state=AlertMessage.State.DROPPED)

    def expired(self, at: datetime.datetime) -> Self:
        return self.filter(created_at__lte=at - MESSAGE_RETENTION)


class AlertMessage(models.Model):
    """A message to one subscriber: an alert about an event or, without one, a request to confirm."""

    is_content = False

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
        """Count a try before it is made; False if the message is gone or no longer waits.

        A database that cannot store this could not store `mark_sent` either, and the message would go
        out at every run.
        """
        self.tries += 1
        return self._update(tries=self.tries)

    def cancel_sending(self) -> None:
        """Take back the try: the mail server did not get the message."""
        self._update(tries=self.tries - 1)

    def mark_sent(self) -> None:
        self._update(state=self.State.SENT)
        Subscription.objects.filter(pk=self.subscription_id).update(bounce_count=0)

    def mark_bounced(self, *, by_recipient: bool) -> None:
        """Mark it as refused for good: its address (`by_recipient`) or its text."""
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
        """Update the message if it still waits; whether it did."""
        waiting = AlertMessage.objects.filter(pk=self.pk, state=self.State.WAITING)
        return bool(waiting.update(**values))
