"""Admin forms of notices: the closing is a date and an optional hour."""

import datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from careers.models.application_form import FormVersion
from careers.models.notice import Notice
from iomlaos.staff.drafts import PublishableForm
from iomlaos.staff.fields import DateField, MultiLineField, TimeField

#: How many notices are offered as the successor of one: the newest.
SUCCESSORS = 100


class NoticeForm(PublishableForm):
    closing_date = DateField(
        label=_("Closing date"),
        help_text=_(
            "Without an hour it closes at the end of that day. From then on it counts as closed, everywhere."
        ),
    )
    closing_hour = TimeField(
        label=_("Closing hour"),
        required=False,
        help_text=_("Vientiane time (UTC+7), for instance 17:00. Leave empty for the end of the day."),
    )
    deadline_reason = MultiLineField(
        label=_("Why the deadline changes"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_(
            "Only if you change the date or the hour: visitors have seen them. The page shows the old "
            "deadline, the new one and your reason."
        ),
    )

    class Meta:
        error_messages = {
            "submission_email": {"invalid": _("This is no e-mail address. Write one, as name@example.org.")},
            "submission_link": {
                "invalid": _("This is no address of a page. Write it in full, as https://example.org/form.")
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Of a draft: the reason that it holds.
        self.initial.setdefault("deadline_reason", self.instance.deadline_reason)
        if self.instance.closes_at:
            self.initial.setdefault("closing_date", self.instance.closing_day)
            self.initial.setdefault("closing_hour", self.instance.closing_hour)
        if outcome := self.fields.get("outcome"):
            choices = [(each.value, each.label) for each in self.instance.OUTCOMES]
            outcome.choices = [("", _("Not said yet")), *choices]
        if successor := self.fields.get("readvertised_as"):
            successor.queryset = self._successors()
            successor.label_from_instance = _told_apart

    def _successors(self) -> models.QuerySet:
        """Other notices of this kind, the newest first."""
        others = type(self.instance).objects.exclude(pk=self.instance.pk).order_by("-created_at", "-pk")
        chosen = models.Q(pk=self.instance.readvertised_as_id)
        return others.filter(models.Q(pk__in=others.values("pk")[:SUCCESSORS]) | chosen)

    def clean_slug(self) -> str:
        """In small letters: short addresses are typed from posters, in capitals too."""
        return self.cleaned_data["slug"].lower()

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

    def clean_submission_link(self) -> str:
        link = self.cleaned_data["submission_link"]
        if link and (urlsplit(link).scheme not in ("https", "http") or "@" in urlsplit(link).netloc):
            raise ValidationError(self.fields["submission_link"].error_messages["invalid"])
        return link

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.instance.deadline_reason = cleaned.get("deadline_reason") or ""
        if cleaned.get("closing_date") and "closing_hour" in cleaned:
            seen = self.instance.seen
            self.instance.closes_at = self.instance.closing_moment(
                cleaned["closing_date"], cleaned["closing_hour"]
            )
            if self.instance.deadline_reason and seen and not self._moves(seen, cleaned):
                self._refuse_reason()
        return cleaned

    def _moves(self, seen: Notice, cleaned: dict[str, Any]) -> bool:
        """Whether it changes a moment of which visitors are told."""
        typed = {**cleaned, "closes_at": self.instance.closes_at}
        return any(name in typed and typed[name] != getattr(seen, name) for name in seen.TRACED)

    def _refuse_reason(self) -> None:
        """A reason without a change is not lost without a word, except one that the draft had before."""
        if self.instance.deadline_reason == self.initial.get("deadline_reason"):
            self.instance.deadline_reason = ""
            return
        self.add_error(
            "deadline_reason",
            _(
                "The deadline has not changed. To put the reason of an earlier change better, see "
                "“Changes of deadline” below."
            ),
        )

    def add_error(self, field: str | None, error: Any) -> None:
        """What the model says of the moment stands beside the date, or where the reason is to be given."""
        if hasattr(error, "error_dict") and "closes_at" in error.error_dict:
            errors = dict(error.error_dict)
            about = errors.pop("closes_at")
            errors["deadline_reason" if about[0].code == "reason" else "closing_date"] = about
            error = ValidationError(errors)
        super().add_error(field, error)

    def _get_validation_exclusions(self) -> set[str]:
        """The database's own rules about the moment are asked before saving, as if it were a field."""
        excluded = super()._get_validation_exclusions()
        return excluded - {"closes_at"} if not self.errors else excluded


def _told_apart(notice: Notice) -> str:
    """Notices that follow each other often share a title."""
    draft = notice.get_state_display().partition(":")[0] if notice.state != notice.State.PUBLISHED else ""
    return " · ".join(filter(None, [notice.title, notice.reference, notice.closing_date, draft]))


class VacancyForm(NoticeForm):
    class Meta(NoticeForm.Meta):
        help_texts = {
            "body_en": _("What stands before the parts below, or the whole notice if it is not in parts.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if version := self.fields.get("form_version"):
            version.queryset = FormVersion.objects.select_related("form").order_by(
                "form__title_en", "form", *FormVersion._meta.ordering
            )
            version.label_from_instance = _form_and_version

    def clean(self) -> dict[str, Any]:
        """A version says which form is meant."""
        cleaned = super().clean()
        if cleaned.get("form_version") and not cleaned.get("form") and "form" not in self.errors:
            cleaned["form"] = cleaned["form_version"].form
        return cleaned


def _form_and_version(version: FormVersion) -> str:
    known = filter(None, [version.get_language_display(), str(version.dated or "")])
    return f"{version.form}: {', '.join(known)}"


class DeadlineChangeForm(forms.ModelForm):
    """A reason that was given can be put better, and not taken back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if reason := self.fields.get("reason_en"):
            reason.required = bool(self.instance.reason_en)
