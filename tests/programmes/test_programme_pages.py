import pytest

from tests.helpers.factories import (
    make_counterpart,
    make_document,
    make_donor,
    make_figure,
    make_place,
    make_programme,
    make_project,
)
from tests.helpers.pages import count_queries, read

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("seeded")
def test_programmes_are_listed_in_their_order_under_our_work(client):
    page = read(client, "/programmes/")
    assert page.h1 == ["Our work"]
    titles = [
        "Migration Health",
        "Labour Migration/Special Economic Zones (SEZs)",
        "Counter Trafficking",
        "Immigration and Border Management",
        "Disaster Response and Displacement Management",
    ]
    places = [page.text.index(title) for title in titles]
    assert places == sorted(places)


@pytest.mark.usefixtures("seeded")
def test_a_programme_shows_figures_with_their_date_projects_donors_and_documents(client):
    page = read(client, "/programmes/labour-migration/")
    assert "20,099 workers in the zones in total. May 2018 11,097 foreign workers" in page
    assert {"#projects", "#donors", "#documents", "/programmes/counter-trafficking/"} <= {*page.links}
    assert "/projects/promise/" in page.links
    assert "/donors/government-of-italy/" in page.links
    assert "SEZs Factsheet" in page
    assert "On request: +856 21 26 77 30" in page


def test_a_programme_names_none_of_its_drafts_and_withdrawn(client):
    programme = make_programme(slug="health")
    for state, word in (("draft", "Hidden"), ("withdrawn", "Gone"), ("published", "Shown")):
        make_project(programme=programme, state=state, title_en=f"{word} project")
        make_document(programme=programme, state=state, title_en=f"{word} document")
    page = read(client, "/programmes/health/")
    assert "Hidden" not in page
    assert "Gone" not in page
    assert "Shown project" in page
    assert "Shown document" in page


def test_a_long_programme_has_a_contents_list_with_a_link_to_each_heading(client):
    headings = "".join(f"<h2>Part {number} &amp; more</h2><p>Text.</p>" for number in range(1, 5))
    make_programme(slug="long", body_en=headings)
    page = read(client, "/programmes/long/")
    assert "#text-part-3-more" in page.links
    assert 'id="text-part-3-more"' in client.get("/programmes/long/").content.decode()


def test_a_short_programme_has_no_contents_list(client):
    make_programme(slug="short", body_en="<h2>One</h2><p>Text.</p>")
    assert "#one" not in read(client, "/programmes/short/").links


def test_draft_is_not_found_withdrawn_is_gone_and_a_changed_address_leads_on(client):
    make_programme(slug="hidden", state="draft")
    make_programme(slug="over", state="withdrawn")
    moved = make_programme(slug="old-name")
    moved.refresh_from_db()
    moved.slug = "new-name"
    moved.save()
    assert client.get("/programmes/hidden/").status_code == 404
    assert client.get("/programmes/over/").status_code == 410
    answer = client.get("/programmes/old-name/")
    assert (answer.status_code, answer["Location"]) == (301, "/programmes/new-name/")


def full_programme(**given):
    programme = make_programme(
        donors=[make_donor()],
        counterparts=[make_counterpart(parent=make_counterpart())],
        places=[make_place()],
        **given,
    )
    make_figure(programme=programme)
    make_project(programme=programme)
    make_document(programme=programme)
    return programme


def test_list_of_programmes_costs_the_same_queries_for_one_and_for_ten(client):
    full_programme()
    of_one = count_queries(client, "/programmes/")
    for _ in range(9):
        full_programme()
    assert count_queries(client, "/programmes/") == of_one


def test_a_programme_costs_the_same_queries_with_one_project_and_with_ten(client):
    programme = full_programme(slug="health")
    of_one = count_queries(client, "/programmes/health/")
    for _ in range(9):
        make_project(programme=programme)
        make_document(programme=programme)
        make_figure(programme=programme)
        programme.donors.add(make_donor())
        programme.counterparts.add(make_counterpart(parent=make_counterpart()))
    assert count_queries(client, "/programmes/health/") == of_one
