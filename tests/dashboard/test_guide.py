"""The guide for staff in the admin: every picture it names is there, and it is for staff alone."""

import io
import re

from PIL import Image

from tests.helpers.admin import make_colleague
from tests.helpers.commands import ROOT


def pictures(client) -> list[tuple[str, str]]:
    """Addresses and words of the pictures, as the page names them."""
    page = client.get("/admin/guide/").content.decode()
    return re.findall(r'<img src="([^"]*)" alt="([^"]*)"', page)


def test_the_guide_is_linked_from_the_front_page_and_shows_its_parts(staff):
    assert '<a href="/admin/guide/">Staff guide</a>' in staff.get("/admin/").content.decode()
    page = staff.get("/admin/guide/").content.decode()
    assert page.count("<h1>") == 1
    assert '<a href="#changing-a-text">Changing a text</a>' in page
    assert '<h2 id="changing-a-text">Changing a text</h2>' in page
    assert "<strong>Submit for review…</strong>" in page


def test_every_picture_of_the_guide_is_shown_served_small_and_described(staff):
    named = pictures(staff)
    lying = {f"staff-guide/{file.name}" for file in (ROOT / "docs" / "staff-guide").iterdir()}
    assert {address for address, _words in named} == lying
    assert len(named) >= 8
    for address, words in named:
        assert len(words) > 20, address
        response = staff.get(f"/admin/guide/{address}")
        assert response.status_code == 200, address
        assert response["Content-Type"] == "image/webp"
        content = response.getvalue()
        assert len(content) < 60_000, address
        assert Image.open(io.BytesIO(content)).width <= 1000, address


def test_nothing_else_is_served_beside_the_guide(staff):
    for name in (
        "no-such-picture.webp", "../staff-guide.md", "..%2f..%2fmanage.py", "..%2fscreenshot.webp",
        "code.webp/..%2f..%2fscreenshot.png",
    ):  # fmt: skip
        assert staff.get(f"/admin/guide/staff-guide/{name}").status_code == 404, name


def test_the_guide_is_for_everybody_who_is_signed_in_and_for_nobody_else(client, db):
    addresses = ("/admin/guide/", "/admin/guide/staff-guide/code.webp")
    for address in addresses:
        assert client.get(address).headers["Location"] == f"/admin/login/?next={address}"
    client.force_login(make_colleague())
    assert [client.get(address).status_code for address in addresses] == [200, 200]
