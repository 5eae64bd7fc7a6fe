"""The office and its contact points."""

import datetime
import re
import uuid
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.delivery.validity import cached_per_version
from iomlaos.publishing.dates import PartialDateField
from iomlaos.publishing.options import RecordOptions
from iomlaos.translations.queries import find_states
from iomlaos.translations.states import State


class OfficeQuerySet(models.QuerySet):
    def with_missing_contacts(self) -> Self:
        """Without opening hours, or without a contact point of a kind that visitors look for."""
        missing = ~models.Q(hours_en__gt="")
        for kind in ContactPoint.EXPECTED_KINDS:
            missing |= ~models.Exists(ContactPoint.objects.filter(office=models.OuterRef("pk"), kind=kind))
        return self.filter(missing)


class Office(models.Model):
    """The country office. There is one row."""

    record_options = RecordOptions(children=("contact_points", "milestones"))

    name = models.CharField(_("name"), max_length=120, help_text=_("The organization's full name."))
    short_name = models.CharField(
        _("short name"), max_length=60, help_text=_("Shown at the top of every page.")
    )
    introduction = models.TextField(
        _("introduction"),
        help_text=_("One sentence with the full name, the first text of the home page."),
    )
    opened = PartialDateField(_("opened"), null=True, blank=True)
    postal_address = models.TextField(_("postal address"), help_text=_("The country last."))
    hours = models.TextField(_("opening hours"), blank=True)
    staff_note = models.TextField(
        _("questions about Lao"),
        blank=True,
        help_text=_(
            "One a line, for staff only. They stay in the work list until you take them out. Deadlines and "
            "the warning of fraud also stand in English until the Lao texts of this form are reviewed."
        ),
    )
    updated_at = models.DateTimeField(_("last changed"), auto_now=True, db_default=Now())

    objects = OfficeQuerySet.as_manager()

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

    @property
    def wordmark(self) -> tuple[str, str]:
        """The short name in two parts, for the top of every page: "IOM", "Lao PDR"."""
        first, _space, rest = self.short_name.partition(" ")
        return first, rest

    @property
    def address_lines(self) -> list[str]:
        return [line.strip() for line in self.postal_address.splitlines() if line.strip()]

    @property
    def missing_contacts(self) -> list[str]:
        """What visitors look for on the contact page and do not find; see `with_missing_contacts`."""
        kinds = {point.kind for point in self.contact_points.all()}
        missing = [str(kind.label) for kind in ContactPoint.EXPECTED_KINDS if kind not in kinds]
        return missing if self.hours_en else [*missing, gettext("Opening hours")]

    @property
    def telephones(self) -> list["ContactPoint"]:
        """The telephone numbers, from prefetched contact points."""
        return [point for point in self.contact_points.all() if point.kind == ContactPoint.Kind.TELEPHONE]

    @property
    def telephone(self) -> "ContactPoint | None":
        return next(iter(self.telephones), None)


@cached_per_version
def current_office(at: datetime.datetime) -> Office | None:
    """The one row with its contact points and milestones; None before the seed."""
    return Office.objects.prefetch_related("contact_points", "milestones").first()


@cached_per_version
def _is_lao_reviewed(at: datetime.datetime) -> bool:
    """Whether staff stand by the Lao texts of the office, and with them by its terms."""
    office = current_office(at)
    return office is not None and {*find_states([office])[0].values()} == {State.CURRENT}


def needs_english(at: datetime.datetime) -> bool:
    """Whether what a reader must not misread, a deadline and the warning of fraud, also stands in English."""
    return get_language() == "lo" and not _is_lao_reviewed(at)


class ContactPoint(models.Model):
    """A telephone number or an address of the office, as the office writes it."""

    class Kind(models.TextChoices):
        TELEPHONE = "telephone", _("Telephone")
        FAX = "fax", _("Fax")
        EMAIL = "email", _("E-mail")
        PRESS = "press", _("Press contact")
        MAP = "map", _("Map")
        FACEBOOK = "facebook", _("Facebook")
        SOCIAL = "social", _("Social media")

    #: Those that link to a page of another site.
    PAGE_KINDS = (Kind.MAP, Kind.FACEBOOK, Kind.SOCIAL)
    #: Those that visitors look for; the work list names the ones that are missing.
    EXPECTED_KINDS = (Kind.EMAIL, Kind.PRESS, Kind.MAP)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey(Office, models.CASCADE, related_name="contact_points")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    written = models.CharField(
        _("as written"),
        max_length=120,
        help_text=_("As the page shows it: +856 21 26 77 30, an e-mail address, or the text of a link."),
    )
    address = models.URLField(
        _("address of the page"), blank=True, help_text=_("For the map, Facebook and social media.")
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
        if self.kind in self.PAGE_KINDS:
            if not self.address:
                message = _("Give the full address of the page, beginning with https://")
                raise ValidationError({"address": message})
        elif self.is_email:
            try:
                validate_email(self.written)
            except ValidationError:
                message = _("Enter an e-mail address like name@example.org.")
                raise ValidationError({"written": message}) from None
        elif self.kind and not re.match(r"\+\d", self.written):
            raise ValidationError({"written": _("Begin with the country's number: +856 …")})

    @property
    def is_email(self) -> bool:
        """The press may be given an e-mail address or a telephone number."""
        return self.kind == self.Kind.EMAIL or (self.kind == self.Kind.PRESS and "@" in self.written)

    @property
    def link(self) -> str:
        """A `mailto:` or `tel:` link, or the address of the page; empty for a fax number."""
        if self.kind in self.PAGE_KINDS:
            return self.address
        if self.is_email:
            return f"mailto:{self.written}"
        return "" if self.kind == self.Kind.FAX else "tel:+" + re.sub(r"\D", "", self.written)


class Milestone(models.Model):
    """A year of the office's history, for the home page."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey(Office, models.CASCADE, related_name="milestones")
    date = PartialDateField(_("date"), help_text=_("A year, a month or a day."))
    text = models.CharField(_("what happened"), max_length=120)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["date", "id"]

    def __str__(self) -> str:
        return f"{self.date}: {self.text}"
