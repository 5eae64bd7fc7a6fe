"""Every page has its twin in Lao, where nothing is in Latin letters but names, addresses and what is marked."""

import re

import pytest
from lxml import html

from iomlaos.delivery.language import in_language
from tests.helpers.every_notice import make_every_notice
from tests.helpers.lao import LATIN_NAMES, translate_all

ADDRESS = re.compile(r"\S*[@/]\S*|\b(?:[\w-]+\.)+[a-z]{2,}\b")
ATTRIBUTES = ("alt", "title", "aria-label", "placeholder")
METADATA = ("description", "og:title", "og:description", "og:site_name")
#: A name, as `make_every_notice` has it.
SUPPLIER = "A supplier"
OTHERS = [
    "/careers/?closing=3", "/careers/check/?q=VN+2026/open", "/careers/alerts/notice/open/", "/nothing/",
    "/careers/vacancies/withdrawn/",
]  # fmt: skip


def texts_in_lao(page: html.HtmlElement) -> list[str]:
    """What is read on a page, but for what it marks as being in another language."""
    texts = []
    for element in page.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue
        if element.get("name", element.get("property")) in METADATA:
            texts.append(element.get("content"))
        [language, *_] = element.xpath("ancestor-or-self::*[@lang][1]/@lang")
        if language == "lo":
            texts += [element.text, *map(element.get, ATTRIBUTES), *(child.tail for child in element)]
    return [" ".join(text.split()) for text in texts if text]


def latin_words(text: str) -> list[str]:
    for name in (*LATIN_NAMES, SUPPLIER):
        text = text.replace(name, " ")
    return [word for word in re.findall(r"[A-Za-z]{2,}", ADDRESS.sub(" ", text)) if not word.isupper()]


@pytest.mark.usefixtures("seeded")
def test_every_page_has_its_twin_in_lao_with_no_word_of_english(client, settings):
    settings.ALERTS_ENABLED = True
    make_every_notice()
    translate_all()
    listed = client.get("/sitemap.xml").content.decode() + client.get("/sitemap-2021.xml").content.decode()
    addresses = {*re.findall(r"<loc>http://testserver(/(?!lo/)[^<]*)</loc>", listed), *OTHERS}
    assert len(addresses) > 45
    english = {}
    for address in sorted(addresses):
        response = client.get(in_language(address, "lo"))
        assert response.status_code == client.get(address).status_code, address
        page = html.fromstring(response.content)
        assert page.get("lang") == "lo", address
        if found := [text for text in texts_in_lao(page) if latin_words(text)]:
            english[address] = found
    assert english == {}
