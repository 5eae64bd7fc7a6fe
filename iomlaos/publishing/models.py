"""Publishable, the one meaning of "public"; the addresses that moved; the ledger of the seed."""

import datetime
from typing import ClassVar, Self

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .dates import PartialDateField
from .pictures import Picture, PictureSize, PictureUse
from .reviewing import ReviewLink, Submission
from .revisions import Happening, Revision
from .typed import Presence, TypedText

__all__ = [
    "FormerAddress",
    "Happening",
    "Picture",
    "PictureSize",
    "PictureUse",
    "Presence",
    "Publishable",
    "PublishableQuerySet",
    "ReviewLink",
    "Revision",
    "SeedEntry",
    "Submission",
    "TypedText",
    "publishables",
]


def _the_later(_was: str | None, theirs: str | None, mine: str | None) -> str:
    """Of two dates as they are known (`dates.PartialDate`), as text."""
    return max(theirs or "", mine or "")


def _all_of(was: list | None, theirs: list | None, mine: list | None) -> list:
    """What either side added, the latest first, without what either took away."""
    was, theirs, mine = was or [], theirs or [], mine or []
    added = [note for note in mine if note not in was and note not in theirs]
    kept = [note for note in theirs if note in mine or note not in was]
    return sorted([*added, *kept], key=lambda note: note["on"], reverse=True)


class PublishableQuerySet(models.QuerySet):
    """Rows that a visitor may see are reached through `live` and nothing else."""

    def live(self, at: datetime.datetime) -> Self:
        """What is public at this moment: published, begun, and not yet taken down."""
        return self.filter(
            models.Q(publish_from__isnull=True) | models.Q(publish_from__lte=at),
            models.Q(publish_until__isnull=True) | models.Q(publish_until__gt=at),
            state=Publishable.State.PUBLISHED,
        )

    def next_change(self, at: datetime.datetime) -> datetime.datetime | None:
        """The next moment after this one at which the clock alone changes what is live here.

        None where nothing is scheduled: then only an edit can change it.
        """
        published = self.filter(state=Publishable.State.PUBLISHED).order_by()
        scheduled = published.aggregate(
            begins=models.Min("publish_from", filter=models.Q(publish_from__gt=at)),
            ends=models.Min("publish_until", filter=models.Q(publish_until__gt=at)),
        )
        drafts = Revision.objects.waiting().filter(
            model=self.model._meta.label_lower, held="", publish_at__gt=at
        )
        moments = [*scheduled.values(), drafts.aggregate(first=models.Min("publish_at"))["first"]]
        return min(filter(None, moments), default=None)

    def get_by_natural_key(self, slug: str) -> models.Model:
        return self.get(slug=slug)


class Publishable(models.Model):
    """A thing with an address of its own, which staff draft, publish and withdraw.

    `state` is what staff want; whether a thing is live is derived from it, from `publish_from`
    and `publish_until` and from the moment of asking, and is never stored.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft: only staff see it")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn: its address says that it was taken down")

    slug = models.SlugField(
        _("address"),
        max_length=80,
        unique=True,
        help_text=_(
            "The last part of the page's address: small letters, digits and hyphens. If you "
            "change it later, the old address leads to the new one."
        ),
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=State,
        default=State.DRAFT,
        help_text=_(
            "A draft can be seen by staff only. Published is public, within the two times below. "
            "Withdrawn takes it down, and its address then says so."
        ),
    )
    withdrawal_reason = models.CharField(
        _("why it is withdrawn"),
        max_length=300,
        blank=True,
        help_text=_("One sentence, which whoever comes to its address reads. For what is withdrawn only."),
    )
    publish_from = models.DateTimeField(
        _("public from"),
        null=True,
        blank=True,
        help_text=_("Vientiane time (UTC+7). Leave empty to publish at once."),
    )
    publish_until = models.DateTimeField(
        _("public until"),
        null=True,
        blank=True,
        help_text=_("Vientiane time (UTC+7). At this moment it is taken down. Leave empty to keep it."),
    )
    review_by = models.DateField(
        _("to be reviewed by"),
        null=True,
        blank=True,
        help_text=_("When somebody should check that this is still true. Only staff see it."),
    )
    as_of = PartialDateField(
        _("true as of"),
        null=True,
        blank=True,
        help_text=_(
            "The date of the information, as the page says it: a year, a month or a day. "
            "When you change the text and leave this alone, it becomes the day of your change."
        ),
    )
    checked_on = models.DateField(
        _("checked on"),
        null=True,
        blank=True,
        help_text=_("When somebody last read it and found it still right. Its page says so."),
    )
    public_notes = models.JSONField(
        _("changes that its page names"),
        default=list,
        blank=True,
        editable=False,
        help_text=_("A list of {on: date, en: text, lo: text}, the latest first."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_default=Now())
    changed_at = models.DateTimeField(_("last changed"), auto_now=True, db_default=Now())

    #: How what two people made of a field becomes one (`snapshots.merge`): values as snapshots hold them.
    MERGES: ClassVar[dict] = {"as_of": _the_later, "public_notes": _all_of}
    #: Whether its page names changes that staff wish to name there.
    shows_changes: ClassVar[bool] = True
    #: An earlier text is brought back, not what the public saw of it then: that is decided by hand.
    KEPT_ON_RESTORE: ClassVar[tuple[str, ...]] = (
        "state", "publish_from", "publish_until", "withdrawal_reason_en", "withdrawal_reason_lo",
        "public_notes",
    )  # fmt: skip

    objects = PublishableQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "published", "withdrawn"]),
                name="%(class)s_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(publish_from__isnull=True)
                | models.Q(publish_until__isnull=True)
                | models.Q(publish_until__gt=models.F("publish_from")),
                name="%(class)s_public_until_after_from",
            ),
        ]

    def save(self, *args, **kwargs) -> None:
        before = getattr(self, "_address_before", None)
        super().save(*args, **kwargs)
        if before and before != self.slug:
            FormerAddress.objects.update_or_create(
                model=self._meta.label_lower, slug=before, defaults={"object_id": self.pk}
            )
        self._address_before = self.slug

    @classmethod
    def from_db(cls, db, field_names, values):
        instance = super().from_db(db, field_names, values)
        instance._address_before = instance.slug if "slug" in field_names else None
        return instance

    @classmethod
    def shares_addresses_with(cls) -> list[type["Publishable"]]:
        """The kinds whose slugs may not meet: its own, unless there is an address that serves several."""
        return [cls]

    def clean(self) -> None:
        super().clean()
        if self.slug and FormerAddress.objects.leads_elsewhere(self):
            words = _("Another page had this address once, and old links lead to it. Choose another.")
            raise ValidationError({"slug": words})
        if self.state == self.State.WITHDRAWN and not self.withdrawal_reason_en:
            raise ValidationError(
                {"withdrawal_reason_en": _("Say in a sentence why: whoever comes to its address reads it.")}
            )
        if self.publish_from and self.publish_until and self.publish_until <= self.publish_from:
            raise ValidationError(
                {"publish_until": _("This is not after “public from”: the page would never be seen.")}
            )

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def leave_traces(self, before: Self, at: datetime.datetime) -> None:
        """Keep, in rows beside it, what its page is to say of a change; for its save, and for a preview."""

    def is_live(self, at: datetime.datetime) -> bool:
        """The same rule as `PublishableQuerySet.live`, asked of one object."""
        return (
            self.state == self.State.PUBLISHED
            and (self.publish_from is None or self.publish_from <= at)
            and (self.publish_until is None or at < self.publish_until)
        )

    def was_taken_down(self, at: datetime.datetime) -> bool:
        """Whether its address should say that it is gone, not that it never was."""
        if self.state == self.State.WITHDRAWN:
            return True
        return (
            self.state == self.State.PUBLISHED and self.publish_until is not None and self.publish_until <= at
        )

    @property
    def changes_shown(self) -> list[tuple[datetime.date, str]]:
        """What staff said on its page of a change, in the language of the page; the latest first."""
        language = get_language() or "en"
        return [
            (datetime.date.fromisoformat(note["on"]), note.get(language) or note["en"])
            for note in self.public_notes
        ]

    @classmethod
    def in_sitemap(cls, at: datetime.datetime) -> models.QuerySet:
        """The objects whose addresses are pages of their own, for the sitemap."""
        return cls.objects.live(at)


def publishables() -> list[type[Publishable]]:
    """Every concrete Publishable: there is no registry to fill."""
    return [model for model in apps.get_models() if issubclass(model, Publishable)]


class FormerAddressManager(models.Manager):
    def leads_elsewhere(self, record: Publishable) -> bool:
        """Whether the address of this record is one by which another, which is still there, was known."""
        for kind in record.shares_addresses_with():
            former = self.filter(model=kind._meta.label_lower, slug=record.slug)
            if kind is type(record):
                former = former.exclude(object_id=record.pk)
            if kind._base_manager.filter(pk__in=former.values("object_id")).exists():
                return True
        return False


class FormerAddress(models.Model):
    """An address that a Publishable once had. It leads to the present one for good."""

    model = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80)
    object_id = models.BigIntegerField()

    objects = FormerAddressManager()

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [
            models.UniqueConstraint(fields=["model", "slug"], name="formeraddress_leads_to_one_object")
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.slug}"


class SeedEntry(models.Model):
    """One record that the seed has loaded once, and will never load again.

    What staff changed stays as they left it, and what they deleted does not come back.
    """

    model = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    loaded_at = models.DateTimeField(auto_now_add=True, db_default=Now())

    class Meta:
        verbose_name = _("seeded record")
        verbose_name_plural = _("seeded records")
        constraints = [models.UniqueConstraint(fields=["model", "key"], name="seedentry_loaded_once")]

    def __str__(self) -> str:
        return f"{self.model}: {self.key}"
