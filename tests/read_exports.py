"""Read every feed and calendar of a running portal with other readers; docs/testing.md says how."""

import re
import sys
import urllib.request
from pathlib import Path

import feedparser
import ics
import vobject
from icalendar import Calendar
from lxml import etree

STARTS = ("", "?candidates=internal", "closed/", "procurement/closed/", "alerts/", "calendar.ics")
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "helpers" / "atom.rng"))


def count_entries(body: bytes) -> int:
    SCHEMA.assertValid(etree.fromstring(body))
    feed = feedparser.parse(body)
    assert not feed.bozo, feed.bozo_exception
    return len(feed.entries)


def count_dates(body: bytes) -> int:
    calendar = vobject.readOne(body.decode())
    calendar.validate(raiseException=True)
    readers = [Calendar.from_ical(body).events, ics.Calendar(body.decode()).events]
    [number] = {len(dates) for dates in [*readers, calendar.contents.get("vevent", [])]}
    return number


def main(site: str) -> None:
    ahead, read = [f"/careers/{start}" for start in STARTS], set()
    while ahead:
        path = ahead.pop()
        if path in read:
            continue
        read.add(path)
        with urllib.request.urlopen(site + path) as response:
            body = response.read()
        if path.endswith(".atom"):
            sys.stdout.write(f"{path} {count_entries(body)}\n")
            if path.count("/") > 3:
                # The page of a closed notice does not offer its calendar.
                ahead.append(path.replace("feed.atom", "deadline.ics"))
        elif path.endswith(".ics"):
            sys.stdout.write(f"{path} {count_dates(body)}\n")
        elif response.headers["Content-Type"].startswith("text/html"):
            ahead += re.findall(r'href="(/careers/[^"#?]*)"', body.decode())


if __name__ == "__main__":
    main(sys.argv[1])
