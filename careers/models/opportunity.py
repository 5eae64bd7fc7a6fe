"""Vacancies with their deadlines, and the forms that applicants fill in."""

import datetime
import re
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import ExtractYear
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.timesince import timeuntil
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.office.models import Place
from iomlaos.publishing.dates import VIENTIANE
from iomlaos.publishing.editions import Edition, current, once_a_date
from iomlaos.publishing.models import Publishable, PublishableQuerySet
from iomlaos.publishing.richtext import RichTextField

CLOSING_SOON = datetime.timedelta(hours=72)


class ApplicationFormQuerySet(PublishableQuerySet):
    def on_request(self) -> Self:
        """Those without a file or an address."""
        return self.filter(versions__isnull=True)


class ApplicationForm(Publishable):
    """A form that applicants fill in. Without a version it is "on request"."""

    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(_("summary"), blank=True, help_text=_("What it is for, in a sentence."))

    objects = ApplicationFormQuerySet.as_manager()

    class Meta(Publishable.Meta):
        verbose_name = _("application form")
        verbose_name_plural = _("application forms")
        ordering = ["title_en"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('careers:form_list')}#{self.slug}"

    @classmethod
    def in_sitemap(cls, at: datetime.datetime) -> models.QuerySet:
        """Forms are rows of a list, not pages of their own."""
        return cls.objects.none()

    @property
    def current_versions(self) -> list["FormVersion"]:
        """The newest version of each language, from those that are loaded."""
        return current(self.versions.all())


class FormVersion(Edition):
    """An application form in one language and of one date."""

    form = models.ForeignKey(
        ApplicationForm, models.CASCADE, related_name="versions", verbose_name=_("application form")
    )

    class Meta(Edition.Meta):
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [*Edition.Meta.constraints, *once_a_date("form")]

    @property
    def owner(self) -> ApplicationForm:
        return self.form

    def get_absolute_url(self) -> str:
        return self.address or reverse("careers:form_file", args=[self.pk, self.readable_name])


class OpportunityQuerySet(PublishableQuerySet):
    def open(self, at: datetime.datetime) -> Self:
        """Live, and not yet closed at this moment; what closes first comes first."""
        return self.live(at).filter(closes_at__gt=at).order_by("closes_at", "pk")

    def closed(self, at: datetime.datetime) -> Self:
        """Live, and closed at this moment; what closed last comes first."""
        return self.live(at).filter(closes_at__lte=at).order_by("-closes_at", "-pk")

    def closing_in(self, year: int) -> Self:
        """Closing on a day of that year in Vientiane. A year outside 1 to 9998 holds nothing."""
        if not 1 <= year <= 9998:
            return self.none()
        start = datetime.datetime(year, 1, 1, tzinfo=VIENTIANE)
        end = datetime.datetime(year + 1, 1, 1, tzinfo=VIENTIANE)
        # The end of 31 December is stored as the first moment of 1 January.
        return self.filter(closes_at__gt=start, closes_at__lte=end)

    def closing_years(self) -> list[int]:
        """The years of the closing dates in Vientiane, the latest first."""
        last_moment = models.F("closes_at") - datetime.timedelta(microseconds=1)
        years = ExtractYear(models.ExpressionWrapper(last_moment, models.DateTimeField()), tzinfo=VIENTIANE)
        found = self.order_by().annotate(closing_year=years).values_list("closing_year", flat=True)
        return sorted(found.distinct(), reverse=True)


class Opportunity(Publishable):
    """What people can apply or bid for until a deadline."""

    class Outcome(models.TextChoices):
        UNDER_REVIEW = "under-review", _("Applications are under review")
        FILLED = "filled", _("Filled")
        CANCELLED = "cancelled", _("Cancelled")
        READVERTISED = "re-advertised", _("Advertised again")

    class Status(models.TextChoices):
        """What the clock makes of a notice; never stored."""

        OPEN = "open", _("Open")
        CLOSING = "closing", _("Closing soon")
        CLOSED = "closed", _("Closed")

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
    outcome = models.CharField(
        _("outcome"),
        max_length=16,
        choices=Outcome,
        blank=True,
        help_text=_("Once it is closed: what came of it."),
    )
    contact = models.CharField(
        _("contact for questions"), max_length=200, blank=True, help_text=_("Not shown while empty.")
    )
    body = RichTextField(_("text"), blank=True)

    objects = OpportunityQuerySet.as_manager()

    class Meta(Publishable.Meta):
        abstract = True
        constraints = [
            *Publishable.Meta.constraints,
            # Compared as moments: a check on the date of `closes_at` would break SQLite's own tools.
            models.CheckConstraint(
                condition=models.Q(posted_on__isnull=True) | models.Q(closes_at__gt=models.F("posted_on")),
                name="%(class)s_closes_after_posting",
                violation_error_message=_("The closing is before the posting."),
            ),
            models.CheckConstraint(
                condition=models.Q(publish_until__isnull=True),
                name="%(class)s_closes_and_is_not_taken_down",
                violation_error_message=_("A notice closes; it is not taken down at a time."),
            ),
        ]

    def clean(self) -> None:
        super().clean()
        if self.posted_on and self.closes_at and self.closing_day < self.posted_on:
            raise ValidationError({"closes_at": _("The closing is before the day of posting.")})
        if self.outcome and self.closes_at and self.is_open(timezone.now()):
            raise ValidationError({"outcome": _("This notice is still open, so it has no outcome yet.")})

    @staticmethod
    def closing_moment(day: datetime.date, hour: datetime.time | None = None) -> datetime.datetime:
        """The moment that staff mean by a date and, if they gave one, an hour in Vientiane.

        A date alone means 24:00 of that day, which is the next midnight.
        """
        if hour is None:
            return datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), VIENTIANE)
        return datetime.datetime.combine(day, hour, VIENTIANE)

    @property
    def closes_at_end_of_day(self) -> bool:
        return self.closes_at.astimezone(VIENTIANE).time() == datetime.time()

    @property
    def closing_day(self) -> datetime.date:
        """The day in Vientiane that people know as the closing date."""
        local = self.closes_at.astimezone(VIENTIANE)
        return (local - datetime.timedelta(days=1)).date() if self.closes_at_end_of_day else local.date()

    @property
    def closing_hour(self) -> datetime.time | None:
        """The hour in Vientiane; None where it closes at the end of the day."""
        return None if self.closes_at_end_of_day else self.closes_at.astimezone(VIENTIANE).time()

    @property
    def closing_date(self) -> str:
        """The closing date alone, for rows that are long closed."""
        return formats.date_format(self.closing_day, "DATE_FORMAT")

    @property
    def deadline(self) -> str:
        """The deadline in words. Nothing else puts a deadline into words."""
        day = formats.date_format(self.closing_day, "l j F Y")
        if self.closes_at_end_of_day:
            return gettext("end of %(day)s, Vientiane time (UTC+7)") % {"day": day}
        hour = formats.time_format(self.closes_at.astimezone(VIENTIANE).time(), "H:i")
        return gettext("%(day)s, %(hour)s, Vientiane time (UTC+7)") % {"day": day, "hour": hour}

    @property
    def deadline_for_machines(self) -> str:
        """The same instant in UTC, ISO 8601, for machines."""
        return self.closes_at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def is_open(self, at: datetime.datetime) -> bool:
        """Whether applications are taken, publishing apart: until, and not at, the closing."""
        return at < self.closes_at

    def is_closing_soon(self, at: datetime.datetime) -> bool:
        return self.is_open(at) and self.closes_at - at <= CLOSING_SOON

    def status(self, at: datetime.datetime) -> "Status":
        if not self.is_open(at):
            return self.Status.CLOSED
        return self.Status.CLOSING if self.is_closing_soon(at) else self.Status.OPEN

    def time_left(self, at: datetime.datetime) -> str:
        """ "3 days, 2 hours"; empty once closed."""
        return timeuntil(self.closes_at, at) if self.is_open(at) else ""


class VacancyQuerySet(OpportunityQuerySet):
    def with_form(self, at: datetime.datetime) -> Self:
        """With the application form, where that is live."""
        forms = ApplicationForm.objects.live(at).prefetch_related("versions")
        return self.prefetch_related(models.Prefetch("form", forms))


class Vacancy(Opportunity):
    """A position that the office seeks to fill."""

    #: United Nations common system: which scale a grade belongs to.
    SCALES = {
        "G": _("General Service"),
        "NO": _("National Professional Officer"),
        "P": _("Professional"),
        "UG": _("Ungraded"),
    }

    grade = models.CharField(
        _("grade"),
        max_length=10,
        blank=True,
        help_text=_("G1 to G7, NOA to NOE, P1 to P5, or UG for ungraded."),
    )
    duty_station = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="vacancies",
        verbose_name=_("duty station"),
        help_text=_("Leave empty if unknown."),
    )
    organizational_unit = models.CharField(_("organizational unit"), max_length=120, blank=True)
    appointment_type = models.CharField(_("type of appointment"), max_length=120, blank=True)
    form = models.ForeignKey(
        ApplicationForm,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="vacancies",
        verbose_name=_("application form"),
        help_text=_("The form that applicants fill in."),
    )

    objects = VacancyQuerySet.as_manager()

    class Meta(Opportunity.Meta):
        verbose_name = _("vacancy")
        verbose_name_plural = _("vacancies")
        ordering = ["-closes_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("careers:vacancy_detail", args=[self.slug])

    @property
    def grade_scale(self) -> str:
        """What the letters of the grade stand for; empty where they are unknown."""
        letters = re.match(r"(NO|UG|G|P)", self.grade.strip().upper())
        return str(self.SCALES[letters[1]]) if letters else ""
