"""What a Lao page shows of English, and what it says of its translation."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import template
from django.core.paginator import Page
from django.db import models
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import get_language

from iomlaos.translations.queries import find_states
from iomlaos.translations.script import is_foreign
from iomlaos.translations.states import State, worst

register = template.Library()


@register.filter
def with_lang(text: Any) -> Any:
    """`{{ programme.title|with_lang }}`: on a Lao page, English is marked as such."""
    if get_language() != "lo" or not text or not is_foreign(str(text)):
        return text
    return format_html('<span lang="en">{}</span>', text)


@register.simple_tag
def translation_notice(*shown: Any) -> str:
    """`{% translation_notice programme projects %}`: on a Lao page, what its readers should know.

    It takes records, and lists that hold some. In English it costs nothing and writes nothing.
    """
    if get_language() != "lo":
        return ""
    records = [*_records(shown)]
    state = worst(state for states in find_states(records) for state in states.values())
    if state in (None, State.CURRENT):
        return ""
    return render_to_string("components/translation_notice.html", {"state": state.value})


def _records(shown: Iterable[Any]) -> Iterator[models.Model]:
    for each in shown:
        if isinstance(each, models.Model):
            yield each
        elif isinstance(each, list | tuple | models.QuerySet | Page):
            yield from _records(each)
