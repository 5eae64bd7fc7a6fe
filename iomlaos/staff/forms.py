"""Forms of the admin that more than one page shows."""

import datetime
from collections import defaultdict
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import VIENTIANE, local_moment
from iomlaos.publishing.diff import field_label
from iomlaos.staff.fields import DateField, TimeField


class PublishableForm(forms.ModelForm):
    """The change form of a Publishable, or a form with some of its fields."""

    def add_error(self, field: str | None, error: Any) -> None:
        if hasattr(error, "error_dict"):
            error = errors_by_field(self, self._meta.model, error)
        super().add_error(field, error)


class MomentForm(forms.Form):
    """A date and an hour in Vientiane, in the future."""

    date = DateField(label=_("Date"))
    hour = TimeField(label=_("Hour"), help_text=_("Vientiane time (UTC+7), such as 09:00."))

    def __init__(
        self, *args: Any, at: datetime.datetime, moment: datetime.datetime | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        if moment:
            local = moment.astimezone(VIENTIANE)
            self.initial |= {"date": local.date(), "hour": local.time()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("date") and cleaned.get("hour") is not None and self.moment <= self.at:
            self.add_error("date", _("This moment has passed. Give a later one."))
        return cleaned

    @property
    def moment(self) -> datetime.datetime:
        return local_moment(self.cleaned_data["date"], self.cleaned_data["hour"])


def errors_by_field(
    form: forms.BaseForm, model: type[models.Model], error: ValidationError
) -> ValidationError:
    """The errors of a record, for a form with some of its fields: those of others carry their labels."""
    found: dict[str, list] = defaultdict(list)
    message = gettext("%(field)s (see the form): %(message)s")
    for name, errors in error.update_error_dict({}).items():
        if name in form.fields or name == NON_FIELD_ERRORS:
            found[name] += errors
        else:
            texts, label = ValidationError(errors).messages, field_label(model._meta.get_field(name))
            found[NON_FIELD_ERRORS] += [message % {"field": label, "message": text} for text in texts]
    return ValidationError(found)
