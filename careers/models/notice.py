"""Notice: the base of vacancies and procurement notices."""

import datetime
import uuid
from collections.abc import Collection
from typing import Any, ClassVar, Self
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from careers.models.deadline import DeadlineMixin
from careers.models.notice_event import NoticeEventsMixin
from careers.models.notice_number import NoticeNumber
from careers.models.notice_queryset import NoticeQuerySet
from iomlaos.media.richtext import RichTextField
from iomlaos.publishing.dates import VIENTIANE
from iomlaos.publishing.models import Publishable, PublishingWarning


class LocalMidnight(models.Func):
    """The moment at which a day begins in Vientiane, in SQL that each database's own tools understand."""

    output_field = models.DateTimeField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list]:
        return self.as_sql(compiler, connection, template="datetime(%(expressions)s, '-7 hours')", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list]:
        template = f"(CAST(%(expressions)s AS timestamp) AT TIME ZONE '{VIENTIANE.key}')"
        return self.as_sql(compiler, connection, template=template, **context)


class Notice(DeadlineMixin, NoticeEventsMixin, Publishable):
    """What people can apply or bid for until a deadline."""

    class Outcome(models.TextChoices):
        UNDER_REVIEW = "under-review", _("Under review")
        FILLED = "filled", _("Filled")
        AWARDED = "awarded", _("Awarded")
        CANCELLED = "cancelled", _("Cancelled")
        READVERTISED = "re-advertised", _("Advertised again")

    #: Its page shows amendments instead.
    shows_changes = False
    record_options = Publishable.record_options.extend(
        not_content=("uid", "number", "first_published_at", "outcome_at"),
        # A deadline changes by hand, and with a reason.
        kept_on_restore=("closes_at",),
        carried=("deadline_reason",),
        not_copied=(
            "reference", "posted_on", "closes_at", "results_expected_by", "outcome", "outcome_note",
            "readvertised_as",
        ),
    )  # fmt: skip
    #: The outcomes that this kind can have, and those after which people still wait for a result.
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = ()
    UNDECIDED_OUTCOMES: ClassVar[tuple[str, ...]] = ("", Outcome.UNDER_REVIEW)
    #: What a row of a list shows, and the date of the list.
    LISTED: ClassVar[tuple[str, ...]] = (
        "slug", "title", "reference", "closes_at", "outcome", "information_date",
    )  # fmt: skip
    #: Slugs that are addresses of lists.
    RESERVED_SLUGS: ClassVar[tuple[str, ...]] = ()
    closed_message: ClassVar[Promise | str] = ""
    #: What stands before the deadline.
    deadline_label: Promise | str = ""
    apply_heading: Promise | str = ""
    #: Whether only people who already work for IOM can take part; see `NoticeQuerySet.external`.
    is_internal = False

    #: Names it in feeds and calendars, whatever becomes of its slug or of the site's address.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: For the short address `/n/<number>`. A draft has none, so that gaps tell nothing of drafts.
    number = models.PositiveBigIntegerField(_("number"), unique=True, null=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    reference = models.CharField(_("reference"), max_length=40, blank=True)
    posted_on = models.DateField(_("posted on"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"))
    submission_email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("The page asks for the reference in the subject.")
    )
    submission_link = models.URLField(_("link to an online form"), blank=True)
    submission_address = models.TextField(_("postal address"), blank=True)
    contact = models.CharField(_("contact for questions"), max_length=200, blank=True)
    body = RichTextField(_("text"), blank=True)
    what_next = RichTextField(
        _("what happens next"), blank=True, help_text=_("After the deadline: who is contacted, and how.")
    )
    results_expected_by = models.DateField(
        _("result expected by"),
        null=True,
        blank=True,
        help_text=_("Shown on the page. We remind you once it has passed."),
    )
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, blank=True)
    outcome_note = models.TextField(
        _("about the outcome"),
        blank=True,
        help_text=_("A sentence or two, for instance why it was cancelled."),
    )
    readvertised_as = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("advertised again as"),
        help_text=_("The page links to it."),
    )
    outcome_at = models.DateTimeField(_("outcome said at"), null=True, editable=False)
    first_published_at = models.DateTimeField(_("public since"), null=True, editable=False)

    #: The moment of publication, where a save is made later than that.
    saved_at: datetime.datetime | None = None

    objects = NoticeQuerySet.as_manager()

    class Meta(Publishable.Meta):
        abstract = True
        ordering = ["-closes_at", "-pk"]
        constraints = [
            *Publishable.Meta.constraints,
            # SQLite's own shell lacks Django's functions of dates, and could not write rows with them.
            models.CheckConstraint(
                condition=models.Q(posted_on__isnull=True)
                | models.Q(closes_at__gt=LocalMidnight("posted_on")),
                name="%(class)s_closes_after_posting",
                violation_error_message=_("The deadline is before the day of posting."),
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
            ),
            models.Index(
                fields=["closes_at"],
                condition=models.Q(state=Publishable.State.WITHDRAWN) | models.Q(outcome="cancelled"),
                name="%(class)s_called_off",
            ),
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
            if self.number is None and self.public_from(at):
                self.number = NoticeNumber.objects.create().pk
            self._record_history(at)
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {
                    *kwargs["update_fields"], "number", "first_published_at", "outcome_at"
                }  # fmt: skip
            super().save(*args, **kwargs)
            if self.public_from(at):
                self._date_entries(at)

    def public_from(self, at: datetime.datetime) -> datetime.datetime | None:
        """When what is saved at this moment becomes public; None where it does not."""
        if self.state != self.State.PUBLISHED:
            return None
        return max(self.publish_from, at) if self.publish_from else at

    def _record_history(self, at: datetime.datetime) -> None:
        """Set when it was first published and when its outcome was given, and record deadline changes.

        The form asks for the reason of a change; a command may leave it out, and the page says so.
        """
        stored = self.get_stored()
        if self.first_published_at is None or self.first_published_at > at:
            self.first_published_at = self.public_from(at)
        if self.outcome != (stored.outcome if stored else ""):
            self.outcome_at = at if self.outcome else None
        if stored is not None and stored.is_announced(at):
            moments = [stored.first_published_at, self.first_published_at, at]
            self.first_published_at = min(filter(None, moments))
            for change in self.moment_changes(stored, at):
                change.save()
            self.deadline_reason = ""

    def _date_entries(self, at: datetime.datetime) -> None:
        """Date amendments and answers that were written while it was not public."""
        undated = models.Q(first_published_at=None) | models.Q(first_published_at__gt=at)
        for name in self.DATED_ENTRIES:
            for entry in getattr(self, name).filter(undated):
                if entry.is_complete:
                    entry.save()

    def clean(self) -> None:
        super().clean()
        now = timezone.now()
        if self.closes_at:
            self.clean_deadline(now)
        self._clean_outcome(now)
        if self.slug.isdecimal():
            raise ValidationError({"slug": _("Digits alone are the number of a notice. Add a word.")})
        if self.slug and (self.slug in self.RESERVED_SLUGS or self.is_slug_of_other_kind()):
            raise ValidationError({"slug": _("Another notice or a list has this address. Choose another.")})
        self.clean_deadline_reason(now)

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        """Nobody types an identifier or a number, so they are not looked for."""
        super().validate_unique({*(exclude or ()), "uid", "number"})

    def _clean_outcome(self, at: datetime.datetime) -> None:
        if self.outcome and self.closes_at and self.is_open(at):
            raise ValidationError({"outcome": _("This notice is still open, so it has no outcome yet.")})
        if self.outcome and self.outcome not in self.OUTCOMES:
            raise ValidationError({"outcome": _("This outcome does not fit this kind of notice.")})
        if self.readvertised_as_id and self.readvertised_as_id == self.pk:
            raise ValidationError({"readvertised_as": _("This is the notice itself. Choose its successor.")})
        if self.readvertised_as_id and self.outcome != self.Outcome.READVERTISED:
            raise ValidationError(
                {"readvertised_as": _("Only what was advertised again has a successor: see the outcome.")}
            )

    def is_slug_of_other_kind(self) -> bool:
        """Whether a notice of another kind has this slug: /n/<slug> serves all kinds."""
        others = (kind for kind in self.slug_namespace() if kind is not type(self))
        return any(kind.objects.filter(slug=self.slug).exists() for kind in others)

    def public_status(self, at: datetime.datetime) -> tuple[str, Promise | str]:
        name, label = super().public_status(at)
        if name != "live":
            return name, label
        match self.status(at):
            case self.Status.OPEN:
                return "live", _("Live")
            case self.Status.CLOSING:
                return "closing", _("Closing soon")
        return ("closed", _("Closed")) if self.outcome else ("todo", _("Closed, no outcome"))

    def describe_status(self, at: datetime.datetime) -> str:
        """ "Closes Thursday 3 December 2026. 3 days left.", "Closed 17 days ago. Filled."."""
        words = self.describe_time_left(at)
        match self.public_status(at)[0]:
            case "closing":
                return f"{_('Closes %(deadline)s.') % {'deadline': self.short_deadline}} {words}."
            case "closed" | "todo":
                closed = capfirst(words) or _("Closed on %(day)s") % {"day": self.closing_date}
                return " ".join(f"{each}." for each in (closed, self.get_outcome_display()) if each)
        return ""

    def publishing_warnings(self, before: Self | None, at: datetime.datetime) -> list[PublishingWarning]:
        """A notice without a text or a way to take part, or past its deadline."""
        warnings = super().publishing_warnings(before, at)
        if not self.has_text:
            warnings.append(("body_en", _("It has no text.")))
        if self.is_open(at) and not self.ways_to_submit:
            message = _("It says no way to take part. Give an e-mail address, a link or an address.")
            warnings.append(("submission_email", message))
        if not self.is_open(at) and (before is None or before.closes_at != self.closes_at):
            message = _("Its deadline has passed: %(deadline)s. It will appear among the closed ones.")
            warnings.append(("closing_date", message % {"deadline": self.deadline}))
        return warnings

    @property
    def kind_name(self) -> str:
        """ "Job", "Tender"."""
        return capfirst(self._meta.verbose_name)

    @property
    def has_text(self) -> bool:
        return bool(self.body)

    def is_announced(self, at: datetime.datetime) -> bool:
        """Whether visitors have seen it, as it is or as it was."""
        return self.is_live(at) or (self.first_published_at is not None and self.first_published_at <= at)

    def is_withdrawn(self, at: datetime.datetime) -> bool:
        """Whether it was withdrawn after visitors could read it; see `NoticeQuerySet.withdrawn`."""
        return self.state == self.State.WITHDRAWN and self.is_announced(at)

    @property
    def is_undecided(self) -> bool:
        return self.outcome in self.UNDECIDED_OUTCOMES

    @property
    def closed_lead(self) -> str:
        """When it closed, and the outcome or that nothing is taken any more."""
        closed = gettext("Closed on %(day)s.") % {"day": self.short_deadline}
        outcome = f"{self.get_outcome_display()}." if self.outcome else self.closed_message
        return f"{closed} {outcome}"

    @property
    def ways_to_submit(self) -> list[str]:
        """Of "email", "link" and "address", those that it gives."""
        ways = ("email", "link", "address")
        return [way for way in ways if getattr(self, f"submission_{way}")]

    @property
    def submission_subject(self) -> str:
        """The subject line by which the office recognizes an application or an offer."""
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
