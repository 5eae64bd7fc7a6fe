"""Programmes: the lines of work of the office."""

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from iomlaos.delivery.per_language import path_to
from iomlaos.media.richtext import RichTextField
from iomlaos.office.models import Place
from iomlaos.publishing.dates import PartialDateField
from iomlaos.publishing.models import Publishable
from programmes.models.counterpart import Counterpart
from programmes.models.donor import Donor

if TYPE_CHECKING:
    from .figure import Figure


class Programme(Publishable):
    """One of the lines of work under "Migration Management"."""

    list_url_name = "programmes:programme_list"
    record_options = Publishable.record_options.extend(children=("figures",))

    title = models.CharField(_("title"), max_length=120)
    summary = models.TextField(
        _("summary"), help_text=_("One or two sentences, shown in lists and search results.")
    )
    body = RichTextField(_("text"))
    since = PartialDateField(_("since"), null=True, blank=True, help_text=_("A year, a month or a day."))
    since_what = models.CharField(
        _("what began"),
        max_length=200,
        blank=True,
        help_text=_("For instance: Cooperation with the Ministry of Health"),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("In lists of programmes."))
    donors = models.ManyToManyField(Donor, blank=True, related_name="programmes", verbose_name=_("donors"))
    counterparts = models.ManyToManyField(
        Counterpart, blank=True, related_name="programmes", verbose_name=_("partners")
    )
    places = models.ManyToManyField(Place, blank=True, related_name="programmes", verbose_name=_("places"))

    class Meta(Publishable.Meta):
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["order", "title_en"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return path_to("programmes:programme_detail", self.slug)

    @property
    def headline_figure(self) -> "Figure | None":
        """The figure that lists show beside the programme, of the prefetched ones."""
        return next((figure for figure in self.figures.all() if figure.is_headline and figure.caption), None)

    def neighbours(self, programmes: Iterable[Self]) -> tuple[Self | None, Self | None]:
        """The programmes before and after it, of those in a list."""
        rows = [None, *programmes, None]
        place = next((place for place, row in enumerate(rows) if row and row.pk == self.pk), None)
        return (rows[place - 1], rows[place + 1]) if place else (None, None)

    def publishing_warnings(self, before: Self | None, at: datetime.datetime) -> list:
        """A figure without a caption, unless it was without one before."""
        warnings = super().publishing_warnings(before, at)
        known = {figure.pk for figure in before.figures.all() if not figure.caption} if before else set()
        for figure in self.figures.all():
            if not figure.caption and figure.pk not in known:
                message = _("The figure %(value)s has no caption. Visitors see it once it has one.")
                warnings.append(("figures", message % {"value": figure.value}))
        return warnings
