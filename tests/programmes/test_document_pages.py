import pytest

from tests.helpers.factories import make_document, make_document_version, make_programme, upload
from tests.helpers.pages import count_queries, read
from tests.helpers.uploads import pdf

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("seeded")
def test_documents_without_a_file_are_on_request_and_their_titles_are_no_links(client):
    page = read(client, "/documents/")
    assert "7 documents." in page
    assert page.text.count("On request: +856 21 26 77 30") == 7
    assert not [link for link in page.links if "/files/" in link]


def test_a_document_with_a_file_says_language_type_size_pages_and_date(client):
    document = make_document(title_en="Yearly report", kind="report")
    version = make_document_version(document=document, file=upload("x.pdf", pdf(pages=3)), dated="2020-11")
    page = read(client, "/documents/")
    assert "Yearly report, English · PDF" in page
    assert "3 pages · November 2020" in page
    assert version.get_absolute_url() in page.links


def test_only_the_newest_version_of_each_language_is_offered(client):
    document = make_document(title_en="Report")
    for dated, language in (("2019", "en"), ("2020", "en"), ("2018", "lo")):
        make_document_version(
            document=document,
            dated=dated,
            language=language,
            address=f"https://example.org/{dated}-{language}",
        )
    links = read(client, "/documents/").links
    assert "https://example.org/2020-en" in links
    assert "https://example.org/2018-lo" in links
    assert "https://example.org/2019-en" not in links


@pytest.mark.usefixtures("seeded")
def test_documents_of_one_programme_and_kind_have_an_address_of_their_own(client):
    page = read(client, "/documents/?programme=migration-health&kind=infosheet")
    assert "2 documents." in page
    assert page.title.startswith("Documents: Infosheet, Migration Health")
    assert "SEZs Factsheet" not in page


def test_a_combination_without_documents_says_so(client):
    health, labour = make_programme(slug="health"), make_programme(slug="labour")
    make_document(programme=health, kind="report")
    make_document(programme=labour, kind="tool")
    assert "No documents match your choice." in read(client, "/documents/?programme=health&kind=tool")


def test_a_live_file_opens_under_a_readable_name(client):
    version = make_document_version(
        document=make_document(title_en="ບົດລາຍງານ"), file=upload("x.pdf", pdf()), language="lo"
    )
    answer = client.get(version.get_absolute_url())
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline;")
    assert "%E0%BA%9A" in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")


def test_the_file_of_a_document_that_is_not_live_cannot_be_fetched(client):
    document = make_document()
    version = make_document_version(document=document, file=upload("x.pdf", pdf()))
    for state, status in (("published", 200), ("draft", 404), ("withdrawn", 404)):
        document.state = state
        document.save()
        assert client.get(version.get_absolute_url()).status_code == status
        assert client.get(f"/media/{version.file.name}").status_code == 404
        assert client.get(f"/uploads/{version.file.name}").status_code == 404


def test_documents_cost_the_same_queries_for_one_and_for_ten(client):
    def add():
        make_document_version(document=make_document(programme=make_programme()))

    add()
    of_one = count_queries(client, "/documents/")
    for _ in range(9):
        add()
    assert count_queries(client, "/documents/") == of_one
