"""What we say ourselves: the page of a notice, our standard texts and our contact points."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from django.conf import settings
from django.http import HttpRequest
from django.urls import resolve
from django.utils import translation
from django.utils.html import strip_tags

from careers.exports.notice_data import notice_facts
from careers.exports.share import ShareLinks
from careers.models.notice import Notice
from careers.verification.contacts import link_key, phone_key
from careers.verification.dates import same_date
from careers.verification.elements import Element, Kind
from careers.verification.message import normalize, read, sentences_of
from careers.verification.text_match import words_of
from iomlaos.media.richtext import RichTextField
from iomlaos.office.models import StandardText, current_office

#: Elements that begin a line, and what a reader does not see.
BLOCK = re.compile(
    r"</?(?:address|article|aside|blockquote|br|button|caption|dd|details|div|dl|dt|figcaption|figure|footer|form|"
    r"h\d|header|hr|label|li|main|nav|ol|option|p|section|summary|table|tbody|td|tfoot|th|thead|time|title|tr|ul)"
    r"\b[^>]*>",
    re.IGNORECASE,
)
LINK_TAG = re.compile(r"</?a\b[^>]*>", re.IGNORECASE)
UNSEEN = re.compile(r"<(script|style|svg|template)\b.*?</\1>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
HREF = re.compile(r'href="([^"]+)"')
NAME = re.compile(r"(?:\w{2,}\.)+\w{2,}|[$€£฿₭\U0001f4b0-\U0001f4b8]")
#: Fewer words in a row can stand in a text of ours by chance.
MIN_WORDS = 4


@dataclass
class OwnTexts:
    """Our texts on one subject, and what they name."""

    keys: dict[Kind, set[str]] = field(default_factory=lambda: {kind: set() for kind in Kind})
    sentences: set[str] = field(default_factory=set)
    words: str = " "
    #: All runs of `MIN_WORDS` words.
    runs: set[tuple[str, ...]] = field(default_factory=set)

    def add_text(self, text: str) -> None:
        text = normalize(text)
        for element in read(text)[0]:
            self.keys[element.kind] |= {element.key, *element.key.split()}
        self.sentences |= {" ".join(words_of(sentence)) for sentence in sentences_of(text)}
        words = words_of(text)
        self.words += " ".join(words) + " "
        self.runs |= set(_runs(words))

    def add_html(self, html: str) -> None:
        for address in map(unescape, HREF.findall(html)):
            scheme, _separator, rest = address.partition(":")
            if scheme == "mailto":
                self.keys[Kind.EMAIL].add(rest.partition("?")[0].casefold())
            elif scheme == "tel":
                self.keys[Kind.PHONE].add(phone_key(rest))
            elif scheme in ("http", "https"):
                self.keys[Kind.LINK].add(link_key(address))
        lines = LINK_TAG.sub(" ", BLOCK.sub("\n", UNSEEN.sub(" ", html)))
        self.add_text(unescape(strip_tags(lines)))

    def add_contacts(self, notice: Notice) -> None:
        """Add how to reach us about a notice: its page shows it only as long as the notice is open."""
        names = ("submission_email", "submission_link", "submission_address", "contact")
        self.add_text("\n".join(getattr(notice, name) for name in names))

    def add_similar(self, notice: Notice) -> None:
        """Add the contacts and dates of a notice alone: its sums and sentences explain no other message."""
        other = OwnTexts()
        other.add_contacts(notice)
        other.add_text(str(notice.deadline))
        names = [each.name for each in notice._meta.fields if isinstance(each, RichTextField)]
        other.add_html("\n".join({getattr(notice, name) or "" for name in names}))
        for kind in (Kind.EMAIL, Kind.PHONE, Kind.LINK, Kind.DATE):
            self.keys[kind] |= other.keys[kind]

    def has_sentence(self, sentence: str) -> bool:
        """Whether we say this: as a sentence, or as several words within one."""
        words = words_of(sentence)
        text = " ".join(words)
        return text in self.sentences or (len(words) >= MIN_WORDS and f" {text} " in self.words)

    def other_words(self, words: list[str]) -> list[str]:
        """Those that stand in no run of words of ours."""
        ours = {
            place + offset
            for place, run in enumerate(_runs(words))
            if run in self.runs
            for offset in range(MIN_WORDS)
        }
        return [word for place, word in enumerate(words) if place not in ours]

    def other_names(self, text: str) -> list[str]:
        """Signs of money, and what may be the name of a site whose ending we do not know."""
        named = ((name, " ".join(words_of(name))) for name in NAME.findall(text))
        return [name for name, words in named if not words or f" {words} " not in self.words]

    def explains(self, element: Element) -> bool:
        """Whether we name this, too."""
        known = self.keys[element.kind]
        match element.kind:
            case Kind.DATE:
                return element.key in known or same_date(element.key, known)
            case Kind.LINK:
                return element.key in known or self.is_own_link(element)
            case Kind.MONEY | Kind.MESSENGER:
                return element.key in known or self.has_sentence(element.words)
        return element.key in known

    @staticmethod
    def is_own_link(element: Element) -> bool:
        """Whether it leads to this site, and could not be read as an e-mail address."""
        host = link_key(settings.SITE_URL)
        is_own = element.key == host or element.key.startswith(f"{host}/")
        return element.kind is Kind.LINK and is_own and "@" not in element.words


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Each word with those after it."""
    return zip(*(words[offset:] for offset in range(MIN_WORDS)), strict=False)


def own_texts(notices: list[Notice], similar: list[Notice], request: HttpRequest) -> OwnTexts:
    """Our standard texts and contact points, and the pages and share texts of some notices.

    Of notices that are only similar, the contacts and dates.
    """
    own = OwnTexts()
    for language in ("en", "lo"):
        with translation.override(language):
            for text in StandardText.objects.all():
                own.add_html(f"<h2>{text.title}</h2>{text.body}")
            for notice in notices:
                page = resolve(notice.get_absolute_url()).func.preview(request, notice)
                own.add_html(page.content.decode())
                own.add_text(ShareLinks(notice, request.at).caption)
                # As feeds and mails give them.
                own.add_text("\n".join([notice.deadline_iso, *notice_facts(notice)]))
    for notice in notices:
        own.add_contacts(notice)
    for notice in similar:
        own.add_similar(notice)
    if office := current_office(request.at):
        own.add_text(f"{office.name}\n{office.postal_address}")
        for point in office.contact_points.all():
            own.add_html(f'<a href="{point.link}">{point.written}</a>')
    return own
