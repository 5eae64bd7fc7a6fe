"""Inlines of notices: documents, clarifications, awards, amendments."""

from careers.models.amendment import Amendment
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
