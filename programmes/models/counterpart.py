"""Counterparts: the bodies that the office works with."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from iomlaos.office.models import SlugKeyMixin
from programmes.models.public_via_work import PublicViaWorkQuerySet


class Counterpart(SlugKeyMixin, models.Model):
    """A body of the Government, or another partner, that the office works with."""

    class Kind(models.TextChoices):
        MINISTRY = "ministry", _("Ministry")
        DEPARTMENT = "department", _("Department")
        AGENCY = "agency", _("Government office")
        MASS_ORGANIZATION = "mass-organization", _("Mass organization")
        OTHER = "other", _("Other")

    slug = models.SlugField(_("key"), max_length=80, unique=True, help_text=_("Small letters and hyphens."))
    name = models.CharField(_("name"), max_length=160)
    abbreviation = models.CharField(_("abbreviation"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    is_internal = models.BooleanField(
        _("named on the about page"),
        default=False,
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("On the about page."))

    objects = PublicViaWorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["order", "name_en"]
        constraints = [
            models.UniqueConstraint(
                Lower("name_en"),
                name="counterpart_name_once",
                violation_error_message=_("There is a counterpart of this name already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.abbreviation})" if self.abbreviation else self.name

    @property
    def template_usages(self) -> list[str]:
        """The pages that show it even if nothing refers to it."""
        return [_("the about page")] if self.is_internal else []
