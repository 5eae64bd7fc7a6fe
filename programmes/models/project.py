"""Projects within programmes."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.delivery.per_language import path_to
from iomlaos.media.richtext import RichTextField
from iomlaos.office.models import Place
from iomlaos.publishing.dates import PartialDate, PartialDateField, min_date
from iomlaos.publishing.models import Publishable, PublishableQuerySet
from programmes.models.counterpart import Counterpart
from programmes.models.donor import Donor
from programmes.models.programme import Programme


class ProjectQuerySet(PublishableQuerySet):
    def by_date(self) -> Self:
        """Latest start first; projects without a known start come last."""
        return self.order_by(models.F("starts").desc(nulls_last=True), "title_en")


class Project(Publishable):
    """A piece of work with its own donors, partners and dates, as exactly as they are known."""

    list_url_name = "programmes:project_list"
    record_options = Publishable.record_options.extend(
        not_copied=("starts", "ends", "dates_note", "iati_identifier", "budget", "budget_currency")
    )

    title = models.CharField(_("title"), max_length=200)
    acronym = models.CharField(_("acronym"), max_length=20, blank=True)
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="projects", verbose_name=_("programme")
    )
    summary = models.TextField(_("summary"), help_text=_("One or two sentences."))
    body = RichTextField(_("text"), blank=True)
    starts = PartialDateField(_("start"), null=True, blank=True, help_text=_("A year, a month or a day."))
    ends = PartialDateField(_("end"), null=True, blank=True, help_text=_("A year, a month or a day."))
    dates_note = models.CharField(_("note on the dates"), max_length=200, blank=True)
    donors = models.ManyToManyField(
        Donor,
        blank=True,
        related_name="projects",
        verbose_name=_("donors"),
        help_text=_("Only donors that paid for this project."),
    )
    partners = models.ManyToManyField(
        Counterpart, blank=True, related_name="projects", verbose_name=_("implementing partners")
    )
    places = models.ManyToManyField(Place, blank=True, related_name="projects", verbose_name=_("places"))
    role = models.CharField(_("IOM's role"), max_length=120, blank=True)
    iati_identifier = models.CharField(_("IATI activity identifier"), max_length=80, blank=True)
    budget = models.DecimalField(_("budget"), max_digits=14, decimal_places=2, null=True, blank=True)
    budget_currency = models.CharField(
        _("currency of the budget"), max_length=3, blank=True, help_text=_("For instance USD.")
    )

    objects = ProjectQuerySet.as_manager()

    class Meta(Publishable.Meta):
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["title_en"]
        constraints = [
            *Publishable.Meta.constraints,
            min_date("ends", "starts", "project_ends_after_start", _("The end is before the start.")),
            models.CheckConstraint(
                condition=models.Q(budget__isnull=True) | ~models.Q(budget_currency=""),
                name="project_budget_has_currency",
                violation_error_message=_("Give the currency of the budget."),
            ),
        ]

    def __str__(self) -> str:
        return self.acronym or self.title

    def get_absolute_url(self) -> str:
        return path_to("programmes:project_detail", self.slug)

    def clean(self) -> None:
        super().clean()
        if isinstance(self.starts, PartialDate) and isinstance(self.ends, PartialDate):
            length = min(len(self.starts.iso), len(self.ends.iso))
            if self.ends.iso[:length] < self.starts.iso[:length]:
                raise ValidationError({"ends": _("The end is before the start.")})

    @property
    def full_title(self) -> str:
        return f"{self.title} ({self.acronym})" if self.acronym else self.title

    @property
    def period(self) -> str:
        """The dates in words, as exact as they are known; empty if neither is."""
        starts, ends = self.starts, self.ends
        if starts == ends:
            return str(starts or "")
        if not ends:
            return gettext("since %(start)s") % {"start": starts}
        if not starts:
            return gettext("until %(end)s") % {"end": ends}
        start = str(starts)
        if starts.year == ends.year and starts.month and ends.month and not starts.day:
            start = start.removesuffix(f" {starts.year}")
        return gettext("%(start)s to %(end)s") % {"start": start, "end": ends}
