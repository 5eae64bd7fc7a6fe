"""What must be true of every page that a visitor can reach from the home page."""

import re
from collections import Counter
from urllib.parse import urldefrag, urlsplit
from xml.etree import ElementTree

import pytest

from iomlaos.delivery.language import language_of
from tests.helpers.crawl import CrawledPage, local, walk


@pytest.fixture(scope="module")
def walked(server) -> dict[str, CrawledPage]:
    return walk(server, "/")


@pytest.fixture(scope="module")
def pages(walked) -> list[CrawledPage]:
    return [here for here in walked.values() if here.is_page]


def test_the_walk_reaches_every_room_of_the_site(walked):
    for address in (
        "/about/", "/programmes/", "/projects/promise/", "/donors/", "/donors/asian-development-bank/", "/documents/",
        "/careers/", "/careers/procurement/", "/careers/closed/", "/careers/forms/", "/contact/", "/accessibility/",
        "/privacy/",
    ):  # fmt: skip
        assert address in walked
    assert len(walked) > 35


def test_every_link_leads_to_an_answer(walked):
    assert not [
        (here.address, here.status, here.linked_from) for here in walked.values() if here.status != 200
    ]


def test_every_fragment_has_its_place_on_the_page(server, walked, pages):
    lost = []
    for page in pages:
        for link in page.links():
            fragment = urldefrag(link).fragment
            target = local(server, page.address, link)
            if fragment and target and fragment not in walked[target].ids:
                lost.append((page.address, link))
    assert not lost


def test_links_are_addresses_mail_or_telephone_and_none_is_empty(pages):
    schemes = Counter(urlsplit(link).scheme for page in pages for link in page.links())
    assert set(schemes) <= {"", "https", "http", "mailto", "tel", "webcal"}
    assert not [(page.address, link) for page in pages for link in page.links() if link.strip() in ("", "#")]


def test_no_answer_sets_a_cookie_or_runs_a_script_or_fetches_from_elsewhere(server, walked, pages):
    assert not [here.address for here in walked.values() if "set-cookie" in here.headers]
    for page in pages:
        assert {script.get("type") for script in page.every("script")} <= {"application/ld+json"}, (
            page.address
        )
        assert not page.every("style", "iframe", "object", "embed"), page.address
        for element in page.document.iter():
            own = [name for name in element.attrib if str(name).startswith("on") or name == "style"]
            assert not own, (page.address, element.tag, own)
        assert [found for found in page.fetched() if not local(server, page.address, found)] == []


def test_every_page_is_valid_html_and_its_ids_are_unique(pages):
    for page in pages:
        assert page.document is not None
        assert not page.errors, (page.address, page.errors)
        assert not [name for name, times in Counter(page.ids).items() if times > 1], page.address


def test_every_page_has_one_first_heading_and_no_heading_level_is_left_out(pages):
    for page in pages:
        levels = [int(heading.tag[1]) for heading in page.every("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels.count(1) == 1, page.address
        assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False)), (
            page.address,
            levels,
        )
        assert all(page.texts("h1")), page.address


def test_every_page_has_a_title_and_a_description_of_its_own(pages):
    """Parts and selections of one list (`?page=2`) are one page here."""
    titles, descriptions = {}, {}
    for page in pages:
        [title] = page.texts("title")
        [description] = [tag.get("content") for tag in page.every("meta") if tag.get("name") == "description"]
        path = urlsplit(page.address).path
        titles[path], descriptions[path] = title, description
    for texts in (titles, descriptions):
        assert not [text for text, times in Counter(texts.values()).items() if times > 1 or not text.strip()]


def test_every_page_says_its_language_its_address_and_what_it_holds(server, pages):
    for page in pages:
        assert page.every("html")[0].get("lang") == language_of(urlsplit(page.address).path)
        [canonical] = [link.get("href") for link in page.every("link") if link.get("rel") == "canonical"]
        assert canonical == server.url + urlsplit(page.address).path
        meta = {tag.get("name") or tag.get("property"): tag.get("content") for tag in page.every("meta")}
        assert meta["og:title"].strip(), page.address
        assert meta["og:url"] == canonical


def test_the_sitemap_lists_what_a_visitor_reaches_and_nothing_else_and_robots_txt_names_it(server, pages):
    response, body = server.get("/robots.txt")
    assert response.status == 200
    sitemaps = re.findall(f"Sitemap: {server.url}(.*)", body.decode())
    assert sitemaps[0] == "/sitemap.xml"
    name = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
    trees = [ElementTree.fromstring(server.get(sitemap)[1]) for sitemap in sitemaps]
    listed = [place.text for tree in trees for place in tree.iter(name)]
    assert len(listed) == len(set(listed))
    assert set(listed) == {server.url + urlsplit(page.address).path for page in pages}
