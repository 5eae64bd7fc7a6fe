"""Figures of programmes and of the country."""

import datetime
import re
import uuid
from collections.abc import Iterable
from typing import NamedTuple, Self

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import PartialDateField
from programmes.models.programme import Programme

#: "over 2,500": words in small letters before a number. Capitals, as in "USD 5", belong to the number.
QUALIFIED = re.compile(r"(?P<qualifier>[^\dA-Z]*[^\dA-Z\s])\s*(?P<number>\d.*)")


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
        help_text=_("Empty for a figure of the country. The home page shows it once it has a caption."),
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

    @property
    def qualifier(self) -> str:
        """ "over" of "over 2,500"; empty for a plain number."""
        found = QUALIFIED.fullmatch(self.value)
        return found["qualifier"] if found else ""

    @property
    def number(self) -> str:
        """The value without its qualifier."""
        return self.value.removeprefix(self.qualifier).strip()

    @property
    def dated(self) -> str:
        """Its own date, or that of the programme's information: "published by January 2021"."""
        if self.information_date:
            return str(self.information_date)
        published = self.programme.information_date if self.programme else None
        return gettext("Published by %(date)s") % {"date": published} if published else ""

    @property
    def amount(self) -> int | None:
        """The whole number that it gives, for sums; None for any other value.

        Read from the English, so that both languages group alike.
        """
        digits = (self.value_en or "").replace(",", "")
        return int(digits) if digits.isdecimal() else None


class FigureGroup(NamedTuple):
    """A figure, and the figures of the same date that add up to it."""

    total: Figure
    parts: list[Figure]

    @property
    def bar(self) -> list[tuple[float, float]]:
        """Start and width of each part, in hundredths of the total."""
        bar: list[tuple[float, float]] = []
        for part in self.parts:
            start = sum(width for _start, width in bar)
            bar.append((start, round(100 * part.amount / self.total.amount, 1)))
        return bar


def group_figures(figures: Iterable[Figure]) -> list[FigureGroup]:
    """Captioned figures, with those that add up to another one beneath it."""
    shown = [figure for figure in figures if figure.caption]
    parts_of = {figure.pk: _parts(figure, shown) for figure in shown}
    grouped = {part.pk for parts in parts_of.values() for part in parts}
    return [FigureGroup(figure, parts_of[figure.pk]) for figure in shown if figure.pk not in grouped]


def _parts(total: Figure, figures: list[Figure]) -> list[Figure]:
    parts = [
        figure
        for figure in figures
        if figure.amount is not None
        and total.amount is not None
        and figure.amount < total.amount
        and figure.information_date == total.information_date
    ]
    return parts if len(parts) > 1 and sum(part.amount for part in parts) == total.amount else []
