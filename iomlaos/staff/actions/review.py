"""The actions on a draft before it is public: submit it for review, return it, delete it."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.models import Publishable, Revision, Submission
from iomlaos.staff.actions.base import Action
from iomlaos.staff.actions.publish import change_summary
from iomlaos.staff.notifications.models import Notification


class Submit(Action):
    name = "submit"
    label = _("Submit for review")
    done = _("Submitted for review.")
    tells = Notification.Kind.SUBMITTED
    template = "publish"
    in_menu = False

    class Form(forms.Form):
        note = forms.CharField(
            label=_("Note for the reviewer"),
            max_length=300,
            required=False,
            widget=AdminTextareaWidget({"rows": 4}),
        )

    @property
    def is_permitted(self) -> bool:
        return self.admin.has_change_permission(self.request, self.record)

    @property
    def is_offered(self) -> bool:
        return bool(self.versions.draft) or self.record.state == Publishable.State.DRAFT

    def context(self) -> dict[str, Any]:
        return {"told": self.told, **change_summary(self.versions, self.at)}

    def perform(self, form: forms.BaseForm) -> None:
        note = form.cleaned_data["note"]
        Submission.objects.submit(self.record, by=self.user, note=note, at=self.at)


class Return(Action):
    name = "return"
    label = _("Return with a note…")
    button = _("Return")
    about = _("It stays a draft. Whoever submitted it sees your note on their home page.")
    done = _("Returned.")
    tells = Notification.Kind.RETURNED

    class Form(forms.Form):
        note = forms.CharField(
            label=_("What should change?"), max_length=300, widget=AdminTextareaWidget({"rows": 4})
        )

    @property
    def is_offered(self) -> bool:
        return Submission.objects.of(self.record).waiting().exists()

    def perform(self, form: forms.BaseForm) -> None:
        Submission.objects.of(self.record).waiting().update(
            returned_at=self.at,
            returned_by_name=self.user.get_full_name() or self.user.get_username(),
            return_note=form.cleaned_data["note"],
        )


class DeleteDraft(Action):
    name = "delete-draft"
    label = _("Delete draft…")
    button = _("Delete draft")
    about = _("The public page stays as it is. The draft stays in the history.")
    done = _("The draft is deleted. It stays in the history.")
    tells = Notification.Kind.DRAFT_DELETED
    is_destructive = True

    @property
    def is_permitted(self) -> bool:
        draft = self.versions.draft
        is_own = draft is not None and draft.by_id == self.user.pk
        return is_own or super().is_permitted

    @property
    def is_offered(self) -> bool:
        return bool(self.versions.draft)

    def perform(self, form: forms.BaseForm) -> None:
        Submission.objects.end(self.record, self.at)
        self.versions.close(self.versions.draft, Revision.Ending.DISCARDED)
