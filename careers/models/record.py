"""What happened to a notice after it was published, kept in the open."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import deadline_in_words

from .opportunity import Opportunity
from .procurement import ProcurementNotice
from .told import Told
from .vacancy import Vacancy


def of_a(kind: type[Opportunity], related_name: str) -> models.ForeignKey:
    return models.ForeignKey(kind, models.CASCADE, null=True, blank=True, related_name=related_name)


class OfOneNotice(models.Model):
    """Belongs to one vacancy or to one procurement notice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(vacancy__isnull=True, procurement_notice__isnull=False)
                | models.Q(vacancy__isnull=False, procurement_notice__isnull=True),
                name="%(class)s_is_of_one_notice",
            )
        ]

    @property
    def notice(self) -> Vacancy | ProcurementNotice:
        return self.vacancy or self.procurement_notice


class DeadlineChange(OfOneNotice):
    """A deadline that visitors had seen, and that was changed: for good, and with its reason.

    Of tenders also the other moments that bidders go by.
    """

    class Of(models.TextChoices):
        """The field that was changed."""

        CLOSING = "closes_at", _("Closes")
        QUESTIONS = "clarifications_until", _("Questions until")
        MEETING = "pre_bid_at", _("Pre-bid meeting")

    of = models.CharField(_("moment"), max_length=20, choices=Of, default=Of.CLOSING, editable=False)
    vacancy = of_a(Vacancy, "deadline_changes")
    procurement_notice = of_a(ProcurementNotice, "deadline_changes")
    before = models.DateTimeField(_("old deadline"), null=True, editable=False)
    after = models.DateTimeField(_("new deadline"), null=True, editable=False)
    reason = models.TextField(_("reason"), blank=True)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)

    class Meta(OfOneNotice.Meta):
        verbose_name = _("change of deadline")
        verbose_name_plural = _("changes of deadline")
        ordering = ["-changed_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_of_display()}: {self.old_deadline} → {self.new_deadline}"

    @property
    def is_of_closing(self) -> bool:
        return self.of == self.Of.CLOSING

    @property
    def old_deadline(self) -> str:
        return deadline_in_words(self.before) if self.before else gettext("not given")

    @property
    def new_deadline(self) -> str:
        return deadline_in_words(self.after) if self.after else gettext("not given")

    @property
    def in_words(self) -> str:
        """What was changed, from what to what, and why."""
        words = gettext("From: %(old)s. To: %(new)s.") % {"old": self.old_deadline, "new": self.new_deadline}
        if self.is_of_closing:
            return f"{words} {self.reason or gettext('No reason was given.')}"
        return " ".join(filter(None, [f"{self.get_of_display()}.", words, self.reason]))


class Amendment(Told, OfOneNotice):
    """A correction of a published notice, other than of its deadline, said in a sentence or two."""

    DATED_BY, WORDS = "made_at", ("text_en", "text_lo")
    NOT_CONTENT = ("made_at", "corrected_at")

    vacancy = of_a(Vacancy, "amendments")
    procurement_notice = of_a(ProcurementNotice, "amendments")
    text = models.TextField(
        _("what was changed"), help_text=_("So that who has read the notice before need not read it again.")
    )
    made_at = models.DateTimeField(_("made at"), null=True, editable=False)

    class Meta(OfOneNotice.Meta):
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = [models.F("made_at").desc(nulls_first=True), "id"]

    def __str__(self) -> str:
        return self.text[:80]
