"""Make the Wagtail site, with a page of as many bytes as the first page named here, in the words of all.

    DATA_DIR=FOLDER PYTHON -m bench.peers.fill PAGE.html OTHER.html…

PYTHON is that of an environment with bench/peers/requirements.txt.
"""

import html
import json
import os
import re
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peers.settings"

MENU = ["About us", "Programmes", "Jobs", "Tenders", "Documents", "Contact", "Donors"]
HOST = "127.0.0.1"
#: In one section of the page.
WORDS = 240


def words_of(page: str) -> list[str]:
    text = re.sub(r"<(style|svg|script).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return html.unescape(text).split()


def blocks(words: list[str], pages: list) -> list:
    """Sections: a heading and two paragraphs each. A link to a page in the first, a list of links below."""
    made = []
    for start in range(0, len(words), WORDS):
        heading, text = words[start : start + 5], words[start + 5 : start + WORDS]
        first, second = html.escape(" ".join(text[: WORDS // 2])), html.escape(" ".join(text[WORDS // 2 :]))
        link = "" if made else f' <a linktype="page" id="{pages[0].pk}">{pages[0].title}</a>'
        made += [
            {"type": "heading", "value": " ".join(heading)},
            {"type": "text", "value": f"<p>{first}{link}</p><p>{second}</p>"},
        ]
    links = [{"page": page.pk, "text": f"More on {page.title}"} for page in pages[:3]]
    return [*made, {"type": "links", "value": links}]


def rendered(page) -> int:
    from django.test import Client  # noqa: PLC0415 (after django.setup)

    response = Client(headers={"host": HOST}).get(page.url)
    if response.status_code != 200:
        raise SystemExit(f"{page.url} answered {response.status_code}.")
    return len(response.content)


def fill(model: str, others: list[str]) -> tuple[str, int]:
    """Add words until the page is as long as the model. Returns its address and its length."""
    from wagtail.models import Page, Site  # noqa: PLC0415

    from bench.peers.models import ContentPage, OfficeSettings  # noqa: PLC0415

    Page.objects.get(depth=2).delete()
    home = Page.objects.get(depth=1).add_child(instance=ContentPage(title="The country office", slug="home"))
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": HOST, "root_page": home, "site_name": "Office"}
    )
    pages = [home.add_child(instance=ContentPage(title=title, show_in_menus=True)) for title in MENU]
    address = "UN House\nVientiane\nLao PDR"
    foot = {"address": address, "email": "office@example.org"}
    OfficeSettings.objects.update_or_create(site=Site.objects.get(), defaults=foot)
    words = [word for text in (model, *others) for word in words_of(text)] * 4
    least, most = 0, len(words)
    while most - least > 1:
        number = (least + most) // 2
        home.body = json.dumps(blocks(words[:number], pages))
        home.save()
        if rendered(home) <= len(model.encode()):
            least = number
        else:
            most = number
    return home.url, rendered(home)


def _read(names: list[str]) -> tuple[str, list[str]]:
    model, *others = (Path(name).read_text() for name in names)
    return model, others


def main() -> None:
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    address, length = fill(*_read(sys.argv[1:]))
    sys.stdout.write(f"{address} {length}\n")


if __name__ == "__main__":
    main()
