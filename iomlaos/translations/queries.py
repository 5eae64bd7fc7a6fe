"""The states of the Lao texts of records: asked of the database, or read for some at once."""

from collections.abc import Iterable
from functools import cache

from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.utils.translation import get_language
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


_KNOWN = "EXISTS (SELECT 1 FROM {translations} WHERE source = MD5({english}) AND target = MD5({lao}){review})"
_CONDITIONS = {
    State.UNTRANSLATED: "({lao} = '' OR {lao} IS NULL)",
    State.OUTDATED: "{lao} > '' AND NOT " + _KNOWN,
    State.AWAITING_REVIEW: "{lao} > '' AND " + _KNOWN,
    State.CURRENT: "{lao} > '' AND " + _KNOWN,
}
_REVIEWS = {State.AWAITING_REVIEW: " AND reviewed_at IS NULL", State.CURRENT: " AND reviewed_at IS NOT NULL"}


@cache
def has_text_in(model: type[models.Model], state: State) -> RawSQL:
    """Rows of a model that have a text in this state, for a queryset that is no subquery.

    Written in SQL: of expressions for each field, the work list would take a fifth of a second.
    """
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    found = ["1 = 0"]
    for name in translated_fields(model):
        english, lao = (f"{table}.{quote(build_localized_fieldname(name, code))}" for code in ("en", "lo"))
        condition = _CONDITIONS[state].format(
            translations=quote(Translation._meta.db_table),
            english=english,
            lao=lao,
            review=_REVIEWS.get(state, ""),
        )
        found.append(f"({english} > '' AND {condition})")
    return RawSQL(" OR ".join(found), (), output_field=models.BooleanField())


def use_english_where_outdated(records: Iterable[models.Model]) -> None:
    """Drop outdated Lao texts of records in memory, for what cannot say beside a text that it is outdated."""
    records = [*records] if get_language() == "lo" else []
    for record, states in zip(records, find_states(records), strict=True):
        for name, state in states.items():
            if state == State.OUTDATED:
                setattr(record, build_localized_fieldname(name, "lo"), "")


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
