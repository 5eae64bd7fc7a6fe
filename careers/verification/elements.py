"""What a message names that can be compared."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    MONEY = "money"
    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"
    MESSENGER = "messenger"
    DATE = "date"


@dataclass(frozen=True)
class Element:
    """Something that a text names."""

    kind: Kind
    #: As the text has it.
    words: str
    #: In one spelling, to compare. Several readings of one date are separated by spaces.
    key: str


def cut_out(
    pattern: re.Pattern[str], text: str, make: Callable[[re.Match[str]], Element | None]
) -> tuple[list[Element], str]:
    """The elements that a pattern finds, and the text with "…" for them. What is none stays."""
    found = []

    def take(match: re.Match[str]) -> str:
        element = make(match)
        if element is None:
            return match[0]
        found.append(element)
        return " … "

    return found, pattern.sub(take, text)
