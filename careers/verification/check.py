"""Find the notice that a visitor has read about elsewhere, and say whether we published it."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import add, or_
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Case, CharField, Expression, F, Q, TextChoices, Value, When
from django.db.models.functions import Coalesce, Length, Lower, NullIf, Replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from careers.exports.share import find_notice, moved_notice
from careers.models.notice import Notice, notice_models
from careers.models.notice_queryset import NoticeQuerySet
from careers.verification.text_match import (
    ACCENTS,
    LAO_SEPARATORS,
    LAO_SPELLINGS,
    SEPARATORS,
    contains,
    distinctive,
    is_lao,
    score,
    words_of,
)
from iomlaos.delivery.exceptions import GoneError, PermanentlyMoved
from iomlaos.office.models import StandardText

#: Enough for a whole caption, and short enough for a URL in Lao.
MAX_LENGTH = 400
MAX_NOTICES = 10
#: How many words and links of a query are searched for.
MAX_WORDS = 12
MAX_LINKS = 2

#: The host and the path of a URL: http(s)://…, www.…, or name.org/…
URL = re.compile(
    r"(?:https?://|(?<![\w@.-])(?=www\.|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?::\d+)?/))"
    r"([^\s/?#]*)([^\s?#]*)\S*",
    re.IGNORECASE,
)
#: A path of this site alone: /n/…
PATH = re.compile(r"(?<!\S)(/[^\s?#]+)\S*")


class CheckQuery:
    """What a visitor typed or pasted: its words, and the notices that it links to."""

    def __init__(self, text: str) -> None:
        self.slugs: list[str] = []
        self.has_foreign_link = False
        text = URL.sub(self._take_url, text)
        self.words = words_of(PATH.sub(self._take_path, text))
        self.key_words = distinctive(self.words)
        self.search_words = list(dict.fromkeys(self.key_words))[:MAX_WORDS]

    def _take_url(self, match: re.Match[str]) -> str:
        host, path = match.groups()
        if host.lower() == urlsplit(settings.SITE_URL).netloc.lower():
            self.slugs += slug_at(path)
        else:
            self.has_foreign_link = True
        return " "

    def _take_path(self, match: re.Match[str]) -> str:
        slugs = slug_at(match[1])
        self.slugs += slugs
        return " " if slugs else match[0]

    @property
    def is_too_short(self) -> bool:
        """Whether nothing in it could tell one notice from another."""
        return not self.slugs and not self.has_foreign_link and len("".join(self.key_words)) < 3


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


def is_genuine(query: CheckQuery, notice: Notice, is_linked: bool) -> bool:
    """Whether a query without doubt means this live notice. Any of these is enough:

    * a link to it, or its reference (the same letters and digits in order, whatever separates them), if
      the rest of the query is empty, holds the whole title, or is a part of it;
    * its whole title, in either language, with a score of two or more;
    * the beginning of its title, with a score of two or more and at least half of the title's.

    A common word, words picked from a title, a title within a longer one, and a reference with the title
    of something else are not enough: such a notice is only near.
    """
    titles = titles_of(notice)
    if is_linked or has_reference(query, notice):
        rest = distinctive(_without_reference(query, notice))
        return not rest or any(contains(rest, title) or contains(title, rest) for title in titles)
    return any(_is_title(query.key_words, title) for title in titles)


def _is_title(words: list[str], title: list[str]) -> bool:
    """Whether the words are this title, or enough of its beginning."""
    if "".join(words) == "".join(title):
        return score(title) >= 2
    begins = "".join(title).startswith("".join(words)) if is_lao(words) else title[: len(words)] == words
    return begins and score(words) >= 2 and 2 * score(words) >= score(title)


def is_near(query: CheckQuery, notice: Notice) -> bool:
    """Whether a notice is worth comparing: by its reference, its whole title, or half of the words."""
    titles = titles_of(notice)
    if has_reference(query, notice) or any(contains(query.key_words, title) for title in titles):
        return True
    if "".join(words_of(notice.reference)) == "".join(query.words):
        return True
    shared = (sum(contains(title, [word]) for word in query.search_words) for title in titles)
    return any(2 * number >= len(query.search_words) for number in shared)


def titles_of(notice: Notice) -> list[list[str]]:
    """Its titles in English and Lao, as words to compare."""
    titles = [words_of(title) for title in (notice.title_en, notice.title_lo) if title]
    return [distinctive(title) or title for title in titles]


def has_reference(query: CheckQuery, notice: Notice) -> bool:
    return _without_reference(query, notice) != query.words


def _without_reference(query: CheckQuery, notice: Notice) -> list[str]:
    """The words of a query without the reference of the notice.

    A reference that could occur by chance in a date or a grade does not count: it needs three characters,
    and letters beside digits or two numbers.
    """
    parts = re.findall(r"\d+|[^\d ]+", " ".join(words_of(notice.reference)))
    if len(parts) < 2 or len("".join(parts)) < 3 or not any(map(str.isdigit, parts)):
        return query.words
    pattern = r"(?:^|(?<= ))" + " ?".join(map(re.escape, parts)) + r"(?= |$)"
    return re.sub(pattern, "", " ".join(query.words)).split()


class MatchLevel(TextChoices):
    OPEN = "open", _("Genuine, and open")
    CLOSED = "closed", _("Genuine, and closed")
    WITHDRAWN = "withdrawn", _("Withdrawn by the office")
    SEVERAL = "several", _("Genuine: several match")
    COMPARE = "compare", _("Not certain: please compare")
    UNKNOWN = "unknown", _("Unknown to the office")
    TOO_LITTLE = "too-little", _("Too little to go by")


@dataclass(frozen=True)
class CheckResult:
    """The verdict on a query, and the notices that it may mean: latest closing first."""

    verdict: MatchLevel
    notices: list[Notice]
    #: Whether there are more than these.
    has_more: bool
    has_foreign_link: bool
    #: Why a notice was withdrawn. The notice itself is not shown: it may have been edited since.
    reason: str = ""


def check_text(text: str, at: datetime.datetime) -> CheckResult:
    """Compare a text with all live notices, and with those that were withdrawn."""
    query = CheckQuery(text)
    linked, gone = _linked_notices(query, at)
    live = [model.objects.live(at).with_readvertised(at) for model in notice_models()]
    found = list(dict.fromkeys([*linked, *_search(query, live)]))
    genuine = [notice for notice in found if is_genuine(query, notice, notice in linked)]
    if not genuine and (withdrawn := _withdrawn(query, gone, at)):
        reason = withdrawn.withdrawal_reason
        return CheckResult(MatchLevel.WITHDRAWN, [], False, query.has_foreign_link, reason)
    near = [notice for notice in found if notice in linked or is_near(query, notice)]
    notices = sorted(genuine or near, key=lambda notice: notice.closes_at, reverse=True)
    verdict = _verdict(query, genuine, near, at)
    return CheckResult(verdict, notices[:MAX_NOTICES], len(notices) > MAX_NOTICES, query.has_foreign_link)


def _verdict(
    query: CheckQuery, genuine: list[Notice], near: list[Notice], at: datetime.datetime
) -> MatchLevel:
    if len(genuine) > 1:
        return MatchLevel.SEVERAL
    if genuine:
        return MatchLevel.OPEN if genuine[0].is_open(at) else MatchLevel.CLOSED
    if near:
        return MatchLevel.COMPARE
    return MatchLevel.TOO_LITTLE if query.is_too_short else MatchLevel.UNKNOWN


def _linked_notices(query: CheckQuery, at: datetime.datetime) -> tuple[list[Notice], list[Notice]]:
    """The live notices that a query links to, also by a former slug, and those that are gone."""
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


def _withdrawn(query: CheckQuery, gone: list[Notice], at: datetime.datetime) -> Notice | None:
    """The withdrawn notice that a query means without doubt; of several the one that closes last."""
    linked = [notice for notice in gone if notice.is_withdrawn(at)]
    withdrawn = [model.objects.withdrawn(at) for model in notice_models()]
    found = dict.fromkeys([*linked, *_search(query, withdrawn)])
    genuine = [notice for notice in found if is_genuine(query, notice, notice in linked)]
    return max(genuine, key=lambda notice: notice.closes_at, default=None)


def _search(query: CheckQuery, querysets: list[NoticeQuerySet]) -> Iterator[Notice]:
    """A few notices of each kind that come nearest, as far as the database can compare them."""
    if not query.key_words:
        return
    for rows in querysets:
        for search in (_by_reference, _by_title, _by_words):
            yield from search(rows, query)[: MAX_NOTICES + 1]


def _by_reference(rows: NoticeQuerySet, query: CheckQuery) -> NoticeQuerySet:
    return _within(query, rows.exclude(reference=""), F("reference"), SEPARATORS)


def _by_title(rows: NoticeQuerySet, query: CheckQuery) -> NoticeQuerySet:
    """By the English title or, for a query in Lao, by the Lao one if there is one."""
    if is_lao(query.words):
        lao = Coalesce(NullIf(F("title_lo"), Value("")), F("title_en"))
        return _within(query, rows, lao, LAO_SEPARATORS | LAO_SPELLINGS)
    return _within(query, rows, F("title_en"), SEPARATORS | ACCENTS)


def _within(
    query: CheckQuery, rows: NoticeQuerySet, text: Expression | F, replacements: dict[str, str]
) -> NoticeQuerySet:
    """Rows whose text, after the replacements, occurs in the query; longest text first."""
    key = Lower(text)
    for character, replacement in replacements.items():
        key = Replace(key, Value(character), Value(replacement))
    rows = rows.alias(key=key, query=Value("".join(query.words), CharField()))
    return rows.filter(query__contains=F("key")).order_by(Length(text).desc(), "-closes_at", "-pk")


def _by_words(rows: NoticeQuerySet, query: CheckQuery) -> NoticeQuerySet:
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


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """The form, and the result for what it sent.

    The page shows the visitor's text in the form field only: elsewhere a stranger's text would look like
    ours.
    """
    text = request.GET.get("q", "").strip()[:MAX_LENGTH]
    context = {
        "text": text,
        "max_length": MAX_LENGTH,
        "answer": check_text(text, request.at) if text else None,
        "at": request.at,
        "standard": StandardText.by_slug(),
        "section": "careers",
    }
    return render(request, "careers/check.html", context)
