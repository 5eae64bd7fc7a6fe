"""Results of the link check."""

import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class CheckedLinkQuerySet(models.QuerySet):
    def broken(self) -> Self:
        """Gone; or failing in two checks that are a day or more apart."""
        fails_again = models.Q(checked_at__gte=models.F("failing_since") + CheckedLink.SECOND_CHANCE)
        return self.filter(models.Q(outcome=CheckedLink.Outcome.GONE) | fails_again)


class CheckedLink(models.Model):
    """An address that public pages link to, and the outcome of its check. Written by `check_links`."""

    is_content = False

    class Outcome(models.TextChoices):
        FINE = "fine", _("It answers")
        UNWILLING = "unwilling", _("It does not answer programs; look for yourself")
        GONE = "gone", _("There is no such page")
        ERROR = "error", _("It answers with an error")
        LOOP = "loop", _("It leads from one address to the next and never to a page")
        SILENT = "silent", _("It does not answer in time")
        UNREACHABLE = "unreachable", _("It cannot be reached")
        UNKNOWN_HOST = "unknown-host", _("There is no such site")
        CERTIFICATE = "certificate", _("Its certificate is not in order")
        PRIVATE = "private", _("It leads into a private network, which visitors cannot reach")
        MALFORMED = "malformed", _("It is not an address")

    SECOND_CHANCE = datetime.timedelta(days=1)

    address = models.TextField()
    outcome = models.CharField(max_length=12, choices=Outcome)
    status = models.PositiveSmallIntegerField(null=True)
    failing_since = models.DateTimeField(null=True)
    checked_at = models.DateTimeField()
    found_in = models.JSONField(default=list, help_text=_("A list of [model, key]."))

    objects = CheckedLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link that was checked")
        verbose_name_plural = _("links that were checked")
        ordering = ["address"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.address

    @property
    def description(self) -> str:
        """The outcome and the status, for staff."""
        if self.status and self.outcome != self.Outcome.FINE:
            outcome = {"outcome": self.get_outcome_display(), "status": self.status}
            return gettext("%(outcome)s (%(status)s)") % outcome
        return self.get_outcome_display()
