"""Publishable: what "public" means."""

import datetime
from typing import ClassVar, Self

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from iomlaos.delivery.next_change import ClockMoments
from iomlaos.publishing.dates import PartialDateField
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models.slug_redirect import SlugRedirect
from iomlaos.publishing.options import RecordOptions


def _max_date(_was: str | None, theirs: str | None, mine: str | None) -> str:
    """Of two dates as they are known (`dates.PartialDate`), as text."""
    return max(theirs or "", mine or "")


def _merge_changelogs(was: list | None, theirs: list | None, mine: list | None) -> list:
    """What either side added, the latest first, without what either took away."""
    was, theirs, mine = was or [], theirs or [], mine or []
    added = [note for note in mine if note not in was and note not in theirs]
    kept = [note for note in theirs if note in mine or note not in was]
    return sorted([*added, *kept], key=lambda note: note["on"], reverse=True)


#: Fields that the actions of staff set, and no form.
PUBLISHING_FIELDS = (
    "state", "publish_from", "publish_until", "withdrawal_reason_en", "withdrawal_reason_lo", "changelog",
)  # fmt: skip
#: The name of a field, and what should be looked at.
PublishingWarning = tuple[str, Promise | str]


class PublishableQuerySet(models.QuerySet):
    """Rows that a visitor may see are reached through `live` and nothing else."""

    def live(self, at: datetime.datetime) -> Self:
        """What is public at this moment: published, begun, and not yet taken down."""
        return self.filter(
            models.Q(publish_from__isnull=True) | models.Q(publish_from__lte=at),
            models.Q(publish_until__isnull=True) | models.Q(publish_until__gt=at),
            state=Publishable.State.PUBLISHED,
        )

    def clock_moments(self, at: datetime.datetime) -> list[ClockMoments]:
        """When something begins or ends to be live; see `delivery.next_change`."""
        published = self.filter(state=Publishable.State.PUBLISHED)
        return [
            ClockMoments(published.filter(publish_from__gt=at), "publish_from"),
            ClockMoments(published.filter(publish_until__gt=at), "publish_until"),
        ]

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
        _("address of the page"),
        max_length=80,
        unique=True,
        help_text=_(
            "The last part: small letters, digits and hyphens. The old address will lead to the new one."
        ),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    withdrawal_reason = models.CharField(_("why it is withdrawn"), max_length=300, blank=True)
    publish_from = models.DateTimeField(_("public from"), null=True, blank=True)
    publish_until = models.DateTimeField(_("public until"), null=True, blank=True)
    review_due = models.DateField(
        _("review by"), null=True, blank=True, help_text=_("We remind you on the front page.")
    )
    information_date = PartialDateField(
        _("information as of"),
        null=True,
        blank=True,
        help_text=_(
            "Shown on the page: a year, a month or a day. It becomes today when you change the text."
        ),
    )
    reviewed_on = models.DateField(
        _("last checked"), null=True, blank=True, help_text=_("Shown on the page.")
    )
    #: A list of {on: date, en: text, lo: text}, the latest first.
    changelog = models.JSONField(_("changes that its page names"), default=list, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_default=Now())
    updated_at = models.DateTimeField(_("last changed"), auto_now=True, db_default=Now())

    #: The URL name of the list of its kind, for the sitemap.
    list_url_name: ClassVar[str] = ""
    #: Whether search engines are told of its page: not where it is a row of a list.
    in_sitemap: bool = True
    #: Whether its page names changes that staff wish to name there.
    shows_changes: ClassVar[bool] = True
    record_options = RecordOptions(
        merges={"information_date": _max_date, "changelog": _merge_changelogs},
        # An earlier text comes back, and not what was public then.
        kept_on_restore=PUBLISHING_FIELDS,
        not_copied=(
            "slug", "state", "withdrawal_reason", "publish_from", "publish_until", "review_due",
            "information_date", "reviewed_on", "changelog",
        ),
    )  # fmt: skip

    objects = PublishableQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "publish")
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
            SlugRedirect.objects.update_or_create(
                model=self._meta.label_lower, slug=before, defaults={"object_id": self.pk}
            )
        self._address_before, self._state_before = self.slug, self.state

    @classmethod
    def from_db(cls, db, field_names, values):
        instance = super().from_db(db, field_names, values)
        instance._address_before = instance.slug if "slug" in field_names else None
        instance._state_before = instance.state if "state" in field_names else None
        return instance

    def _get_FIELD_display(self, field: models.Field) -> str:
        """What `get_…_display` gives. Django's own translates all choices for each row of a list."""
        value = getattr(self, field.attname)
        return str(next((label for choice, label in field.flatchoices if choice == value), value))

    @classmethod
    def slug_namespace(cls) -> list[type["Publishable"]]:
        """The models among which a slug must be unique."""
        return [cls]

    def clean(self) -> None:
        super().clean()
        if self.slug and SlugRedirect.objects.belongs_to_other(self):
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

    def preview_changes(self, before: Self, at: datetime.datetime) -> None:
        """Show on a record in memory what its page will say of the change, which `save` records."""

    def record_child_changes(self, before: Snapshot, at: datetime.datetime) -> None:
        """Record what its page says of changed child rows; called once they are written.

        `before` is the snapshot of the record as it was.
        """

    def is_live(self, at: datetime.datetime) -> bool:
        """The same rule as `PublishableQuerySet.live`, asked of one object."""
        return (
            self.state == self.State.PUBLISHED
            and (self.publish_from is None or self.publish_from <= at)
            and (self.publish_until is None or at < self.publish_until)
        )

    def was_withdrawn(self, at: datetime.datetime) -> bool:
        """Whether its address should say that it is gone, not that it never was."""
        is_over = self.publish_until is not None and self.publish_until <= at
        return self.state == self.State.WITHDRAWN or (self.state == self.State.PUBLISHED and is_over)

    def public_status(self, at: datetime.datetime) -> tuple[str, Promise | str]:
        """What a record is to visitors: a name and a word for staff. See `publishing.status`."""
        if self.state == self.State.DRAFT:
            return "draft", _("Draft")
        if self.state == self.State.WITHDRAWN:
            return "withdrawn", _("Withdrawn")
        if self.publish_from and self.publish_from > at:
            return "scheduled", _("Scheduled")
        return ("live", _("Live")) if self.is_live(at) else ("ended", _("Ended"))

    def describe_status(self, at: datetime.datetime) -> str:
        """What its status means, for staff, where that is more than since when it is live."""
        return ""

    def publishing_warnings(self, before: Self | None, at: datetime.datetime) -> list[PublishingWarning]:
        """What should be looked at before a record in memory becomes public: a field, and words.

        `before` is the public version, None where there is none.
        """
        return []

    @property
    def public_changelog(self) -> list[tuple[datetime.date, str]]:
        """What staff said on its page of a change, in the language of the page; the latest first."""
        language = get_language() or "en"
        return [
            (datetime.date.fromisoformat(note["on"]), note.get(language) or note["en"])
            for note in self.changelog
        ]


def publishables() -> list[type[Publishable]]:
    """Every concrete Publishable: there is no registry to fill."""
    return [model for model in apps.get_models() if issubclass(model, Publishable)]
