from modeltranslation.translator import TranslationOptions, register

from careers.models.amendment import Amendment
from careers.models.application_form import ApplicationForm
from careers.models.deadline_change import DeadlineChange
from careers.models.procurement import Clarification, ProcurementDocument, ProcurementNotice
from careers.models.vacancy import Vacancy

NOTICE = ("title", "contact", "submission_address", "body", "what_next", "outcome_note", "withdrawal_reason")


@register(ApplicationForm)
class ApplicationFormTranslation(TranslationOptions):
    fields = ("title", "summary", "withdrawal_reason")
    required_languages = {"en": ("title",)}


@register(Vacancy)
class VacancyTranslation(TranslationOptions):
    fields = (
        *NOTICE,
        "organizational_unit",
        "appointment_type",
        "duration",
        "starts",
        "context",
        "responsibilities",
        "qualifications",
        "languages",
        "competencies",
    )
    required_languages = {"en": ("title",)}


@register(ProcurementNotice)
class ProcurementNoticeTranslation(TranslationOptions):
    fields = (*NOTICE, "pre_bid_place", "delivery_place")
    required_languages = {"en": ("title",)}


@register(ProcurementDocument)
class ProcurementDocumentTranslation(TranslationOptions):
    fields = ("title",)
    required_languages = {"en": ("title",)}


@register(Clarification)
class ClarificationTranslation(TranslationOptions):
    fields = ("question", "answer")
    required_languages = {"en": ("question",)}


@register(Amendment)
class AmendmentTranslation(TranslationOptions):
    fields = ("text",)
    required_languages = {"en": ("text",)}


@register(DeadlineChange)
class DeadlineChangeTranslation(TranslationOptions):
    fields = ("reason",)
