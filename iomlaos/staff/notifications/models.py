"""What staff are told about their drafts: on the front page of the admin, and by mail."""

import datetime
from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import VIENTIANE
from iomlaos.publishing.models import Publishable
from iomlaos.publishing.models.workflow import GenericRecordModel, GenericRecordQuerySet, Submission

#: The front page shows it for so long, unless it is dismissed.
SHOWN_FOR = datetime.timedelta(days=14)
KEPT_FOR = datetime.timedelta(days=60)


def receives_mail(user: Any) -> bool:
    """Whether this site sends mail to a user."""
    return settings.ALERTS_ENABLED and bool(user.email)


class NotificationQuerySet(GenericRecordQuerySet):
    def tell(
        self, people: Iterable[Any], record: models.Model, *, by: Any, at: datetime.datetime, **values: Any
    ) -> None:
        """Tell people what somebody did. Called in the transaction in which it is done."""
        values |= self.describe(record, by) | {"at": at}
        self.bulk_create(
            Notification(recipient=person, is_for_mail=receives_mail(person), **values) for person in people
        )

    def tell_when_public(self, people: Iterable[Any], record: Publishable, *, at: datetime.datetime) -> None:
        """Tell people of the first publication of a scheduled record, once its moment has come.

        Nothing happens then, so this is written beforehand, and replaced where the schedule changes.
        """
        self.forget_upcoming(record, at)
        if record.public_status(at)[0] == "scheduled":
            self.tell(people, record, by=None, at=record.publish_from, kind=Notification.Kind.WENT_LIVE)

    def forget_upcoming(self, record: models.Model, at: datetime.datetime) -> None:
        self.of(record).filter(at__gt=at).delete()

    def new(self, at: datetime.datetime) -> Self:
        return self.filter(dismissed_at=None, at__gt=at - SHOWN_FOR, at__lte=at).select_related("by")

    def unread(self, user: Any, at: datetime.datetime) -> Self:
        """News of the front page, the latest first. Submissions and returns are in its work list."""
        news = self.new(at).filter(recipient=user).exclude(kind__in=Notification.IN_WORK_LIST)
        return news.order_by("-at", "pk")

    def mail_due(self, at: datetime.datetime) -> Self:
        """What waits to be mailed, the earliest first.

        What somebody dismissed needs no mail, and neither does a submission that was dealt with.
        """
        submissions = Submission.objects.waiting().filter(
            model=OuterRef("model"), object_key=OuterRef("object_key"), at=OuterRef("at")
        )
        waiting = self.new(at).filter(
            ~Q(kind=Notification.Kind.SUBMITTED) | Exists(submissions),
            is_for_mail=True,
            mailed_at=None,
            recipient__is_active=True,
        )
        return waiting.exclude(recipient__email="").select_related("recipient").order_by("at", "pk")

    def expired(self, at: datetime.datetime) -> Self:
        return self.filter(at__lt=at - KEPT_FOR)


class Notification(GenericRecordModel):
    """What somebody, or the clock, did with a draft, told to one person."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("%(who)s submitted “%(title)s” for review")
        RETURNED = "returned", _("%(who)s returned “%(title)s”")
        PUBLISHED = "published", _("%(who)s published “%(title)s”")
        SCHEDULED = "scheduled", _("%(who)s scheduled “%(title)s” for %(moment)s")
        CANCELLED = "cancelled", _("%(who)s cancelled the schedule of “%(title)s”")
        WITHDRAWN = "withdrawn", _("%(who)s withdrew “%(title)s”")
        DRAFT_DELETED = "draft-deleted", _("%(who)s deleted the draft of “%(title)s”")
        WENT_LIVE = "went-live", _("“%(title)s” was published as scheduled")
        FAILED = "failed", _("“%(title)s” could not be published as scheduled")

    #: The front page lists these until somebody has dealt with them.
    IN_WORK_LIST = (Kind.SUBMITTED, Kind.RETURNED)
    #: What is done where the moment of a first publication may be another one now.
    CHANGE_SCHEDULE = (Kind.PUBLISHED, Kind.SCHEDULED, Kind.CANCELLED, Kind.WITHDRAWN)

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=14, choices=Kind)
    note = models.CharField(max_length=300, blank=True)
    #: When what was scheduled becomes public.
    moment = models.DateTimeField(null=True)
    #: Decided when it is made: a mail server that is set up later sends no old news.
    is_for_mail = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        #: Nobody is given a right to look at those of others.
        default_permissions = ()
        indexes = [
            models.Index(fields=["recipient", "at"], name="notification_of_person"),
            models.Index(
                fields=["at"], condition=Q(is_for_mail=True, mailed_at=None), name="notification_for_mail"
            ),
        ]

    def __str__(self) -> str:
        moment = self.moment and date_format(self.moment.astimezone(VIENTIANE), "j F Y, H:i")
        return self.get_kind_display() % {"who": self.who, "title": self.title, "moment": moment}

    @property
    def url(self) -> str:
        """The form of its record, in the admin."""
        return reverse(f"admin:{self.model.replace('.', '_')}_change", args=[self.object_key])
