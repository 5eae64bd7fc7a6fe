"""Duplicate a record: a form for a new one, filled in from another, and nothing stored before it is saved."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from iomlaos.publishing.models import SlugRedirect
from iomlaos.publishing.options import options_of
from iomlaos.publishing.serialization import content_fields

#: The query parameter that names the original; also in copy_button.html.
COPY_OF = "copy_of"


class DuplicateMixin:
    """A ModelAdmin of a Publishable whose records can be duplicated.

    The copy is a draft with a slug of its own. It owns nothing yet: files, figures and the history of the
    original stay with that.
    """

    #: The labels of the fields that every record has to fill in anew.
    fields_to_fill_in: ClassVar[tuple[Any, ...]] = ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        original = self._original(request)
        return self.copy_initial(original) if original else super().get_changeform_initial_data(request)

    def _original(self, request: HttpRequest) -> models.Model | None:
        if COPY_OF not in request.GET:
            return None
        original = self.get_object_or_404(request, request.GET[COPY_OF])
        if not self.has_view_or_change_permission(request, original):
            raise PermissionDenied
        return original

    def copy_initial(self, original: models.Model) -> dict[str, Any]:
        not_copied = options_of(self.model).not_copied
        fields = [*content_fields(self.model), *self.opts.many_to_many]
        values = {
            field.name: field.value_from_object(original)
            for field in fields
            if getattr(field, "translated_field", field).name not in not_copied
        }
        return values | {"slug": self.unique_slug(original.slug)}

    def unique_slug(self, slug: str) -> str:
        """The first slug that no record has or had: driver-2, driver-3."""
        max_length = self.opts.get_field("slug").max_length
        number = 2
        while not self.is_available(candidate := f"{slug[: max_length - len(str(number)) - 1]}-{number}"):
            number += 1
        return candidate

    def is_available(self, slug: str) -> bool:
        is_taken = self.model._base_manager.filter(slug=slug).exists()
        return not (is_taken or SlugRedirect.objects.belongs_to_other(self.model(slug=slug)))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        is_form = request.method == "GET" and self.has_add_permission(request)
        if is_form and (original := self._original(request)):
            message = _("This is a copy of “%(title)s”. It is not saved yet, and will be a draft.")
            message %= {"title": original}
            if self.fields_to_fill_in:
                labels = get_text_list([str(label) for label in self.fields_to_fill_in], _("and"))
                message += " " + _("Fill in what every one has of its own: %(fields)s.") % {"fields": labels}
            messages.info(request, message)
            title = " · ".join(filter(None, [str(original), getattr(original, "reference", "")]))
            note = _("Copied from “%(title)s”") % {"title": title}
            extra_context = {"note_of_change": note, **(extra_context or {})}
        return super().add_view(request, form_url, extra_context)
