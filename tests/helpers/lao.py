"""Lao for records that a test makes, and what stays in Latin letters on Lao pages."""

from django.db.models import Q
from modeltranslation.translator import translator

from iomlaos.media.richtext import RichTextField

#: Names that the office writes in Latin letters in Lao texts, too. Abbreviations in capitals are not listed.
LATIN_NAMES = (
    "UN House", "We Are All In", "weareallin.iom.int", "Facebook", "WhatsApp", "SEZs", "BCPs", "Community Chest of Korea",
    "Verifier Travel Document and Bearer", "Displacement Tracking Matrix", "Build Back Safer", "Migrant Resource Centres",
    "Google Calendar", "From URL",
)  # fmt: skip


def translate_all() -> None:
    """Put Lao beside every English text that has none."""
    for model in translator.get_registered_models(abstract=False):
        for name in translator.get_options_for_model(model).all_fields:
            is_html = isinstance(model._meta.get_field(f"{name}_lo"), RichTextField)
            lacks_lao = Q(**{f"{name}_lo": ""}) | Q(**{f"{name}_lo": None})
            missing = model._base_manager.exclude(**{f"{name}_en": ""}).filter(lacks_lao)
            missing.update(**{f"{name}_lo": "<p>ຂໍ້ຄວາມ</p>" if is_html else "ຂໍ້ຄວາມ"})
