from modeltranslation.translator import TranslationOptions, register

from programmes.models import Counterpart, Document, Donor, Figure, Programme, Project


@register(Donor)
class DonorTranslation(TranslationOptions):
    fields = ("name", "parent")
    required_languages = {"en": ("name",)}


@register(Counterpart)
class CounterpartTranslation(TranslationOptions):
    fields = ("name",)
    required_languages = ("en",)


@register(Programme)
class ProgrammeTranslation(TranslationOptions):
    fields = ("title", "summary", "body", "since_what", "withdrawal_reason")
    required_languages = {"en": ("title", "summary", "body")}


@register(Project)
class ProjectTranslation(TranslationOptions):
    fields = ("title", "summary", "body", "dates_note", "role", "withdrawal_reason")
    required_languages = {"en": ("title", "summary")}


@register(Figure)
class FigureTranslation(TranslationOptions):
    fields = ("value", "caption", "source")
    required_languages = {"en": ("value",)}


@register(Document)
class DocumentTranslation(TranslationOptions):
    fields = ("title", "summary", "withdrawal_reason")
    required_languages = {"en": ("title",)}
