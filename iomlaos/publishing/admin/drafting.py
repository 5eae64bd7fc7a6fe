"""Drafts in the admin: the buttons under a form, and what each of them does."""

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import VIENTIANE, deadline_in_words
from iomlaos.publishing.models import Publishable, ReviewLink, Revision, Submission
from iomlaos.publishing.revisions import Standing
from iomlaos.publishing.snapshots import Snapshot

from .forms import MomentField
from .saving import Save

#: The buttons beside the plain save.
DRAFT, SUBMIT, PREVIEW, PUBLISH, SCHEDULE = "_draft", "_submit", "_preview", "_publish", "_schedule"
NOT_YET = (DRAFT, SUBMIT, PREVIEW)


class PublishableForm(forms.ModelForm):
    """A form with the moment at which it is to come true by itself."""

    publish_at = MomentField(
        label=_("Publish at"),
        required=False,
        help_text=_(
            "Vientiane time (UTC+7). For “Publish at that time” alone: until then visitors see nothing of it."
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
        return cleaned


class KeepsDrafts:
    """The forms of Publishables. What is public stays as it is until a draft of it is published."""

    form = PublishableForm

    def heed_button(self, request: HttpRequest, record: Publishable | None) -> None:
        """A button says what state a new thing is in; what was public once is kept as a draft beside it."""
        sent = request.POST.copy()
        may_publish = self.may_publish(request)
        if record is not None and record.state != Publishable.State.DRAFT:
            if not may_publish and SUBMIT not in sent and PREVIEW not in sent:
                sent[DRAFT] = "1"
        elif any(button in sent for button in NOT_YET):
            sent["state"] = Publishable.State.DRAFT
        elif may_publish and PUBLISH in sent:
            sent["state"], sent["publish_from"] = Publishable.State.PUBLISHED, ""
        elif may_publish and SCHEDULE in sent:
            sent["state"], sent["publish_from"] = Publishable.State.PUBLISHED, sent.get("publish_at", "")
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
            return MomentField().clean(request.POST.get("publish_at"))
        waits = draft and draft.publish_at and draft.publish_at > request.at
        return draft.publish_at if waits else None

    def after_saving(self, request: HttpRequest, record: Publishable, before: Snapshot | None) -> None:
        super().after_saving(request, record, before)
        save: Save | None = getattr(request, "save_with_history", None)
        if not (save and save.to_draft) and not self.may_publish(request):
            # Whatever form it came from, of an earlier state or of one that was public then.
            was = before["fields"]["state"] if before else Publishable.State.DRAFT
            if {was, record.state} != {Publishable.State.DRAFT}:
                raise PermissionDenied
        if SUBMIT in request.POST:
            note = request.POST.get("_note", "").strip()
            Submission.objects.hand_in(record, by=request.user, note=note, at=request.at)

    def get_form(
        self, request: HttpRequest, obj: Publishable | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        if (state := form.base_fields.get("state")) and not self.may_publish(request):
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
            obj.public_notes = [said, *(note for note in obj.public_notes if note != said)]
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Publishable, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._answer(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Publishable) -> HttpResponse:
        return self._answer(request, obj) or super().response_change(request, obj)

    def _answer(self, request: HttpRequest, obj: Publishable) -> HttpResponse | None:
        """Words for each button, and the form again, which shows where the thing stands now."""
        sent = request.POST
        save: Save | None = getattr(request, "save_with_history", None)
        beside = save is not None and save.to_draft
        if PREVIEW in sent:
            return HttpResponseRedirect(self.address_of("preview", obj))
        if SUBMIT in sent:
            words = gettext("Handed in. Whoever may publish it finds it on their front page.")
        elif SCHEDULE in sent:
            words = gettext("It becomes public at this time: %(moment)s") % {
                "moment": deadline_in_words(MomentField().clean(sent.get("publish_at")))
            }
        elif PUBLISH in sent:
            words = gettext("Published.")
        elif DRAFT in sent and beside:
            words = gettext("Kept as a draft. The public page stays as it is until the draft is published.")
        elif DRAFT in sent:
            words = gettext("Kept as a draft. Only staff see it.")
        else:
            return None
        messages.success(request, words)
        return HttpResponseRedirect(self.address_of("change", obj))

    def address_of(self, page: str, obj: models.Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=[obj.pk])

    def told_beside(
        self, request: HttpRequest, record: Publishable | None, standing: Standing | None
    ) -> dict:
        told = super().told_beside(request, record, standing) if record else {}
        state = standing.head.data["fields"].get("state") if standing else Publishable.State.DRAFT
        waiting = Submission.objects.of(record).filter(ended_at=None).first() if record else None
        return told | {
            "keeps_drafts": True,
            "shows_changes": self.model.shows_changes,
            "may_publish": self.may_publish(request),
            "is_public": state != Publishable.State.DRAFT,
            "submission": waiting,
            "links_out": ReviewLink.objects.of(record).usable(request.at).count() if record else 0,
        }

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        told = self.told_beside(request, None, None)
        return super().add_view(request, form_url, told | (extra_context or {}))
