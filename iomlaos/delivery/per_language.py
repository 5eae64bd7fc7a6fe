"""What is asked for many times on a page, and depends on plain values and the language of the page alone."""

import functools
from collections.abc import Callable, Hashable
from typing import TypeVar

from django.urls import reverse
from django.utils.translation import get_language

T = TypeVar("T")

#: Results of each function that are remembered. An address or a date takes about 250 bytes.
MAX_RESULTS = 4000


def cached_per_language(make: Callable[..., T]) -> Callable[..., T]:
    """Decorator for a function of plain values: its last results are remembered, for each language."""

    @functools.lru_cache(MAX_RESULTS)
    def remembered(language: str | None, *args: Hashable) -> T:
        return make(*args)

    @functools.wraps(make)
    def get(*args: Hashable) -> T:
        return remembered(get_language(), *args)

    return get


@cached_per_language
def path_to(name: str, *args: object) -> str:
    """The path of a view, as `reverse` finds it, which takes ten times as long."""
    return reverse(name, args=args)
