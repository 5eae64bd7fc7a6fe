"""Notices shown on every page for a while."""

import datetime
import re
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class JsonArraySubquery(models.Func):
    """All values of a subquery as one list, on both databases. No Aggregate, which would group its rows."""

    function = "JSON_GROUP_ARRAY"
    output_field = models.JSONField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, list]:
        return self.as_sql(compiler, connection, function="JSONB_AGG", **more)


class SiteNoticeQuerySet(models.QuerySet):
    def shown(self, at: datetime.datetime) -> Self:
        """Those whose time it is: from their start until, and not at, their end."""
        return self.filter(starts_at__lte=at, ends_at__gt=at)

    def as_list(self) -> models.Subquery:
        """All that a page shows of them, as one value of another query."""
        columns = JSONObject(**{name: name for name in SiteNotice.ON_PAGES})
        return models.Subquery(self.order_by().annotate(rows=JsonArraySubquery(columns)).values("rows"))


class SiteNotice(models.Model):
    """What every page says for a while: that the office is closed, or that somebody commits fraud."""

    class Kind(models.TextChoices):
        INFORMATION = "information", _("Information")
        WARNING = "warning", _("Warning")

    #: The columns that a page needs.
    ON_PAGES = ("id", "kind", "text_en", "text_lo", "link")
    LONGEST = datetime.timedelta(days=366)

    text = models.CharField(
        _("text"), max_length=300, help_text=_("One or two sentences, which stand at the top of every page.")
    )
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=Kind,
        default=Kind.INFORMATION,
        help_text=_("A warning says so before its text, and stands before what informs."),
    )
    link = models.CharField(
        _("link"),
        max_length=300,
        blank=True,
        help_text=_("Where one reads more: /careers/check/, or a full address beginning with https://"),
    )
    starts_at = models.DateTimeField(_("shown from"), help_text=_("Vientiane time (UTC+7)."))
    ends_at = models.DateTimeField(
        _("shown until"),
        help_text=_("Vientiane time (UTC+7). At this moment it goes by itself. At most a year later."),
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
        """It stands on every page; the home page is one."""
        return reverse("home:home")

    def clean(self) -> None:
        super().clean()
        if self.starts_at and self.ends_at:
            if self.ends_at <= self.starts_at:
                raise ValidationError({"ends_at": _("The end is not after the start.")})
            if self.ends_at - self.starts_at > self.LONGEST:
                raise ValidationError(
                    {"ends_at": _("A notice stands for a year at most: choose an earlier end.")}
                )
        if self.link and not re.match(r"/(?![/\\])\S*\Z", self.link):
            try:
                URLValidator(schemes=["https", "http"])(self.link)
            except ValidationError:
                words = _("Begin with / for a page of this site, or with https:// for another one.")
                raise ValidationError({"link": words}) from None

    def is_public(self, at: datetime.datetime) -> bool:
        """The same rule as `SiteNoticeQuerySet.shown`, asked of one."""
        return self.starts_at <= at < self.ends_at

    @property
    def is_warning(self) -> bool:
        return self.kind == self.Kind.WARNING

    @classmethod
    def from_list(cls, rows: list[dict] | None) -> list[Self]:
        """The notices of `as_list`: warnings first, and the latest before those that it came after."""
        notices = (cls(**row) for row in rows or [])
        return sorted(notices, key=lambda notice: (not notice.is_warning, -notice.pk))
