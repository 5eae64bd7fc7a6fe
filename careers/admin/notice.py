"""NoticeAdmin: the base of the admin pages of vacancies and procurement notices."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from careers.admin.actions import Close, CorrectReasons, Extend, RecordOutcome
from careers.admin.filters import NoticeStatusFilter
from careers.admin.inlines import AmendmentInline, AwardInline
from careers.forms import NoticeForm
from careers.models.notice import Notice
from iomlaos.publishing import serialization
from iomlaos.staff.actions.schedule import TakeDown
from iomlaos.staff.content import PublishableAdmin
from iomlaos.staff.edit_session import EditSession
from iomlaos.staff.filters import TranslatedFilter

DEADLINE = ("closing_date", "closing_hour")
SUBMIT = [("submission_email", "submission_link"), "submission_address", ("contact", "results_expected_by")]
APPLY = {"classes": ["short-text"], "description": _("Give at least one: e-mail, link or address.")}
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
    list_filter = [NoticeStatusFilter, TranslatedFilter]
    search_fields = ["title_en", "title_lo", "reference", "slug", "=number"]
    fields_to_fill_in = (_("closing date"), _("reference"), _("posted on"))
    #: Inlines for a notice that visitors have seen.
    announced_inlines: tuple[type[admin.options.InlineModelAdmin], ...] = (AmendmentInline,)

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
        """The title, and what tells notices of one title apart: a subclass has `headline_details`."""
        details = " · ".join(filter(None, [obj.reference, *self.headline_details(obj)]))
        return format_html('{}<span class="quiet">{}</span>', obj.title, details or gettext("No reference"))

    @admin.display(description=_("deadline, Vientiane time"), ordering="closes_at")
    def closes(self, obj: Notice) -> str:
        """The day, with the hour unless it is the end of the day; the time left, or the outcome."""
        at = timezone.now()
        words = obj.describe_time_left(at) if obj.is_live(at) else ""
        notes = " · ".join(filter(None, [words, obj.get_outcome_display()]))
        return format_html('{} <span class="quiet">{}</span>', obj.short_deadline, notes)

    def get_fieldsets(self, request: HttpRequest, obj: Notice | None = None) -> list:
        """The outcome is last, once there can be one.

        The reason for another deadline is asked where visitors have seen the present one.
        """
        has_outcome = self._has_outcome(request, obj)
        is_read_only = obj is not None and not self.has_change_permission(request, obj)
        replaced = {} if has_outcome else {"outcome_note_lo": None}
        if is_read_only or obj is None or not obj.is_announced(request.at):
            replaced["deadline_reason"] = None
        if is_read_only:
            # The two fields of the form are no words to read.
            replaced[DEADLINE] = "deadline"
        fieldsets = []
        for title, options in super().get_fieldsets(request, obj):
            fields = filter(None, (replaced.get(name, name) for name in options["fields"]))
            if has_outcome or "outcome" not in options.get("classes", ()):
                fieldsets.append((title, options | {"fields": [*fields]}))
        return sorted(fieldsets, key=lambda fieldset: "outcome" in fieldset[1].get("classes", ()))

    def _has_outcome(self, request: HttpRequest, obj: Notice | None) -> bool:
        """Whether the form asks for the outcome; a form that is sent keeps the fields that it has."""
        if request.method == "POST":
            return "outcome" in request.POST
        return obj is not None and (bool(obj.outcome) or not obj.is_open(request.at))

    def get_inlines(self, request: HttpRequest, obj: Notice | None) -> list:
        """With `announced_inlines` once there can be any; on POST, those of the form."""
        inlines = [*self.inlines, *self.announced_inlines]
        if request.method == "POST":
            names = {relation.related_model: relation.name for relation in self.opts.related_objects}
            return [inline for inline in inlines if f"{names[inline.model]}-TOTAL_FORMS" in request.POST]
        if obj is None or not obj.is_announced(request.at):
            return [*self.inlines]
        has_outcome = self._has_outcome(request, obj)
        return [inline for inline in inlines if has_outcome or inline is not AwardInline]

    def render_change_form(self, request: HttpRequest, context: dict, **kwargs: Any) -> HttpResponse:
        if "closing_hour" in context["adminform"].form.fields:
            context["adminform"].form.describe_deadline(request.at)
        return super().render_change_form(request, context, **kwargs)
