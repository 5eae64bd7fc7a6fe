"""The publishing log."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.models.revision import Revision
from iomlaos.publishing.models.revision_queryset import RevisionQuerySet


class PublishingLogEntryManager(models.Manager.from_queryset(RevisionQuerySet)):
    def get_queryset(self) -> RevisionQuerySet:
        return super().get_queryset().log_entries()


class PublishingLogEntry(Revision):
    """The log of publishing: what became public, was changed while it was, or went. Nobody edits it."""

    objects = PublishingLogEntryManager()

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("publishing log entry")
        verbose_name_plural = _("publishing log")
        ordering = ["-at", "-number"]
