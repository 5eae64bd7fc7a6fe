"""Duplicate a record: a form for a new one, filled in from another.

Its form is filled in, and nothing is stored before it is saved.
"""

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import action
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from iomlaos.publishing.models import SlugRedirect
from iomlaos.publishing.options import options_of
from iomlaos.publishing.serialization import content_fields

#: In the address of the form: the key of what is copied.
COPY_OF = "copy_of"


class DuplicateMixin:
    """A ModelAdmin of a Publishable whose rows can be copied.

    The copy is the form for a new one, with what the other says in it. It has an address of its own,
    is a draft, and owns nothing yet: files, figures and what happened to the other stay there.
    """

    #: What to look at first, in the words of the form.
    fill_in: ClassVar[tuple[Any, ...]] = ()
    actions: ClassVar[list[str]] = ["copy_selected"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        other = self._copied(request)
        return self.as_copied(other) if other else super().get_changeform_initial_data(request)

    def _copied(self, request: HttpRequest) -> models.Model | None:
        if COPY_OF not in request.GET:
            return None
        other = self.get_object(request, unquote(request.GET[COPY_OF]))
        if other is None:
            raise Http404
        if not self.has_view_or_change_permission(request, other):
            raise PermissionDenied
        return other

    def as_copied(self, other: models.Model) -> dict[str, Any]:
        """What the form of the copy begins with."""
        not_copied = options_of(self.model).not_copied
        fields = [*content_fields(self.model), *self.opts.many_to_many]
        values = {
            field.name: field.value_from_object(other)
            for field in fields
            if getattr(field, "translated_field", field).name not in not_copied
        }
        return values | {"slug": self.free_address(other.slug)}

    def free_address(self, slug: str) -> str:
        """The first that nobody has or had: driver-2, driver-3."""
        length = self.opts.get_field("slug").max_length
        number = 2
        while not self.is_free(candidate := f"{slug[: length - len(str(number)) - 1]}-{number}"):
            number += 1
        return candidate

    def is_free(self, slug: str) -> bool:
        is_taken = self.model._base_manager.filter(slug=slug).exists()
        return not (is_taken or SlugRedirect.objects.belongs_to_other(self.model(slug=slug)))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        if request.method == "GET" and self.has_add_permission(request) and (other := self._copied(request)):
            words = _("This is a copy of “%(title)s”. It is not saved yet, and will be a draft.")
            words = words % {"title": other}
            if self.fill_in:
                labels = get_text_list([str(label) for label in self.fill_in], _("and"))
                words += " " + _("Fill in what every one has of its own: %(fields)s.") % {"fields": labels}
            messages.info(request, words)
            named = " · ".join(filter(None, [str(other), getattr(other, "reference", "")]))
            note = _("Copied from “%(title)s”") % {"title": named}
            extra_context = {"note_of_change": note, **(extra_context or {})}
        return super().add_view(request, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if (original := context.get("original")) and self.has_add_permission(request):
            context["copy_address"] = self._copy_address(original.pk)
        return super().render_change_form(request, context, *args, **kwargs)

    def _copy_address(self, key: Any) -> str:
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add")
        return f"{address}?{COPY_OF}={quote(key)}"

    @action(description=gettext_lazy("Copy the selected one as a new draft"), permissions=["add"])
    def copy_selected(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse | None:
        keys = list(queryset.order_by().values_list("pk", flat=True)[:2])
        if len(keys) == 1:
            return redirect(self._copy_address(keys[0]))
        self.message_user(request, _("Choose one of them to be copied."), messages.WARNING)
        return None
