"""What happened to a notice after it was published, kept in the open."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import deadline_in_words, for_machines

from .opportunity import Opportunity
from .procurement import ProcurementNotice
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
    """A deadline that visitors had seen, and that was changed: for good, and with its reason."""

    vacancy = of_a(Vacancy, "deadline_changes")
    procurement_notice = of_a(ProcurementNotice, "deadline_changes")
    before = models.DateTimeField(_("old deadline"), editable=False)
    after = models.DateTimeField(_("new deadline"), editable=False)
    reason = models.TextField(_("reason"), blank=True)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)

    class Meta(OfOneNotice.Meta):
        verbose_name = _("change of deadline")
        verbose_name_plural = _("changes of deadline")
        ordering = ["-changed_at", "id"]

    def __str__(self) -> str:
        return f"{self.old_deadline} → {self.new_deadline}"

    @property
    def old_deadline(self) -> str:
        return deadline_in_words(self.before)

    @property
    def new_deadline(self) -> str:
        return deadline_in_words(self.after)

    @property
    def old_for_machines(self) -> str:
        return for_machines(self.before)

    @property
    def new_for_machines(self) -> str:
        return for_machines(self.after)


class Amendment(OfOneNotice):
    """A correction of a published notice, other than of its deadline, said in a sentence or two."""

    vacancy = of_a(Vacancy, "amendments")
    procurement_notice = of_a(ProcurementNotice, "amendments")
    text = models.TextField(
        _("what was changed"), help_text=_("So that who has read the notice before need not read it again.")
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)

    class Meta(OfOneNotice.Meta):
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["-made_at", "id"]

    def __str__(self) -> str:
        return self.text[:80]
