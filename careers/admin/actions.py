"""Actions of a notice: publish, change the deadline, close now."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from careers.forms import DeadlineForm, ReasonsForm
from careers.models.notice import Notice
from iomlaos.staff import actions
from iomlaos.staff.actions import Step
from iomlaos.staff.fields import MultiLineField


def warn_if_closed(request: HttpRequest, notice: Notice) -> None:
    """Old notices may be published for the archive, but perhaps a new one was meant."""
    if notice.is_live(request.at) and not notice.is_open(request.at):
        message = gettext("Its deadline has passed (%(deadline)s): it stands among the closed ones.")
        messages.warning(request, message % {"deadline": notice.deadline})


class PublishNow(actions.PublishNow):
    def take(self, form: forms.BaseForm) -> None:
        is_new = self.record.first_published_at is None
        super().take(form)
        if is_new:
            warn_if_closed(self.request, self.record)


class ChangeDeadline(Step):
    name = "deadline"
    label = _("Change the deadline")
    about = _(
        "The page shows the old deadline, the new one and your reason. A closed notice opens again by it, "
        "and is not under review any more."
    )
    done = _("The deadline was changed. The page says so, and why.")

    @property
    def is_offered(self) -> bool:
        return self.record.state == self.record.State.PUBLISHED

    def form(self, data: Any = None) -> forms.BaseForm:
        form_class = forms.modelform_factory(type(self.record), form=DeadlineForm, fields=[])
        return form_class(data, instance=self.record, at=self.request.at)

    def take(self, form: forms.BaseForm) -> None:
        self.keep(note=self.record.deadline_reason)


class CorrectReasons(Step):
    name = "reasons"
    label = _("Correct the reasons of deadline changes")
    about = _("The page shows them. A change itself stays as it was recorded.")
    done = _("The reasons are corrected. The page shows them.")

    @property
    def is_offered(self) -> bool:
        return self.record.deadline_changes.exists()

    def form(self, data: Any = None) -> ReasonsForm:
        return ReasonsForm(data, notice=self.record)

    def take(self, form: ReasonsForm) -> None:
        form.save()


class CloseNow(Step):
    name = "close"
    label = _("Close it now")
    about = _("From this moment nobody can apply or bid. The page stays, says that it is closed, and why.")
    done = _("It is closed.")
    is_grave = True

    class Form(forms.Form):
        deadline_reason = MultiLineField(
            label=_("Why it closes now"),
            widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
            help_text=_("The page shows it, with the deadline that it had."),
        )

    @property
    def is_offered(self) -> bool:
        return self.record.is_live(self.request.at) and self.record.is_open(self.request.at)

    def take(self, form: forms.BaseForm) -> None:
        reason = form.cleaned_data["deadline_reason"]
        # Pages show it to the minute, and it must not be in the future.
        self.record.closes_at = self.request.at.replace(second=0, microsecond=0)
        self.record.deadline_reason = reason
        self.record.full_clean()
        self.keep(note=reason)
