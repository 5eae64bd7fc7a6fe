"""Find the notice that a visitor has read about elsewhere, and say whether we published it."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
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

#: A whole caption is shorter; and Lao of this length still fits into an address.
LONGEST = 400
#: What an answer names at most, and what of a question is looked for.
MOST = 10
MOST_WORDS = 12
MOST_ADDRESSES = 2

#: An address written out, as its host and path: http(s)://…, www.…, or name.org/…
ADDRESS = re.compile(
    r"(?:https?://|(?<![\w@.-])(?=www\.|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?::\d+)?/))"
    r"([^\s/?#]*)([^\s?#]*)\S*",
    re.IGNORECASE,
)
#: A path of this site alone: /n/…
PATH = re.compile(r"(?<!\S)(/[^\s?#]+)\S*")


class CheckQuery:
    """What somebody typed or pasted: its words, and the addresses among them."""

    def __init__(self, text: str) -> None:
        self.slugs: list[str] = []
        self.names_elsewhere = False
        text = ADDRESS.sub(self._take_address, text)
        self.words = words_of(PATH.sub(self._take_path, text))
        self.telling = distinctive(self.words)

    def _take_address(self, found: re.Match[str]) -> str:
        host, path = found.groups()
        if host.lower() == urlsplit(settings.SITE_URL).netloc.lower():
            self.slugs += slug_at(path)
        else:
            self.names_elsewhere = True
        return " "

    def _take_path(self, found: re.Match[str]) -> str:
        slugs = slug_at(found[1])
        self.slugs += slugs
        return " " if slugs else found[0]

    @property
    def addressed(self) -> list[str]:
        """The slugs that are looked up."""
        return list(dict.fromkeys(self.slugs))[:MOST_ADDRESSES]

    @cached_property
    def asked(self) -> list[str]:
        """The words that titles are searched for."""
        return list(dict.fromkeys(self.telling))[:MOST_WORDS]

    @property
    def is_too_little(self) -> bool:
        """Whether nothing in it could tell one notice from another."""
        return not self.slugs and not self.names_elsewhere and len("".join(self.telling)) < 3


def slug_at(path: str) -> list[str]:
    """The slug of the notice that a path of this site leads to, if it leads to one."""
    path = path.rstrip(".,;:!?)]}>»”’\"'/")
    for written in (path, f"{path}/"):
        try:
            found = resolve(written)
        except Resolver404:
            continue
        if found.view_name == "short_notice" or (found.namespace == "careers" and "slug" in found.kwargs):
            return [found.kwargs["slug"]]
    return []


def is_genuine(question: CheckQuery, notice: Notice, is_addressed: bool) -> bool:
    """Whether a question leaves no doubt that it means this notice. For live notices.

    What counts:

    * its address on this site, or its reference (letters and figures in their order, whatever
      stands between them), where nothing else is said or what is said fits: it holds the whole
      title, or is a piece of it;
    * its whole title, in either language, if that is worth two words or more;
    * the beginning of its title, if that is worth two words or more and half of the title.

    A common word, words picked from a title, a title within a longer one, and a reference with
    the title of something else are not enough: these are notices to compare with.
    """
    titles = titles_of(notice)
    if is_addressed or has_reference(question, notice):
        rest = distinctive(_without_reference(question, notice))
        return not rest or any(contains(rest, title) or contains(title, rest) for title in titles)
    return any(_is_title(question.telling, title) for title in titles)


def _is_title(said: list[str], title: list[str]) -> bool:
    """Whether what is said is this title, or enough of its beginning."""
    if "".join(said) == "".join(title):
        return score(title) >= 2
    begins = "".join(title).startswith("".join(said)) if is_lao(said) else title[: len(said)] == said
    return begins and score(said) >= 2 and 2 * score(said) >= score(title)


def is_near(question: CheckQuery, notice: Notice) -> bool:
    """Whether a notice is worth comparing: by its reference, its whole title, or half of the words."""
    titles = titles_of(notice)
    if has_reference(question, notice) or any(contains(question.telling, title) for title in titles):
        return True
    if "".join(words_of(notice.reference)) == "".join(question.words):
        return True
    return any(2 * shared(question, title) >= len(question.asked) for title in titles)


def shared(question: CheckQuery, title: list[str]) -> int:
    """How many of the words that are asked for a title has."""
    return sum(contains(title, [word]) for word in question.asked)


def titles_of(notice: Notice) -> list[list[str]]:
    """Its titles in English and Lao, as words to compare."""
    titles = [words_of(title) for title in (notice.title_en, notice.title_lo) if title]
    return [distinctive(title) or title for title in titles]


def has_reference(question: CheckQuery, notice: Notice) -> bool:
    return _without_reference(question, notice) != question.words


def _without_reference(question: CheckQuery, notice: Notice) -> list[str]:
    """The words of a question, less the reference of the notice.

    A reference that could be a date's or a grade's figures by chance is left where it is: letters
    and figures are asked for, or two figures, and three signs at least.
    """
    parts = re.findall(r"\d+|[^\d ]+", " ".join(words_of(notice.reference)))
    if len(parts) < 2 or len("".join(parts)) < 3 or not any(map(str.isdigit, parts)):
        return question.words
    pattern = r"(?:^|(?<= ))" + " ?".join(map(re.escape, parts)) + r"(?= |$)"
    return re.sub(pattern, "", " ".join(question.words)).split()


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
    """What the office can say of a question, and the notices that it may mean: latest closing first."""

    verdict: MatchLevel
    notices: list[Notice]
    #: Whether there are more than these.
    has_more: bool
    #: Whether the question names an address that is not of this site.
    names_elsewhere: bool
    #: Why the office took the notice back. No word of the notice itself: it may have been edited since.
    reason: str = ""


def answer_to(text: str, at: datetime.datetime) -> CheckResult:
    """The answer to what somebody read. It knows live notices, of every kind, and what was withdrawn."""
    question = CheckQuery(text)
    addressed = list(_addressed(question, at))
    found = list(dict.fromkeys([*addressed, *_found(question, _live(at))]))
    genuine = [notice for notice in found if is_genuine(question, notice, notice in addressed)]
    if not genuine and (withdrawn := _withdrawn(question, at)):
        return CheckResult(
            MatchLevel.WITHDRAWN, [], False, question.names_elsewhere, withdrawn.withdrawal_reason
        )
    near = [notice for notice in found if notice in addressed or is_near(question, notice)]
    shown = sorted(genuine or near, key=lambda notice: notice.closes_at, reverse=True)
    verdict = _verdict(question, genuine, near, at)
    return CheckResult(verdict, shown[:MOST], len(shown) > MOST, question.names_elsewhere)


def _verdict(
    question: CheckQuery, genuine: list[Notice], near: list[Notice], at: datetime.datetime
) -> MatchLevel:
    match genuine:
        case [only]:
            return MatchLevel.OPEN if only.is_open(at) else MatchLevel.CLOSED
        case []:
            if near:
                return MatchLevel.COMPARE
            return MatchLevel.TOO_LITTLE if question.is_too_little else MatchLevel.UNKNOWN
    return MatchLevel.SEVERAL


def _withdrawn(question: CheckQuery, at: datetime.datetime) -> Notice | None:
    """The notice that a question means without doubt, and that the office withdrew; of several the latest."""
    once_public = [kind.objects.withdrawn(at) for kind in notice_models()]
    addressed = [notice for notice in _gone(question, at) if notice.is_withdrawn(at)]
    found = dict.fromkeys([*addressed, *_found(question, once_public)])
    meant = [notice for notice in found if is_genuine(question, notice, notice in addressed)]
    return max(meant, key=lambda notice: notice.closes_at, default=None)


def _gone(question: CheckQuery, at: datetime.datetime) -> Iterator[Notice]:
    """The notices whose addresses are named, and say that it is gone."""
    for slug in question.addressed:
        try:
            find_notice(slug, at)
        except GoneError as gone:
            yield gone.record
        except (PermanentlyMoved, Http404):
            continue


def _addressed(question: CheckQuery, at: datetime.datetime) -> Iterator[Notice]:
    """The notices whose addresses are named; a changed address leads on, as it does elsewhere."""
    for slug in question.addressed:
        try:
            yield find_notice(slug, at)
        except PermanentlyMoved as moved:
            yield moved_notice(moved, at)
        except (GoneError, Http404):
            continue


def _live(at: datetime.datetime) -> list[NoticeQuerySet]:
    return [kind.objects.live(at).with_readvertised(at) for kind in notice_models()]


def _found(question: CheckQuery, of_each_kind: list[NoticeQuerySet]) -> Iterator[Notice]:
    """The notices that come nearest, by what the database can compare: a few of each kind.

    Wider than what counts, and bounded: the nearest come first.
    """
    if not question.telling:
        return
    for rows in of_each_kind:
        for search in (_by_reference, _by_title, _by_words):
            yield from search(rows, question)[: MOST + 1]


def _by_reference(rows: NoticeQuerySet, question: CheckQuery) -> NoticeQuerySet:
    """Those whose reference stands in the question."""
    return _within(question, rows.exclude(reference=""), F("reference"), SEPARATORS)


def _by_title(rows: NoticeQuerySet, question: CheckQuery) -> NoticeQuerySet:
    """Those whose title stands in the question: the one in Lao, if there is one, where it is Lao."""
    if is_lao(question.words):
        lao = Coalesce(NullIf(F("title_lo"), Value("")), F("title_en"))
        return _within(question, rows, lao, LAO_SEPARATORS | LAO_SPELLINGS)
    return _within(question, rows, F("title_en"), SEPARATORS | ACCENTS)


def _within(
    question: CheckQuery, rows: NoticeQuerySet, text: Expression | F, replaced: dict[str, str]
) -> NoticeQuerySet:
    """Those of which a text stands in the question, the longest first."""
    key = Lower(text)
    for sign, replacement in replaced.items():
        key = Replace(key, Value(sign), Value(replacement))
    rows = rows.alias(key=key, asked=Value("".join(question.words), CharField()))
    return rows.filter(asked__contains=F("key")).order_by(Length(text).desc(), "-closes_at", "-pk")


def _by_words(rows: NoticeQuerySet, question: CheckQuery) -> NoticeQuerySet:
    """Those whose title has half of the words, most first; the shorter the title, the nearer."""
    score = reduce(add, (Case(When(_has(word), then=1), default=0) for word in question.asked))
    rows = rows.alias(score=score).filter(score__gte=(len(question.asked) + 1) // 2)
    return rows.order_by("-score", Length("title_en"), "-closes_at", "-pk")


def _has(word: str) -> Q:
    """In a title, as it is compared or, of Lao, as it is usually written."""
    if word.isascii():
        return Q(title_en__icontains=word)
    usual = word
    for written in ("ຳ", "ໜ", "ໝ"):
        usual = usual.replace(LAO_SPELLINGS[written], written)
    fields = ("title_en", "title_lo")
    return reduce(or_, (Q(**{f"{field}__icontains": each}) for field in fields for each in (word, usual)))


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """The form, and the answer to what it sent.

    The words of the question stand in the field alone: on a page of the office, a stranger's
    words would look like its own.
    """
    asked = request.GET.get("q", "").strip()[:LONGEST]
    context = {"asked": asked, "answer": answer_to(asked, request.at) if asked else None, "at": request.at}
    context |= {"longest": LONGEST, "standard": StandardText.by_slug(), "section": "careers"}
    return render(request, "careers/check.html", context)
