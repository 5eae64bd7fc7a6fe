"""Inlines for the child rows of a record."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationStackedInline

from iomlaos.media.forms import FileVersionFormSet
from iomlaos.publishing.formsets import ChildForm, ChildFormSet
from iomlaos.staff.base import FORMFIELD_OVERRIDES, TranslatedFieldsetsMixin


class ContentInline(admin.StackedInline):
    """Child rows, with the permissions of their owner. A new owner has one empty row."""

    form = ChildForm
    formset = ChildFormSet
    formfield_overrides = FORMFIELD_OVERRIDES
    #: The section of the form that its rows belong to; its own if there is none of this title.
    section: Promise | str = ""
    add_label: Promise | str = _("Add a row")
    #: The field that orders the rows: arrows move them, and without script a number does.
    order_field = ""
    #: A template that shows what a row holds, below its first fields.
    summary_template = ""
    # A row of a draft has no public page, and the form itself links to a file.
    view_on_site = False

    @property
    def _owner_admin(self) -> admin.ModelAdmin:
        return self.admin_site.get_model_admin(self.parent_model)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._owner_admin.has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        owner = self._owner_admin
        return owner.has_change_permission(request, obj) if obj else owner.has_add_permission(request)

    has_add_permission = has_delete_permission = has_change_permission

    def get_extra(self, request: HttpRequest, obj: models.Model | None = None, **kwargs: Any) -> int:
        return 0 if obj else 1


class TranslatedInline(TranslatedFieldsetsMixin, TranslationStackedInline, ContentInline):
    pass


class FileVersionInline(ContentInline):
    formset = FileVersionFormSet
    section = _("Files")
    add_label = _("Add a link")
    template = "admin/edit_inline/files.html"
    summary_template = "admin/includes/current_file.html"
    fieldsets = [
        (None, {"fields": [("language", "dated")]}),
        (_("Replace"), {"fields": [("file", "address")], "classes": ["collapse"]}),
    ]
