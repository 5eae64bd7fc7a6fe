"""Find the notice that a text is about."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from operator import add, or_

from django.db.models import Case, CharField, Expression, F, Q, TextChoices, Value, When
from django.db.models.functions import Coalesce, Length, Lower, NullIf, Replace
from django.http import Http404

from careers.exports.share import find_by_short_name, moved_notice
from careers.models.notice import Notice, notice_models
from careers.models.notice_queryset import NoticeQuerySet
from careers.verification.matching import (
    NoticeQuery,
    has_reference,
    is_certain,
    is_similar,
    titles_of,
)
from careers.verification.text_match import (
    ACCENTS,
    LAO_SEPARATORS,
    LAO_SPELLINGS,
    SEPARATORS,
    contains,
    is_lao,
)
from iomlaos.delivery.exceptions import GoneError, PermanentlyMoved

MAX_NOTICES = 10
#: How many links of a text are followed.
MAX_LINKS = 5


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

    @property
    def certain(self) -> Notice | None:
        """The live notice that the text is about without doubt."""
        is_certain = self.verdict in (NoticeVerdict.OPEN, NoticeVerdict.CLOSED)
        return self.notices[0] if is_certain else None


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
    """Those whose reference the text names, of these those with its title, and none with a part of it."""
    named = [notice for notice in notices if has_reference(query, notice)] or notices
    titled = [
        notice for notice in named if any(contains(query.key_words, title) for title in titles_of(notice))
    ]
    return [notice for notice in titled or named if not any(_is_part(notice, other) for other in named)]


def _is_part(notice: Notice, other: Notice) -> bool:
    """Whether the title of a notice is a part of another's."""
    [title, *_lao] = titles_of(notice)
    return any(len(longer) > len(title) and contains(longer, title) for longer in titles_of(other))


def _linked_notices(query: NoticeQuery, at: datetime.datetime) -> tuple[list[Notice], list[Notice]]:
    """The live notices that a text links to, also by a former slug, and those that are gone."""
    live, gone = [], []
    for slug in list(dict.fromkeys(query.slugs))[:MAX_LINKS]:
        try:
            live.append(find_by_short_name(slug, at))
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
    usual = word.replace("ຫລ", "ຫຼ")
    for character in ("ຳ", "ໜ", "ໝ"):
        usual = usual.replace(LAO_SPELLINGS[character], character)
    spellings = product(("title_en", "title_lo"), (word, usual))
    return reduce(or_, (Q(**{f"{field}__icontains": spelling}) for field, spelling in spellings))
