"""Public pages know no session: a stale cookie of one changes nothing of them."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("address", ["/", "/careers/", "/nothing-is-here/"])
@pytest.mark.parametrize("cookies", [{"session": "stale"}, {"csrf": "x" * 7}, {"messages": "nonsense"}])
def test_a_stale_cookie_is_answered_with_the_same_page_and_no_cookie(client, address, cookies):
    plain = client.get(address)
    client.cookies.load(cookies)
    response = client.get(address)
    assert response.content == plain.content
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")


def test_behind_the_admin_a_stale_cookie_is_taken_back(client):
    client.cookies.load({"session": "stale"})
    assert client.get("/admin/login/").cookies["session"].value == ""
