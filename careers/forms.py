"""A notice as staff type it: its closing is a date and, if they like, an hour."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.forms import DayField, HourField


class OpportunityForm(forms.ModelForm):
    closing_date = DayField(
        label=_("Closing date"),
        help_text=_(
            "Without an hour it closes at the end of that day. From then on it counts as closed, everywhere."
        ),
    )
    closing_hour = HourField(
        label=_("Closing hour"),
        required=False,
        help_text=_("Vientiane time (UTC+7), for instance 17:00. Leave empty for the end of the day."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.closes_at:
            self.initial.setdefault("closing_date", self.instance.closing_day)
            self.initial.setdefault("closing_hour", self.instance.closing_hour)

    def clean_closing_hour(self) -> datetime.time | None:
        hour = self.cleaned_data["closing_hour"]
        if hour == datetime.time():
            raise ValidationError(
                _(
                    "Applicants do not know which midnight 00:00 means. Leave the hour empty for the end "
                    "of the day, or give 23:59."
                )
            )
        return hour

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("closing_date") and "closing_hour" in cleaned:
            self.instance.closes_at = self.instance.closing_moment(
                cleaned["closing_date"], cleaned["closing_hour"]
            )
        return cleaned

    def add_error(self, field: str | None, error: Any) -> None:
        """What the model says of the moment stands beside the date."""
        if hasattr(error, "error_dict") and "closes_at" in error.error_dict:
            errors = dict(error.error_dict)
            errors["closing_date"] = errors.pop("closes_at")
            error = ValidationError(errors)
        super().add_error(field, error)

    def _get_validation_exclusions(self) -> set[str]:
        """The database's own rules about the moment are asked before saving, as if it were a field."""
        excluded = super()._get_validation_exclusions()
        return excluded - {"closes_at"} if not self.errors else excluded
