"""Find the notice that a text is about."""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from operator import add, or_

from django.conf import settings
from django.db.models import Case, CharField, Expression, F, Q, TextChoices, Value, When
from django.db.models.functions import Coalesce, Length, Lower, NullIf, Replace
from django.http import Http404
from django.urls import Resolver404, resolve

from careers.exports.share import find_notice, moved_notice
from careers.models.notice import Notice, notice_models
from careers.models.notice_queryset import NoticeQuerySet
from careers.verification.elements import LINK, link_key, normalize
from careers.verification.text_match import (
    ACCENTS,
    LAO_SEPARATORS,
    LAO_SPELLINGS,
    NEIGHBOURS,
    SEPARATORS,
    contains,
    distinctive,
    is_lao,
    score,
    words_of,
)
from iomlaos.delivery.exceptions import GoneError, PermanentlyMoved

MAX_NOTICES = 10
#: How many words, numbers and links of a text are searched for.
MAX_WORDS = 12
MAX_NUMBERS = 50
MAX_LINKS = 5
#: The title of a notice stands in one of the first lines of a message.
TITLE_LINES = 3

#: A path of this site alone: /n/…
PATH = re.compile(r"(?<!\S)(/[^\s?#]+)\S*")
#: What ends a phrase. Titles hold some of these signs, too.
BOUNDARY = re.compile(r"[\n,.:;!?()\[\]{}\"“”«»|/\u2010-\u2015]|(?<!\w)-|-(?!\w)")


class NoticeVerdict(TextChoices):
    """What we know of the notice. Also the values of `data-notice`, on which checks from outside rely."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    SIMILAR = "similar"
    UNKNOWN = "unknown"
    TOO_LITTLE = "too-little"


@dataclass(frozen=True)
class FoundNotices:
    """The notices that a text may mean: one, unless they are only similar. The latest closing first."""

    verdict: NoticeVerdict
    notices: list[Notice] = field(default_factory=list)
    #: Whether there are more than these.
    has_more: bool = False
    #: A withdrawn notice, of which visitors see the title and the reference.
    withdrawn: Notice | None = None


class NoticeQuery:
    """What a visitor typed or pasted: its words, and the notices that it links to."""

    def __init__(self, text: str) -> None:
        self.slugs: list[str] = []
        self.has_link = False
        text = PATH.sub(self._take_path, LINK.sub(self._take_url, normalize(text)))
        self.text = text
        self.words = words_of(text)
        self.key_words = distinctive(self.words)
        lines = [line for line in text.splitlines() if line.strip()][:TITLE_LINES]
        first_words = distinctive(words_of(" ".join(lines)))
        self.search_words = list(dict.fromkeys(first_words))[:MAX_WORDS]
        self.numbers = sorted(_numbers(text), key=len, reverse=True)[:MAX_NUMBERS]

    def _take_url(self, match: re.Match[str]) -> str:
        self.has_link = True
        key = link_key(match[0].rstrip(".,;:!?)]}>»”’\"'"))
        own = link_key(settings.SITE_URL)
        if key.startswith(f"{own}/"):
            self.slugs += slug_at(key.removeprefix(own).partition("?")[0])
        return " "

    def _take_path(self, match: re.Match[str]) -> str:
        slugs = slug_at(match[1])
        self.slugs += slugs
        return " " if slugs else match[0]

    @property
    def is_too_short(self) -> bool:
        """Whether nothing in it could tell one notice from another."""
        return not self.slugs and not self.has_link and len("".join(self.key_words)) < 3


def _numbers(text: str) -> set[str]:
    return {number.lstrip("0") for number in re.findall(r"\d+", text)} - {""}


def slug_at(path: str) -> list[str]:
    """The slug of the notice that a path of this site leads to, or an empty list."""
    path = path.rstrip(".,;:!?)]}>»”’\"'/")
    for candidate in (path, f"{path}/"):
        try:
            match = resolve(candidate)
        except Resolver404:
            continue
        if match.view_name == "short_notice" or (match.namespace == "careers" and "slug" in match.kwargs):
            return [match.kwargs["slug"]]
    return []


# --- Comparing ------------------------------------------------------------------------------------


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
        rest = distinctive(without_reference(query, notice))
        return not rest or any(_shares_half(rest, title) or contains(title, rest) for title in titles)
    return any(_is_title(query, title) for title in titles)


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
    places = [place for place, token in enumerate(tokens) if token]
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
    return without_reference(query, notice) != query.words


def without_reference(query: NoticeQuery, notice: Notice) -> list[str]:
    """The words of a text without the reference of the notice, however that is typed.

    A reference that could occur by chance in a date or a grade does not count: it needs three characters,
    and letters beside digits or two numbers.
    """
    parts = re.findall(r"\d+|[^\d ]+", " ".join(words_of(notice.reference)))
    if len(parts) < 2 or len("".join(parts)) < 3 or not any(map(str.isdigit, parts)):
        return query.words
    patterns = (rf"0*{part.lstrip('0') or '0'}" if part.isdigit() else re.escape(part) for part in parts)
    pattern = r"(?:^|(?<= ))" + " ?".join(patterns) + r"(?= |$)"
    return re.sub(pattern, "", " ".join(query.words)).split()


# --- Finding --------------------------------------------------------------------------------------


def find_notices(query: NoticeQuery, at: datetime.datetime) -> FoundNotices:
    """Compare a text with all live notices, and with those that were withdrawn."""
    linked, gone = _linked_notices(query, at)
    live = [model.objects.live(at).with_readvertised(at) for model in notice_models()]
    found = list(dict.fromkeys([*linked, *_search(query, live)]))
    certain = _most_certain(query, [each for each in found if is_certain(query, each, each in linked)])
    if len(certain) == 1:
        is_open = certain[0].is_open(at)
        return FoundNotices(NoticeVerdict.OPEN if is_open else NoticeVerdict.CLOSED, certain)
    if not certain and (withdrawn := _withdrawn(query, gone, at)):
        return FoundNotices(NoticeVerdict.WITHDRAWN, withdrawn=withdrawn)
    similar = certain or [each for each in found if each in linked or is_similar(query, each)]
    if similar:
        similar.sort(key=lambda notice: notice.closes_at, reverse=True)
        return FoundNotices(NoticeVerdict.SIMILAR, similar[:MAX_NOTICES], len(similar) > MAX_NOTICES)
    return FoundNotices(NoticeVerdict.TOO_LITTLE if query.is_too_short else NoticeVerdict.UNKNOWN)


def _most_certain(query: NoticeQuery, notices: list[Notice]) -> list[Notice]:
    """Of several notices those whose reference the text names, and none whose title is within another's."""
    named = [notice for notice in notices if has_reference(query, notice)] or notices
    return [
        notice
        for notice in named
        if not any(
            len(longer) > len(title) and contains(longer, title)
            for other in named
            for longer in titles_of(other)
            for title in titles_of(notice)[:1]
        )
    ]


def _linked_notices(query: NoticeQuery, at: datetime.datetime) -> tuple[list[Notice], list[Notice]]:
    """The live notices that a text links to, also by a former slug, and those that are gone."""
    live, gone = [], []
    for slug in list(dict.fromkeys(query.slugs))[:MAX_LINKS]:
        try:
            live.append(find_notice(slug, at))
        except PermanentlyMoved as moved:
            live.append(moved_notice(moved, at))
        except GoneError as error:
            gone.append(error.record)
        except Http404:
            continue
    return live, gone


def _withdrawn(query: NoticeQuery, gone: list[Notice], at: datetime.datetime) -> Notice | None:
    """The withdrawn notice that a text means without doubt; of several the one that closes last."""
    linked = [notice for notice in gone if notice.is_withdrawn(at)]
    withdrawn = [model.objects.withdrawn(at) for model in notice_models()]
    found = dict.fromkeys([*linked, *_search(query, withdrawn)])
    certain = [notice for notice in found if is_certain(query, notice, notice in linked)]
    return max(certain, key=lambda notice: notice.closes_at, default=None)


def _search(query: NoticeQuery, querysets: Iterable[NoticeQuerySet]) -> Iterator[Notice]:
    """A few notices of each kind that come nearest, as far as the database can compare them."""
    if not query.key_words:
        return
    for rows in querysets:
        for search in (_by_reference, _by_numbers, _by_title, _by_words):
            yield from search(rows, query)[: MAX_NOTICES + 1]


def _by_reference(rows: NoticeQuerySet, query: NoticeQuery) -> NoticeQuerySet:
    return _within(query, rows.exclude(reference=""), F("reference"), SEPARATORS)


def _by_numbers(rows: NoticeQuerySet, query: NoticeQuery) -> NoticeQuerySet:
    """By the numbers in the reference, which are typed with and without zeros; most of them first."""
    if not query.numbers:
        return rows.none()
    numbers = (Case(When(reference__contains=number, then=1), default=0) for number in query.numbers)
    rows = rows.exclude(reference="").alias(numbers=reduce(add, numbers)).filter(numbers__gt=0)
    return rows.order_by("-numbers", "-closes_at", "-pk")


def _by_title(rows: NoticeQuerySet, query: NoticeQuery) -> NoticeQuerySet:
    """By the English title or, for a text with Lao, by the Lao one if there is one."""
    if is_lao(query.words):
        lao = Coalesce(NullIf(F("title_lo"), Value("")), F("title_en"))
        return _within(query, rows, lao, LAO_SEPARATORS | LAO_SPELLINGS)
    return _within(query, rows, F("title_en"), SEPARATORS | ACCENTS)


def _within(
    query: NoticeQuery, rows: NoticeQuerySet, text: Expression | F, replacements: dict[str, str]
) -> NoticeQuerySet:
    """Rows whose text, after the replacements, occurs in the query; longest text first."""
    key = Lower(text)
    for character, replacement in replacements.items():
        key = Replace(key, Value(character), Value(replacement))
    rows = rows.alias(key=key, query=Value("".join(query.words), CharField()))
    return rows.filter(query__contains=F("key")).order_by(Length(text).desc(), "-closes_at", "-pk")


def _by_words(rows: NoticeQuerySet, query: NoticeQuery) -> NoticeQuerySet:
    """Rows whose title has half of the words; most words first, then the shortest title."""
    score = reduce(add, (Case(When(_has_word(word), then=1), default=0) for word in query.search_words))
    rows = rows.alias(score=score).filter(score__gte=(len(query.search_words) + 1) // 2)
    return rows.order_by("-score", Length("title_en"), "-closes_at", "-pk")


def _has_word(word: str) -> Q:
    """Matches titles with a word; in Lao with its normalized or its usual spelling."""
    if word.isascii():
        return Q(title_en__icontains=word)
    usual = word
    for character in ("ຳ", "ໜ", "ໝ"):
        usual = usual.replace(LAO_SPELLINGS[character], character)
    spellings = product(("title_en", "title_lo"), (word, usual))
    return reduce(or_, (Q(**{f"{field}__icontains": spelling}) for field, spelling in spellings))
