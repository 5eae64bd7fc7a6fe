"""NoticeAdmin: the base of the admin pages of vacancies and procurement notices."""

from django.contrib import admin
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from careers.admin.actions import Close, CorrectReasons, Extend, RecordOutcome
from careers.admin.filters import FollowUpFilter, NoticeStatusFilter
from careers.admin.inlines import AmendmentInline
from careers.forms import NoticeForm
from careers.models.notice import Notice
from iomlaos.publishing import serialization
from iomlaos.staff.actions import TakeDown
from iomlaos.staff.content import PublishableAdmin
from iomlaos.staff.edit_session import EditSession
from iomlaos.staff.filters import TranslatedFilter

DEADLINE = ("closing_date", "closing_hour")
WAYS = {
    "fields": ["submission_email", "submission_link", "submission_address", "contact"],
    "description": _("Give at least one of the first three. What is empty is not shown."),
}
NEXT = (_("What happens next"), {"fields": ["what_next", "results_expected_by"], "classes": ["short-text"]})
OUTCOME = (_("Outcome"), {"fields": ["outcome", "outcome_note", "readvertised_as"], "classes": ["outcome"]})


class NoticeAdmin(PublishableAdmin):
    """A notice closes; it is not taken down at a time."""

    form = NoticeForm
    actions_of_record = (
        *[action for action in PublishableAdmin.actions_of_record if action is not TakeDown],
        Extend, Close, RecordOutcome, CorrectReasons,
    )  # fmt: skip
    list_filter = [NoticeStatusFilter, FollowUpFilter, TranslatedFilter]
    search_fields = ["title_en", "title_lo", "reference", "slug"]
    fields_to_fill_in = (_("closing date"), _("reference"), _("posted on"))
    #: Inlines for a notice that visitors have seen.
    announced_inlines: tuple[type[admin.options.InlineModelAdmin], ...] = (AmendmentInline,)

    def open_session(self, request: HttpRequest, record: Notice) -> EditSession:
        """Give the form the version that visitors saw when it was drawn: it asks why the deadline changes."""
        return _with_public_version(super().open_session(request, record))

    def restore_session(self, request: HttpRequest, record: Notice, words: QueryDict) -> EditSession:
        return _with_public_version(super().restore_session(request, record, words))

    def is_available(self, slug: str) -> bool:
        return super().is_available(slug) and not self.model(slug=slug).is_slug_of_other_kind()

    @admin.display(description=_("closes"), ordering="closes_at")
    def closes(self, obj: Notice) -> str:
        return obj.deadline

    def get_fieldsets(self, request: HttpRequest, obj: Notice | None = None) -> list:
        """Fold long texts once they are written, and the outcome while there can be none.

        The reason for another deadline is asked where visitors have seen the present one.
        """
        asks_reason = obj is not None and obj.is_announced(request.at)
        folded = {"long"} if obj else set()
        if obj is None or obj.is_open(request.at):
            folded.add("outcome")
        fieldsets = []
        for title, options in super().get_fieldsets(request, obj):
            fields = [name for name in options["fields"] if asks_reason or name != "deadline_reason"]
            classes = [*options.get("classes", ())]
            if folded.intersection(classes):
                classes.append("collapse")
            fieldsets.append((title, options | {"fields": fields, "classes": classes}))
        return fieldsets

    def get_inlines(self, request: HttpRequest, obj: Notice | None) -> list:
        """With `announced_inlines` once there can be any; on POST, those of the form."""
        if request.method == "POST":
            inlines = [*self.inlines, *self.announced_inlines]
            names = {relation.related_model: relation.name for relation in self.opts.related_objects}
            return [inline for inline in inlines if f"{names[inline.model]}-TOTAL_FORMS" in request.POST]
        inlines = [*self.inlines]
        if obj and obj.is_announced(request.at):
            inlines += self.announced_inlines
        return inlines


def _with_public_version(session: EditSession) -> EditSession:
    notice = session.instance
    notice.public_version = serialization.build(session.record, session.state.data)
    return session
