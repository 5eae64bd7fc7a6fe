"""Actions on a record, each on a small page: withdraw, cancel the schedule, return, delete the draft."""

import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing import drafts, serialization
from iomlaos.publishing.dates import VIENTIANE, local_moment
from iomlaos.publishing.models import Publishable, RecordVersions, Revision, Submission
from iomlaos.staff.fields import DateField, TimeField


class PartialFormMixin:
    """A model form with some of the fields: errors of the others are shown above it, with their labels."""

    def add_error(self, field: str | None, error: Any) -> None:
        for name in [name for name in getattr(error, "error_dict", ()) if not self._has_field(name)]:
            super().add_error(None, _with_label(self._meta.model, name, error.error_dict.pop(name)))
        super().add_error(field, error)

    def _has_field(self, name: str) -> bool:
        return name in self.fields or name == NON_FIELD_ERRORS


class MomentForm(forms.Form):
    """A date and an hour in Vientiane, in the future."""

    date = DateField(label=_("Date"))
    hour = TimeField(label=_("Hour"), help_text=_("Vientiane time (UTC+7), such as 09:00."))

    def __init__(self, *args: Any, at: datetime.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("date") and cleaned.get("hour") is not None and self.moment <= self.at:
            self.add_error("date", _("This moment has passed. Give a later one."))
        return cleaned

    @property
    def moment(self) -> datetime.datetime:
        return local_moment(self.cleaned_data["date"], self.cleaned_data["hour"])


class Action:
    """One action on a record. A subclass has two members more.

    `is_offered` is a property: whether the action is available now. `perform(form)` does it in a
    transaction; it may raise ValidationError, and IntegrityError on a concurrent save.
    """

    #: Its address below the record, and its name in the menu and on its page.
    name: ClassVar[str]
    label: ClassVar[Any]
    about: ClassVar[Any] = ""
    #: The word on its button, where the label is too long for it.
    button: ClassVar[Any] = ""
    #: The message after it.
    done: ClassVar[Any] = ""
    #: Whether it takes something away.
    is_destructive: ClassVar[bool] = False
    template: ClassVar[str] = "action"
    #: Whether the menu of the form lists it. Publishing and submitting have buttons of their own.
    in_menu: ClassVar[bool] = True
    #: What it asks for.
    Form: ClassVar[type[forms.BaseForm]] = forms.Form

    def __init__(
        self, admin: Any, request: HttpRequest, record: Publishable, versions: RecordVersions
    ) -> None:
        self.admin, self.request, self.record, self.versions = admin, request, record, versions
        self.model, self.user, self.at = type(record), request.user, request.at

    @property
    def is_permitted(self) -> bool:
        return self.admin.has_publish_permission(self.request)

    def form(self, data: Any = None) -> forms.BaseForm:
        return self.Form(data)

    def context(self) -> dict[str, Any]:
        """What its template shows beside the form."""
        return {}

    @property
    def next_url(self) -> str:
        return self.admin.admin_url("change", self.record)

    def save(self, note: str = "") -> None:
        """Save the record, and its new state in the history."""
        self.record.full_clean()
        self.record.save()
        data = serialization.serialize(self.record)
        Revision.objects.add_state(self.versions, self.record, data, by=self.user, note=note)


class ChangeMoment(Action):
    name = "change-time"
    label = _("Change the time…")
    button = _("Change the time")
    done = _("The time is changed.")

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
        moment = self.moment.astimezone(VIENTIANE)
        initial = {"date": moment.date(), "hour": moment.time()}
        return MomentForm(data, initial=initial, at=self.at)

    def perform(self, form: MomentForm) -> None:
        drafts.change_moment(self.versions, self.record, form.moment, by=self.user)


class CancelSchedule(ChangeMoment):
    name = "cancel-schedule"
    label = _("Cancel schedule…")
    button = _("Cancel schedule")
    about = _("The text stays as a draft.")
    done = _("The schedule is cancelled. The text is a draft.")

    def form(self, data: Any = None) -> forms.BaseForm:
        return forms.Form(data)

    def perform(self, form: forms.BaseForm) -> None:
        drafts.cancel_schedule(self.versions, self.record, by=self.user)


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
        initial = {}
        if self.record.publish_until:
            moment = self.record.publish_until.astimezone(VIENTIANE)
            initial = {"date": moment.date(), "hour": moment.time()}
        form = MomentForm(data, initial=initial, at=self.at)
        for field in form.fields.values():
            field.required = False
        form.fields["date"].help_text = gettext("Leave both empty to keep the page.")
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
            drafts.cancel_schedule(self.versions, self.record, by=self.user)
        self.save(note=self.record.withdrawal_reason_en)


class DeleteDraft(Action):
    name = "delete-draft"
    label = _("Delete draft…")
    button = _("Delete draft")
    about = _("The public page stays as it is. The draft stays in the history.")
    done = _("The draft is deleted. It stays in the history.")
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
        Revision.objects.close(self.versions, self.versions.draft, Revision.Ending.DISCARDED)


NOTE_WIDGET = {"rows": 4, "class": "vLargeTextField"}


class Return(Action):
    name = "return"
    label = _("Return with a note…")
    button = _("Return")
    about = _("It stays a draft. Whoever submitted it sees your note on their home page.")
    done = _("Returned.")

    class Form(forms.Form):
        note = forms.CharField(
            label=_("What should change?"), max_length=300, widget=forms.Textarea(NOTE_WIDGET)
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


class ActionsMixin:
    """A ModelAdmin with actions on its records, each on a page of its own below the record."""

    actions_of_record: tuple[type[Action], ...] = (
        Return, ChangeMoment, CancelSchedule, TakeDown, Withdraw, DeleteDraft,
    )  # fmt: skip

    def get_urls(self) -> list:
        return [
            self.admin_path(f"<path:object_id>/{action.name}/", self._view_of(action), action.name)
            for action in self.actions_of_record
        ] + super().get_urls()

    def offered_actions(
        self, request: HttpRequest, record: Publishable, versions: RecordVersions
    ) -> list[Action]:
        actions = (action(self, request, record, versions) for action in self.actions_of_record)
        return [action for action in actions if action.is_permitted and action.is_offered]

    def _view_of(self, action_class: type[Action]) -> Any:
        """The view of an action. Status 409 on a concurrent save."""

        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            if request.method != "POST":
                record = self.get_object_or_404(request, object_id)
                action = action_class(self, request, record, Revision.objects.peek(record))
                return self._refusal_of(action) or self._show_action(action, action.form())
            with transaction.atomic():
                record = self._locked_or_404(object_id)
                versions = Revision.objects.catch_up(Revision.objects.peek(record), record)
                action = action_class(self, request, record, versions)
                return self._refusal_of(action) or self._perform(action)

        return view

    def _locked_or_404(self, object_id: str) -> Publishable:
        try:
            key = self.opts.pk.to_python(unquote(object_id))
        except ValidationError:
            raise Http404 from None
        record = serialization.locked(self.model, key)
        if record is None:
            raise Http404
        return record

    def _refusal_of(self, action: Action) -> HttpResponse | None:
        if not action.is_permitted:
            raise PermissionDenied
        if action.is_offered:
            return None
        messages.info(action.request, gettext("This is not possible now, or was done already."))
        return redirect(self.admin_url("change", action.record))

    def _perform(self, action: Action) -> HttpResponse:
        request, versions, form = action.request, action.versions, action.form(action.request.POST)
        is_stale = not (
            versions.latest.has_form_key(request.POST.get("_source"))
            and versions.current.has_form_key(request.POST.get("_current"))
        )
        if not is_stale and form.is_valid():
            try:
                with transaction.atomic():
                    action.perform(form)
            except ValidationError as error:
                _add_error(action, form, error)
            except IntegrityError:
                is_stale = True
            else:
                messages.success(request, action.done)
                return redirect(action.next_url)
        # What the action changed in memory was not saved.
        action.record = self.get_object(request, str(action.record.pk))
        action.versions = Revision.objects.peek(action.record)
        return self._show_action(action, form, is_stale=is_stale)

    def _show_action(self, action: Action, form: forms.BaseForm, *, is_stale: bool = False) -> HttpResponse:
        context = {
            "title": f"{str(action.label).rstrip('…')}: {action.record}",
            "action": action,
            "form": form,
            "is_stale": is_stale,
            "source": action.versions.latest.form_key,
            "current": action.versions.current.form_key,
            "object": action.record,
            **action.context(),
        }
        status = 409 if is_stale else 200
        return self.render_page(action.request, action.template, context, status=status)


def _with_label(model: type[models.Model], name: str, errors: list[ValidationError]) -> ValidationError:
    """The errors of a field that the form does not show, with its label."""
    if name == NON_FIELD_ERRORS:
        return ValidationError(errors)
    field = model._meta.get_field(name)
    label = capfirst(getattr(field, "translated_field", field).verbose_name)
    message = gettext("%(field)s (see the form): %(message)s")
    return ValidationError(
        [message % {"field": label, "message": text} for text in ValidationError(errors).messages]
    )


def _add_error(action: Action, form: forms.BaseForm, error: ValidationError) -> None:
    """Show an error of the model at its field, else above the form."""
    for name, errors in error.update_error_dict({}).items():
        if name in form.fields:
            form.add_error(name, errors)
        else:
            form.add_error(None, _with_label(action.model, name, errors))
