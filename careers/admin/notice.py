"""NoticeAdmin: the base of the admin pages of vacancies and procurement notices."""

import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import formats
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from careers.admin.actions import ChangeDeadline, CloseNow, CorrectReasons, PublishNow, warn_if_closed
from careers.admin.filters import DeadlineFilter, FollowUpFilter
from careers.admin.inlines import AmendmentInline
from careers.forms import NoticeForm
from careers.models.notice import Notice
from iomlaos.publishing import serialization
from iomlaos.staff.actions import Discard, GiveBack, PublishLater, Unschedule, Withdraw
from iomlaos.staff.content import PublishableAdmin
from iomlaos.staff.edit_session import EditSession
from iomlaos.staff.filters import LiveFilter, TranslatedFilter

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
    has_button_on_home = True
    publishing_fields = (
        "state",
        ("withdrawal_reason_en", "withdrawal_reason_lo"),
        "publish_from",
        "publish_at",
        ("information_date", "reviewed_on", "review_due"),
    )
    steps = (
        PublishNow,
        PublishLater,
        Unschedule,
        GiveBack,
        ChangeDeadline,
        CorrectReasons,
        CloseNow,
        Withdraw,
        Discard,
    )
    list_filter = [DeadlineFilter, FollowUpFilter, "state", LiveFilter, TranslatedFilter]
    search_fields = ["title_en", "title_lo", "reference", "slug"]
    fields_to_fill_in = (_("closing date"), _("reference"), _("posted on"))
    #: Inlines for a notice that visitors have seen.
    announced_inlines: tuple[type[admin.options.InlineModelAdmin], ...] = (AmendmentInline,)
    #: The warning about an open notice that says no way to apply or bid.
    no_way_to_submit = ""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        requested_at = models.Value(request.at, output_field=models.DateTimeField())
        return super().get_queryset(request).annotate(requested_at=requested_at)

    def open_session(self, request: HttpRequest, record: Notice) -> EditSession:
        """Give the form the version that visitors saw when it was drawn: it asks why the deadline changes."""
        return _with_public_version(super().open_session(request, record))

    def restore_session(self, request: HttpRequest, record: Notice, words: QueryDict) -> EditSession:
        return _with_public_version(super().restore_session(request, record, words))

    def is_available(self, slug: str) -> bool:
        return super().is_available(slug) and not self.model(slug=slug).is_slug_of_other_kind()

    @admin.display(description=_("title"), ordering="title_en")
    def headline(self, obj: Notice) -> str:
        """The title, and what tells notices of one title apart."""
        details = " · ".join(filter(None, [obj.reference, *self.headline_details(obj)]))
        return format_html('{}<span class="quiet">{}</span>', obj.title, details or gettext("No reference"))

    def headline_details(self, obj: Notice) -> list[str]:
        return []

    @admin.display(description=_("deadline, Vientiane time"), ordering="closes_at")
    def closes(self, obj: Notice) -> str:
        """The day, with the hour unless it is the end of the day, and the time left."""
        day = formats.date_format(obj.closing_day, "l j F Y")
        deadline = f"{day}, {obj.closing_hour:%H:%M}" if obj.closing_hour else day
        left = obj.time_left(obj.requested_at) if obj.is_live_now else ""
        if not left:
            return deadline
        words = gettext("%(time)s left") % {"time": left}
        return format_html('{} <span class="quiet">{}</span>', deadline, words)

    @admin.display(description=_("by the clock"), ordering="closes_at")
    def open_or_closed(self, obj: Notice) -> str:
        return obj.status(obj.requested_at).label if obj.is_live_now else ""

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

    def _status_line(self, notice: Notice, at: datetime.datetime) -> str:
        """Its status for visitors, its deadline and the time left."""
        if notice.is_live(at):
            status = str(notice.status(at).label)
        elif notice.state == notice.State.PUBLISHED:
            status = gettext("Not public yet")
        else:
            status = self.state_label(notice)
        left = notice.time_left(at)
        parts = [status, notice.deadline, left and gettext("%(time)s left") % {"time": left}]
        return " · ".join(filter(None, parts))

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # `original` may hold what was sent, where the form was refused.
        if stored := self.model.objects.filter(pk=getattr(context.get("original"), "pk", None)).first():
            context["status_line"] = self._status_line(stored, request.at)
        return super().render_change_form(request, context, *args, **kwargs)

    def _save_state(self, request: HttpRequest, record: Notice, *args: Any) -> None:
        is_new = record.first_published_at is None
        super()._save_state(request, record, *args)
        if is_new:
            warn_if_closed(request, record)
        if record.state == record.State.PUBLISHED and record.is_open(request.at):
            for warning in self.warnings(record, request.at):
                self.message_user(request, warning, messages.WARNING)

    def warnings(self, obj: Notice, at: datetime.datetime) -> list[str]:
        """Warnings about an open notice, shown when it is saved."""
        return [] if obj.has_way_to_submit else [self.no_way_to_submit]


def _with_public_version(session: EditSession) -> EditSession:
    notice = session.instance
    notice.public_version = serialization.build(session.record, session.state.data)
    return session
