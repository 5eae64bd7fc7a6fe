"""Every fact of the source stands on the page where a visitor looks for it (facts.yaml)."""

from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
import yaml

from tests.helpers.pages import Page, fold, read

FACTS = yaml.safe_load(Path(__file__).with_name("facts.yaml").read_text(encoding="utf-8"))
ADDRESSES = {
    "home": ["/"],
    "about": ["/", "/about/"],
    "careers": [
        "/careers/",
        "/careers/closed/",
        "/careers/forms/",
        "/careers/vacancies/project-assistant-migration-health-division/",
    ],
    "procurement": ["/careers/", "/careers/procurement/"],
    "contact": ["/contact/"],
    "donors": ["/donors/"],
    "documents": ["/documents/"],
}


def pages_of_programme(client, title: str) -> list[Page]:
    """The page of the programme, found from the list, and those of the projects that it links to."""
    addresses = [link for link in read(client, "/programmes/").links if link.startswith("/programmes/")]
    own = next(
        page for page in (read(client, at) for at in dict.fromkeys(addresses)) if page.h1 == [fold(title)]
    )
    projects = {urldefrag(urljoin(own.address, link))[0] for link in own.links}
    return [own, *(read(client, address) for address in sorted(projects) if "/projects/" in address)]


@pytest.mark.usefixtures("seeded")
def test_every_fact_of_the_source_stands_on_its_page(client):
    known: dict[str, list[Page]] = {}
    missing = []
    for fact in FACTS:
        where = fact["page"]
        if where not in known:
            kind, _, title = where.partition(":")
            known[where] = (
                pages_of_programme(client, title) if title else [read(client, at) for at in ADDRESSES[kind]]
            )
        for words in fact["shows"]:
            if not any(words in page for page in known[where]) and not any(
                fold(words) in link for page in known[where] for link in page.links
            ):
                missing.append(f"{where}: {fact['says']}: {words}")
    assert len(FACTS) == 73
    assert missing == []


@pytest.mark.usefixtures("seeded")
def test_a_fact_that_is_not_on_the_site_is_found_missing(client):
    """The control: the search above can fail."""
    assert "USD 213.5 million" not in read(client, "/")
