"""Words that no line can hold: no page is scrolled sideways for them."""

import re

import pytest

from tests.helpers.browsing import open_context, overflow
from tests.helpers.servers import running_server

pytestmark = pytest.mark.one_database

CONTENT = """
from tests.helpers.every_notice import make_every_notice
from tests.helpers.long_words import fill_with_long_words
make_every_notice()
fill_with_long_words()
"""
LISTS = ["/careers/?candidates=internal", "/careers/check/?q=open", "/careers/vacancies/withdrawn/"]


def test_a_word_of_sixty_characters_in_any_field_scrolls_no_page_sideways(browser, tmp_path):
    with running_server(tmp_path) as server:
        server.manage("shell", "--no-imports", "--command", CONTENT)
        context = open_context(browser, base_url=server.url, viewport={"width": 320, "height": 568})
        page = context.new_page()
        sitemaps = re.findall(r"Sitemap: https?://[^/]+(.*)", server.get("/robots.txt")[1].decode())
        pages = "".join(server.get(sitemap)[1].decode() for sitemap in sitemaps)
        addresses = re.findall(r"<loc>https?://[^/]+(/[^<]*)", pages)
        assert len(addresses) > 50
        scrolled = {}
        for address in [*addresses, *LISTS]:
            page.goto(address)
            if found := overflow(page):
                scrolled[address] = found
        context.close()
    assert scrolled == {}, scrolled
