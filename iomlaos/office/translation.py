from modeltranslation.translator import TranslationOptions, register

from iomlaos.office.models import Milestone, Office, Page, Place, SiteNotice, StandardText


@register(Office)
class OfficeTranslation(TranslationOptions):
    fields = ("name", "short_name", "introduction", "postal_address", "hours")
    required_languages = ("en",)


@register(Milestone)
class MilestoneTranslation(TranslationOptions):
    fields = ("text",)
    required_languages = ("en",)


@register(Place)
class PlaceTranslation(TranslationOptions):
    fields = ("name",)
    required_languages = ("en",)


@register(Page)
class PageTranslation(TranslationOptions):
    fields = ("title", "lead", "body", "withdrawal_reason")
    required_languages = {"en": ("title",)}


@register(StandardText)
class StandardTextTranslation(TranslationOptions):
    fields = ("title", "body")
    required_languages = ("en",)


@register(SiteNotice)
class SiteNoticeTranslation(TranslationOptions):
    fields = ("text",)
    required_languages = ("en",)
