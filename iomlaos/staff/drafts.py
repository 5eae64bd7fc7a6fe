"""Drafts in change forms: which button saves, submits, schedules or publishes."""

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing import merge
from iomlaos.publishing.dates import VIENTIANE, format_deadline
from iomlaos.publishing.drafts import EXPIRES_FIRST
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models import Publishable, RecordVersions, ReviewLink, Revision, Submission
from iomlaos.staff.actions import AsksLittle
from iomlaos.staff.edit_session import EditSession
from iomlaos.staff.fields import DateTimeField
from iomlaos.staff.versioned_form import note_of

#: The buttons beside the plain save.
DRAFT, SUBMIT, PREVIEW, PUBLISH, SCHEDULE = "_draft", "_submit", "_preview", "_publish", "_schedule"
NOT_YET = (DRAFT, SUBMIT, PREVIEW)


def _has_button(data: QueryDict, *buttons: str) -> bool:
    return any(button in data for button in buttons)


class PublishableForm(AsksLittle, forms.ModelForm):
    """The change form of a Publishable, with the time at which a draft is published by itself."""

    publish_at = DateTimeField(
        label=_("Publish at"),
        required=False,
        help_text=_(
            "Only for the button “Publish at that time”: give the moment here, then press it. Vientiane time "
            "(UTC+7). Until then visitors see nothing of what you typed."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned, now = super().clean(), timezone.now()
        if SCHEDULE in self.data and "publish_at" not in self.errors:
            if cleaned.get("publish_at") is None:
                self.add_error("publish_at", _("Give the date and the hour at which it is to be public."))
            elif cleaned["publish_at"] <= now:
                message = _("This moment has passed. Give a later one, or publish it now.")
                self.add_error("publish_at", message)
        self._refuse_what_nobody_would_see(cleaned, now)
        return cleaned

    def _refuse_what_nobody_would_see(self, cleaned: dict[str, Any], now: datetime.datetime) -> None:
        """Publishing must make the record visible; a plain save must not hide a visible one."""
        makes_public = _has_button(self.data, PUBLISH, SCHEDULE)
        begins, until = cleaned.get("publish_from"), cleaned.get("publish_until")
        public_from = cleaned.get("publish_at") if SCHEDULE in self.data else now
        if makes_public and until and public_from and until <= public_from:
            self.add_error("publish_until", EXPIRES_FIRST)
        elif not makes_public and begins and begins > now and self.instance.pk and self.instance.is_live(now):
            message = _(
                "It is public now: with this moment it would go from the site until then. To change the "
                "text later, give the moment in “Publish at” and press “Publish at that time”. To take "
                "it off, use “Withdraw”."
            )
            self.add_error("publish_from", message)


def _unless_ahead(text: str, at: datetime.datetime) -> str:
    """Drop a publish_from in the future; leave an invalid value for validation."""
    try:
        moment = DateTimeField(required=False).clean(text)
    except forms.ValidationError:
        return text
    return "" if moment and moment > at else text


def where_it_stands(record: Publishable, at: datetime.datetime) -> str:
    """The status message for staff: whether the public sees the record."""
    if record.is_live(at):
        return gettext("It is public now.")
    if record.state == record.State.DRAFT:
        return gettext("It is a draft: only staff see it.")
    if record.state == record.State.WITHDRAWN:
        return gettext("It is withdrawn: its address says so, and why.")
    if record.was_withdrawn(at):
        message = gettext("It is not public: it was taken down at its time, %(moment)s.")
        return message % {"moment": format_deadline(record.publish_until)}
    message = gettext("It becomes public by itself: %(moment)s.")
    return message % {"moment": format_deadline(record.publish_from)}


class DraftsMixin:
    """The forms of Publishables. A public record stays as it is until a draft of it is published."""

    form = PublishableForm

    def heed_button(self, request: HttpRequest, record: Publishable | None) -> None:
        """Map the pressed button to a state. Changes to a published record are saved as a draft."""
        request.as_sent = getattr(request, "as_sent", request.POST)
        sent = request.POST = request.as_sent.copy()
        is_draft = record is None or record.state == Publishable.State.DRAFT
        if _has_button(sent, *NOT_YET):
            if is_draft:
                sent["state"] = Publishable.State.DRAFT
        elif not self.has_publish_permission(request):
            if not is_draft:
                sent[DRAFT] = "1"
        elif _has_button(sent, PUBLISH, SCHEDULE):
            sent["state"] = Publishable.State.PUBLISHED
            if is_draft:
                sent["publish_from"] = sent.get("publish_at", "") if SCHEDULE in sent else ""
            else:
                sent["publish_from"] = _unless_ahead(sent.get("publish_from", ""), request.at)

    def is_kept_as_draft(self, request: HttpRequest, record: Publishable | None) -> bool:
        if record is None or record.state == Publishable.State.DRAFT:
            return False
        return not self.has_publish_permission(request) or _has_button(request.POST, *NOT_YET, SCHEDULE)

    def when_to_publish(self, request: HttpRequest, draft: Revision | None) -> datetime.datetime | None:
        """A scheduled draft that a contributor changes has to be scheduled again by an editor."""
        if not self.has_publish_permission(request):
            return None
        if SCHEDULE in request.POST:
            return DateTimeField().clean(request.POST.get("publish_at"))
        is_scheduled = draft and draft.publish_at and draft.publish_at > request.at
        return draft.publish_at if is_scheduled else None

    def save_draft(self, request: HttpRequest, session: EditSession, data: Snapshot) -> None:
        versions, record = session.versions, session.record
        draft, current = versions.draft, versions.current
        if not draft and not merge.differences(current.data, data):
            messages.info(request, gettext("Nothing was changed, so no draft was kept."))
            return
        publish_at = self.when_to_publish(request, draft)
        is_new = not draft or draft.data != data or draft.publish_at != publish_at
        if is_new or draft.failure_reason or draft.base_id != current.pk:
            Revision.objects.save_draft(
                versions, record, data, by=request.user, note=note_of(request), publish_at=publish_at
            )
        self.after_saving(request, record, current.data)

    def does_more(self, request: HttpRequest) -> bool:
        return _has_button(request.POST, SUBMIT, PREVIEW, PUBLISH, SCHEDULE)

    def fields_of_button(self, request: HttpRequest) -> set[str]:
        is_public = _has_button(request.POST, PUBLISH, SCHEDULE)
        return {"changelog", "state", "publish_from"} if is_public else {"changelog"}

    def _save_state(
        self, request: HttpRequest, record: Publishable, versions: RecordVersions, *args: Any
    ) -> None:
        """A contributor publishes nothing and changes nothing public, whatever form it came from."""
        was = versions.current.data["fields"]["state"] if versions.current else Publishable.State.DRAFT
        super()._save_state(request, record, versions, *args)
        is_public = {was, record.state} != {Publishable.State.DRAFT}
        if is_public and not self.has_publish_permission(request):
            raise PermissionDenied

    def after_saving(self, request: HttpRequest, record: Publishable, before: Snapshot | None) -> None:
        super().after_saving(request, record, before)
        if SCHEDULE in request.POST and self.has_publish_permission(request):
            Submission.objects.end(record, request.at)
        if SUBMIT in request.POST:
            Submission.objects.submit(record, by=request.user, note=note_of(request), at=request.at)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, **kwargs)
        if not (state := form.base_fields.get("state")):
            return form
        states = Publishable.State
        present = states(obj.state) if obj else states.DRAFT
        if not self.has_publish_permission(request):
            state.choices = [(present.value, present.label)]
            state.help_text = gettext("You write drafts. Somebody who may publish them makes them public.")
            message = gettext("You write drafts here. Ask somebody who may publish to change the state.")
            state.error_messages["invalid_choice"] = message
        elif present != states.WITHDRAWN:
            state.choices = [choice for choice in state.choices if choice[0] != states.WITHDRAWN]
            state.help_text = gettext(
                "A draft can be seen by staff only. Published is public, within the two times below. To "
                "take it off the site with a word to its visitors, use “Withdraw” at the top."
            )
        return form

    def adjust_snapshot(self, request: HttpRequest, typed: Snapshot, before: Snapshot | None) -> None:
        """Add the note for visitors to the changelog."""
        super().adjust_snapshot(request, typed, before)
        if request.POST.get("_note_public") and (text := note_of(request)):
            note = {"on": request.at.astimezone(VIENTIANE).date().isoformat(), "en": text[:300]}
            if lao := request.POST.get("_note_lo", "").strip():
                note["lo"] = lao[:300]
            others = [other for other in typed["fields"]["changelog"] or [] if other != note]
            typed["fields"]["changelog"] = [note, *others]

    def respond(
        self, request: HttpRequest, session: EditSession | None, record: Publishable, *, is_draft: bool
    ) -> HttpResponse:
        """Say what the public sees now. After a button, show the form again."""
        if IS_POPUP_VAR in request.POST:
            return super().respond(request, session, record, is_draft=is_draft)
        if PREVIEW in request.POST:
            return redirect(self.admin_url("preview", record))
        if _has_button(request.POST, DRAFT, SUBMIT, PUBLISH, SCHEDULE):
            response = redirect(self.admin_url("change", record))
        else:
            response = super().respond(request, session, record, is_draft=is_draft)
        messages.success(request, self._what_is_true(request, session, record, is_draft=is_draft))
        return response

    def _what_is_true(
        self, request: HttpRequest, session: EditSession | None, record: Publishable, *, is_draft: bool
    ) -> str:
        if SUBMIT in request.POST:
            return gettext("Handed in. Whoever may publish it finds it on their front page.")
        if session is None or not is_draft:
            return where_it_stands(record, request.at)
        if SCHEDULE in request.POST:
            moment = format_deadline(DateTimeField().clean(request.POST.get("publish_at")))
            return gettext("The change becomes public by itself: %(moment)s.") % {"moment": moment}
        if not session.versions.current.is_public_at(request.at):
            return gettext("Kept as a draft. Only staff see it.")
        return gettext("Kept as a draft. The public page stays as it is until the draft is published.")

    def render_change_form(self, request: HttpRequest, context: dict, **kwargs: Any) -> HttpResponse:
        """A form that comes back says what was typed, and not what its button made of it."""
        sent, form = getattr(request, "as_sent", None), context["adminform"].form
        if sent is not None and form.is_bound:
            form.errors  # noqa: B018  (validated before it gets other data)
            form.data = sent
        elif sent is not None:
            form.initial["publish_at"] = sent.get("publish_at", "")
        return super().render_change_form(request, context, **kwargs)

    def session_context(self, request: HttpRequest, session: EditSession | None) -> dict[str, Any]:
        context = super().session_context(request, session) | {
            "keeps_drafts": True,
            "shows_changes": self.model.shows_changes,
            "may_publish": self.has_publish_permission(request),
        }
        if session is None:
            return context
        record, versions = session.record, session.versions
        return context | {
            "is_public": versions.current.data["fields"]["state"] != Publishable.State.DRAFT,
            "is_seen": record.is_live(request.at),
            "steps": self.steps_offered(request, record, versions),
            "submission": Submission.objects.of(record).filter(ended_at=None).first(),
            "links_out": ReviewLink.objects.of(record).usable(request.at).count(),
        }
