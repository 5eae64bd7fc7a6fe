"""Inlines for the child rows of a record."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from modeltranslation.admin import TranslationStackedInline

from iomlaos.staff.base import FORMFIELD_OVERRIDES, TranslatedFieldsetsMixin
from iomlaos.staff.file_fields import FileVersionFormSet


class ContentInline(admin.StackedInline):
    """Rows that a thing owns, under it. One empty row stands ready while the thing is new.

    They have no rights of their own: whoever may change the thing may change them.
    """

    formfield_overrides = FORMFIELD_OVERRIDES
    # That of a draft has no public page; a file is a link in the form itself.
    view_on_site = False

    @property
    def _of_owner(self) -> admin.ModelAdmin:
        return self.admin_site.get_model_admin(self.parent_model)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._of_owner.has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._of_owner.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_change_permission(request, obj) if obj else self._of_owner.has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def get_extra(self, request: HttpRequest, obj: models.Model | None = None, **kwargs: Any) -> int:
        return 0 if obj else 1


class TranslatedInline(TranslatedFieldsetsMixin, TranslationStackedInline, ContentInline):
    """Owned rows with texts of their own."""


class FileVersionInline(ContentInline):
    formset = FileVersionFormSet
    fieldsets = [(None, {"fields": [("language", "dated"), "file", "address"]})]
