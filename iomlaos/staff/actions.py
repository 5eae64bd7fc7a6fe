"""Actions on a record, each on a small page: withdraw, cancel the schedule, return, delete the draft."""

import datetime
from collections.abc import Callable
from typing import Any, ClassVar, cast

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
from iomlaos.staff.notifications.models import Notification, receives_mail
from iomlaos.staff.notifications.recipients import people_told


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
    #: What other people are told of it; empty where nobody is.
    tells: str = ""
    #: When it takes effect, where that is told.
    moment: datetime.datetime | None = None
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

    @property
    def people_told(self) -> list[Any]:
        """Who is told of it, asked before it is done."""
        if not self.tells:
            return []
        return list(people_told(self.tells, self.record, self.versions, by=self.user, at=self.at))

    @property
    def told(self) -> list[tuple[str, str]]:
        """The names of those who are told of it, and how."""
        ways = {True: gettext("home page and e-mail"), False: gettext("home page")}
        names = ((each.get_full_name() or each.get_username(), each) for each in self.people_told)
        return [(name, ways[receives_mail(each)]) for name, each in names]

    # --- The page -----------------------------------------------------------------------------------

    @classmethod
    def as_view(cls, admin: Any) -> Callable[..., HttpResponse]:
        """The view of the action, for a ModelAdmin. Status 409 on a concurrent save."""

        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            if request.method != "POST":
                record = admin.get_object_or_404(request, object_id)
                action = cls(admin, request, record, Revision.objects.peek(record))
                return action._refusal() or action._show(action.form())
            with transaction.atomic():
                record = _locked_or_404(admin, object_id)
                versions = Revision.objects.catch_up(Revision.objects.peek(record), record)
                action = cls(admin, request, record, versions)
                return action._refusal() or action._submit()

        return view

    def _refusal(self) -> HttpResponse | None:
        if not self.is_permitted:
            raise PermissionDenied
        if self.is_offered:
            return None
        messages.info(self.request, gettext("This is not possible now, or was done already."))
        return redirect(self.next_url)

    def _submit(self) -> HttpResponse:
        data, versions = self.request.POST, self.versions
        form = self.form(data)
        is_stale = not (
            versions.latest.has_form_key(data.get("_source"))
            and versions.current.has_form_key(data.get("_current"))
        )
        if not is_stale and form.is_valid():
            try:
                with transaction.atomic():
                    self._perform_and_tell(form)
            except ValidationError as error:
                _add_error(self.model, form, error)
            except IntegrityError:
                is_stale = True
            else:
                messages.success(self.request, self.done)
                return redirect(self.next_url)
        # What the action changed in memory was not saved.
        self.record = self.admin.get_object(self.request, str(self.record.pk))
        self.versions = Revision.objects.peek(self.record)
        return self._show(form, is_stale=is_stale)

    def _perform_and_tell(self, form: forms.BaseForm) -> None:
        people = self.people_told
        self.perform(form)
        if people:
            values = {"kind": self.tells, "moment": self.moment, "note": form.cleaned_data.get("note", "")}
            Notification.objects.tell(people, self.record, by=self.user, at=self.at, **values)

    def _show(self, form: forms.BaseForm, *, is_stale: bool = False) -> HttpResponse:
        context = {
            "title": f"{str(self.label).rstrip('…')}: {self.record}",
            "action": self,
            "form": form,
            "is_stale": is_stale,
            "source": self.versions.latest.form_key,
            "current": self.versions.current.form_key,
            "object": self.record,
            **self.context(),
        }
        status = 409 if is_stale else 200
        return self.admin.render_page(self.request, self.template, context, status=status)

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
    tells = Notification.Kind.CANCELLED

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
            drafts.cancel_schedule(self.versions, self.record, by=self.user)
        self.save(note=self.record.withdrawal_reason_en)


class DeleteDraft(Action):
    name = "delete-draft"
    label = _("Delete draft…")
    button = _("Delete draft")
    about = _("The public page stays as it is. The draft stays in the history.")
    done = _("The draft is deleted. It stays in the history.")
    tells = Notification.Kind.DRAFT_DELETED
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
    tells = Notification.Kind.RETURNED

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


def _locked_or_404(admin: Any, object_id: str) -> Publishable:
    try:
        key = admin.opts.pk.to_python(unquote(object_id))
    except ValidationError:
        raise Http404 from None
    record = serialization.locked(admin.model, key)
    if record is None:
        raise Http404
    return cast(Publishable, record)


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


def _add_error(model: type[models.Model], form: forms.BaseForm, error: ValidationError) -> None:
    """Show an error of the model at its field, else above the form."""
    for name, errors in error.update_error_dict({}).items():
        if name in form.fields:
            form.add_error(name, errors)
        else:
            form.add_error(None, _with_label(model, name, errors))
