"""What a visitor reads when there is no page, and when the database is gone."""

from tests.helpers.other_process import get_pages

GONE = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}


def test_an_unknown_address_says_where_to_go_on(client, seeded):
    response = client.get("/nothing-is-here/")
    page = response.content.decode()
    assert response.status_code == 404
    assert page.count("<h1") == 1
    for onward in ('href="/"', 'href="/careers/"', 'href="/documents/"', 'href="/contact/"'):
        assert onward in page


def test_addresses_that_lead_nowhere_are_not_found(client, db):
    for address in ("/programmes/nothing/", "/donors/nobody/", "/careers/closed/99999999999/", "/a/b/c/d"):
        assert client.get(address).status_code == 404, address


def test_without_a_database_every_page_says_that_the_fault_is_ours():
    *pages, ready = get_pages("/", "/nothing/at/all", "/careers/vacancies/x/", "/readyz", **GONE)
    for answer in pages:
        assert answer.status == 500
        assert "<h1" in answer.text
        assert "[[" not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    assert ready.status == 503
    for answer in (*pages, ready):
        assert "Traceback" not in answer.text
        assert "psycopg2" not in answer.text


def test_a_refusal_is_a_plain_page_in_the_words_of_people(client):
    for response in (client.get("/?q=%00"), client.get("/", {"q": "x" * 5000}), client.post("/")):
        page = response.content.decode()
        assert page.startswith("<!doctype html>")
        assert 'href="/"' in page
        assert response["Cache-Control"] == "no-store"
