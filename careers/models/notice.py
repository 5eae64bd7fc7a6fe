"""Notice: the base of vacancies and procurement notices, with its deadline."""

import datetime
from typing import Any, ClassVar, Self
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from careers.models.dated_entry import DatedEntry
from careers.models.notice_event import NoticeEvent
from iomlaos.media.richtext import RichTextField
from iomlaos.publishing.dates import VIENTIANE, format_deadline, is_end_of_day, iso_utc, local_date
from iomlaos.publishing.models import Publishable, PublishableQuerySet

CLOSING_SOON = datetime.timedelta(hours=72)
DAY = datetime.timedelta(days=1)
#: For so long after its closing there may be something to tell of one notice.
FOLLOWED_AFTER_CLOSING = 365 * DAY
HOUR = datetime.timedelta(hours=1)
MINUTE = datetime.timedelta(minutes=1)


def time_unit(left: datetime.timedelta) -> datetime.timedelta:
    """The unit in which people count what is left: days from two days on, then hours, then minutes."""
    return next((unit for unit in (DAY, HOUR) if left >= 2 * unit), MINUTE)


def next_reading(closes_at: datetime.datetime, at: datetime.datetime) -> datetime.datetime | None:
    """The next moment at which an open notice reads differently; None once it is closed.

    It turns to "closing soon" and to "closed" at a moment, and says "3 days" until, and at, three
    days before its closing.
    """
    left = closes_at - at
    if left <= datetime.timedelta():
        return None
    unit = time_unit(left)
    moments = [closes_at, closes_at - CLOSING_SOON, closes_at - left // unit * unit + left.resolution]
    return min(moment for moment in moments if moment > at)


class LocalMidnight(models.Func):
    """The moment at which a day begins in Vientiane, asked in a way that each database's own tools know."""

    output_field = models.DateTimeField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list]:
        return self.as_sql(compiler, connection, template="datetime(%(expressions)s, '-7 hours')", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list]:
        template = f"(CAST(%(expressions)s AS timestamp) AT TIME ZONE '{VIENTIANE.key}')"
        return self.as_sql(compiler, connection, template=template, **context)


class NoticeQuerySet(PublishableQuerySet):
    def open(self, at: datetime.datetime) -> Self:
        """Live, and not yet closed at this moment; what closes first comes first."""
        return self.live(at).filter(closes_at__gt=at).order_by("closes_at", "pk")

    def closed(self, at: datetime.datetime) -> Self:
        """Live, and closed at this moment; what closed last comes first."""
        return self.live(at).filter(closes_at__lte=at).order_by("-closes_at", "-pk")

    def taken_back(self, at: datetime.datetime) -> Self:
        """Withdrawn, after visitors could read it: what its address says of it is no secret."""
        return self.filter(state=Publishable.State.WITHDRAWN, first_published_at__lte=at)

    def newest_first(self) -> Self:
        """By `announced_at`, which says the same of one notice."""
        return self.order_by(Coalesce("first_published_at", "publish_from", "created_at").desc(), "-pk")

    def closing_within(self, days: int, at: datetime.datetime) -> Self:
        """Closing in this many days of 24 hours, or earlier."""
        return self.filter(closes_at__lte=at + days * DAY)

    def closing_in(self, year: int) -> Self:
        """Closing on a day of that year in Vientiane. A year outside 1 to 9998 holds nothing."""
        if not 1 <= year <= 9998:
            return self.none()
        start = datetime.datetime(year, 1, 1, tzinfo=VIENTIANE)
        end = datetime.datetime(year + 1, 1, 1, tzinfo=VIENTIANE)
        # The end of 31 December is stored as the first moment of 1 January.
        return self.filter(closes_at__gt=start, closes_at__lte=end)

    def closing_years(self) -> list[int]:
        """The years of the closing dates in Vientiane, the latest first.

        The index knows the first and the last one, and of each year between them whether it holds any:
        no notice is read for it.
        """
        closings = self.values_list("closes_at", "pk")
        first, last = closings.order_by("closes_at").first(), closings.order_by("-closes_at").first()
        if first is None or last is None:
            return []
        years = range(local_date(last[0]).year, local_date(first[0]).year - 1, -1)
        holds = {f"in_{year}": models.Exists(self.order_by().closing_in(year)) for year in years}
        row = self.model._base_manager.filter(pk=first[1]).values(**holds).get()
        return [year for year in years if row[f"in_{year}"]]

    def without_outcome(self, at: datetime.datetime) -> Self:
        """Closed, and staff have not said what came of it: it is for them to say."""
        return self.closed(at).filter(outcome="")

    def results_overdue(self, at: datetime.datetime) -> Self:
        """Closed and not decided, past the day by which a result was promised."""
        today = at.astimezone(VIENTIANE).date()
        return self.closed(at).filter(outcome__in=Notice.UNDECIDED, results_expected_by__lt=today)

    def next_change(self, at: datetime.datetime) -> datetime.datetime | None:
        """As for every Publishable, and when one of the open ones next reads differently.

        Of the closed ones, when the first of them can no longer be followed.
        """
        closings = self.open(at).order_by().values_list("closes_at", flat=True)
        moments = [super().next_change(at), *(next_reading(closes_at, at) for closes_at in closings)]
        followed = self.closed(at).order_by().filter(closes_at__gt=at - FOLLOWED_AFTER_CLOSING)
        if first := followed.aggregate(first=models.Min("closes_at"))["first"]:
            moments.append(first + FOLLOWED_AFTER_CLOSING)
        return min(filter(None, moments), default=None)

    def changed_without_reason(self) -> Self:
        """Whose deadline was changed, by a command, without a reason."""
        silent = models.Q(deadline_changes__reason_en="") | models.Q(deadline_changes__reason_en__isnull=True)
        return self.filter(silent, deadline_changes__of="closes_at").distinct()

    def with_history(self) -> Self:
        """With all that `events` tells of."""
        return self.prefetch_related("deadline_changes", "amendments")

    def with_readvertised(self, at: datetime.datetime) -> Self:
        """With the notice that advertises it again, where that is live."""
        again = self.model.objects.live(at)
        return self.prefetch_related(models.Prefetch("readvertised_as", again))


class Notice(Publishable):
    """What people can apply or bid for until a deadline."""

    class Outcome(models.TextChoices):
        UNDER_REVIEW = "under-review", _("Under review")
        FILLED = "filled", _("Filled")
        AWARDED = "awarded", _("Awarded")
        CANCELLED = "cancelled", _("Cancelled")
        READVERTISED = "re-advertised", _("Advertised again")

    class Status(models.TextChoices):
        """What the clock makes of a notice; never stored."""

        OPEN = "open", _("Open")
        CLOSING = "closing", _("Closing soon")
        CLOSED = "closed", _("Closed")

    #: Its amendments do that.
    shows_changes = False
    record_options = Publishable.record_options.extend(
        not_content=("first_published_at", "outcome_at"),
        # A deadline changes by hand, and with a reason.
        kept_on_restore=("closes_at",),
        carried=("deadline_reason",),
        not_copied=(
            "reference", "posted_on", "closes_at", "results_expected_by", "outcome", "outcome_note",
            "readvertised_as",
        ),
    )  # fmt: skip
    #: The moments that people go by: once they were public, each change of them stays visible.
    TRACED: ClassVar[tuple[str, ...]] = ("closes_at",)
    #: As long as it says this, people wait for a result.
    UNDECIDED: ClassVar[tuple[str, ...]] = ("", Outcome.UNDER_REVIEW)
    #: What can come of one of this kind.
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = ()
    #: What is said once it is closed.
    no_longer_taken: ClassVar[Promise | str] = ""
    #: Last parts of addresses that are lists of this kind.
    RESERVED: ClassVar[tuple[str, ...]] = ()

    title = models.CharField(_("title"), max_length=200)
    reference = models.CharField(
        _("reference"),
        max_length=40,
        blank=True,
        help_text=_("The office's own number. Leave empty if it has none."),
    )
    posted_on = models.DateField(
        _("posted on"), null=True, blank=True, help_text=_("Leave empty if unknown.")
    )
    closes_at = models.DateTimeField(
        _("closes"),
        help_text=_(
            "Vientiane time (UTC+7). A date without an hour closes at the end of that day. "
            "At that moment the notice counts as closed, everywhere."
        ),
    )
    submission_email = models.EmailField(
        _("by e-mail, to"),
        blank=True,
        help_text=_("The page asks for the reference as the subject. Not shown while empty."),
    )
    submission_link = models.URLField(
        _("by link, at"), blank=True, help_text=_("The full address of the form, beginning with https://")
    )
    submission_address = models.TextField(
        _("by hand or by post, at"),
        blank=True,
        help_text=_("One line of the address a line. Not shown while empty."),
    )
    contact = models.CharField(
        _("contact for questions"), max_length=200, blank=True, help_text=_("Not shown while empty.")
    )
    body = RichTextField(_("text"), blank=True)
    what_next = RichTextField(
        _("what happens next"),
        blank=True,
        help_text=_("After the closing: who is contacted, and how. Not shown while empty."),
    )
    results_expected_by = models.DateField(
        _("result expected by"),
        null=True,
        blank=True,
        help_text=_("The page promises it, and you are reminded once it has passed. Leave empty if unknown."),
    )
    outcome = models.CharField(
        _("outcome"),
        max_length=16,
        choices=Outcome,
        blank=True,
        help_text=_("Once it is closed: what came of it."),
    )
    outcome_note = models.TextField(
        _("about the outcome"),
        blank=True,
        help_text=_("A sentence or two, such as why it was cancelled. Not shown while empty."),
    )
    readvertised_as = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("advertised again as"),
        help_text=_("The notice that takes its place; the page links to it."),
    )
    outcome_at = models.DateTimeField(_("outcome said at"), null=True, editable=False)
    first_published_at = models.DateTimeField(_("public since"), null=True, editable=False)

    #: Why the deadline is being changed: given with the change, kept in the DeadlineChange.
    deadline_reason: str = ""
    #: The moment from which a save counts, where that is another than the present one.
    saved_at: datetime.datetime | None = None
    #: What visitors have seen, where a form is asked while its rows hold something else.
    seen_as: Self | None = None

    objects = NoticeQuerySet.as_manager()

    class Meta(Publishable.Meta):
        abstract = True
        constraints = [
            *Publishable.Meta.constraints,
            # Compared as moments: a check on the date of `closes_at` would break SQLite's own tools.
            models.CheckConstraint(
                condition=models.Q(posted_on__isnull=True)
                | models.Q(closes_at__gt=LocalMidnight("posted_on")),
                name="%(class)s_closes_after_posting",
                violation_error_message=_("The closing is before the posting."),
            ),
            models.CheckConstraint(
                condition=models.Q(publish_until__isnull=True),
                name="%(class)s_closes_and_is_not_taken_down",
                violation_error_message=_("A notice closes; it is not taken down at a time."),
            ),
        ]
        indexes = [
            # Open and closed lists read along it from the moment of asking: what lies on the other
            # side of that moment, and drafts, cost nothing.
            models.Index(
                fields=["closes_at", "id"],
                condition=models.Q(state=Publishable.State.PUBLISHED),
                name="%(class)s_published",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def slug_namespace(cls) -> list[type["Notice"]]:
        """Short addresses (/n/…) are shared by all kinds."""
        return notice_models()

    def save(self, *args, **kwargs) -> None:
        at = self.saved_at or timezone.now()
        with transaction.atomic():
            fields = self._remember(at)
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], *fields}
            super().save(*args, **kwargs)
            if self.public_from(at):
                self._date_what_is_new(at)

    def public_from(self, at: datetime.datetime) -> datetime.datetime | None:
        """From when visitors can read what is saved at this moment; None where they cannot."""
        if self.state != self.State.PUBLISHED:
            return None
        return max(self.publish_from, at) if self.publish_from else at

    def _date_what_is_new(self, at: datetime.datetime) -> None:
        """Amendments and answers that were written while it was not public become so with it."""
        for relation in self._meta.related_objects:
            if issubclass(relation.related_model, DatedEntry):
                for row in getattr(self, relation.get_accessor_name()).undated(at):
                    if row.is_told:
                        setattr(row, relation.field.name, self)
                        row.save()

    def _remember(self, at: datetime.datetime) -> set[str]:
        """Keep since when it is public, when its outcome was said, and each change of its deadline.

        A deadline that visitors have seen never changes without a trace. The form asks for a reason;
        where a command changes it without one, the page says that none was given.
        """
        if self.first_published_at is None or self.first_published_at > at:
            self.first_published_at = self.public_from(at)
        stored = type(self)._base_manager.filter(pk=self.pk).first() if self.pk else None
        if self.outcome != (stored.outcome if stored else ""):
            self.outcome_at = at if self.outcome else None
        if stored is not None and stored.is_announced(at):
            self.first_published_at = min(
                filter(None, [stored.first_published_at, self.first_published_at, at])
            )
            self.record_changes(stored, at)
            self.deadline_reason = ""
        return {"first_published_at", "outcome_at"}

    def record_changes(self, before: Self, at: datetime.datetime) -> None:
        """What visitors go by, and have seen, does not change without its old and its new moment."""
        if not before.is_announced(at):
            return
        for name in self.TRACED:
            was, now = getattr(before, name), getattr(self, name)
            if was != now:
                self.deadline_changes.create(
                    of=name, before=was, after=now, reason=self.deadline_reason, changed_at=at
                )

    def clean(self) -> None:
        super().clean()
        now = timezone.now()
        if self.posted_on and self.closes_at and self.closing_day < self.posted_on:
            raise ValidationError({"closes_at": _("The closing is before the day of posting.")})
        starts = self.publish_from if self.state == self.State.PUBLISHED else None
        if starts and self.closes_at and starts > now and starts >= self.closes_at:
            words = _("By then it has closed: %(deadline)s. Publish it earlier, or let it close later.")
            closes = {"deadline": self.deadline}
            raise ValidationError({"publish_from": ValidationError(words, params=closes)})
        if self.outcome and self.closes_at and self.is_open(now):
            raise ValidationError({"outcome": _("This notice is still open, so it has no outcome yet.")})
        if self.outcome and self.outcome not in self.OUTCOMES:
            raise ValidationError({"outcome": _("This cannot come of a notice of this kind.")})
        if self.readvertised_as_id and self.readvertised_as_id == self.pk:
            raise ValidationError({"readvertised_as": _("This is the notice itself. Choose its successor.")})
        if self.readvertised_as_id and self.outcome != self.Outcome.READVERTISED:
            raise ValidationError(
                {"readvertised_as": _("Only what was advertised again has a successor: see the outcome.")}
            )
        if self.slug and (self.slug in self.RESERVED or self._address_is_taken()):
            raise ValidationError({"slug": _("Another notice or a list has this address. Choose another.")})
        if self.needs_reason(now) and not self.deadline_reason.strip():
            words = _(
                "Visitors have seen the deadline: %(deadline)s. Say why it changes; the page shows the "
                "old one, the new one and the reason."
            )
            seen = {"deadline": format_deadline(self.seen.closes_at)}
            raise ValidationError({"closes_at": ValidationError(words, code="reason", params=seen)})

    def _address_is_taken(self) -> bool:
        others = (kind for kind in self.slug_namespace() if kind is not type(self))
        return any(kind.objects.filter(slug=self.slug).exists() for kind in others)

    @property
    def seen(self) -> Self | None:
        """As it is stored, which is what visitors read or will read."""
        if self.seen_as is not None:
            return self.seen_as
        return type(self)._base_manager.filter(pk=self.pk).first() if self.pk else None

    def is_announced(self, at: datetime.datetime) -> bool:
        """Whether visitors have ever seen it, in the state in which it is stored."""
        return self.is_live(at) or (self.first_published_at is not None and self.first_published_at <= at)

    def was_taken_back(self, at: datetime.datetime) -> bool:
        """The same rule as `OpportunityQuerySet.taken_back`, asked of one notice."""
        is_withdrawn = self.state == self.State.WITHDRAWN
        return is_withdrawn and self.first_published_at is not None and self.first_published_at <= at

    def needs_reason(self, at: datetime.datetime) -> bool:
        """Whether saving it would change a deadline that visitors have seen."""
        seen = self.seen
        return seen is not None and seen.is_announced(at) and seen.closes_at != self.closes_at

    @staticmethod
    def closing_moment(day: datetime.date, hour: datetime.time | None = None) -> datetime.datetime:
        """The moment that staff mean by a date and, if they gave one, an hour in Vientiane.

        A date alone means 24:00 of that day, which is the next midnight.
        """
        if hour is None:
            return datetime.datetime.combine(day + DAY, datetime.time(), VIENTIANE)
        return datetime.datetime.combine(day, hour, VIENTIANE)

    @property
    def closing_day(self) -> datetime.date:
        """The day in Vientiane that people know as the closing date."""
        return local_date(self.closes_at)

    @property
    def closing_hour(self) -> datetime.time | None:
        """The hour in Vientiane; None where it closes at the end of the day."""
        return None if is_end_of_day(self.closes_at) else self.closes_at.astimezone(VIENTIANE).time()

    @property
    def closing_date(self) -> str:
        """The closing date alone, for rows that are long closed."""
        return formats.date_format(self.closing_day, "DATE_FORMAT")

    @property
    def deadline(self) -> str:
        """The deadline in words. Nothing else puts a deadline into words."""
        return format_deadline(self.closes_at)

    @property
    def deadline_for_machines(self) -> str:
        """The same instant in UTC, ISO 8601, for machines."""
        return iso_utc(self.closes_at)

    def is_open(self, at: datetime.datetime) -> bool:
        """Whether applications are taken, publishing apart: until, and not at, the closing."""
        return at < self.closes_at

    def is_closing_soon(self, at: datetime.datetime) -> bool:
        return self.is_open(at) and self.closes_at - at <= CLOSING_SOON

    def is_followed(self, at: datetime.datetime) -> bool:
        """Whether those who ask for its changes would still be told of any."""
        return at < self.closes_at + FOLLOWED_AFTER_CLOSING

    @property
    def is_undecided(self) -> bool:
        """Whether people wait for a result: also, and above all, after the closing."""
        return self.outcome in self.UNDECIDED

    def status(self, at: datetime.datetime) -> "Status":
        if not self.is_open(at):
            return self.Status.CLOSED
        return self.Status.CLOSING if self.is_closing_soon(at) else self.Status.OPEN

    def time_left(self, at: datetime.datetime) -> str:
        """ "3 days", "47 hours", "20 minutes": whole units, never more than is left; empty once closed."""
        if not self.is_open(at):
            return ""
        left = self.closes_at - at
        unit = time_unit(left)
        number = left // unit
        if unit == DAY:
            return ngettext("%(number)d day", "%(number)d days", number) % {"number": number}
        if not number:
            return gettext("less than a minute")
        if unit == HOUR:
            return ngettext("%(number)d hour", "%(number)d hours", number) % {"number": number}
        return ngettext("%(number)d minute", "%(number)d minutes", number) % {"number": number}

    @property
    def announced_at(self) -> datetime.datetime:
        """When visitors could first read it."""
        return self.first_published_at or self.publish_from or self.created_at

    def events(self, at: datetime.datetime) -> list[NoticeEvent]:
        """What happened to it until this moment, the latest first; see `with_history`."""
        found = [NoticeEvent("published", NoticeEvent.Kind.PUBLISHED, self.announced_at, self.title)]
        for change in self.deadline_changes.all():
            kind = NoticeEvent.Kind.DEADLINE if change.is_of_closing else NoticeEvent.Kind.MOMENT
            found.append(NoticeEvent(f"deadline:{change.pk}", kind, change.changed_at, change.in_words))
        for amendment in self.amendments.all():
            # In the preview of a draft it has no date yet.
            made_at, corrected_at = amendment.made_at or at, amendment.corrected_at
            name = f"amendment:{amendment.pk}"
            found.append(NoticeEvent(name, NoticeEvent.Kind.AMENDMENT, made_at, amendment.text, corrected_at))
        if not self.is_open(at):
            found.append(
                NoticeEvent(
                    f"closed:{self.deadline_for_machines}",
                    NoticeEvent.Kind.CLOSED,
                    self.closes_at,
                    self.deadline,
                )
            )
            if self.outcome:
                said_at = max(self.outcome_at or self.closes_at, self.closes_at)
                text = " ".join(filter(None, [f"{self.get_outcome_display()}.", self.outcome_note]))
                found.append(NoticeEvent(f"outcome:{self.outcome}", NoticeEvent.Kind.OUTCOME, said_at, text))
        past = (event for event in found if event.at <= at)
        return sorted(past, key=lambda event: event.updated_at, reverse=True)

    def changes(self, at: datetime.datetime) -> list[NoticeEvent]:
        """Its corrections, the latest first; see `with_history`."""
        corrections = (NoticeEvent.Kind.DEADLINE, NoticeEvent.Kind.MOMENT, NoticeEvent.Kind.AMENDMENT)
        return [event for event in self.events(at) if event.kind in corrections]

    def last_updated(self, at: datetime.datetime) -> datetime.datetime:
        """When what it says was last changed, by staff or by what happened to it; see `with_history`."""
        moments = [self.updated_at, *(event.updated_at for event in self.events(at))]
        return max([moment for moment in moments if moment <= at] + [self.announced_at])

    @property
    def has_way_to_submit(self) -> bool:
        return bool(self.submission_email or self.submission_link or self.submission_address)

    @property
    def submission_subject(self) -> str:
        """The subject line under which the office looks for what is sent in."""
        return self.reference or self.title

    @property
    def submission_mailto(self) -> str:
        return f"mailto:{self.submission_email}?subject={quote(self.submission_subject)}"

    @property
    def submission_address_lines(self) -> list[str]:
        return [line.strip() for line in self.submission_address.splitlines() if line.strip()]


def notice_models() -> list[type[Notice]]:
    """Every kind of notice: there is no registry to fill."""
    return Notice.__subclasses__()


def next_to_close(at: datetime.datetime) -> Notice | None:
    """The open notice, of whichever kind, that closes first."""
    first = (kind.objects.open(at).first() for kind in notice_models())
    return min(filter(None, first), key=lambda notice: notice.closes_at, default=None)


def last_closed(at: datetime.datetime) -> Notice | None:
    """The closed notice, of whichever kind, that closed last."""
    last = (kind.objects.closed(at).first() for kind in notice_models())
    return max(filter(None, last), key=lambda notice: notice.closes_at, default=None)
