"""Between two changes by the clock every public page is the same bytes: the page cache lives by it."""

import datetime
import math
import re

import pytest
import time_machine
from django.utils.http import parse_http_date_safe

from iomlaos.delivery.next_change import next_change
from iomlaos.office.models import SiteNotice
from tests.helpers.every_notice import make_every_notice
from tests.helpers.factories import make_programme

#: After the seed, which dates rows with the true time.
NOW = datetime.datetime(2040, 6, 13, 3, 12, 44, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
INSTANT = 1e-6
#: Beside pages that the sitemap names.
PAGES = [
    "/sitemap.xml", "/careers/", "/careers/feed.atom", "/careers/calendar.ics", "/careers/?closing=7",
    "/careers/?closing=30", "/careers/?candidates=internal", "/careers/procurement/?closing=3",
    "/documents/", "/no-such-page/",
]  # fmt: skip


@pytest.mark.one_database
@pytest.mark.django_db
def test_no_page_changes_within_a_validity_period(client, seeded):
    with time_machine.travel(NOW, tick=False):
        make_every_notice()
        make_programme(publish_from=NOW + DAY / 3, publish_until=NOW + 3 * DAY)
        SiteNotice.objects.create(text="Closed today.", starts_at=NOW + DAY / 5, ends_at=NOW + DAY)
        sitemaps = re.findall("Sitemap: http://testserver(.*)", client.get("/robots.txt").content.decode())
        listed = "".join(client.get(sitemap).content.decode() for sitemap in sitemaps)
    found = re.findall("<loc>http://testserver(.*?)</loc>", listed)
    notices = [page for page in found if "/vacancies/" in page or "/procurement/" in page]
    beside = [f"{page}{name}" for page in notices if "open" in page for name in ("feed.atom", "deadline.ics")]
    pages = [*PAGES, "/", "/about/", "/donors/", *notices, *beside]
    for days in (0.1, 0.95, 1.04, 12.6, 60, 370):
        at = NOW + days * DAY
        end = next_change(at) or at + 999 * DAY
        for page in pages:
            response = read(client, page, at)
            # What changes earlier than the site says so.
            expiry = parse_http_date_safe(response.get("Expires", ""))
            ends = min(end.timestamp(), expiry or math.inf) - INSTANT
            assert read(client, page, ends).content == response.content, (page, at, ends)


def read(client, page: str, at: datetime.datetime | float):
    with time_machine.travel(at, tick=False):
        return client.get(page)
