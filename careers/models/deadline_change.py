"""Changes of deadlines that visitors had seen."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from careers.models.notice_child import NoticeChild, notice_key
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.publishing.dates import format_deadline


class DeadlineChange(NoticeChild):
    """A deadline that visitors had seen, and that was changed: for good, and with its reason.

    Of tenders also the other moments that bidders go by.
    """

    class Of(models.TextChoices):
        """The field that was changed."""

        CLOSING = "closes_at", _("Closes")
        QUESTIONS = "clarifications_until", _("Questions until")
        MEETING = "pre_bid_at", _("Pre-bid meeting")

    of = models.CharField(_("moment"), max_length=20, choices=Of, default=Of.CLOSING, editable=False)
    vacancy = notice_key(Vacancy, "deadline_changes")
    procurement_notice = notice_key(ProcurementNotice, "deadline_changes")
    before = models.DateTimeField(_("old deadline"), null=True, editable=False)
    after = models.DateTimeField(_("new deadline"), null=True, editable=False)
    reason = models.TextField(_("reason"), blank=True)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)

    class Meta(NoticeChild.Meta):
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
        return format_deadline(self.before) if self.before else gettext("not given")

    @property
    def new_deadline(self) -> str:
        return format_deadline(self.after) if self.after else gettext("not given")

    @property
    def in_words(self) -> str:
        """What was changed, from what to what, and why."""
        words = gettext("From: %(old)s. To: %(new)s.") % {"old": self.old_deadline, "new": self.new_deadline}
        if self.is_of_closing:
            return f"{words} {self.reason or gettext('No reason was given.')}"
        return " ".join(filter(None, [f"{self.get_of_display()}.", words, self.reason]))
