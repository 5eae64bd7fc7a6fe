"""NoticeAdmin: the base of the admin pages of vacancies and procurement notices."""

import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from careers.admin.actions import ChangeDeadline, CloseNow, PublishNow, say_if_closed
from careers.admin.filters import DeadlineFilter, FollowUpFilter
from careers.admin.inlines import AmendmentInline, DeadlineChangeInline
from careers.forms import NoticeForm
from careers.models.notice import Notice, notice_models
from iomlaos.publishing import serialization
from iomlaos.publishing.models import Revision
from iomlaos.staff.actions import Discard, GiveBack, PublishLater, Unschedule, Withdraw
from iomlaos.staff.content import PublishableAdmin
from iomlaos.staff.filters import LiveFilter, TranslatedFilter

DEADLINE = ("closing_date", "closing_hour")
WAYS = {
    "fields": ["submission_email", "submission_link", "submission_address", "contact"],
    "description": _("Give at least one of the first three. What is empty is not shown."),
}
NEXT = (_("What happens next"), {"fields": ["what_next", "results_expected_by"]})
OUTCOME = (_("Outcome"), {"fields": ["outcome", "outcome_note", "readvertised_as"], "classes": ["outcome"]})


class NoticeAdmin(PublishableAdmin):
    """What people can apply or bid for. It closes; it is not taken down at a time."""

    form = NoticeForm
    publishing_fields = (
        "state",
        ("withdrawal_reason_en", "withdrawal_reason_lo"),
        "publish_from",
        "publish_at",
        ("information_date", "reviewed_on", "review_due"),
    )
    steps = (PublishNow, PublishLater, Unschedule, GiveBack, ChangeDeadline, CloseNow, Withdraw, Discard)
    list_filter = [DeadlineFilter, FollowUpFilter, "state", LiveFilter, TranslatedFilter]
    search_fields = ["title_en", "title_lo", "reference", "slug"]
    fill_in = (_("closing date"), _("reference"), _("posted on"))
    #: What can be written only once visitors have seen the notice.
    records: tuple[type[admin.options.InlineModelAdmin], ...] = (AmendmentInline,)
    #: What to say of an open notice that names no way to answer it.
    no_way_to_submit = ""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        asked_at = models.Value(request.at, output_field=models.DateTimeField())
        return super().get_queryset(request).annotate(asked_at=asked_at)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Notice | None:
        """A form is asked for a reason by what visitors have seen, though its rows may hold a draft."""
        notice = super().get_object(request, object_id, from_field)
        if notice and (save := getattr(request, "save_with_history", None)):
            notice.seen_as = serialization.build_record(self.model, notice.pk, save.source.row_state.data)
            notice.seen_as.first_published_at = notice.first_published_at
            notice.deadline_reason = _reason_in(save.source)
        return notice

    def is_free(self, slug: str) -> bool:
        """Short addresses (/n/…) are shared by all kinds of notices."""
        taken = any(kind.objects.filter(slug=slug).exists() for kind in notice_models())
        return not taken and super().is_free(slug)

    @admin.display(description=_("closes"), ordering="closes_at")
    def closes(self, obj: Notice) -> str:
        return obj.deadline

    @admin.display(description=_("by the clock"), ordering="closes_at")
    def by_the_clock(self, obj: Notice) -> str:
        return obj.status(obj.asked_at).label if obj.is_live_now else ""

    def get_fieldsets(self, request: HttpRequest, obj: Notice | None = None) -> list:
        """What is long is folded once it is written, and the outcome until there can be one.

        The reason for another deadline is asked where visitors have seen the present one.
        """
        left_out, folded = set(), set()
        if obj is None or not obj.is_announced(request.at):
            left_out.add("deadline_reason")
        if obj is not None:
            folded.add("long")
        if obj is None or obj.is_open(request.at):
            folded.add("outcome")

        def shaped(options: dict) -> dict:
            names = [name for name in options["fields"] if name not in left_out]
            classes = {*options.get("classes", ())}
            return options | {
                "fields": names,
                "classes": [*classes, *(["collapse"] if classes & folded else [])],
            }

        return [(title, shaped(options)) for title, options in super().get_fieldsets(request, obj)]

    def get_inlines(self, request: HttpRequest, obj: Notice | None) -> list:
        """With what was changed, once there can be any of it. What was sent is read as it was shown."""
        if request.method == "POST":
            every = [*self.inlines, *self.records, DeadlineChangeInline]
            return [inline for inline in every if f"{self._prefix(inline)}-TOTAL_FORMS" in request.POST]
        inlines = [*self.inlines]
        if obj and obj.is_announced(request.at):
            inlines += self.records
        if obj and obj.deadline_changes.exists():
            inlines.append(DeadlineChangeInline)
        return inlines

    def _prefix(self, inline: type[admin.options.InlineModelAdmin]) -> str:
        """How the fields of an inline begin: with the name of its relation."""
        relations = self.opts.related_objects
        return next(each.get_accessor_name() for each in relations if each.related_model is inline.model)

    def _standing(self, notice: Notice, at: datetime.datetime) -> str:
        """Where it stands, in a line: what visitors make of it, and until when."""
        if notice.is_live(at):
            seen = notice.status(at).label
        elif notice.state == notice.State.PUBLISHED:
            seen = _now("Not public yet")
        else:
            seen = self.state_in_short(notice)
        left = notice.time_left(at)
        parts = [str(seen), notice.deadline, left and _now("%(time)s left") % {"time": left}]
        return " · ".join(filter(None, parts))

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # `original` itself may hold what a refused form says.
        if stored := self.model.objects.filter(pk=getattr(context.get("original"), "pk", None)).first():
            context["standing"] = self._standing(stored, request.at)
        if source := context.get("source"):
            context["adminform"].form.initial["deadline_reason"] = _reason_in(source)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Notice, form: Any, change: bool) -> None:
        was_seen = obj.first_published_at is not None
        super().save_model(request, obj, form, change)
        if not was_seen:
            say_if_closed(request, obj)
        if obj.state == obj.State.PUBLISHED and obj.is_open(request.at):
            for warning in self.warnings(obj, request.at):
                self.message_user(request, warning, messages.WARNING)

    def warnings(self, obj: Notice, at: datetime.datetime) -> list[str]:
        """What is amiss with an open notice, and yet no reason to refuse it."""
        return [] if obj.has_way_to_submit else [self.no_way_to_submit]


def _reason_in(source: Revision) -> str:
    """Why the deadline changes, as a draft holds it."""
    return source.data.get("carried", {}).get("deadline_reason", "")
