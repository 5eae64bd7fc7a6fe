"""The actions that change when a page is public: the moment, the schedule, taking down, withdrawing."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing import drafts
from iomlaos.publishing.models import Publishable
from iomlaos.staff.actions.base import Action
from iomlaos.staff.forms import MomentForm
from iomlaos.staff.notifications.models import Notification


class ChangeMoment(Action):
    name = "change-time"
    label = _("Change the time…")
    button = _("Change the time")
    done = _("The time is changed.")
    tells = Notification.Kind.SCHEDULED

    @property
    def is_offered(self) -> bool:
        return self.moment is not None

    @property
    def moment(self) -> datetime.datetime | None:
        """When what is scheduled becomes public."""
        if self.versions.scheduled:
            return self.versions.scheduled.publish_at
        is_scheduled = self.record.public_status(self.at)[0] == "scheduled"
        return self.record.publish_from if is_scheduled else None

    def form(self, data: Any = None) -> forms.BaseForm:
        return MomentForm(data, at=self.at, moment=self.moment)

    def perform(self, form: MomentForm) -> None:
        drafts.change_moment(self.versions, form.moment, by=self.user)


class CancelSchedule(ChangeMoment):
    name = "cancel-schedule"
    label = _("Cancel schedule…")
    button = _("Cancel schedule")
    about = _("The text stays as a draft.")
    done = _("The schedule is cancelled. The text is a draft.")
    tells = Notification.Kind.CANCELLED

    def form(self, data: Any = None) -> forms.BaseForm:
        return forms.Form(data)

    def perform(self, form: forms.BaseForm) -> None:
        drafts.cancel_schedule(self.versions, by=self.user)


class TakeDown(Action):
    name = "take-down"
    label = _("Take down on a date…")
    button = _("Save")
    about = _("The page stays public until then. Its address then says that it was taken down.")
    done = _("The page is taken down at that time.")

    @property
    def is_offered(self) -> bool:
        return self.record.public_status(self.at)[0] in ("live", "scheduled")

    def form(self, data: Any = None) -> forms.BaseForm:
        form = MomentForm(data, at=self.at, moment=self.record.publish_until)
        form.fields["date"].required = form.fields["hour"].required = False
        form.fields["date"].help_text = _("Leave both empty to keep the page.")
        return form

    def perform(self, form: MomentForm) -> None:
        has_date, has_hour = form.cleaned_data["date"] is not None, form.cleaned_data["hour"] is not None
        if has_date != has_hour:
            raise ValidationError({"hour" if has_date else "date": _("Give both, or leave both empty.")})
        self.record.publish_until = form.moment if has_date else None
        self.save()


class Withdraw(Action):
    name = "withdraw"
    label = _("Withdraw…")
    button = _("Withdraw")
    about = _(
        "It disappears from all pages and lists at once. Its address says that it was withdrawn, and why."
    )
    done = _("Withdrawn.")
    tells = Notification.Kind.WITHDRAWN
    is_destructive = True

    class Form(forms.Form):
        help_text = _("One sentence. Visitors read it at its address.")
        withdrawal_reason_en = forms.CharField(label=_("Reason"), max_length=300, help_text=help_text)
        withdrawal_reason_lo = forms.CharField(
            label=_("Reason in Lao"), max_length=300, required=False, empty_value=None
        )
        withdrawal_reason_lo.widget.attrs["lang"] = "lo"

    @property
    def is_offered(self) -> bool:
        return self.record.public_status(self.at)[0] not in ("draft", "withdrawn", "scheduled")

    def form(self, data: Any = None) -> forms.BaseForm:
        return self.Form(data, initial={name: getattr(self.record, name) for name in self.Form.base_fields})

    def perform(self, form: forms.BaseForm) -> None:
        for name, reason in form.cleaned_data.items():
            setattr(self.record, name, reason)
        self.record.state = Publishable.State.WITHDRAWN
        if self.versions.scheduled:
            # The change stays as a draft until somebody publishes it.
            drafts.cancel_schedule(self.versions, by=self.user)
        self.save(note=self.record.withdrawal_reason_en)
