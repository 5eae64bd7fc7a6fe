"""Admin forms of notices: the closing is a date and an optional hour."""

import datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from careers.models.application_form import FormVersion
from careers.models.notice import Notice
from careers.models.vacancy import Vacancy
from iomlaos.staff.fields import DateField, MultiLineField, TimeField
from iomlaos.staff.forms import PublishableForm

#: How many notices, the newest, can be chosen as the successor of one.
SUCCESSORS = 100

DEADLINE_HELP = _("Vientiane time (UTC+7). No hour means the end of that day.")


class ReasonField(MultiLineField):
    """Why a deadline changes: a sentence or two."""

    widget = forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"})


class OutcomeForm(PublishableForm):
    """What came of a notice; by itself the form of no other field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the outcomes of this kind of notice, and its newest notices as successors."""
        super().__init__(*args, **kwargs)
        notice = self.instance
        if outcome := self.fields.get("outcome"):
            choices = [(choice.value, choice.label) for choice in notice.OUTCOMES]
            outcome.choices = [("", _("No outcome yet")), *choices]
        if successor := self.fields.get("readvertised_as"):
            others = type(notice).objects.exclude(pk=notice.pk).order_by("-created_at", "-pk")
            newest = models.Q(pk__in=others.values("pk")[:SUCCESSORS])
            successor.queryset = others.filter(newest | models.Q(pk=notice.readvertised_as_id))
            successor.label_from_instance = successor_label


def successor_label(notice: Notice) -> str:
    """Notices that follow each other often share a title."""
    state = notice.get_state_display().partition(":")[0] if notice.state != notice.State.PUBLISHED else ""
    return " · ".join(filter(None, [notice.title, notice.reference, notice.closing_date, state]))


class NoticeForm(OutcomeForm):
    inputs = {"closes_at": ("closing_date", "closing_hour", "deadline_reason")}

    closing_date = DateField(label=_("Deadline"))
    closing_hour = TimeField(label=_("Hour"), required=False, help_text=DEADLINE_HELP)
    deadline_reason = ReasonField(
        label=_("Why the deadline changes"),
        required=False,
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
        notice = self.instance
        self.initial.setdefault("deadline_reason", notice.deadline_reason)
        if notice.closes_at:
            self.initial.setdefault("closing_date", notice.closing_day)
            self.initial.setdefault("closing_hour", notice.closing_hour)

    def describe_deadline(self, at: datetime.datetime) -> None:
        """Say in words what the deadline means; static/staff/js/dates.js does so while it is typed."""
        self["closing_hour"].help_text = format_html(
            '<output class="echo" data-deadline="closing_date closing_hour">{}</output> {}',
            self.instance.describe_deadline(at) if self.instance.closes_at else "",
            DEADLINE_HELP,
        )

    def clean_slug(self) -> str:
        """In lower case: short addresses are typed from posters, in capitals too."""
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
        notice = self.instance
        notice.deadline_reason = cleaned.get("deadline_reason") or ""
        if cleaned.get("closing_date") and "closing_hour" in cleaned:
            notice.closes_at = notice.closing_moment(cleaned["closing_date"], cleaned["closing_hour"])
            public = notice.get_public_version()
            if notice.deadline_reason and public and not self._changes_moment(public):
                self._refuse_reason()
        return cleaned

    def _changes_moment(self, public: Notice) -> bool:
        values = {**self.cleaned_data, "closes_at": self.instance.closes_at}
        moments = ("closes_at", *public.MILESTONES)
        return any(name in values and values[name] != getattr(public, name) for name in moments)

    def _refuse_reason(self) -> None:
        """Refuse a reason without a change, except one that the draft had before: that is dropped."""
        if self.instance.deadline_reason == self.initial.get("deadline_reason"):
            self.instance.deadline_reason = ""
            return
        self.add_error(
            "deadline_reason",
            _(
                "The deadline has not changed. To correct the reason of an earlier change, use “Correct "
                "reasons of deadline changes” under More."
            ),
        )

    def add_error(self, field: str | None, error: Any) -> None:
        """Show errors of `closes_at` at the date, and a missing reason where it is to be given."""
        if hasattr(error, "error_dict") and "closes_at" in error.error_dict:
            errors = dict(error.error_dict)
            messages = errors.pop("closes_at")
            errors["deadline_reason" if messages[0].code == "reason" else "closing_date"] = messages
            error = ValidationError(errors)
        super().add_error(field, error)

    def _get_validation_exclusions(self) -> set[str]:
        """Validate the constraints on `closes_at` too, though it is no field of the form."""
        excluded = super()._get_validation_exclusions()
        return excluded - {"closes_at"} if not self.errors else excluded


class DeadlineForm(NoticeForm):
    """Another deadline and its reason, and no other field."""

    def __init__(self, *args: Any, at: datetime.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.describe_deadline(at)
        self.fields["deadline_reason"].help_text = ""
        if not self.instance.is_announced(at):
            del self.fields["deadline_reason"]

    def clean(self) -> dict[str, Any]:
        """A notice that is open again is no longer under review."""
        cleaned = super().clean()
        if self.instance.is_undecided and self.instance.is_open(self.at):
            self.instance.outcome = ""
        return cleaned

    def add_error(self, field: str | None, error: Any) -> None:
        """Another outcome is removed by hand, in the form of the whole notice."""
        if hasattr(error, "error_dict") and error.error_dict.pop("outcome", None):
            message = _(
                "It has an outcome: %(outcome)s. Empty that in the form, and change the deadline there."
            )
            params = {"outcome": self.instance.get_outcome_display()}
            error.error_dict["closing_date"] = [ValidationError(message, params=params)]
        super().add_error(field, error)


class VacancyForm(NoticeForm):
    class Meta(NoticeForm.Meta):
        help_texts = {
            "body_en": _("What stands before the parts below, or the whole notice if it is not in parts."),
            "tier": _(
                "“Internal candidates only” keeps the job out of the list of open jobs, e-mail alerts "
                "to the public and search engines."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if version := self.fields.get("form_version"):
            version.queryset = FormVersion.objects.select_related("form").order_by(
                "form__title_en", "form", *FormVersion._meta.ordering
            )
            version.label_from_instance = version_label

    def clean(self) -> dict[str, Any]:
        """A version alone also chooses its form.

        Forms with a few of the fields leave eligibility alone: a deadline is extended whatever it says.
        """
        cleaned = super().clean()
        given = Vacancy(grade=cleaned.get("grade", ""), eligibility=cleaned.get("eligibility", ""))
        if given.is_wider_than_grade:
            message = _(
                "Grade %(grade)s (%(scale)s) is for nationals and residents of Lao PDR. Choose one of "
                "these, or correct the grade."
            )
            params = {"grade": given.grade, "scale": given.grade_scale_name}
            self.add_error("eligibility", ValidationError(message, params=params))
        if cleaned.get("form_version") and not cleaned.get("form") and "form" not in self.errors:
            cleaned["form"] = cleaned["form_version"].form
        return cleaned


def version_label(version: FormVersion) -> str:
    details = filter(None, [version.get_language_display(), str(version.dated or "")])
    return f"{version.form}: {', '.join(details)}"


class ReasonsForm(forms.Form):
    """The reasons of the deadline changes of a notice, to be corrected: not removed."""

    def __init__(self, data: Any, *, notice: Notice) -> None:
        super().__init__(data)
        self.changes = list(notice.deadline_changes.all())
        for change in self.changes:
            moment = date_format(localtime(change.changed_at), "DATETIME_FORMAT")
            for language, name in (("en", _("in English")), ("lo", _("in Lao"))):
                reason = getattr(change, f"reason_{language}")
                is_required = language == "en" and bool(reason)
                field = ReasonField(
                    label=f"{change} ({moment}), {name}", initial=reason, required=is_required
                )
                field.widget.attrs["lang"] = language
                self.fields[f"reason_{language}_{change.pk}"] = field

    def save(self) -> None:
        for change in self.changes:
            for language in ("en", "lo"):
                setattr(change, f"reason_{language}", self.cleaned_data[f"reason_{language}_{change.pk}"])
            change.save()
