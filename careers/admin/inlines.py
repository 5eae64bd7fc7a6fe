"""Inlines of notices: documents, clarifications, awards, amendments, deadline changes."""

from typing import Any

from django.http import HttpRequest

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
    """Only the reason can be corrected: a change itself is recorded for good."""

    model = DeadlineChange
    form = DeadlineChangeForm
    classes = ["without-headings"]
    fieldsets = [(None, {"fields": ["field", "old_deadline", "new_deadline", "changed_at", "reason"]})]
    readonly_fields = ["field", "old_deadline", "new_deadline", "changed_at"]
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
