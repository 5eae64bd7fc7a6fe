"""Is this notice real? The verdicts on a notice, and on the message that names it."""

from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from careers.models.notice import Notice
from careers.models.vacancy import Vacancy
from careers.verification.elements import Element, Kind
from careers.verification.matching import NoticeQuery, titles_of, without_reference
from careers.verification.message import read, sentences_of, without_envelope
from careers.verification.money import without_denials
from careers.verification.notices import FoundNotices, NoticeVerdict, find_notices
from careers.verification.own_texts import OwnTexts, own_texts
from careers.verification.text_match import is_lao, without_message_words, words_of

#: The values of `data-message`, by what a message names that we do not. Checks from outside rely on them.
MESSAGE_VERDICTS = {Kind.MONEY: "asks-for-money", Kind.DATE: "other-deadline"}
OTHER_CONTACT = "other-contact"
CONSISTENT = "consistent"

FINDINGS = {
    Kind.MONEY: _("It asks for money or bank details"),
    Kind.EMAIL: _("The e-mail address is not ours"),
    Kind.PHONE: _("The number is not ours"),
    Kind.LINK: _("The link is not ours"),
    Kind.MESSENGER: _("We do not contact people this way"),
    Kind.DATE: _("The date or time is not in our notice"),
}
SAME = {
    Kind.MONEY: _("The sum is in our notice"),
    Kind.EMAIL: _("The e-mail address is ours"),
    Kind.PHONE: _("The phone number is ours"),
    Kind.LINK: _("The link is ours"),
    Kind.MESSENGER: _("The messenger is in our notice"),
    Kind.DATE: _("The date or time is in our notice"),
}
#: Characters of what is quoted.
SHORT = 80


@dataclass(frozen=True)
class CheckResult:
    """What a text is about, and what in it is not ours."""

    found: FoundNotices
    #: What the text names, and we do not.
    findings: list[Element]
    #: What both name.
    same: list[Element]
    #: Whether the text says more than a title and a reference.
    is_message: bool
    #: Whether some of that is neither ours nor compared.
    has_more_words: bool

    @property
    def notice(self) -> Notice | None:
        return self.found.certain

    @property
    def verdict(self) -> NoticeVerdict:
        return self.found.verdict

    @property
    def message_verdicts(self) -> list[str]:
        """The values of `data-message`."""
        named = {element.kind for element in self.findings}
        if named:
            verdicts = (MESSAGE_VERDICTS.get(kind, OTHER_CONTACT) for kind in Kind if kind in named)
            return list(dict.fromkeys(verdicts))
        return [CONSISTENT] if self.is_message and self.notice else []

    @property
    def is_suspect(self) -> bool:
        """Whether the message may be a scam: another date alone may be a mistake."""
        return any(element.kind is not Kind.DATE for element in self.findings)

    @property
    def asks_for_money(self) -> bool:
        return any(element.kind is Kind.MONEY for element in self.findings)

    @property
    def is_good(self) -> bool:
        """Whether the notice is open to everybody, and nothing in the text was left unexplained."""
        is_open = self.verdict == NoticeVerdict.OPEN and not self.is_internal
        return is_open and not self.findings and not self.has_more_words

    @property
    def rows(self) -> list[tuple[Promise, list[str]]]:
        """What was found, by kind: a heading, and the words of the message."""
        return _by_kind(self.findings, FINDINGS)

    @property
    def same_rows(self) -> list[tuple[Promise, list[str]]]:
        return _by_kind(self.same, SAME)

    @cached_property
    def is_job(self) -> bool:
        return isinstance(self.found.withdrawn or next(iter(self.found.notices), None), Vacancy | None)

    @property
    def is_internal(self) -> bool:
        return self.notice is not None and self.notice.is_internal

    @property
    def heading(self) -> Promise:
        """What to know first: it speaks for the message, and never vouches for what was not compared."""
        if self.is_suspect:
            return self._suspect_heading()
        if self.findings and self.notice:
            return self._date_heading()
        match self.verdict:
            case NoticeVerdict.OPEN:
                return self._open_heading()
            case NoticeVerdict.CLOSED:
                return _("This job has closed") if self.is_job else _("This tender has closed")
            case NoticeVerdict.WITHDRAWN:
                return _("We withdrew this job") if self.is_job else _("We withdrew this tender")
            case NoticeVerdict.SIMILAR:
                return _("We did not find exactly this notice")
            case NoticeVerdict.UNKNOWN:
                return _("We have not published this")
        return _("Please type a little more")

    def _suspect_heading(self) -> Promise:
        match self.verdict:
            case NoticeVerdict.OPEN:
                job = _("This job is real, but this message may be a scam")
                return job if self.is_job else _("This tender is real, but this message may be a scam")
            case NoticeVerdict.CLOSED:
                job = _("This job has closed, and this message may be a scam")
                return job if self.is_job else _("This tender has closed, and this message may be a scam")
            case NoticeVerdict.WITHDRAWN:
                job = _("We withdrew this job, and this message may be a scam")
                return job if self.is_job else _("We withdrew this tender, and this message may be a scam")
            case NoticeVerdict.UNKNOWN:
                return _("We have not published this, and the message may be a scam")
        return _("This message may be a scam")

    def _date_heading(self) -> Promise:
        if self.verdict == NoticeVerdict.CLOSED:
            job = _("This job has closed, whatever date your message gives")
            return job if self.is_job else _("This tender has closed, whatever date your message gives")
        job = _("This job is real, but your message gives another date")
        return job if self.is_job else _("This tender is real, but your message gives another date")

    def _open_heading(self) -> Promise:
        if self.is_internal:
            return _("This job is real, but only people who already work for IOM can apply")
        if not self.is_message:
            return (
                _("We published this job, and it is open")
                if self.is_job
                else _("We published this tender, and it is open")
            )
        if self.has_more_words:
            job = _("This job is open. Compare your message with our notice")
            return job if self.is_job else _("This tender is open. Compare your message with our notice")
        job = _("This job is open, and your message matches our notice")
        return job if self.is_job else _("This tender is open, and your message matches our notice")


def _by_kind(elements: list[Element], headings: dict[Kind, Promise]) -> list[tuple[Promise, list[str]]]:
    """A heading and the words of each kind, without words that stand in others."""
    rows = []
    for kind, heading in headings.items():
        words = dict.fromkeys(each.words for each in elements if each.kind is kind)
        shown = [each for each in words if not any(each in other for other in words if other != each)]
        if shown:
            rows.append((heading, shown))
    return rows


def check_text(text: str, request: HttpRequest) -> CheckResult:
    """Compare a text with our notices, and what it names with what we say of them."""
    query = NoticeQuery(text)
    found = find_notices(query, request.at)
    notices = [*filter(None, [found.withdrawn or found.certain])]
    own = own_texts(notices, [] if notices else found.notices, request)
    text = without_envelope(query.message)
    for notice in notices:
        text = without_reference(text, notice)
    elements, rest = read(text)
    findings = [element for element in elements if not own.explains(element)]
    same = [each for each in elements if each not in findings and not own.is_own_link(each)]
    for element in filter(own.is_own_link, elements):
        text = text.replace(element.words, " ")
    other_words = _other_words(text, own, notices, same) + own.other_names(rest)
    return CheckResult(
        found,
        findings,
        same=[each for each in same if len(each.words) <= SHORT],
        is_message=bool(findings or same or other_words) or without_denials(text) != text,
        has_more_words=bool(other_words),
    )


def _other_words(text: str, own: OwnTexts, notices: list[Notice], same: list[Element]) -> list[str]:
    """The words of a text that are neither ours, nor compared, nor of the kind that any message has."""
    titles = [title for notice in notices for title in titles_of(notice)]
    known = {word for title in titles for word in title}
    known = known.union(*(words_of(element.words) for element in same))
    lao_title = " ".join("".join(title) for title in titles if is_lao(title))
    sentences = (sentence for sentence in sentences_of(text) if not own.has_sentence(sentence))
    words = (own.other_words(words_of(without_denials(sentence))) for sentence in sentences)
    return [
        word
        for word in without_message_words([*chain.from_iterable(words)])
        if word not in known and not (is_lao([word]) and word in lao_title)
    ]
