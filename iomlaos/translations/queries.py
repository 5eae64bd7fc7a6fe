"""The states of the Lao texts of records: asked of the database, or read for some at once."""

from collections.abc import Iterable
from functools import cache

from django.db import models
from django.db.models.functions import MD5
from modeltranslation.utils import build_localized_fieldname

from iomlaos.translations.models import Translation
from iomlaos.translations.states import State, state_of

#: Fields that no live page shows.
NOT_ON_PAGES = {"withdrawal_reason"}


@cache
def translated_fields(model: type[models.Model]) -> tuple[str, ...]:
    """The translated texts that pages show, without their language, in the order of the model."""
    lao = [field for field in model._meta.concrete_fields if getattr(field, "language", "") == "lo"]
    names = [field.translated_field.name for field in lao]
    return tuple(name for name in names if name not in NOT_ON_PAGES)


def has_text_in(model: type[models.Model], state: State) -> models.Q:
    """Rows of a model that have a text in this state."""
    found = models.Q(pk__in=[])
    for name in translated_fields(model):
        english, lao = (build_localized_fieldname(name, language) for language in ("en", "lo"))
        if state == State.UNTRANSLATED:
            condition = ~models.Q(**{f"{lao}__gt": ""})
        else:
            known = Translation.objects.filter(source=MD5(models.OuterRef(english)))
            known = known.filter(target=MD5(models.OuterRef(lao)))
            if state != State.OUTDATED:
                known = known.filter(reviewed_at__isnull=state == State.AWAITING_REVIEW)
            is_known = models.Q(models.Exists(known))
            condition = models.Q(**{f"{lao}__gt": ""}) & (~is_known if state == State.OUTDATED else is_known)
        found |= models.Q(**{f"{english}__gt": ""}) & condition
    return found


def find_states(records: Iterable[models.Model]) -> list[dict[str, State]]:
    """For each record the state of each text that it was read with, by field. One query for all."""
    texts = [
        {
            name: (getattr(record, f"{name}_en") or "", getattr(record, f"{name}_lo") or "")
            for name in translated_fields(record._meta.model)
            # A list leaves long texts unread, and shows none of them.
            if record.get_deferred_fields().isdisjoint({f"{name}_en", f"{name}_lo"})
        }
        for record in records
    ]
    known = Translation.objects.known(pair for pairs in texts for pair in pairs.values())
    return [
        {name: state for name, pair in pairs.items() if (state := state_of(pair, known))} for pairs in texts
    ]
