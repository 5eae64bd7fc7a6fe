"""Actions of a notice: publish, change the deadline, close now."""

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from careers.models.notice import Notice
from iomlaos.staff import actions
from iomlaos.staff.actions import AsksLittle, Step
from iomlaos.staff.fields import MultiLineField


def say_if_closed(request: HttpRequest, notice: Notice) -> None:
    """Old notices are published, too, for the archive; whoever meant a new one is told."""
    if notice.is_live(request.at) and not notice.is_open(request.at):
        words = _now("Its deadline has passed (%(deadline)s): it stands among the closed ones.")
        messages.warning(request, words % {"deadline": notice.deadline})


class PublishNow(actions.PublishNow):
    def take(self, form: forms.BaseForm) -> None:
        was_seen = self.record.first_published_at is not None
        super().take(form)
        if not was_seen:
            say_if_closed(self.request, self.record)


class AsksForDeadline(AsksLittle):
    #: The moment of the request.
    at: datetime.datetime

    def clean(self) -> dict[str, Any]:
        """What is open again is not under review any more."""
        cleaned = super().clean()
        if self.instance.is_undecided and self.instance.is_open(self.at):
            self.instance.outcome = ""
        return cleaned

    def add_error(self, field: str | None, error: Any) -> None:
        """What was decided is taken back by hand, where the whole notice is seen."""
        if hasattr(error, "error_dict") and error.error_dict.pop("outcome", None):
            words = _now(
                "It has an outcome: %(outcome)s. Empty that in the form, and change the deadline there."
            )
            outcome = {"outcome": self.instance.get_outcome_display()}
            error.error_dict["closing_date"] = [ValidationError(words, params=outcome)]
        super().add_error(field, error)

    def _asks(self, name: str) -> bool:
        """The form itself finds the place for what is said of the moment."""
        return name == "closes_at" or super()._asks(name)


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
        asked = type("DeadlineForm", (AsksForDeadline, self.admin.form), {"at": self.request.at})
        form = forms.modelform_factory(type(self.record), form=asked, fields=[])(data, instance=self.record)
        del form.fields["publish_at"]
        # Whoever takes this step changes the deadline: no more need be said of when it is asked.
        form.fields["deadline_reason"].help_text = ""
        if not self.record.is_announced(self.request.at):
            del form.fields["deadline_reason"]
        return form

    def take(self, form: forms.BaseForm) -> None:
        self.keep(note=self.record.deadline_reason)


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
        # People read it to the minute; it is not in the future.
        self.record.closes_at = self.request.at.replace(second=0, microsecond=0)
        self.record.deadline_reason = reason
        self.record.full_clean()
        self.keep(note=reason)
