"""Changes of the documents of a tender that bidders have seen."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from careers.models.notice_event import NoticeEvent


class DocumentChange(models.Model):
    """A document that was added, replaced or removed while the tender was public. Never deleted."""

    class Kind(models.TextChoices):
        ADDED = "added", _("Added")
        REPLACED = "replaced", _("Replaced")
        REMOVED = "removed", _("Removed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(
        "careers.ProcurementNotice", models.CASCADE, related_name="document_changes", editable=False
    )
    kind = models.CharField(max_length=8, choices=Kind, editable=False)
    #: What the document was called then.
    title = models.CharField(max_length=160, editable=False)
    changed_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("change of documents")
        verbose_name_plural = _("changes of documents")
        ordering = ["-changed_at", "title_en", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title}"

    def event(self) -> NoticeEvent:
        return NoticeEvent(f"document:{self.pk}", NoticeEvent.Kind.DOCUMENT, self.changed_at, str(self))
