"""Actions on a record, each on a page of its own: what they share."""

import datetime
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from iomlaos.publishing import serialization
from iomlaos.publishing.models import Publishable, RecordVersions, Revision
from iomlaos.staff.forms import errors_by_field
from iomlaos.staff.notifications.models import Notification, receives_mail
from iomlaos.staff.notifications.recipients import people_told
from iomlaos.translations.models import Translation


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

    def __init__(self, admin: Any, request: HttpRequest, versions: RecordVersions) -> None:
        self.admin, self.request, self.user, self.at = admin, request, request.user, request.at
        self.versions, self.model = versions, admin.model

    @property
    def record(self) -> Publishable:
        return self.versions.record

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
        return list(people_told(self.tells, self.versions, by=self.user, at=self.at))

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

        @transaction.atomic
        def submit(request: HttpRequest, object_id: str) -> HttpResponse:
            record = serialization.locked(admin.model, _key_or_404(admin, object_id))
            if record is None:
                raise Http404
            action = cls(admin, request, Revision.objects.peek(record).catch_up())
            return action._refusal() or action._submit()

        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            if request.method == "POST":
                return submit(request, object_id)
            record = admin.get_object_or_404(request, object_id)
            action = cls(admin, request, Revision.objects.peek(record))
            return action._refusal() or action._show(action.form())

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
            versions.latest.has_form_key(data.get("_source", ""))
            and versions.current.has_form_key(data.get("_current", ""))
        )
        if not is_stale and form.is_valid():
            try:
                with transaction.atomic():
                    self._perform_and_tell(form)
            except ValidationError as error:
                form.add_error(None, errors_by_field(form, self.model, error))
            except IntegrityError:
                is_stale = True
            else:
                messages.success(self.request, self.done)
                return redirect(self.next_url)
        # What the action changed in memory was not saved.
        self.versions = Revision.objects.peek(self.admin.get_object(self.request, str(self.record.pk)))
        return self._show(form, is_stale=is_stale)

    def _perform_and_tell(self, form: forms.BaseForm) -> None:
        people, was_scheduled = self.people_told, self._is_scheduled
        self.perform(form)
        if people:
            values = {"kind": self.tells, "moment": self.moment, "note": form.cleaned_data.get("note", "")}
            Notification.objects.tell(people, self.record, by=self.user, at=self.at, **values)
        if self.tells in Notification.CHANGE_SCHEDULE and (was_scheduled or self._is_scheduled):
            Notification.objects.tell_when_public([*people, self.user], self.record, at=self.at)

    @property
    def _is_scheduled(self) -> bool:
        return self.record.public_status(self.at)[0] == "scheduled"

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
        Translation.objects.record_save(self.versions.current.data, data, by=self.user, at=self.at)
        self.versions.add_state(data, by=self.user, note=note)


def _key_or_404(admin: Any, object_id: str) -> Any:
    try:
        return admin.opts.pk.to_python(unquote(object_id))
    except ValidationError:
        raise Http404 from None
