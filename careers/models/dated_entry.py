"""Child rows of a notice (amendments, clarifications) that are dated when they become public."""

import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import get_translation_fields

from careers.models.notice_event import NoticeEvent
from iomlaos.publishing.options import RecordOptions


class DatedEntry(models.Model):
    """Base of amendments and answers. Drafts and history hold only the text: publishing sets the dates."""

    record_options = RecordOptions(not_content=("first_published_at", "corrected_at"))
    #: The fields of its text, without a language.
    TEXT_FIELDS: ClassVar[tuple[str, ...]]

    first_published_at = models.DateTimeField(_("public since"), null=True, editable=False)
    corrected_at = models.DateTimeField(_("corrected at"), null=True, editable=False)

    #: Whether there is anything to show.
    is_complete: bool = True

    class Meta:
        abstract = True

    def save(self, *args, **kwargs) -> None:
        if self.is_complete:
            self._set_dates()
        super().save(*args, **kwargs)

    def _set_dates(self) -> None:
        at = self.notice.saved_at or timezone.now()
        if self.first_published_at is None or (self.first_published_at > at and not self._state.adding):
            self.first_published_at = self.notice.public_from(at)
        elif stored := type(self)._base_manager.filter(pk=self.pk).first():
            before = {name: getattr(stored, name) for name in get_translation_fields(*self.TEXT_FIELDS)}
            # A first translation corrects nothing.
            if any(text and text != getattr(self, name) for name, text in before.items()):
                self.corrected_at = at

    def event(self, at: datetime.datetime) -> NoticeEvent:
        """Its event. In the preview of a draft it has no date yet, and gets the moment of the preview."""
        kind = self._meta.model_name
        text = "\n\n".join(getattr(self, name) for name in self.TEXT_FIELDS)
        moment = self.first_published_at or at
        return NoticeEvent(f"{kind}:{self.pk}", NoticeEvent.Kind(kind), moment, text, self.corrected_at)
