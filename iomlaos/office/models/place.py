"""Places where the office works."""

import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from iomlaos.delivery.validity import cached_per_version
from iomlaos.translations.lao import sort_key


class SlugQuerySet(models.QuerySet):
    """Rows with their slug as natural key."""

    def get_by_natural_key(self, slug: str) -> models.Model:
        return self.get(slug=slug)


class SlugKeyMixin:
    """A model whose slug is its natural key: fixtures name its rows by it."""

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class Place(SlugKeyMixin, models.Model):
    """A place that programmes, projects or notices name."""

    class Kind(models.TextChoices):
        PROVINCE = "province", _("Province or capital")
        TOWN = "town", _("Town or border post")
        AREA = "area", _("Area")

    slug = models.SlugField(_("key"), max_length=80, unique=True, help_text=_("Small letters and hyphens."))
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    iso_code = models.CharField(
        _("ISO 3166-2 code"),
        max_length=6,
        blank=True,
        help_text=_("LA-AT, for instance. Marks the province on the home page's map."),
    )
    latitude = models.DecimalField(
        _("latitude"), max_digits=6, decimal_places=3, null=True, blank=True,
        validators=[MinValueValidator(13), MaxValueValidator(23)],
        help_text=_("In degrees north, for instance 17.97. Marks the place on the map."),
    )  # fmt: skip
    longitude = models.DecimalField(
        _("longitude"), max_digits=6, decimal_places=3, null=True, blank=True,
        validators=[MinValueValidator(100), MaxValueValidator(108)],
        help_text=_("In degrees east, for instance 102.61."),
    )  # fmt: skip

    objects = SlugQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["name_en"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__isnull=False, longitude__isnull=False),
                name="place_position_is_whole",
                violation_error_message=_("Give both latitude and longitude, or neither."),
            ),
            models.UniqueConstraint(
                fields=["iso_code"],
                condition=~models.Q(iso_code=""),
                name="place_iso_code_once",
                violation_error_message=_("Another place has this code already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sort_key(self) -> tuple[str, str]:
        return sort_key(self.name)


@cached_per_version
def places(at: datetime.datetime) -> dict[int, Place]:
    """All places by key, read once for many pages."""
    return {place.pk: place for place in Place.objects.all()}
