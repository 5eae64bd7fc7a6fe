"""Donors of programmes and projects."""

from collections.abc import Iterable

from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from iomlaos.delivery.per_language import path_to
from iomlaos.office.models import SlugKeyMixin
from iomlaos.publishing.models import Publishable
from iomlaos.translations.lao import sort_key
from programmes.models.public_via_work import PublicViaWorkQuerySet


class Donor(SlugKeyMixin, models.Model):
    """A government, fund or other body that pays for programmes or projects."""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("Governments")
        MULTILATERAL = "multilateral", _("Multilateral")
        FUND = "fund", _("Funds")
        OTHER = "other", _("Other")

    slug = models.SlugField(
        _("address of the page"),
        max_length=80,
        unique=True,
        help_text=_("The last part: small letters, digits and hyphens."),
    )
    name = models.CharField(_("name"), max_length=160, help_text=_("In full, as the donor writes it."))
    abbreviation = models.CharField(_("abbreviation"), max_length=20, blank=True)
    parent = models.CharField(
        _("part of"),
        max_length=160,
        blank=True,
        help_text=_("Shown before its name, for instance United States Department of State."),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True, db_default=Now())

    objects = PublicViaWorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("donor")
        verbose_name_plural = _("donors")
        ordering = ["name_en"]
        constraints = [
            models.UniqueConstraint(
                Lower("name_en"),
                name="donor_name_once",
                violation_error_message=_("There is a donor of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    def get_absolute_url(self) -> str:
        return path_to("programmes:donor_detail", self.slug)

    @property
    def full_name(self) -> str:
        """Parent, name and abbreviation on one line."""
        return f"{self.whole_name} ({self.abbreviation})" if self.abbreviation else self.whole_name

    @property
    def whole_name(self) -> str:
        """The name after its parent: nobody outside aid knows the abbreviation."""
        return f"{self.parent}, {self.name}" if self.parent else self.name

    @property
    def sort_key(self) -> tuple:
        """For alphabetical order, which ignores the article."""
        return sort_key((self.parent or self.name).removeprefix("The ")), sort_key(self.name)

    @property
    def work(self) -> list[Publishable]:
        """The programmes, then the projects that it supports, as `with_work` loads them."""
        return [*self.programmes.all(), *self.projects.all()]

    @staticmethod
    def sorted_by_name(donors: Iterable["Donor"]) -> list["Donor"]:
        return sorted(donors, key=lambda donor: donor.sort_key)

    @classmethod
    def by_kind(cls, donors: Iterable["Donor"]) -> list[tuple["Donor.Kind", list["Donor"]]]:
        """Donors grouped by kind, each group in alphabetical order; empty groups are left out."""
        donors = cls.sorted_by_name(donors)
        groups = [(kind, [donor for donor in donors if donor.kind == kind]) for kind in cls.Kind]
        return [(kind, members) for kind, members in groups if members]
