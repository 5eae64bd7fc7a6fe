"""A notice opens, closes and goes at one moment everywhere: to the second, and on every way to it.

The portal runs as in earnest; the test sets its clock.
"""

import dataclasses
import datetime
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

import feedparser
import pytest
from icalendar import Calendar
from lxml import etree, html

from tests.servers import FAKETIME, Clock, Server, running_server
from tests.uploads import pdf

pytestmark = pytest.mark.skipif(FAKETIME is None, reason="needs libfaketime (Debian's package faketime)")

UTC = datetime.UTC
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)
AROUND = [-2, -1, 0, 1, 2]
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

    def __str__(self) -> str:
        return self.slug

    @property
    def page(self) -> str:
        return f"/careers/{self.kind}/{self.slug}/"

    @property
    def record(self) -> dict:
        """As a fixture holds it."""
        fields = {
            "slug": self.slug,
            "title_en": self.title,
            "state": "published",
            "publish_from": self.publish_from.isoformat(),
            "closes_at": self.closes_at.isoformat(),
            "created_at": BEFORE.isoformat(),
            "changed_at": BEFORE.isoformat(),
            "body_en": "<p>What the work is, and who does it with whom.</p>" * 12,
            "submission_email": "offers@example.org",
        }
        model = {"vacancies": "careers.vacancy", "procurement": "careers.procurementnotice"}[self.kind]
        return {"model": model, "fields": fields}


def utc(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts, tzinfo=UTC)


# No two are open at the same time, so that each is the one that the home page names.
DRIVER = Notice(
    "vacancies", "driver", "Driver for Attapeu", utc(2026, 6, 1, 2), utc(2026, 6, 10, 10),
    "Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)", "2026-06-10T10:00:00Z", "10 June 2026", 2026,
)  # fmt: skip
PUMPS = Notice(
    "procurement", "pumps", "Pumps for villages", utc(2026, 6, 11, 2), utc(2026, 6, 15, 17),
    "end of Monday 15 June 2026, Vientiane time (UTC+7)", "2026-06-15T17:00:00Z", "15 June 2026", 2026,
)  # fmt: skip
# The end of the year in Vientiane: a moment later its clocks say 1 January 2027.
NURSE = Notice(
    "vacancies", "nurse", "Nurse in Savannakhet", utc(2026, 12, 1, 2), utc(2026, 12, 31, 17),
    "end of Thursday 31 December 2026, Vientiane time (UTC+7)", "2026-12-31T17:00:00Z",
    "31 December 2026", 2026,
)  # fmt: skip
CARS = Notice(
    "procurement", "cars", "Cars on hire", utc(2027, 1, 4, 17), utc(2027, 1, 15, 1, 30),
    "Friday 15 January 2027, 08:30, Vientiane time (UTC+7)", "2027-01-15T01:30:00Z",
    "15 January 2027", 2027,
)  # fmt: skip
# Scheduled when it had closed already: it appears as closed.
CLERK = Notice(
    "vacancies", "clerk", "Clerk of stores", utc(2026, 2, 10, 2), utc(2026, 2, 9, 17),
    "end of Monday 9 February 2026, Vientiane time (UTC+7)", "2026-02-09T17:00:00Z",
    "9 February 2026", 2026,
)  # fmt: skip
GUARD = Notice(
    "vacancies", "guard", "Guard by night", utc(2027, 3, 1, 2), utc(2027, 3, 10, 10),
    "Wednesday 10 March 2027, 17:00, Vientiane time (UTC+7)", "2027-03-10T10:00:00Z",
    "10 March 2027", 2027,
)  # fmt: skip
FUEL = Notice(
    "procurement", "fuel", "Fuel for boats", utc(2027, 4, 1, 2), utc(2027, 4, 10, 10),
    "Saturday 10 April 2027, 17:00, Vientiane time (UTC+7)", "2027-04-10T10:00:00Z",
    "10 April 2027", 2027,
)  # fmt: skip
NOTICES = [DRIVER, PUMPS, NURSE, CARS, CLERK, GUARD, FUEL]


# --- Where a notice shows, and how each place is read -------------------------------------------


@dataclasses.dataclass(frozen=True)
class Place:
    """An address; what it is to say of a notice in each state, nothing where it is silent; how it is read."""

    address: str
    says: dict[str, str]
    read: Callable[[bytes, Notice], str]
    kinds: tuple[str, ...] = ("vacancies", "procurement")
    has_words: bool = True

    def address_for(self, notice: Notice) -> str:
        return self.address.format(
            page=notice.page, slug=notice.slug, year=notice.year, title=quote(notice.title),
            of_kind="/careers/" if notice.kind == "vacancies" else "/careers/procurement/",
        )  # fmt: skip


OPEN = {"open": "open", "closing": "open"}
OPEN_OR_CLOSING = {"open": "open", "closing": "closing"}
CLOSED = {"closed": "closed"}
GONE = {"withdrawn": "gone"}
THERE = {"open": "there", "closing": "there", "closed": "there"}


def tag(element: html.HtmlElement) -> str:
    """Open, closing or closed, by the tag."""
    (sign,) = element.xpath('.//span[starts-with(@class, "tag tag-")]/@class')
    return sign.removeprefix("tag tag-")


def listed(body: bytes, notice: Notice) -> str:
    """The tag of its row; or that it is the last one that closed."""
    page = html.fromstring(body)
    rows = page.xpath("//li[.//h3/a[@href=$page]]", page=notice.page)
    last = page.xpath("//p[contains(., 'The last one was')][a[@href=$page]]", page=notice.page)
    if last:
        assert f"It closed on {notice.day}." in last[0].text_content()
    return " and ".join([*map(tag, rows), *["closed" for _ in last]])


def archived(body: bytes, notice: Notice) -> str:
    rows = html.fromstring(body).xpath("//li[.//h2/a[@href=$page]]", page=notice.page)
    assert all(f"Closed on {notice.day}" in row.text_content() for row in rows)
    return " and ".join("closed" for _ in rows)


def on_its_page(body: bytes, notice: Notice) -> str:
    page = html.fromstring(body)
    status = tag(page.xpath("//main")[0])
    is_closed = status == "closed"
    assert page.xpath("boolean(//h2[@id='apply' or @id='submit'])") is not is_closed
    assert page.xpath("boolean(//*[contains(@class, 'note-closed')])") is is_closed
    assert ("closes in" in page.text_content()) is not is_closed
    return status


def in_markup(body: bytes, notice: Notice) -> str:
    scripts = html.fromstring(body).xpath("//script[@type='application/ld+json']/text()")
    postings = [json.loads(script) for script in scripts]
    assert all(posting["validThrough"] == notice.instant for posting in postings)
    return " and ".join("open" for posting in postings if posting["url"].endswith(notice.page))


def in_the_text_to_share(body: bytes, notice: Notice) -> str:
    text = "".join(html.fromstring(body).xpath("//textarea/text()"))
    closes = re.findall(r"^(Closes|Closed): ", text, re.MULTILINE)
    return " and ".join({"Closes": "open", "Closed": "closed"}[word] for word in closes)


def at_home(body: bytes, notice: Notice) -> str:
    page = html.fromstring(body)
    if page.xpath("boolean(//a[@href=$page])", page=notice.page):
        assert "next to close: " + notice.words in page.text_content()
        return "open"
    return "closed" if f"The last one closed on {notice.day}." in page.text_content() else ""


def in_a_feed(body: bytes, notice: Notice) -> str:
    entries = [entry for entry in feedparser.parse(body).entries if entry.link.endswith(notice.page)]
    assert all(notice.instant in entry.summary for entry in entries)
    return " and ".join("open" if "Closes: " in entry.summary else "closed" for entry in entries)


def in_its_feed(body: bytes, notice: Notice) -> str:
    feed = feedparser.parse(body)
    is_closed = f"Closed: {notice.title}" in [entry.title for entry in feed.entries]
    assert feed.feed.subtitle == f"{'Closed' if is_closed else 'Closes'}: {notice.words}"
    return "closed" if is_closed else "open"


def in_a_calendar(body: bytes, notice: Notice) -> str:
    events = Calendar.from_ical(body).walk("VEVENT")
    words = {f"Closes: {notice.title}": "open", f"Closed: {notice.title}": "closed"}
    mine = [event for event in events if event["SUMMARY"] in words]
    assert all(event.end == notice.closes_at for event in mine)
    return " and ".join(words[event["SUMMARY"]] for event in mine)


def checked(body: bytes, notice: Notice) -> str:
    (answer, *_) = html.fromstring(body).xpath("//main//h2/text()")
    verdicts = {
        "Genuine, and open": "open", "Genuine, and closed": "closed",
        "Withdrawn by the office": "gone", "Unknown to the office": "",
    }  # fmt: skip
    return verdicts[answer]


def on_reliefweb(body: bytes, notice: Notice) -> str:
    jobs = [job for job in etree.fromstring(body) if job.findtext("link").endswith(notice.page)]
    days = [datetime.date.fromisoformat(job.findtext("field_job_closing_date")) for job in jobs]
    assert [f"{day.day} {day:%B %Y}" for day in days] == [notice.day] * len(jobs)
    return " and ".join("open" for _ in jobs)


def in_the_sitemap(body: bytes, notice: Notice) -> str:
    return " and ".join("there" for _ in re.findall(f"<loc>[^<]*{notice.page}</loc>", body.decode()))


def is_there(body: bytes, notice: Notice) -> str:
    return "there"


VACANCIES, PROCUREMENT = ("vacancies",), ("procurement",)
PLACES = {
    "home": Place("/", OPEN | CLOSED, at_home),
    "list of its kind": Place("{of_kind}", OPEN_OR_CLOSING | CLOSED, listed),
    "tenders under careers": Place("/careers/", OPEN_OR_CLOSING, listed, PROCUREMENT),
    "list of what closes in 3 days": Place("{of_kind}?closing=3", {"closing": "closing"}, listed),
    "page": Place("{page}", OPEN_OR_CLOSING | CLOSED | GONE, on_its_page),
    "short address": Place("/n/{slug}", OPEN_OR_CLOSING | CLOSED | GONE, on_its_page),
    "text to share": Place("{page}", OPEN | CLOSED | GONE, in_the_text_to_share),
    "markup": Place("{page}", OPEN | GONE, in_markup, VACANCIES),
    "closed": Place("{of_kind}closed/", CLOSED, archived, has_words=False),
    "closed in its year": Place("{of_kind}closed/{year}/", CLOSED, archived, has_words=False),
    "feed": Place("/careers/feed.atom", OPEN, in_a_feed),
    "feed of positions": Place("/careers/vacancies/feed.atom", OPEN, in_a_feed, VACANCIES),
    "feed of tenders": Place("/careers/procurement/feed.atom", OPEN, in_a_feed, PROCUREMENT),
    "its own feed": Place("{page}feed.atom", OPEN | CLOSED | GONE, in_its_feed),
    "calendar": Place("/careers/calendar.ics", OPEN, in_a_calendar),
    "its own calendar": Place("{page}deadline.ics", OPEN | CLOSED | GONE, in_a_calendar),
    "check by title": Place("/careers/check/?q={title}", OPEN | CLOSED | GONE, checked),
    "check by address": Place("/careers/check/?q=/n/{slug}", OPEN | CLOSED | GONE, checked),
    "reliefweb": Place("/careers/reliefweb.xml", OPEN, on_reliefweb, VACANCIES),
    "sitemap": Place("/sitemap.xml", THERE, in_the_sitemap, has_words=False),
    "alerts about it": Place("/careers/alerts/notice/{slug}/", THERE | GONE, is_there, has_words=False),
    "its document": Place(
        f"/careers/procurement/files/{DOCUMENT}/x.pdf", THERE, is_there, PROCUREMENT, has_words=False
    ),
}


def places_of(notice: Notice) -> dict[str, Place]:
    """Only the tender of pumps has a document."""
    return {
        name: place
        for name, place in PLACES.items()
        if notice.kind in place.kinds and (name != "its document" or notice is PUMPS)
    }


class Reader:
    """A visitor whose browser keeps what it has read, and asks each time whether it still holds."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.kept: dict[str, tuple[str, bytes]] = {}
        #: The addresses of which the last round sent a new copy.
        self.sent: set[str] = set()

    def get(self, address: str) -> tuple[int, bytes]:
        etag, kept = self.kept.get(address, ("", b""))
        response, body = self.server.get(address, **{"If-None-Match": etag} if etag else {})
        if location := response.getheader("Location"):
            return self.get(location.removeprefix(self.server.url))
        if response.status == 304:
            return 200, kept
        if response.status == 200 and response.getheader("ETag"):
            self.kept[address] = response.getheader("ETag"), body
            self.sent.add(address)
        return response.status, body


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
    return {name: place.says.get(state, "") for name, place in places_of(notice).items()}


# --- What is shown ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clock(tmp_path_factory) -> Clock:
    clock = Clock(tmp_path_factory.mktemp("clock") / "now")
    clock.set(BEFORE)
    return clock


@pytest.fixture(scope="module")
def server(tmp_path_factory, clock) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("site")
    document = {
        "title_en": "Terms", "notice": ["pumps"], "file": "terms.pdf",
        "media_type": "application/pdf", "size": len(pdf()),
    }  # fmt: skip
    records = [notice.record for notice in NOTICES]
    records.append({"model": "careers.procurementdocument", "pk": DOCUMENT, "fields": document})
    content = folder / "notices.json"
    content.write_text(json.dumps(records))
    (folder / "uploads").mkdir()
    (folder / "uploads" / "terms.pdf").write_bytes(pdf())
    more = {"RELIEFWEB_SOURCE": "1255", "EMAIL_URL": "smtp://127.0.0.1:1"}
    with running_server(folder, clock, **more) as server:
        server.manage("loaddata", str(content))
        yield server


@pytest.fixture
def visitor(server) -> Reader:
    return Reader(server)


@pytest.mark.parametrize("notice", [DRIVER, PUMPS, NURSE, CARS], ids=str)
@pytest.mark.parametrize("seconds", AROUND)
def test_a_notice_closes_at_its_deadline_everywhere(visitor, clock, notice, seconds):
    clock.set(notice.closes_at + seconds * SECOND)
    assert readings(visitor, notice) == expected(notice, "closing" if seconds < 0 else "closed")


@pytest.mark.parametrize("notice", [DRIVER, PUMPS, NURSE, CARS], ids=str)
@pytest.mark.parametrize("seconds", AROUND)
def test_a_notice_appears_at_its_moment_everywhere(visitor, clock, notice, seconds):
    clock.set(notice.publish_from + seconds * SECOND)
    assert readings(visitor, notice) == expected(notice, "" if seconds < 0 else "open")


@pytest.mark.parametrize("seconds", AROUND)
def test_a_notice_that_is_published_late_appears_as_closed(visitor, clock, seconds):
    clock.set(CLERK.publish_from + seconds * SECOND)
    assert readings(visitor, CLERK) == expected(CLERK, "" if seconds < 0 else "closed")


@pytest.mark.parametrize("notice", [DRIVER, PUMPS], ids=str)
@pytest.mark.parametrize("seconds", AROUND)
def test_a_notice_closes_soon_from_72_hours_before_its_deadline(visitor, clock, notice, seconds):
    clock.set(notice.closes_at - 3 * DAY + seconds * SECOND)
    assert readings(visitor, notice) == expected(notice, "open" if seconds < 0 else "closing")
    _, page = visitor.get(notice.page)
    assert f"closes in {3 if seconds <= 0 else 2} days" in page.decode()


@pytest.mark.parametrize("notice", [DRIVER, PUMPS, NURSE, CARS], ids=str)
def test_a_deadline_is_said_in_the_same_words_and_the_same_instant_everywhere(visitor, clock, notice):
    clock.set(notice.closes_at - DAY)
    said = {
        name: deadlines(visitor.get(place.address_for(notice))[1])
        for name, place in places_of(notice).items()
        if place.has_words
    }
    assert said == dict.fromkeys(said, {notice.words})
    for name in ("home", "list of its kind", "page", "check by title", "feed", "its own feed"):
        instants = set(re.findall(rb"[\dT:-]{19}Z", visitor.get(PLACES[name].address_for(notice))[1]))
        assert instants <= {notice.instant.encode()}, name
        assert instants or name in ("home", "its own feed"), name


def deadlines(body: bytes) -> set[str]:
    """Every deadline that is said in words; lines of a calendar unfolded, its commas plain."""
    text = body.decode().replace("\r\n ", "").replace("\\,", ",")
    found = re.findall(
        r"[Ee]nd of \w+ \d+ \w+ \d+, \w+ time \(.*?\)|\w+day \d+ \w+ \d+, [\d:]+, \w+ time \(.*?\)", text
    )
    return {re.sub("^End", "end", words) for words in found}


@pytest.mark.parametrize("notice", [DRIVER, PUMPS, NURSE, CARS], ids=str)
def test_a_reader_who_keeps_pages_and_asks_again_is_told_at_the_deadline(visitor, clock, notice):
    clock.set(notice.closes_at - 2 * SECOND)
    readings(visitor, notice)
    clock.set(notice.closes_at - SECOND)
    assert readings(visitor, notice) == expected(notice, "closing")
    # Until then nothing has to be sent a second time.
    assert not visitor.sent
    clock.set(notice.closes_at)
    assert readings(visitor, notice) == expected(notice, "closed")


def test_the_seeded_position_is_closed_everywhere(visitor, clock):
    seeded = Notice(
        "vacancies", "project-assistant-migration-health-division", "Project Assistant (Migration Health Division)",
        BEFORE, utc(2021, 1, 9, 17), "end of Saturday 9 January 2021, Vientiane time (UTC+7)",
        "2021-01-09T17:00:00Z", "9 January 2021", 2021,
    )  # fmt: skip
    clock.set(BEFORE)
    assert readings(visitor, seeded) == expected(seeded, "closed")


@pytest.mark.parametrize("notice", [GUARD, FUEL], ids=str)
def test_a_withdrawal_shows_at_the_next_request_everywhere(server, visitor, clock, notice):
    clock.set(notice.closes_at - 5 * DAY)
    assert readings(visitor, notice) == expected(notice, "open")
    change(server, notice, "notice.state, notice.withdrawal_reason_en = 'withdrawn', 'A mistake.'")
    assert readings(visitor, notice) == expected(notice, "withdrawn")
    change(server, notice, "notice.state = 'published'")
    assert readings(visitor, notice) == expected(notice, "open")


@pytest.mark.parametrize("notice", [GUARD, FUEL], ids=str)
def test_a_closed_notice_with_a_later_deadline_is_open_at_the_next_request_everywhere(
    server, visitor, clock, notice
):
    clock.set(notice.closes_at)
    assert readings(visitor, notice) == expected(notice, "closed")
    later = dataclasses.replace(
        notice, closes_at=notice.closes_at + DAY, instant=notice.instant.replace("-10T", "-11T"),
        day=notice.day.replace("10", "11"),
        words=notice.words.replace("Wednesday 10", "Thursday 11").replace("Saturday 10", "Sunday 11"),
    )  # fmt: skip
    change(server, notice, "notice.closes_at += datetime.timedelta(days=1); notice.deadline_reason = 'Rain.'")
    assert readings(visitor, later) == expected(later, "closing")
    clock.set(later.closes_at)
    assert readings(visitor, later) == expected(later, "closed")


def change(server: Server, notice: Notice, how: str) -> None:
    """As a colleague changes it, in a process beside the server."""
    server.manage(
        "shell", "-c",
        "import datetime; from careers.models import opportunities\n"
        f"(notice,) = [row for kind in opportunities() for row in kind.objects.filter(slug={notice.slug!r})]\n"
        f"{how}\nnotice.full_clean()\nnotice.save()",
    )  # fmt: skip
