"""Actions on a notice: extend or close it, record its outcome, correct the reasons of deadline changes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from careers.forms import DeadlineForm, OutcomeForm, ReasonField, ReasonsForm
from iomlaos.staff.actions.base import Action


class Extend(Action):
    """Another deadline. A closed notice opens again by it."""

    name = "deadline"
    label = _("Extend or change the deadline…")
    button = _("Change the deadline")
    about = _("The page shows the old deadline, the new one and your reason.")
    done = _("The deadline is changed. The page says so, and why.")

    @property
    def is_offered(self) -> bool:
        return self.record.state == self.record.State.PUBLISHED

    def form(self, data: Any = None) -> forms.BaseForm:
        form_class = forms.modelform_factory(self.model, form=DeadlineForm, fields=[])
        return form_class(data, instance=self.record, at=self.at)

    def perform(self, form: forms.BaseForm) -> None:
        self.save(note=self.record.deadline_reason)


class Close(Action):
    name = "close"
    label = _("Close now…")
    button = _("Close now")
    about = _("Nobody can apply or bid from now on. The page stays, and says that it is closed and why.")
    done = _("It is closed.")
    is_destructive = True

    class Form(forms.Form):
        deadline_reason = ReasonField(
            label=_("Reason"), help_text=_("The page shows it, with the deadline that it had.")
        )

    @property
    def is_offered(self) -> bool:
        return self.record.is_live(self.at) and self.record.is_open(self.at)

    def perform(self, form: forms.BaseForm) -> None:
        reason = form.cleaned_data["deadline_reason"]
        # Pages show it to the minute, and it must not be in the future.
        self.record.closes_at = self.at.replace(second=0, microsecond=0)
        self.record.deadline_reason = reason
        self.save(note=reason)


class RecordOutcome(Action):
    name = "outcome"
    label = _("Record outcome…")
    button = _("Save")
    about = _("The page shows it. Awards are added in the form, under Outcome.")
    done = _("The outcome is recorded. The page shows it.")

    @property
    def is_offered(self) -> bool:
        return self.record.is_live(self.at) and not self.record.is_open(self.at)

    def form(self, data: Any = None) -> forms.BaseForm:
        fields = ["outcome", "outcome_note_en", "outcome_note_lo", "readvertised_as"]
        form_class = forms.modelform_factory(self.model, form=OutcomeForm, fields=fields)
        return form_class(data, instance=self.record)

    def perform(self, form: forms.BaseForm) -> None:
        self.save()


class CorrectReasons(Action):
    name = "reasons"
    label = _("Correct reasons of deadline changes…")
    button = _("Save")
    about = _("The page shows them. The changes themselves stay as they were recorded.")
    done = _("The reasons are corrected.")

    @property
    def is_offered(self) -> bool:
        return self.record.deadline_changes.exists()

    def form(self, data: Any = None) -> ReasonsForm:
        return ReasonsForm(data, notice=self.record)

    def perform(self, form: ReasonsForm) -> None:
        form.save()
