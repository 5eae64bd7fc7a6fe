"""What a visitor reads when there is no page, and when the database is gone."""

from iomlaos.home.unavailable import write_unavailable_pages
from iomlaos.office.models import ContactPoint
from tests.helpers.factories import make_contact_point, make_site_notice
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


def test_without_a_database_every_page_says_when_to_come_back(tmp_path):
    pages = (
        "/",
        "/nothing/at/all",
        "/careers/vacancies/x/",
        "/programmes/x/files/y/",
        "/sitemap.xml",
        "/admin/",
    )
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "503.html").write_text("<h1>Call us</h1>")
    *public, admin, ready = get_pages(
        *pages, "/readyz", headers={"Cookie": "session=0123456789"}, **GONE, DATA_DIR=str(tmp_path)
    )
    for answer in (*public, admin):
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "60"
        assert "no-store" in answer.headers["Cache-Control"]
        assert "<h1" in answer.text
    assert {answer.text for answer in public} == {"<h1>Call us</h1>"}
    assert "database does not answer" in admin.text
    assert ready.status == 503
    for answer in (*public, admin, ready):
        assert "Traceback" not in answer.text
        assert "psycopg2" not in answer.text
    [page] = get_pages("/", **GONE, DATA_DIR=str(tmp_path / "new"))
    assert page.status == 503
    assert "Try again in a few minutes" in page.text


def test_the_page_that_is_sent_meanwhile_names_the_telephone_and_the_mail_of_the_office(
    seeded, settings, tmp_path
):
    settings.DATA_DIR = tmp_path
    make_contact_point(kind="email", written="vientiane@example.org")
    make_site_notice(text_en="Closed today")
    write_unavailable_pages()
    path = tmp_path / "public" / "503.html"
    page = path.read_text()
    for expected in ("tel:+85621267730", "mailto:vientiane@example.org", 'content="noindex"', "not yours"):
        assert expected in page
    assert "Closed today" not in page
    assert [oct(each.stat().st_mode & 0o777) for each in (path.parent, path)] == ["0o755", "0o644"]
    before = path.stat().st_ino
    write_unavailable_pages()
    assert path.stat().st_ino == before
    ContactPoint.objects.filter(written="+856 21 26 77 30").update(written="+856 20 0000 0000")
    write_unavailable_pages()
    assert "+856 20 0000 0000" in path.read_text()


def test_a_refusal_is_a_plain_page_in_the_words_of_people(client):
    for response in (client.get("/?q=%00"), client.get("/", {"q": "x" * 5000}), client.post("/")):
        page = response.content.decode()
        assert page.startswith("<!doctype html>")
        assert 'href="/"' in page
        assert response["Cache-Control"] == "no-store"
