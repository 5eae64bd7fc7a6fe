"""Results of the link check."""

import datetime
import hashlib
from typing import Self

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class CheckedLinkQuerySet(models.QuerySet):
    def broken(self) -> Self:
        """Gone at once; whatever else fails, once it has failed on two checks a day apart or more."""
        failing_for_long = models.Q(checked_at__gte=models.F("failing_since") + CheckedLink.BENEFIT_OF_DOUBT)
        return self.filter(models.Q(outcome=CheckedLink.Outcome.GONE) | failing_for_long)

    def of(self, address: str) -> Self:
        return self.filter(key=CheckedLink.key_of(address))


class CheckedLink(models.Model):
    """One address that public pages link to, and what came of asking it. Written by `check_links` alone."""

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

    #: A site that is down today may be there tomorrow.
    BENEFIT_OF_DOUBT = datetime.timedelta(days=1)

    key = models.CharField(max_length=64, unique=True)
    address = models.TextField()
    outcome = models.CharField(max_length=12, choices=Outcome)
    status = models.PositiveSmallIntegerField(null=True)
    failing_since = models.DateTimeField(null=True)
    checked_at = models.DateTimeField()
    stands_in = models.JSONField(default=list, help_text=_("A list of [model, key]."))

    objects = CheckedLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link that was checked")
        verbose_name_plural = _("links that were checked")
        ordering = ["address"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.address

    @staticmethod
    def key_of(address: str) -> str:
        """An address may be longer than an index takes."""
        return hashlib.sha256(address.encode()).hexdigest()

    @property
    def in_words(self) -> str:
        """What came of asking it, for staff."""
        if self.status and self.outcome != self.Outcome.FINE:
            words = {"outcome": self.get_outcome_display(), "status": self.status}
            return gettext("%(outcome)s (%(status)s)") % words
        return self.get_outcome_display()
