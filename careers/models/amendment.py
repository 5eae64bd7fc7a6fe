"""Amendments of published notices."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from careers.models.dated_entry import DatedEntry
from careers.models.notice_child import NoticeChild, notice_key
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.publishing.options import RecordOptions


class Amendment(DatedEntry, NoticeChild):
    """A correction of a published notice, other than of its deadline, said in a sentence or two."""

    DATED_BY, WORDS = "made_at", ("text_en", "text_lo")
    record_options = RecordOptions(not_content=("made_at", "corrected_at"))

    vacancy = notice_key(Vacancy, "amendments")
    procurement_notice = notice_key(ProcurementNotice, "amendments")
    text = models.TextField(
        _("what was changed"), help_text=_("So that who has read the notice before need not read it again.")
    )
    made_at = models.DateTimeField(_("made at"), null=True, editable=False)

    class Meta(NoticeChild.Meta):
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = [models.F("made_at").desc(nulls_first=True), "id"]

    def __str__(self) -> str:
        return self.text[:80]
