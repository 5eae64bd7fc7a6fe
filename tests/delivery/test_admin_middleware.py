"""Public pages know no session: a stale cookie of one changes nothing of them."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("seeded")
def test_a_stale_cookie_is_answered_with_the_same_page_and_no_cookie(client):
    for address in ("/", "/careers/", "/nothing-is-here/"):
        plain = client.get(address)
        client.cookies.load({"session": "stale", "csrf": "x" * 7, "messages": "nonsense"})
        response = client.get(address)
        client.cookies.clear()
        assert response.content == plain.content
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")


def test_behind_the_admin_a_stale_cookie_is_taken_back(client):
    client.cookies.load({"session": "stale"})
    assert client.get("/admin/login/").cookies["session"].value == ""
