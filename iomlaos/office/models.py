"""What belongs to the office as a whole and may be referred to by everything above it."""

import datetime
import re
import uuid
from functools import cache
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models.functions import JSONObject
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import PartialDateField
from iomlaos.publishing.models import Publishable
from iomlaos.publishing.richtext import RichTextField


class Office(models.Model):
    """The country office. There is one row."""

    OWNS = ("contact_points",)

    name = models.CharField(_("name"), max_length=120, help_text=_("The organization's full name."))
    short_name = models.CharField(
        _("short name"), max_length=60, help_text=_("The name of this site, at the top of every page.")
    )
    introduction = models.TextField(
        _("introduction"),
        help_text=_("Who and where, in two or three sentences: the first text of the home page."),
    )
    opened = PartialDateField(_("opened"), null=True, blank=True)
    postal_address = models.TextField(
        _("postal address"), help_text=_("One line of the address a line, the country last.")
    )
    hours = models.TextField(_("opening hours"), blank=True, help_text=_("Not shown while empty."))

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("office")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="office_is_one")]

    def __str__(self) -> str:
        return self.short_name

    def save(self, *args, **kwargs) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("office:contact")

    @property
    def address_lines(self) -> list[str]:
        return [line.strip() for line in self.postal_address.splitlines() if line.strip()]

    def contact(self, kind: str) -> "ContactPoint | None":
        """The first contact point of a kind, from those that are loaded."""
        return next((point for point in self.contact_points.all() if point.kind == kind), None)

    @property
    def telephone(self) -> "ContactPoint | None":
        return self.contact(ContactPoint.Kind.TELEPHONE)

    @property
    def facebook(self) -> "ContactPoint | None":
        return self.contact(ContactPoint.Kind.FACEBOOK)


class ContactPoint(models.Model):
    """A number or an address at which the office is reached, written as the office writes it."""

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
        """Where a click leads: a `tel:` or `mailto:` link, or the page. A fax number has none."""
        match self.kind:
            case self.Kind.TELEPHONE:
                return "tel:+" + re.sub(r"\D", "", self.written)
            case self.Kind.EMAIL:
                return f"mailto:{self.written}"
            case self.Kind.FAX:
                return ""
        return self.address


class SlugQuerySet(models.QuerySet):
    """Rows known by their slug, in fixtures and in exports."""

    def get_by_natural_key(self, slug: str) -> models.Model:
        return self.get(slug=slug)


class Place(models.Model):
    """A place that programmes, projects or notices name: no finer than the office says."""

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

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class Page(Publishable):
    """A plain page of the office: about, accessibility, privacy, how to apply, and others."""

    #: The header or the footer of every page links to these: their address must answer.
    FIXED = ("about", "accessibility", "privacy", "how-to-apply")

    title = models.CharField(_("title"), max_length=120)
    lead = models.TextField(_("lead"), blank=True, help_text=_("One or two sentences under the title."))
    body = RichTextField(_("text"), blank=True)

    class Meta(Publishable.Meta):
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["title_en"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("office:page", args=[self.slug])

    @property
    def is_fixed(self) -> bool:
        """Whether other pages always link to it, so that it keeps its address and stays published."""
        return (getattr(self, "_address_before", None) or self.slug) in self.FIXED

    def clean(self) -> None:
        super().clean()
        before = getattr(self, "_address_before", None)
        if before in self.FIXED and self.slug != before:
            raise ValidationError({"slug": _("Other pages link to this address, so it stays as it is.")})
        if self.is_fixed and (self.state != self.State.PUBLISHED or self.publish_from or self.publish_until):
            raise ValidationError(
                {
                    "state": _(
                        "Every page of the site links to this one, so it stays published, without times."
                    )
                }
            )
        if self.slug and not self._address_is_free():
            raise ValidationError(
                {"slug": _("This address belongs to a section of the site. Choose another.")}
            )

    def _address_is_free(self) -> bool:
        try:
            return resolve(f"/{self.slug}/").view_name in ("office:page", "front:about")
        except Resolver404:
            return True


class StandardTextQuerySet(SlugQuerySet):
    def unconfirmed(self) -> Self:
        """What the office has not approved yet."""
        return self.filter(is_confirmed=False)


@cache
def _named_by_pages() -> frozenset[str]:
    """The keys of the texts that templates name: `standard.no_fee`."""
    sources = (path.read_text(encoding="utf-8") for path in (settings.BASE_DIR / "templates").rglob("*.html"))
    return frozenset(
        key.replace("_", "-") for text in sources for key in re.findall(r"\bstandard\.(\w+)", text)
    )


class StandardText(models.Model):
    """A text that stands on several pages and is kept once: the no-fee warning, for instance."""

    slug = models.SlugField(_("key"), max_length=80, unique=True, help_text=_("By which pages name it."))
    title = models.CharField(_("title"), max_length=120)
    body = RichTextField(_("text"))
    is_confirmed = models.BooleanField(
        _("confirmed by the office"),
        default=False,
        help_text=_("Tick this once the office has read and approved the wording."),
    )

    objects = StandardTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("standard text")
        verbose_name_plural = _("standard texts")
        ordering = ["title_en"]

    def __str__(self) -> str:
        return self.title

    @property
    def stands_on(self) -> list[str]:
        """Where it is shown whatever refers to it: templates name it by its key."""
        return [_("pages of the site, which name it by its key")] if self.slug in _named_by_pages() else []

    @classmethod
    def by_slug(cls) -> dict[str, "StandardText"]:
        """All of them, by their key with underscores, as templates can write it: `standard.no_fee`."""
        return {text.slug.replace("-", "_"): text for text in cls.objects.all()}

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class AsList(models.Func):
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
        return models.Subquery(self.order_by().annotate(rows=AsList(columns)).values("rows"))


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
        return reverse("front:home")

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

    def is_shown(self, at: datetime.datetime) -> bool:
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
