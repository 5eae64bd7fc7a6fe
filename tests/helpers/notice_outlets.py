"""Every place where a notice shows, and how its state is read there: open, closing, closed, withdrawn or none."""

import dataclasses
import datetime
import re
from collections.abc import Callable
from urllib.parse import quote

import feedparser
from django.utils import translation
from django.utils.translation import gettext
from icalendar import Calendar
from lxml import etree, html

from iomlaos.delivery.language import in_language
from iomlaos.delivery.line_breaks import JOINER
from tests.helpers.exports import posting_in

UTC = datetime.UTC
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)
#: Long before every notice here.
BEFORE = datetime.datetime(2026, 1, 1, tzinfo=UTC)
DOCUMENT = "0e7f4c52-6f0d-4a52-9d0b-6f1f0a1b2c3d"


@dataclasses.dataclass(frozen=True)
class Notice:
    kind: str
    slug: str
    title: str
    publish_from: datetime.datetime
    closes_at: datetime.datetime
    #: The deadline as it is said everywhere, to people and to machines; its day, and the year of its archive.
    words: str
    instant: str
    day: str
    year: int
    has_document: bool = False
    #: Whether it is a position for people who already work for IOM.
    is_internal: bool = False
    #: Of the pages on which it is read.
    language: str = "en"

    def __str__(self) -> str:
        return self.slug

    @property
    def page(self) -> str:
        return in_language(f"/careers/{self.kind}/{self.slug}/", self.language)

    @property
    def exported_title(self) -> str:
        return (
            self.say("%(title)s (for IOM staff only)", title=self.title) if self.is_internal else self.title
        )

    def say(self, text: str, **values: str) -> str:
        """A text of the site in the language of the pages."""
        with translation.override(self.language):
            return gettext(text) % values

    @property
    def fields(self) -> dict:
        return ({"tier": "internal-only"} if self.is_internal else {}) | {
            "slug": self.slug,
            "title_en": self.title,
            "state": "published",
            "publish_from": self.publish_from,
            "closes_at": self.closes_at,
            "body_en": "<p>What the work is, and who does it with whom.</p>" * 12,
            "submission_email": "offers@example.org",
        }


def utc(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts, tzinfo=UTC)


DRIVER = Notice(
    "vacancies", "driver", "Driver for Attapeu", utc(2026, 6, 1, 2), utc(2026, 6, 10, 10),
    "Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)", "2026-06-10T10:00:00Z", "10 June 2026", 2026,
)  # fmt: skip
DRIVER_IN_LAO = dataclasses.replace(
    DRIVER, language="lo", words="ວັນພຸດ ທີ 10 ມິຖຸນາ 2026, 17:00 ໂມງ, ເວລາວຽງຈັນ (UTC+7)", day="10 ມິຖຸນາ 2026"
)


# --- Where a notice shows, and how each place is read -------------------------------------------


@dataclasses.dataclass(frozen=True)
class Place:
    """An address; what it is to say of a notice in each state, nothing where it is silent; how it is read.

    `says_of_internal`, where that is something else for an internal position.
    """

    address: str
    says: dict[str, str]
    read: Callable[[bytes, Notice], str]
    kinds: tuple[str, ...] = ("vacancies", "procurement")
    has_words: bool = True
    says_of_internal: dict[str, str] | None = None
    #: Whether it has an address in each language.
    is_translated: bool = True

    def address_for(self, notice: Notice) -> str:
        address = self.address.format(
            page=notice.page, slug=notice.slug, year=notice.year, title=quote(notice.title),
            of_kind="/careers/" if notice.kind == "vacancies" else "/careers/procurement/",
        )  # fmt: skip
        return in_language(address, notice.language) if self.is_translated else address


OPEN = {"open": "open", "closing": "open"}
OPEN_OR_CLOSING = {"open": "open", "closing": "closing"}
CLOSED = {"closed": "closed"}
GONE = {"withdrawn": "gone"}
CANCELLED = {"withdrawn": "cancelled"}
OPEN_THERE = {"open": "there", "closing": "there"}
CLOSED_THERE = {"closed": "there"}
THERE = OPEN_THERE | CLOSED_THERE


def tag(element: html.HtmlElement) -> str:
    """Open or closing, by the tag that says how long."""
    (sign,) = element.xpath('.//span[starts-with(@class, "tag tag-")]/@class')
    return sign.split()[1].removeprefix("tag-")


def listed(body: bytes, notice: Notice) -> str:
    """The tag of its row; or that it is the last one that closed."""
    page = html.fromstring(body)
    rows = page.xpath("//li[.//h3/a[@href=$page]]", page=notice.page)
    last = page.xpath(
        "//p[contains(., $words)][a[@href=$page]]", words=notice.say("The last one was"), page=notice.page
    )
    if last:
        assert notice.say("It closed on %(date)s.", date=notice.day) in last[0].text_content()
    return " and ".join([*map(tag, rows), *["closed" for _ in last]])


def archived(body: bytes, notice: Notice) -> str:
    rows = html.fromstring(body).xpath("//li[.//h2/a[@href=$page]]", page=notice.page)
    assert all(notice.say("Closed on %(date)s", date=notice.day) in row.text_content() for row in rows)
    return " and ".join("closed" for _ in rows)


def on_its_page(body: bytes, notice: Notice) -> str:
    page = html.fromstring(body)
    is_closed = page.xpath("boolean(//main//span[@class='tag'][.=$closed])", closed=notice.say("Closed"))
    assert page.xpath("boolean(//h2[@id='apply'])") is not is_closed
    assert page.xpath("boolean(//section[@class='apply-by'])") is not is_closed
    if is_closed:
        day = notice.words.removeprefix("end of ").removeprefix("ທ້າຍ").partition(",")[0]
        assert notice.say("Closed on %(day)s.", day=day).rstrip(".") in page.text_content()
        return "closed"
    return tag(page.xpath("//section[@class='apply-by']")[0])


def in_markup(body: bytes, notice: Notice) -> str:
    posting = posting_in(body.decode())
    if posting is None:
        return ""
    assert posting["validThrough"] == notice.instant
    return "open" if posting["url"].endswith(notice.page) else ""


def in_the_text_to_share(body: bytes, notice: Notice) -> str:
    text = "".join(html.fromstring(body).xpath("//textarea/text()"))
    states = {closing_words(notice, "Closes"): "open", closing_words(notice, "Closed"): "closed"}
    closes = [words for line in text.splitlines() for words in states if line.startswith(words)]
    return " and ".join(states[words] for words in closes)


def closing_words(notice: Notice, word: str, what: str = "deadline") -> str:
    """What stands before a deadline or a title: "Closes: "."""
    return notice.say(f"{word}: %({what})s", **{what: ""})


def at_home(body: bytes, notice: Notice) -> str:
    page = html.fromstring(body)
    if page.xpath("boolean(//a[@href=$page])", page=notice.page):
        (instant,) = page.xpath("//li[a[@href=$page]]//time/@datetime", page=notice.page)
        assert instant == notice.instant
        return "open"
    return (
        "closed"
        if notice.say("The last one closed on %(date)s.", date=notice.day) in page.text_content()
        else ""
    )


def in_a_feed(body: bytes, notice: Notice) -> str:
    entries = [entry for entry in feedparser.parse(body).entries if entry.link.endswith(notice.page)]
    assert all(notice.instant in entry.summary for entry in entries)
    return " and ".join(
        "open" if closing_words(notice, "Closes") in entry.summary else "closed" for entry in entries
    )


def in_its_feed(body: bytes, notice: Notice) -> str:
    feed = feedparser.parse(body)
    is_closed = f"{notice.say('Closed')}: {notice.exported_title}" in [entry.title for entry in feed.entries]
    assert feed.feed.subtitle == closing_words(notice, "Closed" if is_closed else "Closes") + notice.words
    return "closed" if is_closed else "open"


def in_a_calendar(body: bytes, notice: Notice) -> str:
    events = Calendar.from_ical(body).walk("VEVENT")
    words = {"Closes": "open", "Closed": "closed", "Cancelled": "cancelled"}
    words = {
        closing_words(notice, word, "title") + notice.exported_title: state for word, state in words.items()
    }
    mine = [event for event in events if event["SUMMARY"] in words]
    assert all(event.end == notice.closes_at for event in mine)
    return " and ".join(words[event["SUMMARY"]] for event in mine)


def checked(body: bytes, notice: Notice) -> str:
    (verdict,) = html.fromstring(body).xpath("//@data-notice")
    return {"withdrawn": "gone", "unknown": ""}.get(verdict, verdict)


def on_reliefweb(body: bytes, notice: Notice) -> str:
    jobs = [job for job in etree.fromstring(body) if job.findtext("link").endswith(notice.page)]
    days = [datetime.date.fromisoformat(job.findtext("field_job_closing_date")) for job in jobs]
    assert [f"{day.day} {day:%B %Y}" for day in days] == [notice.day] * len(jobs)
    return " and ".join("open" for _ in jobs)


def in_the_sitemap(body: bytes, notice: Notice) -> str:
    return " and ".join(
        "there" for _ in re.findall(f"<loc>https?://[^/<]*{notice.page}</loc>", body.decode())
    )


def is_there(body: bytes, notice: Notice) -> str:
    return "there"


VACANCIES, PROCUREMENT = ("vacancies",), ("procurement",)
PLACES = {
    "home": Place("/", OPEN | CLOSED, at_home, has_words=False, says_of_internal={}),
    "list of its kind": Place("{of_kind}", OPEN_OR_CLOSING | CLOSED, listed, says_of_internal={}),
    "list of internal positions": Place(
        "/careers/?candidates=internal", {}, listed, VACANCIES, says_of_internal=OPEN_OR_CLOSING
    ),
    "tenders under careers": Place("/careers/", OPEN_OR_CLOSING, listed, PROCUREMENT),
    "list of what closes in 3 days": Place(
        "{of_kind}?closing=3", {"closing": "closing"}, listed, says_of_internal={}
    ),
    "page": Place("{page}", OPEN_OR_CLOSING | CLOSED | GONE, on_its_page),
    "short address": Place("/n/{slug}", OPEN_OR_CLOSING | CLOSED | GONE, on_its_page),
    "text to share": Place("{page}", OPEN | GONE, in_the_text_to_share),
    "markup": Place("{page}", OPEN | GONE, in_markup, VACANCIES, says_of_internal=GONE),
    "closed": Place("{of_kind}closed/", CLOSED, archived, has_words=False),
    "closed in its year": Place("{of_kind}closed/{year}/", CLOSED, archived, has_words=False),
    "feed": Place("/careers/feed.atom", OPEN, in_a_feed),
    "feed of positions": Place("/careers/vacancies/feed.atom", OPEN, in_a_feed, VACANCIES),
    "feed of tenders": Place("/careers/procurement/feed.atom", OPEN, in_a_feed, PROCUREMENT),
    "its own feed": Place("{page}feed.atom", OPEN | CLOSED | GONE, in_its_feed),
    "calendar": Place("/careers/calendar.ics", OPEN | CANCELLED, in_a_calendar),
    "its own calendar": Place("{page}deadline.ics", OPEN | CLOSED | GONE, in_a_calendar),
    "check by title": Place("/careers/check/?q={title}", OPEN | CLOSED | GONE, checked),
    "check by address": Place("/careers/check/?q=/n/{slug}", OPEN | CLOSED | GONE, checked),
    "reliefweb": Place(
        "/careers/reliefweb.xml", OPEN, on_reliefweb, VACANCIES, says_of_internal={}, is_translated=False
    ),
    "sitemap": Place(
        "/sitemap.xml",
        OPEN_THERE,
        in_the_sitemap,
        has_words=False,
        says_of_internal={},
        is_translated=False,
    ),
    "sitemap of its year": Place(
        "/sitemap-{year}.xml",
        CLOSED_THERE,
        in_the_sitemap,
        has_words=False,
        says_of_internal={},
        is_translated=False,
    ),
    "alerts about it": Place("/careers/alerts/notice/{slug}/", THERE | GONE, is_there, has_words=False),
    "its document": Place(
        f"/careers/procurement/files/{DOCUMENT}/x.pdf",
        THERE,
        is_there,
        PROCUREMENT,
        has_words=False,
        is_translated=False,
    ),
}


def places_of(notice: Notice) -> dict[str, Place]:
    return {
        name: place
        for name, place in PLACES.items()
        if notice.kind in place.kinds
        and (name != "its document" or notice.has_document)
        and (name != "reliefweb" or notice.language == "en")
    }


class Reader:
    """A visitor whose browser keeps what it has read, and asks each time whether it still holds.

    `fetch` asks for an address with headers, and gives back the status, the headers and the body.
    """

    def __init__(self, fetch: Callable[[str, dict], tuple[int, dict, bytes]]) -> None:
        self.fetch = fetch
        self.cache: dict[str, tuple[str, bytes]] = {}
        #: The addresses of which the last round sent a new copy.
        self.sent: set[str] = set()

    def get(self, address: str) -> tuple[int, bytes]:
        etag, cached = self.cache.get(address, ("", b""))
        status, headers, body = self.fetch(address, {"If-None-Match": etag} if etag else {})
        # Readers do not see what keeps a stop on the line of its word.
        body = body.replace(JOINER.encode(), b"")
        if location := headers.get("Location"):
            return self.get(re.sub("^https?://[^/]+", "", location))
        if status == 304:
            return 200, cached
        if status == 200 and headers.get("ETag"):
            self.cache[address] = headers["ETag"], body
            self.sent.add(address)
        return status, body


def readings(reader: Reader, notice: Notice) -> dict[str, str]:
    """What each place says of a notice now; each address is asked once."""
    reader.sent.clear()
    places = places_of(notice)
    addresses = dict.fromkeys(place.address_for(notice) for place in places.values())
    answers = {address: reader.get(address) for address in addresses}
    return {
        name: reading(place, notice, *answers[place.address_for(notice)]) for name, place in places.items()
    }


def reading(place: Place, notice: Notice, status: int, body: bytes) -> str:
    if status == 200:
        return place.read(body, notice)
    return {404: "", 410: "gone"}.get(status, str(status))


def expected(notice: Notice, state: str) -> dict[str, str]:
    return {name: said_by(place, notice).get(state, "") for name, place in places_of(notice).items()}


def said_by(place: Place, notice: Notice) -> dict[str, str]:
    if notice.is_internal and place.says_of_internal is not None:
        return place.says_of_internal
    return place.says
