"""Reading what readers, calendars, search engines and other boards read, as strictly as they might."""

import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import feedparser
from django.test import Client
from icalendar import Calendar, Event
from jsonschema import Draft202012Validator
from lxml import etree

HERE = Path(__file__).parent

#: What ends a script, a CDATA section or a line, and what people write in Laos and on phones.
HOSTILE = "A ]]> </script><!-- & \"b\" 'c', d; e\\n \u2028 ພະນັກງານຂັບລົດ 🚗"
#: What PostgreSQL and SQLite store, and XML cannot hold.
UNREADABLE = "\x01\x08\x0b\x0c\x1b\x7f\x85\ufffe\uffff"


# --- Atom -------------------------------------------------------------------------------------


def read_feed(client: Client, address: str) -> feedparser.FeedParserDict:
    """A feed that the schema of Atom and a reader's library both accept."""
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    tree = etree.fromstring(response.content)
    atom_schema().assertValid(tree)
    feed = feedparser.parse(response.content, response_headers={"content-type": response["Content-Type"]})
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    assert feed.feed.author
    own = [link.href for link in feed.feed.links if link.rel == "self"]
    assert own == [f"http://testserver{address}"]
    ids = [entry.id for entry in feed.entries]
    assert len(ids) == len(set(ids))
    return feed


@cache
def atom_schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(HERE / "atom.rng"))


def titles(feed: feedparser.FeedParserDict) -> list[str]:
    return [entry.title for entry in feed.entries]


# --- iCalendar --------------------------------------------------------------------------------


def read_calendar(client: Client, address: str) -> Calendar:
    """A calendar without a line that is too long, ends wrongly or cannot be read."""
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    written = response.content
    lines = written.split(b"\r\n")
    assert lines.pop() == b""
    for line in lines:
        assert len(line) <= 75
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)
        line.decode()
    calendar = Calendar.from_ical(written)
    assert calendar.to_ical() == written
    calendar.validate()
    assert calendar["VERSION"] == "2.0"
    for part in calendar.walk():
        assert part.errors == []
        for name in part.required:
            assert name in part
    uids = [event.uid for event in calendar.events]
    assert len(uids) == len(set(uids))
    return calendar


def summaries(calendar: Calendar) -> list[str]:
    return [str(event["SUMMARY"]) for event in calendar.events]


def event_called(calendar: Calendar, summary: str) -> Event:
    [event] = [event for event in calendar.events if event["SUMMARY"] == summary]
    return event


# --- JSON-LD ----------------------------------------------------------------------------------


def data_in(page: str, kind: str) -> dict[str, Any] | None:
    """The JSON-LD of a type that search engines find in a page; None where there is none."""
    texts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, flags=re.DOTALL)
    assert not [text for text in texts if re.search("[<>&]", text)]
    found = [data for data in map(json.loads, texts) if data["@type"] == kind]
    assert len(found) <= 1
    return found[0] if found else None


def posting_in(page: str) -> dict[str, Any] | None:
    """The JobPosting of a page, by the schema; None where there is none."""
    posting = data_in(page, "JobPosting")
    if posting is None:
        return None
    schema = json.loads((HERE / "job_posting.schema.json").read_text())
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(posting)
    assert posting["description"] != posting["title"]
    return posting


# --- ReliefWeb --------------------------------------------------------------------------------


def read_jobs(client: Client) -> list[dict[str, Any]]:
    """The jobs that ReliefWeb's importer finds: it decodes texts once, and refuses by these rules."""
    response = client.get("/careers/reliefweb.xml")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    channel = etree.fromstring(response.content)
    assert channel.tag == "channel"
    jobs = []
    for item in channel:
        assert item.tag == "item"
        assert all(len(element) == 0 for element in item)
        job = {element.tag: element.text for element in item}
        assert len(job) == len(item)
        for name in ("body", "field_how_to_apply"):
            # Where it finds a closing tag it takes the text as it is, else it decodes it.
            written = etree.tostring(item.find(name), encoding="unicode").strip()
            inner = written.removeprefix(f"<{name}>").removesuffix(f"</{name}>")
            assert not re.search(r"</[^>]+>|<[^>]+/>", inner)
            job[name] = html.unescape(inner)
            tags = set(re.findall(r"</?([a-z0-9]+)", job[name]))
            assert tags <= {
                "h2", "h3", "h4", "br", "p", "strong", "em", "a", "ul", "ol", "li", "blockquote"
            }  # fmt: skip
        assert job["link"].startswith("http://testserver/")
        assert 7 <= len(job["title"]) <= 150
        assert 400 <= len(words(job["body"])) <= 50_000
        assert 100 <= len(words(job["field_how_to_apply"])) <= 10_000
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", job["field_job_closing_date"])
        jobs.append(job)
    return jobs


def words(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())
