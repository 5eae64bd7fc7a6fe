"""NoticeAdmin: the base of the admin pages of vacancies and procurement notices."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from careers.admin.actions import Close, CorrectReasons, Extend, RecordOutcome
from careers.admin.filters import FollowUpFilter, NoticeStatusFilter
from careers.admin.inlines import AmendmentInline, AwardInline
from careers.forms import NoticeForm
from careers.models.notice import Notice
from iomlaos.publishing import serialization
from iomlaos.staff.actions.schedule import TakeDown
from iomlaos.staff.content import PublishableAdmin
from iomlaos.staff.edit_session import EditSession
from iomlaos.staff.filters import TranslatedFilter

DEADLINE = ("closing_date", "closing_hour")
WAYS = [("submission_email", "submission_link"), "submission_address"]
ONE_WAY = _("Give at least one: e-mail, link or address.")
OUTCOME = {"fields": ["outcome", "outcome_note", "readvertised_as"], "classes": ["outcome"]}


class NoticeAdmin(PublishableAdmin):
    """A notice closes; it is not taken down at a time."""

    form = NoticeForm
    has_button_on_home = True
    #: For those who may read alone.
    readonly_fields = ("deadline",)
    actions_of_record = (
        *[action for action in PublishableAdmin.actions_of_record if action is not TakeDown],
        Extend, Close, RecordOutcome, CorrectReasons,
    )  # fmt: skip
    list_display = ["headline", "status", "closes", "last_change"]
    list_filter = [NoticeStatusFilter, FollowUpFilter, TranslatedFilter]
    search_fields = ["title_en", "title_lo", "reference", "slug", "=number"]
    fields_to_fill_in = (_("closing date"), _("reference"), _("posted on"))
    #: Inlines for a notice that visitors have seen.
    announced_inlines: tuple[type[admin.options.InlineModelAdmin], ...] = (AmendmentInline,)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        requested_at = models.Value(request.at, output_field=models.DateTimeField())
        return super().get_queryset(request).annotate(requested_at=requested_at)

    def open_session(
        self, request: HttpRequest, record: Notice, unsaved: QueryDict | None = None
    ) -> EditSession:
        """Give the form the version that visitors saw when it was drawn: it asks why the deadline changes."""
        session = super().open_session(request, record, unsaved)
        session.instance.public_version = serialization.build(record, session.state.data)
        return session

    def is_slug_available(self, slug: str) -> bool:
        return super().is_slug_available(slug) and not self.model(slug=slug).is_slug_of_other_kind()

    @admin.display(description=_("title"), ordering="title_en")
    def headline(self, obj: Notice) -> str:
        """The title, and what tells notices of one title apart."""
        details = " · ".join(filter(None, [obj.reference, *self.headline_details(obj)]))
        return format_html('{}<span class="quiet">{}</span>', obj.title, details or gettext("No reference"))

    def headline_details(self, obj: Notice) -> list[str]:
        return []

    @admin.display(description=_("deadline, Vientiane time"), ordering="closes_at")
    def closes(self, obj: Notice) -> str:
        """The day, with the hour unless it is the end of the day; the time left, or the outcome."""
        words = obj.describe_time_left(obj.requested_at) if obj.is_live(obj.requested_at) else ""
        notes = " · ".join(filter(None, [words, obj.get_outcome_display()]))
        return format_html('{} <span class="quiet">{}</span>', obj.short_deadline, notes)

    def get_fieldsets(self, request: HttpRequest, obj: Notice | None = None) -> list:
        """The outcome is last, once there can be one.

        The reason for another deadline is asked where visitors have seen the present one.
        """
        asks_reason = obj is not None and obj.is_announced(request.at)
        has_outcome = self._has_outcome(request, obj)
        hidden = set() if asks_reason else {"deadline_reason"}
        hidden |= set() if has_outcome else {"outcome_note_lo"}
        is_read_only = obj is not None and not self.has_change_permission(request, obj)
        hidden |= {"deadline_reason"} if is_read_only else set()
        fieldsets, outcome = [], []
        for title, options in super().get_fieldsets(request, obj):
            fields = [name for name in options["fields"] if hidden.isdisjoint(flatten([name]))]
            # The two fields of the form are no words to read.
            fields = ["deadline" if name == DEADLINE and is_read_only else name for name in fields]
            is_outcome = "outcome" in options.get("classes", ())
            if has_outcome or not is_outcome:
                (outcome if is_outcome else fieldsets).append((title, options | {"fields": fields}))
        return fieldsets + outcome

    def _has_outcome(self, request: HttpRequest, obj: Notice | None) -> bool:
        """Whether the form asks for the outcome; a form that is sent keeps the fields that it has."""
        if request.method == "POST":
            return "outcome" in request.POST
        return obj is not None and (bool(obj.outcome) or not obj.is_open(request.at))

    def get_inlines(self, request: HttpRequest, obj: Notice | None) -> list:
        """With `announced_inlines` once there can be any; on POST, those of the form."""
        if request.method == "POST":
            inlines = [*self.inlines, *self.announced_inlines]
            names = {relation.related_model: relation.name for relation in self.opts.related_objects}
            return [inline for inline in inlines if f"{names[inline.model]}-TOTAL_FORMS" in request.POST]
        inlines = [*self.inlines]
        if obj and obj.is_announced(request.at):
            has_outcome = self._has_outcome(request, obj)
            inlines += [rows for rows in self.announced_inlines if has_outcome or rows is not AwardInline]
        return inlines

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if "closing_hour" in context["adminform"].form.fields:
            context["adminform"].form.describe_deadline(request.at)
        return super().render_change_form(request, context, *args, **kwargs)
