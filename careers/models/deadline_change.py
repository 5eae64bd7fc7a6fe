"""Changes of deadlines that visitors had seen."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from careers.models.notice_child import NoticeChild
from careers.models.notice_event import NoticeEvent
from iomlaos.publishing.dates import format_deadline


class DeadlineChange(NoticeChild):
    """A change of a public deadline or, of tenders, of another moment that bidders go by. Never deleted."""

    class Field(models.TextChoices):
        CLOSING = "closes_at", _("Deadline")
        QUESTIONS = "clarifications_until", _("Questions until")
        MEETING = "pre_bid_at", _("Pre-bid meeting")

    field = models.CharField(_("moment"), max_length=20, choices=Field, default=Field.CLOSING, editable=False)
    before = models.DateTimeField(_("old deadline"), null=True, editable=False)
    after = models.DateTimeField(_("new deadline"), null=True, editable=False)
    reason = models.TextField(_("reason"), blank=True)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)

    class Meta(NoticeChild.Meta):
        default_related_name = "deadline_changes"
        verbose_name = _("change of deadline")
        verbose_name_plural = _("changes of deadline")
        ordering = ["-changed_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_field_display()}: {self.old_deadline} → {self.new_deadline}"

    @property
    def old_deadline(self) -> str:
        return format_deadline(self.before) if self.before else gettext("not given")

    @property
    def new_deadline(self) -> str:
        return format_deadline(self.after) if self.after else gettext("not given")

    def event(self) -> NoticeEvent:
        words = {"what": self.get_field_display(), "old": self.old_deadline, "new": self.new_deadline}
        if self.field == self.Field.CLOSING:
            kind = NoticeEvent.Kind.DEADLINE
            text = gettext("Old deadline: %(old)s. New deadline: %(new)s.")
        else:
            kind = NoticeEvent.Kind.MOMENT
            text = gettext("%(what)s: %(new)s. Before: %(old)s.")
        reason = gettext("Reason: %(reason)s") % {"reason": self.reason} if self.reason else ""
        if not reason and kind is NoticeEvent.Kind.DEADLINE:
            reason = gettext("No reason was given.")
        return NoticeEvent(f"deadline:{self.pk}", kind, self.changed_at, f"{text % words} {reason}".strip())
