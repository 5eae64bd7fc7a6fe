"""Actions of a record, each on a small page: publish, schedule, withdraw, discard, return."""

import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing import serialization
from iomlaos.publishing.drafts import merge_draft, publish_draft, schedule, validate_will_be_visible
from iomlaos.publishing.models import Publishable, RecordVersions, Revision, Submission
from iomlaos.staff.fields import DateTimeField


class AsksLittle:
    """A model form with a few of the fields: errors of the others are shown above it, with their labels."""

    def add_error(self, field: str | None, error: Any) -> None:
        for name in [name for name in getattr(error, "error_dict", ()) if not self._asks(name)]:
            super().add_error(None, _with_label(self._meta.model, name, error.error_dict.pop(name)))
        super().add_error(field, error)

    def _asks(self, name: str) -> bool:
        return name in self.fields or name == NON_FIELD_ERRORS


class Step:
    """One action on a record. A subclass has two members more.

    `is_offered` is a property: whether the action is available now. `take(form)` performs it in a
    transaction; it may raise ValidationError, and IntegrityError on a concurrent save.
    """

    name: ClassVar[str]
    label: ClassVar[Any]
    about: ClassVar[Any] = ""
    #: The message after it.
    done: ClassVar[Any] = ""
    #: Whether its button is red.
    is_grave: ClassVar[bool] = False
    #: What it asks for.
    Form: ClassVar[type[forms.BaseForm]] = forms.Form

    def __init__(
        self, admin: Any, request: HttpRequest, record: Publishable, standing: RecordVersions
    ) -> None:
        self.admin, self.request, self.record, self.standing = admin, request, record, standing

    def form(self, data: Any = None) -> forms.BaseForm:
        return self.Form(data)

    def keep(self, note: str = "") -> None:
        """Save the record, and its new state in the history."""
        self.record.save()
        data = serialization.serialize(self.record)
        Revision.objects.add_state(self.standing, self.record, data, by=self.request.user, note=note)

    def keep_public(self, publish_from: datetime.datetime | None) -> None:
        self.record.state, self.record.publish_from = Publishable.State.PUBLISHED, publish_from
        validate_will_be_visible(self.record, publish_from or self.request.at)
        self.record.full_clean()
        self.keep()

    def reschedule(self, publish_at: datetime.datetime | None) -> None:
        schedule(self.standing, self.record, by=self.request.user, publish_at=publish_at)


class PublishNow(Step):
    name = "publish"
    label = _("Publish now")
    about = _("From this moment everybody can read it.")
    done = _("It is public now.")

    @property
    def is_offered(self) -> bool:
        record, at = self.record, self.request.at
        return bool(self.standing.draft) or not (record.is_live(at) or record.was_withdrawn(at))

    def take(self, form: forms.BaseForm) -> None:
        if self.standing.draft:
            publish_draft(self.standing, self.record, by=self.request.user)
        else:
            self.keep_public(publish_from=None)


class PublishLater(Step):
    name = "schedule"
    label = _("Publish at a time")
    about = _("Until then visitors see nothing of it. It becomes public by the clock, to the second.")
    done = _("It becomes public at the time that you gave.")

    class Form(forms.Form):
        publish_at = DateTimeField(label=_("Public from"), help_text=_("Vientiane time (UTC+7)."))

    @property
    def is_offered(self) -> bool:
        return bool(self.standing.draft) or self.record.state == self.record.State.DRAFT

    def take(self, form: forms.BaseForm) -> None:
        moment = form.cleaned_data["publish_at"]
        if moment <= self.request.at:
            raise ValidationError({"publish_at": _("This moment has passed. Give a later one.")})
        if draft := self.standing.draft:
            self._schedule_draft(draft, moment)
            Submission.objects.end(self.record, self.request.at)
        else:
            self.keep_public(publish_from=moment)

    def _schedule_draft(self, draft: Revision, moment: datetime.datetime) -> None:
        """A draft of a withdrawn record makes it public again. Raises ValidationError."""
        data, conflicts = merge_draft(type(self.record), draft, self.standing.current)
        is_taken_back = data["fields"]["state"] != Publishable.State.PUBLISHED and not conflicts
        if is_taken_back:
            data["fields"]["state"] = Publishable.State.PUBLISHED
        planned = serialization.build(self.record, data)
        planned.publish_from = None
        validate_will_be_visible(planned, moment)
        if is_taken_back:
            Revision.objects.save_draft(
                self.standing, self.record, data, by=self.request.user, note=draft.note, publish_at=moment
            )
        else:
            self.reschedule(moment)


class Unschedule(Step):
    name = "unschedule"
    label = _("Take off the schedule")
    about = _("The draft stays, and waits until somebody publishes it.")
    done = _("It waits as a draft. Nothing becomes public by itself.")

    @property
    def is_offered(self) -> bool:
        if self.standing.draft:
            return self.standing.draft.publish_at is not None
        publish_from = self.record.publish_from if self.record.state == Publishable.State.PUBLISHED else None
        return publish_from is not None and publish_from > self.request.at

    def take(self, form: forms.BaseForm) -> None:
        if self.standing.draft:
            self.reschedule(None)
        else:
            self.record.state, self.record.publish_from = Publishable.State.DRAFT, None
            self.keep()


class Withdraw(Step):
    name = "withdraw"
    label = _("Withdraw")
    about = _(
        "It goes from every page and list at once. Whoever comes to its address reads that it was withdrawn, "
        "and why."
    )
    done = _("Withdrawn.")
    is_grave = True

    class Form(forms.Form):
        help_text = _("One sentence, which whoever comes to its address reads.")
        withdrawal_reason_en = forms.CharField(
            label=_("Why, in English"), max_length=300, help_text=help_text
        )
        withdrawal_reason_lo = forms.CharField(
            label=_("Why, in Lao"), max_length=300, help_text=help_text, required=False, empty_value=None
        )
        withdrawal_reason_lo.widget.attrs["lang"] = "lo"

    @property
    def is_offered(self) -> bool:
        return self.record.state == self.record.State.PUBLISHED

    def form(self, data: Any = None) -> forms.BaseForm:
        return self.Form(data, initial={name: getattr(self.record, name) for name in self.Form.base_fields})

    def take(self, form: forms.BaseForm) -> None:
        for name, reason in form.cleaned_data.items():
            setattr(self.record, name, reason)
        self.record.state = Publishable.State.WITHDRAWN
        self.record.full_clean()
        if self.standing.draft and self.standing.draft.publish_at:
            # The draft stays until somebody takes the withdrawal back.
            self.reschedule(None)
        self.keep(note=self.record.withdrawal_reason_en)


class Discard(Step):
    name = "discard"
    label = _("Discard the draft")
    about = _("The public page stays as it is. The draft is not shown again.")
    done = _("The draft was discarded. The public page stays as it is.")
    is_grave = True

    @property
    def is_offered(self) -> bool:
        return bool(self.standing.draft)

    def take(self, form: forms.BaseForm) -> None:
        Revision.objects.close_draft(self.standing, Revision.Ending.DISCARDED)


class GiveBack(Step):
    name = "give-back"
    label = _("Give it back with a note")
    about = _("It stays a draft. Whoever handed it in finds your note on their front page.")
    done = _("Given back.")

    class Form(forms.Form):
        note = forms.CharField(
            label=_("What is still to be done"),
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        )

    @property
    def is_offered(self) -> bool:
        return Submission.objects.of(self.record).waiting().exists()

    def take(self, form: forms.BaseForm) -> None:
        Submission.objects.of(self.record).waiting().update(
            returned_at=self.request.at,
            returned_by_name=self.request.user.get_full_name() or self.request.user.get_username(),
            return_note=form.cleaned_data["note"],
        )


class HasSteps:
    """A ModelAdmin with actions on its records, each on a page of its own."""

    steps: tuple[type[Step], ...] = (PublishNow, PublishLater, Unschedule, GiveBack, Withdraw, Discard)

    def get_urls(self) -> list:
        route = "<path:object_id>/step/<slug:name>/"
        return [self.admin_path(route, self.step_view, "step"), *super().get_urls()]

    def steps_offered(
        self, request: HttpRequest, record: Publishable, standing: RecordVersions
    ) -> list[Step]:
        if not self.has_publish_permission(request):
            return []
        steps = (step_class(self, request, record, standing) for step_class in self.steps)
        return [step for step in steps if step.is_offered]

    def step_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """A page with the form of an action. Status 409 on a concurrent save."""
        record = self.get_object_or_404(request, object_id)
        if not self.has_publish_permission(request):
            raise PermissionDenied
        step_class = {step.name: step for step in self.steps}.get(name)
        if step_class is None:
            raise Http404
        if request.method != "POST":
            step = step_class(self, request, record, Revision.objects.peek(record))
            return self._show_step(step, step.form()) if step.is_offered else self._refuse_step(step)
        with transaction.atomic():
            record = serialization.locked(self.model, record.pk)
            if record is None:
                raise Http404
            versions = Revision.objects.catch_up(Revision.objects.peek(record), record)
            return self._take_step(step_class(self, request, record, versions))

    def _refuse_step(self, step: Step) -> HttpResponse:
        messages.info(step.request, gettext("That cannot be done now, or was done already."))
        return redirect(self.admin_url("change", step.record))

    def _take_step(self, step: Step) -> HttpResponse:
        if not step.is_offered:
            return self._refuse_step(step)
        request, versions, form = step.request, step.standing, step.form(step.request.POST)
        source = versions.draft or versions.current
        is_stale = not source.has_form_key(request.POST.get("_source"))
        if not is_stale and form.is_valid():
            try:
                with transaction.atomic():
                    step.take(form)
            except ValidationError as error:
                _add_error(step, form, error)
            except IntegrityError:
                is_stale = True
            else:
                messages.success(request, step.done)
                return redirect(self.admin_url("change", step.record))
        return self._show_step(step, form, is_stale=is_stale)

    def _show_step(self, step: Step, form: forms.BaseForm, *, is_stale: bool = False) -> HttpResponse:
        versions = step.standing
        context = {
            "title": f"{step.label}: {versions.current.title}",
            "step": step,
            "form": form,
            "is_stale": is_stale,
            "source": (versions.draft or versions.current).form_key,
            "object": step.record,
        }
        return self.render_page(step.request, "action", context, status=409 if is_stale else 200)


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


def _add_error(step: Step, form: forms.BaseForm, error: ValidationError) -> None:
    """Show an error of the model at its field, else above the form."""
    for name, errors in error.update_error_dict({}).items():
        if name in form.fields:
            form.add_error(name, errors)
        else:
            form.add_error(None, _with_label(type(step.record), name, errors))
