from modeltranslation.translator import TranslationOptions, register

from careers.models.amendment import Amendment
from careers.models.application_form import ApplicationForm
from careers.models.deadline_change import DeadlineChange
from careers.models.document_change import DocumentChange
from careers.models.procurement import Clarification, ProcurementDocument, ProcurementNotice
from careers.models.vacancy import Vacancy


@register(ApplicationForm)
class ApplicationFormTranslation(TranslationOptions):
    fields = ("title", "summary", "withdrawal_reason")
    required_languages = {"en": ("title",)}


class NoticeTranslation(TranslationOptions):
    fields = (
        "title", "contact", "submission_address", "body", "what_next", "outcome_note", "withdrawal_reason",
    )  # fmt: skip
    required_languages = {"en": ("title",)}


@register(Vacancy)
class VacancyTranslation(NoticeTranslation):
    fields = ("organizational_unit", "appointment_type", "duration", "starts", *Vacancy.SECTIONS)


@register(ProcurementNotice)
class ProcurementNoticeTranslation(NoticeTranslation):
    fields = ("pre_bid_place", "delivery_place")


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


@register(DocumentChange)
class DocumentChangeTranslation(TranslationOptions):
    fields = ("title",)
