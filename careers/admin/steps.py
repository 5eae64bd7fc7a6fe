"""Steps of a notice: another deadline, and closing it at once. Both leave their trace on the page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.admin.forms import TextField
from iomlaos.publishing.admin.steps import AsksLittle, Step


class AsksForDeadline(AsksLittle):
    def _asks(self, name: str) -> bool:
        """The form itself finds the place for what is said of the moment."""
        return name == "closes_at" or super()._asks(name)


class ChangeDeadline(Step):
    name = "deadline"
    label = _("Change the deadline")
    about = _(
        "The page shows the old deadline, the new one and your reason. A closed notice opens again by it."
    )
    done = _("The deadline was changed. The page says so, and why.")

    @property
    def is_offered(self) -> bool:
        return self.record.state == self.record.State.PUBLISHED

    def form(self, data: Any = None) -> forms.BaseForm:
        asked = type("DeadlineForm", (AsksForDeadline, self.admin.form), {})
        form = forms.modelform_factory(type(self.record), form=asked, fields=[])(data, instance=self.record)
        del form.fields["publish_at"]
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
        deadline_reason = TextField(
            label=_("Why it closes now"),
            widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
            help_text=_("The page shows it, with the deadline that it had."),
        )

    @property
    def is_offered(self) -> bool:
        return self.record.is_live(self.request.at) and self.record.is_open(self.request.at)

    def form(self, data: Any = None) -> forms.BaseForm:
        return self.Form(data)

    def take(self, form: forms.BaseForm) -> None:
        reason = form.cleaned_data["deadline_reason"]
        # People read it to the minute; it is not in the future.
        self.record.closes_at = self.request.at.replace(second=0, microsecond=0)
        self.record.deadline_reason = reason
        self.record.full_clean()
        self.keep(note=reason)
