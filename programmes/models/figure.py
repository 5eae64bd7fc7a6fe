"""Figures of programmes and of the country."""

import datetime
import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import PartialDateField
from programmes.models.programme import Programme


class FigureQuerySet(models.QuerySet):
    def without_caption_or_date(self) -> Self:
        return self.filter(~models.Q(caption_en__gt="") | models.Q(information_date=None))

    def public(self, at: datetime.datetime) -> Self:
        """Figures of live programmes and of the country."""
        return self.filter(models.Q(programme=None) | models.Q(programme__in=Programme.objects.live(at)))


class Figure(models.Model):
    """A number with what it counts. Without a programme it is a fact of the country."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(
        Programme,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="figures",
        verbose_name=_("programme"),
        help_text=_("Empty for a figure of the country, shown on the home page."),
    )
    value = models.CharField(_("figure"), max_length=40)
    caption = models.CharField(
        _("caption"),
        max_length=200,
        blank=True,
    )
    information_date = PartialDateField(_("as of"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    is_headline = models.BooleanField(
        _("headline figure"),
        default=False,
        help_text=_("Shown beside the programme in lists."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["programme", "order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=models.Q(is_headline=True),
                name="figure_one_headline_a_programme",
                violation_error_message=_("Another figure is the headline figure of this programme."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.caption}".strip()
