"""Whether a text is about a notice: by a link, the reference or the title, however they are typed."""

import re

from django.conf import settings

from careers.models.notice import Notice
from careers.verification.addresses import slug_at
from careers.verification.contacts import LINK, link_element, link_key
from careers.verification.message import normalize, read
from careers.verification.text_match import (
    FILLERS,
    NEIGHBOURS,
    contains,
    distinctive,
    is_lao,
    score,
    without_message_words,
    words_of,
)

#: How many words and numbers of a text are searched for.
MAX_WORDS = 12
MAX_NUMBERS = 50
#: The title of a notice stands in one of the first lines of a message.
TITLE_LINES = 3

#: What ends a phrase. Titles hold some of these signs, too.
BOUNDARY = re.compile(r"[\n,.:;!?()\[\]{}\"“”«»|/\u2010-\u2015]|(?<!\w)-|-(?!\w)")


class NoticeQuery:
    """What a visitor typed or pasted: its words, and the notices that it links to."""

    def __init__(self, text: str) -> None:
        self.slugs: list[str] = []
        self.has_link = False
        self.message = normalize(text)
        text = LINK.sub(self._take_url, self.message)
        self.text = text
        self.words = words_of(text)
        self.key_words = distinctive(self.words)
        lines = [line for line in text.splitlines() if line.strip()][:TITLE_LINES]
        first_words = distinctive(words_of(" ".join(lines)))
        self.search_words = list(dict.fromkeys(first_words))[:MAX_WORDS]
        self.numbers = sorted(_numbers(text), key=len, reverse=True)[:MAX_NUMBERS]

    def _take_url(self, match: re.Match[str]) -> str:
        self.has_link = True
        key, own = link_element(match).key, link_key(settings.SITE_URL)
        if key.startswith(f"{own}/"):
            self.slugs += slug_at(key.removeprefix(own).partition("?")[0])
        return " "

    @property
    def is_too_short(self) -> bool:
        """Whether nothing in it could tell one notice from another."""
        return not self.slugs and not self.has_link and len("".join(self.key_words)) < 3


def _numbers(text: str) -> set[str]:
    return {number.lstrip("0") for number in re.findall(r"\d+", text)} - {""}


def is_certain(query: NoticeQuery, notice: Notice, is_linked: bool) -> bool:
    """Whether a text without doubt is about this notice. Any of these is enough:

    * a link to it, or its reference, if the rest of the text is empty, holds half of the title, or is a
      part of it;
    * its whole title, in either language, as the whole text or as a phrase of it;
    * the beginning of its title, with a score of two or more and at least half of the title's.

    A common word, words picked from a title, a title within a longer one, and a reference with the title
    of something else are not enough: such a notice is only similar.
    """
    titles = titles_of(notice)
    if is_linked or has_reference(query, notice):
        rest = _words_about(without_reference(query.text, notice))
        return not rest or any(_shares_half(rest, title) or contains(title, rest) for title in titles)
    return any(_is_title(query, title) for title in titles)


def _words_about(text: str) -> list[str]:
    """The words of a text that may be a title, without its sums, addresses, dates and usual words."""
    _elements, rest = read(text)
    # Another deadline makes another message, and not another notice.
    return [word for word in without_message_words(words_of(rest)) if word != "extended"]


def _shares_half(words: list[str], title: list[str]) -> bool:
    if is_lao(title):
        return contains(words, title)
    return 2 * len({*words} & {*title}) >= len({*title})


def _is_title(query: NoticeQuery, title: list[str]) -> bool:
    """Whether the text is this title, or enough of its beginning, or has it as a phrase."""
    words = query.key_words
    if "".join(words) == "".join(title) or _has_phrase(query.text, title):
        return True
    begins = "".join(title).startswith("".join(words)) if is_lao(words) else title[: len(words)] == words
    return begins and score(words) >= 2 and 2 * score(words) >= score(title)


def _has_phrase(text: str, title: list[str]) -> bool:
    """Whether a title stands in a text by itself: not within a longer title, such as Senior Driver."""
    if is_lao(title):
        return score(title) >= 2 and contains(distinctive(words_of(text)), title)
    tokens = [token for phrase in BOUNDARY.split(text) for token in (*words_of(phrase), "")]
    skipped = {"", *FILLERS} - {*title}
    places = [place for place, token in enumerate(tokens) if token not in skipped]
    words = [tokens[place] for place in places]
    for start in range(len(words) - len(title) + 1):
        if words[start : start + len(title)] == title:
            before, after = places[start] - 1, places[start + len(title) - 1] + 1
            outside = [tokens[place] for place in (before, after) if 0 <= place < len(tokens)]
            if all(not token or token in NEIGHBOURS or not token.isalpha() for token in outside):
                return True
    return False


def is_similar(query: NoticeQuery, notice: Notice) -> bool:
    """Whether a notice is worth comparing: by its reference, its whole title, or half of the words."""
    titles = titles_of(notice)
    if has_reference(query, notice) or any(contains(query.key_words, title) for title in titles):
        return True
    if "".join(words_of(notice.reference)) == "".join(query.words):
        return True
    shared = (sum(contains(title, [word]) for word in query.search_words) for title in titles)
    return any(number and 2 * number >= len(query.search_words) for number in shared)


def titles_of(notice: Notice) -> list[list[str]]:
    """Its titles in English and Lao, as words to compare."""
    titles = [words_of(title) for title in (notice.title_en, notice.title_lo) if title]
    return [distinctive(title) or title for title in titles]


def has_reference(query: NoticeQuery, notice: Notice) -> bool:
    return without_reference(query.text, notice) != query.text


def without_reference(text: str, notice: Notice) -> str:
    """A text without the reference of a notice, however that is typed.

    A reference that could occur by chance in a date or a grade does not count: it needs three characters,
    and letters beside digits or two numbers.
    """
    parts = re.findall(r"\d+|[^\d ]+", " ".join(words_of(notice.reference)))
    if len(parts) < 2 or len("".join(parts)) < 3 or not any(map(str.isdigit, parts)):
        return text
    patterns = (f"0*{part.lstrip('0') or '0'}" if part.isdigit() else re.escape(part) for part in parts)
    pattern = r"[^\w\n]{0,3}".join(patterns)
    return re.sub(rf"(?<!\w){pattern}(?!\w)", " ", text, flags=re.IGNORECASE)
