"""Inlines of notices: documents, clarifications, awards, amendments, deadline changes."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from careers.forms import DeadlineChangeForm
from careers.models.amendment import Amendment
from careers.models.deadline_change import DeadlineChange
from careers.models.procurement import Award, Clarification, ProcurementDocument
from iomlaos.staff.inlines import ContentInline, TranslatedInline


class ProcurementDocumentInline(TranslatedInline):
    model = ProcurementDocument
    fieldsets = [(None, {"fields": ["title", ("language", "dated"), "file", "address"]})]


class ClarificationInline(TranslatedInline):
    model = Clarification
    fieldsets = [(None, {"fields": ["question", "answer"]})]


class AwardInline(ContentInline):
    model = Award
    fieldsets = [(None, {"fields": [("supplier", "lot"), ("value", "currency"), "awarded_on"]})]


class AmendmentInline(TranslatedInline):
    model = Amendment
    fieldsets = [(None, {"fields": ["text"]})]


class DeadlineChangeInline(TranslatedInline):
    """Made by the change itself, for good: its reason alone can be put better."""

    model = DeadlineChange
    form = DeadlineChangeForm
    classes = ["without-headings"]
    fieldsets = [(None, {"fields": ["of", "old", "new", "changed_at", "reason"]})]
    readonly_fields = ["of", "old", "new", "changed_at"]

    @admin.display(description=_("old deadline"))
    def old(self, obj: DeadlineChange) -> str:
        return obj.old_deadline

    @admin.display(description=_("new deadline"))
    def new(self, obj: DeadlineChange) -> str:
        return obj.new_deadline

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
