"""Drafts in change forms: which button saves, submits, schedules or publishes."""

import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import VIENTIANE, format_deadline
from iomlaos.publishing.drafts import EXPIRES_FIRST
from iomlaos.publishing.merge import FieldConflict, Snapshot
from iomlaos.publishing.models import Publishable, RecordVersions, ReviewLink, Revision, Submission
from iomlaos.staff.actions import AsksLittle
from iomlaos.staff.fields import DateTimeField
from iomlaos.staff.versioned_save import Save

#: The buttons beside the plain save.
DRAFT, SUBMIT, PREVIEW, PUBLISH, SCHEDULE = "_draft", "_submit", "_preview", "_publish", "_schedule"
NOT_YET = (DRAFT, SUBMIT, PREVIEW)


class PublishableForm(AsksLittle, forms.ModelForm):
    """A form with the moment at which it is to come true by itself."""

    publish_at = DateTimeField(
        label=_("Publish at"),
        required=False,
        help_text=_(
            "Only for the button “Publish at that time”: give the moment here, then press it. Vientiane time "
            "(UTC+7). Until then visitors see nothing of what you typed."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if SCHEDULE in self.data and "publish_at" not in self.errors:
            publish_at = cleaned.get("publish_at")
            if publish_at is None:
                self.add_error("publish_at", _("Give the date and the hour at which it is to be public."))
            elif publish_at <= timezone.now():
                self.add_error(
                    "publish_at", _("This moment has passed. Give a later one, or publish it now.")
                )
        self._refuse_what_nobody_would_see(cleaned)
        return cleaned

    def _refuse_what_nobody_would_see(self, cleaned: dict[str, Any]) -> None:
        """A button that makes it public does so; and a plain save takes nothing off the site for a while."""
        now = timezone.now()
        makes_public = PUBLISH in self.data or SCHEDULE in self.data
        begins, until = cleaned.get("publish_from"), cleaned.get("publish_until")
        public_from = cleaned.get("publish_at") if SCHEDULE in self.data else now
        if makes_public and until and public_from and until <= public_from:
            self.add_error("publish_until", EXPIRES_FIRST)
        elif not makes_public and begins and begins > now and self.instance.pk and self.instance.is_live(now):
            self.add_error(
                "publish_from",
                _(
                    "It is public now: with this moment it would go from the site until then. To change the "
                    "text later, give the moment in “Publish at” and press “Publish at that time”. To take "
                    "it off, use “Withdraw”."
                ),
            )


def _unless_ahead(typed: str, at: datetime.datetime) -> str:
    """A beginning that lies ahead is none of what is to be public; what is no moment stays, to be refused."""
    try:
        moment = DateTimeField(required=False).clean(typed)
    except forms.ValidationError:
        return typed
    return "" if moment and moment > at else typed


def where_it_stands(record: Publishable, at: datetime.datetime) -> str:
    """What is true of it for the public, in words for staff."""
    if record.is_live(at):
        return gettext("It is public now.")
    if record.state == record.State.DRAFT:
        return gettext("It is a draft: only staff see it.")
    if record.state == record.State.WITHDRAWN:
        return gettext("It is withdrawn: its address says so, and why.")
    if record.was_withdrawn(at):
        words = gettext("It is not public: it was taken down at its time, %(moment)s.")
        return words % {"moment": format_deadline(record.publish_until)}
    words = gettext("It becomes public by itself: %(moment)s.")
    return words % {"moment": format_deadline(record.publish_from)}


class KeepsDrafts:
    """The forms of Publishables. What is public stays as it is until a draft of it is published."""

    form = PublishableForm

    def heed_button(self, request: HttpRequest, record: Publishable | None) -> None:
        """A button says what state it makes of a thing; what was public once is kept as a draft beside it."""
        sent = request.as_sent.copy()
        may_publish = self.may_publish(request)
        is_draft = record is None or record.state == Publishable.State.DRAFT
        if any(button in sent for button in NOT_YET):
            if is_draft:
                sent["state"] = Publishable.State.DRAFT
        elif not may_publish:
            if not is_draft:
                sent[DRAFT] = "1"
        elif PUBLISH in sent or SCHEDULE in sent:
            sent["state"] = Publishable.State.PUBLISHED
            if is_draft:
                sent["publish_from"] = sent.get("publish_at", "") if SCHEDULE in sent else ""
            else:
                sent["publish_from"] = _unless_ahead(sent.get("publish_from", ""), request.at)
        request.POST = sent

    def is_kept_as_draft(self, request: HttpRequest, record: Publishable) -> bool:
        if record.state == Publishable.State.DRAFT:
            return False
        return not self.may_publish(request) or any(button in request.POST for button in (*NOT_YET, SCHEDULE))

    def when_to_publish(self, request: HttpRequest, draft: Revision | None) -> datetime.datetime | None:
        """A draft that somebody changes who may not publish is for an editor to schedule anew."""
        if not self.may_publish(request):
            return None
        if SCHEDULE in request.POST:
            return DateTimeField().clean(request.POST.get("publish_at"))
        waits = draft and draft.publish_at and draft.publish_at > request.at
        return draft.publish_at if waits else None

    def does_more(self, request: HttpRequest) -> bool:
        return any(button in request.POST for button in (SUBMIT, PREVIEW, PUBLISH, SCHEDULE))

    def asked_again(
        self, request: HttpRequest, merged: Snapshot, meetings: list[FieldConflict], upon: Snapshot
    ) -> tuple[Snapshot, list[FieldConflict]]:
        """The form holds what was typed: what a button makes of it, and the note, come once more with it."""
        undone = {"changelog"}
        if PUBLISH in request.POST or SCHEDULE in request.POST:
            undone |= {"state", "publish_from"}
        fields = merged["fields"] | {name: upon["fields"][name] for name in undone}
        met = [meeting for meeting in meetings if meeting.path not in {("fields", name) for name in undone}]
        return merged | {"fields": fields}, met

    def after_saving(self, request: HttpRequest, record: Publishable, before: Snapshot | None) -> None:
        super().after_saving(request, record, before)
        save: Save | None = getattr(request, "save_with_history", None)
        if not (save and save.to_draft) and not self.may_publish(request):
            # Whatever form it came from, of an earlier state or of one that was public then.
            was = before["fields"]["state"] if before else Publishable.State.DRAFT
            if {was, record.state} != {Publishable.State.DRAFT}:
                raise PermissionDenied
        if SCHEDULE in request.POST and self.may_publish(request):
            Submission.objects.end(record, request.at)
        if SUBMIT in request.POST:
            note = request.POST.get("_note", "").strip()
            Submission.objects.submit(record, by=request.user, note=note, at=request.at)

    def get_form(
        self, request: HttpRequest, obj: Publishable | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        state = form.base_fields.get("state")
        if state and self.may_publish(request):
            if obj is None or obj.state != Publishable.State.WITHDRAWN:
                state.choices = [each for each in state.choices if each[0] != Publishable.State.WITHDRAWN]
                state.help_text = gettext(
                    "A draft can be seen by staff only. Published is public, within the two times below. To "
                    "take it off the site with a word to its visitors, use “Withdraw” at the top."
                )
        elif state:
            only = Publishable.State(obj.state if obj else Publishable.State.DRAFT)
            state.choices = [(only.value, only.label)]
            state.help_text = gettext("You write drafts. Somebody who may publish them makes them public.")
            state.error_messages["invalid_choice"] = gettext(
                "You write drafts here. Ask somebody who may publish to change the state."
            )
        return form

    def save_model(self, request: HttpRequest, obj: Publishable, form: Any, change: bool) -> None:
        if request.POST.get("_note_public") and (note := request.POST.get("_note", "").strip()):
            said = {"on": request.at.astimezone(VIENTIANE).date().isoformat(), "en": note[:300]}
            if in_lao := request.POST.get("_note_lo", "").strip():
                said["lo"] = in_lao[:300]
            obj.changelog = [said, *(note for note in obj.changelog if note != said)]
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Publishable, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._answer(request, obj, super().response_add, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Publishable) -> HttpResponse:
        return self._answer(request, obj, super().response_change, obj)

    def _answer(
        self, request: HttpRequest, obj: Publishable, plainly: Callable[..., HttpResponse], *args: Any
    ) -> HttpResponse:
        """What is true of it now; after a button, upon the form again, which shows where it stands."""
        sent = request.POST
        if IS_POPUP_VAR in sent:
            return plainly(request, *args)
        if PREVIEW in sent:
            return HttpResponseRedirect(self.address_of("preview", obj))
        is_plain = not any(button in sent for button in (*NOT_YET, PUBLISH, SCHEDULE))
        response = plainly(request, *args) if is_plain else None
        messages.success(request, self._what_is_true(request, obj))
        return response or HttpResponseRedirect(self.address_of("change", obj))

    def _what_is_true(self, request: HttpRequest, obj: Publishable) -> str:
        save: Save | None = getattr(request, "save_with_history", None)
        if SUBMIT in request.POST:
            return gettext("Handed in. Whoever may publish it finds it on their front page.")
        if not save or not save.to_draft:
            return where_it_stands(obj, request.at)
        if SCHEDULE in request.POST:
            return gettext("The change becomes public by itself: %(moment)s.") % {
                "moment": format_deadline(DateTimeField().clean(request.POST.get("publish_at")))
            }
        if not save.standing.current.is_public_at(request.at):
            return gettext("Kept as a draft. Only staff see it.")
        return gettext("Kept as a draft. The public page stays as it is until the draft is published.")

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """A form that comes back says what was typed, and not what its button made of it."""
        sent, form = getattr(request, "as_sent", None), context["adminform"].form
        if sent is not None and form.is_bound:
            form.errors  # noqa: B018  (asked before it is shown anew)
            form.data = sent
        elif sent is not None:
            form.initial["publish_at"] = sent.get("publish_at", "")
        return super().render_change_form(request, context, *args, **kwargs)

    def address_of(self, page: str, obj: models.Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=[obj.pk])

    def told_beside(
        self, request: HttpRequest, record: Publishable | None, standing: RecordVersions | None
    ) -> dict:
        told = super().told_beside(request, record, standing) if record else {}
        state = standing.current.data["fields"].get("state") if standing else Publishable.State.DRAFT
        waiting = Submission.objects.of(record).filter(ended_at=None).first() if record else None
        return told | {
            "keeps_drafts": True,
            "shows_changes": self.model.shows_changes,
            "may_publish": self.may_publish(request),
            "is_public": state != Publishable.State.DRAFT,
            "is_seen": bool(record) and record.is_live(request.at),
            "submission": waiting,
            "links_out": ReviewLink.objects.of(record).usable(request.at).count() if record else 0,
        }

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        told = self.told_beside(request, None, None)
        return super().add_view(request, form_url, told | (extra_context or {}))
