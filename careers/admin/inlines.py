"""Inlines of notices: documents, clarifications, awards, amendments."""

from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationStackedInline

from careers.models.amendment import Amendment
from careers.models.procurement import Award, Clarification, ProcurementDocument
from iomlaos.media.forms import FileFormSet
from iomlaos.staff.base import TranslatedFieldsetsMixin
from iomlaos.staff.inlines import ContentInline, FileVersionInline, TranslatedInline


class ProcurementDocumentInline(TranslatedFieldsetsMixin, TranslationStackedInline, FileVersionInline):
    model = ProcurementDocument
    formset = FileFormSet
    order_field = "position"
    classes = ["titled-files"]
    fieldsets = [
        (None, {"fields": [("title", "language", "dated", "position")]}),
        FileVersionInline.fieldsets[1],
    ]


class ClarificationInline(TranslatedInline):
    model = Clarification
    section = _("Updates")
    add_label = _("Add a question and its answer")
    fieldsets = [(None, {"fields": ["question", "answer"]})]


class AwardInline(ContentInline):
    model = Award
    section = _("Outcome")
    add_label = _("Add an award")
    fieldsets = [(None, {"fields": [("supplier", "lot"), ("value", "currency", "awarded_on")]})]


class AmendmentInline(TranslatedInline):
    model = Amendment
    section = _("Updates")
    add_label = _("Add an amendment")
    fieldsets = [(None, {"fields": ["text"]})]
