"""The office and its contact points."""

import re
import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import PartialDateField
from iomlaos.publishing.options import RecordOptions


class Office(models.Model):
    """The country office. There is one row."""

    record_options = RecordOptions(children=("contact_points",))

    name = models.CharField(_("name"), max_length=120, help_text=_("The organization's full name."))
    short_name = models.CharField(
        _("short name"), max_length=60, help_text=_("Shown at the top of every page.")
    )
    introduction = models.TextField(
        _("introduction"),
        help_text=_("Two or three sentences, the first text of the home page."),
    )
    opened = PartialDateField(_("opened"), null=True, blank=True)
    postal_address = models.TextField(_("postal address"), help_text=_("The country last."))
    hours = models.TextField(_("opening hours"), blank=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True, db_default=Now())

    class Meta:
        verbose_name = _("contact details")
        verbose_name_plural = _("contact details")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="office_is_one")]

    def __str__(self) -> str:
        return self.short_name

    def save(self, *args, **kwargs) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("office:contact")

    @classmethod
    def get_current(cls) -> "Office | None":
        """The one row with its contact points; None before the seed."""
        return cls.objects.prefetch_related("contact_points").first()

    @property
    def address_lines(self) -> list[str]:
        return [line.strip() for line in self.postal_address.splitlines() if line.strip()]

    @property
    def telephones(self) -> list["ContactPoint"]:
        """The telephone numbers, from prefetched contact points."""
        return [point for point in self.contact_points.all() if point.kind == ContactPoint.Kind.TELEPHONE]

    @property
    def telephone(self) -> "ContactPoint | None":
        return next(iter(self.telephones), None)


class ContactPoint(models.Model):
    """A telephone number or an address of the office, as the office writes it."""

    class Kind(models.TextChoices):
        TELEPHONE = "telephone", _("Telephone")
        FAX = "fax", _("Fax")
        EMAIL = "email", _("E-mail")
        FACEBOOK = "facebook", _("Facebook")
        SOCIAL = "social", _("Other network")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey(Office, models.CASCADE, related_name="contact_points")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    written = models.CharField(
        _("as written"),
        max_length=120,
        help_text=_("As the page shows it: +856.21 26 77 30, or the name of a page."),
    )
    address = models.URLField(
        _("address of the page"), blank=True, help_text=_("For Facebook and other networks.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        ordering = ["order", "kind", "written"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "kind", "written"],
                name="contactpoint_once",
                violation_error_message=_("This number or address is listed already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.written}"

    def clean(self) -> None:
        super().clean()
        if self.kind in (self.Kind.FACEBOOK, self.Kind.SOCIAL) and not self.address:
            raise ValidationError(
                {"address": _("Give the full address of the page, beginning with https://")}
            )
        if self.kind in (self.Kind.TELEPHONE, self.Kind.FAX) and not re.match(r"\+\d", self.written):
            raise ValidationError({"written": _("Begin with the country's number: +856 …")})

    @property
    def link(self) -> str:
        """A `tel:` or `mailto:` link, or the address of the page; empty for a fax number."""
        match self.kind:
            case self.Kind.TELEPHONE:
                return "tel:+" + re.sub(r"\D", "", self.written)
            case self.Kind.EMAIL:
                return f"mailto:{self.written}"
            case self.Kind.FAX:
                return ""
        return self.address
