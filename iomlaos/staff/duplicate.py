"""Copy a record: a form for a new draft, filled in from another."""

from typing import Any

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models import SlugRedirect
from iomlaos.publishing.options import options_of
from iomlaos.publishing.serialization import content_fields, serialize

#: The query parameter that names the original; also in more_actions.html.
COPY_OF = "copy_of"


class DuplicateMixin:
    """A ModelAdmin whose form for a new record can be filled in from another one.

    The copy has a slug of its own. It owns nothing yet: files, figures and history stay with the original.
    """

    #: The labels of the fields that a copy leaves empty, to be filled in for each record.
    fields_to_fill_in: tuple[Any, ...] = ()

    def _original(self, request: HttpRequest) -> models.Model | None:
        if COPY_OF not in request.GET:
            return None
        return self.get_object_or_404(request, request.GET[COPY_OF], self.has_view_or_change_permission)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        is_form = request.method == "GET" and self.has_add_permission(request)
        if is_form and (original := self._original(request)):
            message = _("This is a copy of “%(title)s”. It is not saved yet.") % {"title": original}
            if self.fields_to_fill_in:
                labels = get_text_list([str(label) for label in self.fields_to_fill_in], _("and"))
                message += " " + _("Fill in: %(fields)s.") % {"fields": labels}
            messages.info(request, message)
        return super().add_view(request, form_url, extra_context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Of a copy, what the original holds. Nothing is stored before it is saved."""
        original = self._original(request)
        if original is None:
            return super().get_changeform_initial_data(request)
        values = {
            field.name: field.value_from_object(original)
            for field in (*content_fields(self.model), *self.opts.many_to_many)
            if getattr(field, "translated_field", field).name not in options_of(self.model).not_copied
        }
        return values | {"slug": self.unique_slug(original.slug)}

    def start_of(self, request: HttpRequest) -> Snapshot:
        """Of a copy, the original: its Lao texts are what they were there."""
        original = self._original(request)
        return serialize(original) if original else super().start_of(request)

    def first_note(self, request: HttpRequest) -> str:
        original = self._original(request)
        if original is None:
            return super().first_note(request)
        title = " · ".join(filter(None, [str(original), getattr(original, "reference", "")]))
        return _("Copied from “%(title)s”") % {"title": title}

    def is_slug_available(self, slug: str) -> bool:
        """Whether no record has or had this slug."""
        is_taken = self.model._base_manager.filter(slug=slug).exists()
        return not (is_taken or SlugRedirect.objects.belongs_to_other(self.model(slug=slug)))

    def unique_slug(self, slug: str) -> str:
        """The first slug of this kind that no record has or had: driver-2, driver-3."""
        max_length, number = self.opts.get_field("slug").max_length, 2
        while not self.is_slug_available(new := f"{slug[: max_length - len(str(number)) - 1]}-{number}"):
            number += 1
        return new
