"""Actions of a record, each on a small page: publish, schedule, withdraw, discard, return."""

import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing import serialization
from iomlaos.publishing.drafts import find_conflicts, publish_draft, schedule, validate_will_be_visible
from iomlaos.publishing.models import Publishable, RecordVersions, Revision, Submission
from iomlaos.staff.fields import DateTimeField, DateTimeInput


class AsksLittle:
    """A form of a few fields of a record: what the record says of others stands above them."""

    def add_error(self, field: str | None, error: Any) -> None:
        if hasattr(error, "error_dict"):
            for name in [name for name in error.error_dict if not self._asks(name)]:
                super().add_error(None, _named(self._meta.model, name, error.error_dict.pop(name)))
            if not error.error_dict:
                return
        super().add_error(field, error)

    def _asks(self, name: str) -> bool:
        return name in self.fields or name == NON_FIELD_ERRORS


class Step:
    """One thing to do. `is_offered` says whether it can be done now, `take` does it, in a transaction."""

    name: ClassVar[str]
    label: ClassVar[Any]
    about: ClassVar[Any] = ""
    done: ClassVar[Any] = ""
    #: Whether it is dangerous enough to be red.
    is_grave: ClassVar[bool] = False

    def __init__(
        self, admin: Any, request: HttpRequest, record: Publishable, standing: RecordVersions
    ) -> None:
        self.admin, self.request, self.record, self.standing = admin, request, record, standing

    @property
    def is_offered(self) -> bool:
        raise NotImplementedError

    @property
    def address(self) -> str:
        name = f"admin:{self.admin.opts.app_label}_{self.admin.opts.model_name}_step"
        return reverse(name, args=[self.record.pk, self.name])

    def form(self, data: Any = None) -> forms.BaseForm:
        return forms.Form(data)

    def take(self, form: forms.BaseForm) -> None:
        """Raises ValidationError where it cannot be done, and IntegrityError where somebody was faster."""
        raise NotImplementedError

    def keep(self, note: str = "") -> None:
        """Save the record, and its new state in the history."""
        self.record.save()
        data = serialization.serialize(self.record)
        Revision.objects.add_state(self.standing, self.record, data, by=self.request.user, note=note)


class PublishNow(Step):
    name = "publish"
    label = _("Publish now")
    about = _("From this moment everybody can read it.")
    done = _("It is public now.")

    @property
    def is_offered(self) -> bool:
        record = self.record
        waits = record.state == record.State.PUBLISHED and not record.is_live(self.request.at)
        waits = waits and not record.was_withdrawn(self.request.at)
        return bool(self.standing.draft) or record.state == record.State.DRAFT or waits

    def take(self, form: forms.BaseForm) -> None:
        if self.standing.draft:
            publish_draft(self.standing, self.record, by=self.request.user)
            return
        self.record.state, self.record.publish_from = Publishable.State.PUBLISHED, None
        validate_will_be_visible(self.record, self.request.at)
        self.record.full_clean()
        self.keep()


class PublishLater(Step):
    name = "schedule"
    label = _("Publish at a time")
    about = _("Until then visitors see nothing of it. It becomes public by the clock, to the second.")
    done = _("It becomes public at the time that you gave.")

    class Form(forms.Form):
        publish_at = DateTimeField(
            label=_("Public from"), widget=DateTimeInput, help_text=_("Vientiane time (UTC+7).")
        )

    @property
    def is_offered(self) -> bool:
        return bool(self.standing.draft) or self.record.state == self.record.State.DRAFT

    def form(self, data: Any = None) -> forms.BaseForm:
        return self.Form(data)

    def take(self, form: forms.BaseForm) -> None:
        moment = form.cleaned_data["publish_at"]
        if moment <= self.request.at:
            raise ValidationError({"publish_at": _("This moment has passed. Give a later one.")})
        if draft := self.standing.draft:
            self._will_be_seen(draft, moment)
            schedule(self.standing, self.record, by=self.request.user, publish_at=moment)
            Submission.objects.end(self.record, self.request.at)
            return
        self.record.state, self.record.publish_from = Publishable.State.PUBLISHED, moment
        validate_will_be_visible(self.record, moment)
        self.record.full_clean()
        self.keep()

    def _will_be_seen(self, draft: Revision, moment: datetime.datetime) -> None:
        """A draft of a page that was withdrawn makes it public again. Raises ValidationError."""
        if draft.data["fields"]["state"] != Publishable.State.PUBLISHED and not find_conflicts(draft):
            # With the withdrawal it goes along no more: it takes it back.
            draft.data["fields"]["state"], draft.rebased_from = Publishable.State.PUBLISHED, None
        planned = serialization.build_record(type(self.record), self.record.pk, draft.data)
        planned.publish_from = None
        validate_will_be_visible(planned, moment)


class Unschedule(Step):
    name = "unschedule"
    label = _("Take off the schedule")
    about = _("The draft stays, and waits until somebody publishes it.")
    done = _("It waits as a draft. Nothing becomes public by itself.")

    @property
    def is_offered(self) -> bool:
        if self.standing.draft:
            return self.standing.draft.publish_at is not None
        record = self.record
        return (
            record.state == record.State.PUBLISHED
            and record.publish_from is not None
            and record.publish_from > self.request.at
        )

    def take(self, form: forms.BaseForm) -> None:
        if self.standing.draft:
            schedule(self.standing, self.record, by=self.request.user, publish_at=None)
            return
        self.record.state, self.record.publish_from = Publishable.State.DRAFT, None
        self.keep()


class WithdrawForm(AsksLittle, forms.ModelForm):
    pass


class Withdraw(Step):
    name = "withdraw"
    label = _("Withdraw")
    about = _(
        "It goes from every page and list at once. Whoever comes to its address reads that it was withdrawn, "
        "and why."
    )
    done = _("Withdrawn.")
    is_grave = True

    @property
    def is_offered(self) -> bool:
        return self.record.state == self.record.State.PUBLISHED

    def form(self, data: Any = None) -> forms.BaseForm:
        model = type(self.record)
        names = ["withdrawal_reason_en", "withdrawal_reason_lo"]
        # Here it is withdrawn: nobody need be told when the reason is asked.
        helps = dict.fromkeys(names, gettext("One sentence, which whoever comes to its address reads."))
        kind = forms.modelform_factory(model, form=WithdrawForm, fields=names, help_texts=helps)
        kind.base_fields["withdrawal_reason_en"].required = True
        kind.base_fields["withdrawal_reason_en"].label = gettext("Why, in English")
        kind.base_fields["withdrawal_reason_lo"].label = gettext("Why, in Lao")
        kind.base_fields["withdrawal_reason_lo"].widget.attrs["lang"] = "lo"
        return kind(data, instance=self.record)

    def take(self, form: forms.BaseForm) -> None:
        self.record.state = Publishable.State.WITHDRAWN
        self.record.full_clean()
        if self.standing.draft and self.standing.draft.publish_at:
            # It stays, and waits until somebody takes the withdrawal back.
            schedule(self.standing, self.record, by=self.request.user, publish_at=None)
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

    def form(self, data: Any = None) -> forms.BaseForm:
        return self.Form(data)

    def take(self, form: forms.BaseForm) -> None:
        Submission.objects.of(self.record).waiting().update(
            returned_at=self.request.at,
            returned_by_name=self.request.user.get_full_name() or self.request.user.get_username(),
            return_note=form.cleaned_data["note"],
        )


class HasSteps:
    """A ModelAdmin whose things can be published, withdrawn and so on without opening the whole form."""

    steps: tuple[type[Step], ...] = (PublishNow, PublishLater, Unschedule, GiveBack, Withdraw, Discard)

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}_step"
        view = self.admin_site.admin_view(self.step_view)
        return [path("<path:object_id>/step/<slug:name>/", view, name=name), *super().get_urls()]

    def steps_offered(
        self, request: HttpRequest, record: Publishable, standing: RecordVersions
    ) -> list[Step]:
        if not self.may_publish(request):
            return []
        every = (step(self, request, record, standing) for step in self.steps)
        return [step for step in every if step.is_offered]

    def step_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """A small page with what the step asks for and its button. Status 409 where somebody was faster."""
        record = self.get_object(request, unquote(object_id))
        kind = next((step for step in self.steps if step.name == name), None)
        if record is None or kind is None:
            raise Http404
        if not self.may_publish(request):
            raise PermissionDenied
        with transaction.atomic():
            record = serialization.locked(self.model, record.pk)
            if record is None:
                raise Http404
            return self._at_step(kind(self, request, record, self._standing_of(record)), request)

    def _at_step(self, step: Step, request: HttpRequest) -> HttpResponse:
        record, standing = step.record, step.standing
        if not step.is_offered:
            messages.info(request, gettext("That cannot be done now, or was done already."))
            return HttpResponseRedirect(self.address_of("change", record))
        seen = (standing.draft or standing.current).pk
        sent = request.method == "POST"
        is_stale = sent and request.POST.get("_source") != str(seen)
        form = step.form(request.POST if sent else None)
        if sent and not is_stale and form.is_valid():
            try:
                with transaction.atomic():
                    step.take(form)
            except ValidationError as error:
                _add(step, form, error)
            except IntegrityError:
                is_stale = True
            else:
                messages.success(request, step.done)
                return HttpResponseRedirect(self.address_of("change", record))
        context = {
            **self.admin_site.each_context(request),
            "title": f"{step.label}: {standing.current.title}",
            "step": step,
            "form": form,
            "is_stale": is_stale,
            "source": seen,
            "object": record,
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/step.html", context, status=409 if is_stale else 200)

    def told_beside(self, request: HttpRequest, record: Publishable, standing: RecordVersions) -> dict:
        told = super().told_beside(request, record, standing)
        return told | {"steps": self.steps_offered(request, record, standing)}


def _named(model: type[models.Model], name: str, about: list[ValidationError]) -> ValidationError:
    """What a model says of a field that stands in its whole form alone, with the name of that field."""
    if name == NON_FIELD_ERRORS:
        return ValidationError(about)
    words = gettext("%(field)s (see the form): %(message)s")
    field = model._meta.get_field(name)
    field = capfirst(getattr(field, "translated_field", field).verbose_name)
    return ValidationError(
        [words % {"field": field, "message": message} for message in ValidationError(about).messages]
    )


def _add(step: Step, form: forms.BaseForm, error: ValidationError) -> None:
    """What a model says of fields that a step does not ask for stands above the form, with their names."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, about in error.error_dict.items():
        if name in form.fields:
            form.add_error(name, about)
        else:
            form.add_error(None, _named(type(step.record), name, about))
