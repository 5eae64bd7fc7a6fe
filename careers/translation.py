from modeltranslation.translator import TranslationOptions, register

from .models import ApplicationForm, Vacancy


@register(ApplicationForm)
class ApplicationFormTranslation(TranslationOptions):
    fields = ("title", "summary")
    required_languages = {"en": ("title",)}


@register(Vacancy)
class VacancyTranslation(TranslationOptions):
    fields = ("title", "organizational_unit", "appointment_type", "contact", "body")
    required_languages = {"en": ("title",)}
