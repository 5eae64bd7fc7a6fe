"""Notices on every page of the site, for a while."""

import datetime
import re
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from iomlaos.delivery.language import localize_address
from iomlaos.delivery.next_change import ClockMoments
from iomlaos.delivery.validity import cached_per_version


class SiteNoticeQuerySet(models.QuerySet):
    def public(self, at: datetime.datetime) -> Self:
        """Those between their start and their end."""
        return self.filter(starts_at__lte=at, ends_at__gt=at)

    def clock_moments(self, at: datetime.datetime) -> list[ClockMoments]:
        """When one begins or ends; see `delivery.next_change`."""
        return [ClockMoments(self.filter(**{f"{name}__gt": at}), name) for name in ("starts_at", "ends_at")]


class SiteNotice(models.Model):
    """A notice on every page: that the office is closed, for instance, or a warning of fraud."""

    class Kind(models.TextChoices):
        INFORMATION = "information", _("Information")
        WARNING = "warning", _("Warning")

    MAX_DURATION = datetime.timedelta(days=366)

    text = models.CharField(_("text"), max_length=300, help_text=_("One or two sentences."))
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=Kind,
        default=Kind.INFORMATION,
        help_text=_("Warnings are shown first."),
    )
    link = models.CharField(
        _("link"),
        max_length=300,
        blank=True,
        help_text=_("A page of this site, such as /careers/check/, or a full address."),
    )
    starts_at = models.DateTimeField(_("shown from"), help_text=_("Vientiane time."))
    ends_at = models.DateTimeField(
        _("shown until"),
        help_text=_("Vientiane time. At most a year later."),
    )

    objects = SiteNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("site-wide notice")
        verbose_name_plural = _("site-wide notices")
        ordering = ["-starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="sitenotice_ends_after_start",
                violation_error_message=_("The end is not after the start."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        """The home page, as one of all pages."""
        return reverse("home:home")

    def clean(self) -> None:
        super().clean()
        if self.starts_at and self.ends_at:
            if self.ends_at <= self.starts_at:
                raise ValidationError({"ends_at": _("The end is not after the start.")})
            if self.ends_at - self.starts_at > self.MAX_DURATION:
                raise ValidationError(
                    {"ends_at": _("A notice is shown for a year at most: choose an earlier end.")}
                )
        if self.link and not re.match(r"/(?!/)[^\s\\]*\Z", self.link):
            try:
                URLValidator(schemes=["https", "http"])(self.link)
            except ValidationError:
                message = _("Begin with / for a page of this site, or with https:// for another one.")
                raise ValidationError({"link": message}) from None

    def is_public(self, at: datetime.datetime) -> bool:
        """The same rule as `SiteNoticeQuerySet.public`."""
        return self.starts_at <= at < self.ends_at

    @property
    def url(self) -> str:
        """Its link, to the page in the active language."""
        return localize_address(self.link)

    @property
    def address(self) -> str:
        """The whole address of its link, for paper."""
        return f"{settings.SITE_URL}{self.url}" if self.url.startswith("/") else self.url

    @property
    def is_warning(self) -> bool:
        return self.kind == self.Kind.WARNING


@cached_per_version
def current_site_notices(at: datetime.datetime) -> list[SiteNotice]:
    """Warnings come first, then the newest notice."""
    return [*SiteNotice.objects.public(at).order_by("-kind", "-pk")]
