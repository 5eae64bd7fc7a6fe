"""Child rows of a notice (clarifications, amendments) that are dated when they become public."""

import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from careers.models.notice import Notice


class DatedEntryQuerySet(models.QuerySet):
    def undated(self, at: datetime.datetime) -> Self:
        """What nobody could read until this moment."""
        name = self.model.DATED_BY
        return self.filter(models.Q(**{name: None}) | models.Q(**{f"{name}__gt": at}))


class DatedEntry(models.Model):
    """An amendment or an answer. Its date is the moment at which visitors could first read it.

    So one that waits in a draft, or was written while its notice was not public, has none yet. History
    and drafts hold the words alone: both dates follow from what becomes public when.
    """

    #: The field of its date, and those of its words.
    DATED_BY: ClassVar[str]
    WORDS: ClassVar[tuple[str, ...]]

    corrected_at = models.DateTimeField(_("corrected at"), null=True, editable=False)

    #: What it said when it was last loaded or saved.
    _words_before: tuple[str, ...] | None = None

    objects = DatedEntryQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs) -> None:
        self._date(self.notice)
        super().save(*args, **kwargs)
        self._words_before = self._words

    @classmethod
    def from_db(cls, db, field_names, values):
        instance = super().from_db(db, field_names, values)
        instance._words_before = instance._words
        return instance

    def _date(self, notice: "Notice") -> None:
        at = notice.saved_at or timezone.now()
        dated = getattr(self, self.DATED_BY)
        if not self.is_told:
            return
        if dated is None or (dated > at and not self._state.adding):
            setattr(self, self.DATED_BY, notice.public_from(at))
        elif self._words_before not in (None, self._words):
            self.corrected_at = at

    @property
    def _words(self) -> tuple[str, ...]:
        return tuple(self.__dict__.get(name) or "" for name in self.WORDS)

    @property
    def is_told(self) -> bool:
        """Whether there is anything to tell yet."""
        return True
