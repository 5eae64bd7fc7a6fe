"""The markup of notices of every kind and state, on which everything has happened that can."""

import re

import pytest
from lxml import html

from tests.helpers.every_notice import make_every_notice
from tests.helpers.exports import posting_in
from tests.helpers.factories import make_office, make_place

#: A year, a month, a day, or a moment with its zone: with three decimals of a second at most.
TIME = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?)?)?", re.ASCII
)  # fmt: skip


@pytest.fixture
def pages(client, db) -> dict[str, str]:
    """The page of each notice, by its slug."""
    make_office()
    make_place(name_en="Boten", kind="town")
    notices = make_every_notice()
    return {
        slug: client.get(notice.get_absolute_url()).content.decode()
        for slug, notice in notices.items()
        if notice.state == "published"
    }


def test_every_time_is_one_that_html_allows(pages):
    for page in pages.values():
        times = html.fromstring(page).xpath("//time/@datetime")
        assert len(times) >= 4
        assert [time for time in times if not TIME.fullmatch(time)] == []


def test_a_heading_that_stands_in_several_parts_has_an_anchor_in_each(pages):
    for page in pages.values():
        anchors = html.fromstring(page).xpath("//@id")
        assert len(anchors) == len(set(anchors))
    assert {"text-duties", "responsibilities-duties"} <= {*html.fromstring(pages["open"]).xpath("//@id")}


def test_an_open_notice_links_its_contact(pages):
    for slug in ("open", "internal", "open-tender"):
        assert '<a href="mailto:hr@example.org">hr@example.org</a>' in pages[slug]
        assert '<a href="tel:+85621000111">+856 21 000 111</a>' in pages[slug]


def test_open_jobs_for_everybody_and_no_other_notices_are_told_to_search_engines(pages):
    postings = {slug: posting for slug, page in pages.items() if (posting := posting_in(page))}
    assert postings.keys() == {"open", "closing"}
    for slug, posting in postings.items():
        assert posting["title"] == f"Driver, {slug}"
        assert posting["datePosted"] < posting["validThrough"]
        assert posting["identifier"]["value"] == f"VN 2026/{slug}"
        assert posting["employmentType"] == ["TEMPORARY", "FULL_TIME"]
        assert posting["jobLocation"]["address"]["addressLocality"] == "Boten"
        assert "<h2>Duties</h2>" in posting["description"]
