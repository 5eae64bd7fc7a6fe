"""Amendments of published notices."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from careers.models.dated_entry import DatedEntry
from careers.models.notice_child import NoticeChild


class Amendment(DatedEntry, NoticeChild):
    """A correction of a published notice, other than of its deadline."""

    TEXT_FIELDS = ("text",)

    text = models.TextField(
        _("what was changed"), help_text=_("So that who has read the notice before need not read it again.")
    )

    class Meta(NoticeChild.Meta):
        default_related_name = "amendments"
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = [models.F("first_published_at").desc(nulls_first=True), "id"]

    def __str__(self) -> str:
        return self.text[:80]
