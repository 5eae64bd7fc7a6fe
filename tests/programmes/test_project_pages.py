import pytest

from tests.helpers.factories import (
    make_counterpart,
    make_document,
    make_donor,
    make_place,
    make_programme,
    make_project,
)
from tests.helpers.pages import count_queries, read

pytestmark = pytest.mark.django_db


def test_a_project_gives_its_dates_as_exactly_as_they_are_known_and_none_that_is_not(client):
    make_project(slug="dated", starts="2018-09", ends="2018-12")
    make_project(slug="undated")
    assert "Dates September to December 2018" in read(client, "/projects/dated/")
    assert "Dates" not in read(client, "/projects/undated/")


@pytest.mark.usefixtures("seeded")
def test_projects_are_listed_by_date_and_those_without_one_last(client):
    text = read(client, "/projects/").text
    order = [
        "Migration Health Impact Assessment",
        "Attapeu flood response",
        "PROMISE",
        "(CREST)",
        "Malaria project",
    ]
    places = [text.index(title) for title in order]
    assert places == sorted(places)


@pytest.mark.usefixtures("seeded")
def test_a_project_leads_to_its_programme_donors_and_documents(client):
    page = read(client, "/projects/promise/")
    assert "/programmes/labour-migration/" in page.links
    assert "/donors/swiss-agency-for-development-and-cooperation/" in page.links
    assert "PROMISE Factsheet" in page


def test_a_project_does_not_name_documents_that_are_not_live(client):
    project = make_project(slug="project")
    for state, word in (("draft", "Hidden"), ("withdrawn", "Gone"), ("published", "Shown")):
        make_document(title_en=f"{word} document", state=state, projects=[project])
    page = read(client, "/projects/project/")
    assert "Hidden" not in page
    assert "Gone" not in page
    assert "Shown document" in page


def test_projects_after_the_fiftieth_stand_on_a_second_page(client):
    programme = make_programme()
    for number in range(51):
        make_project(programme=programme, title_en=f"Project {number:02}")
    assert "Project 50" not in read(client, "/projects/")
    assert "Project 50" in read(client, "/projects/?page=2")


def test_projects_cost_the_same_queries_for_one_and_for_ten(client):
    make_project()
    of_one = count_queries(client, "/projects/")
    for _ in range(9):
        make_project()
    assert count_queries(client, "/projects/") == of_one


def test_a_project_costs_the_same_queries_with_one_partner_and_with_ten(client):
    project = make_project(
        slug="project", donors=[make_donor()], partners=[make_counterpart()], places=[make_place()]
    )
    make_document(projects=[project])
    of_one = count_queries(client, "/projects/project/")
    for _ in range(9):
        project.donors.add(make_donor())
        project.partners.add(make_counterpart(parent=make_counterpart()))
        make_document(projects=[project])
    assert count_queries(client, "/projects/project/") == of_one


def test_a_long_project_has_a_contents_list_and_a_short_one_has_none(client):
    parts = "".join(f"<h2>Part {number}</h2><p>Text.</p>" for number in range(1, 5))
    make_project(slug="long", body_en=parts)
    make_project(slug="short", body_en="<h2>Part 1</h2><p>Text.</p>")
    assert "#part-4" in read(client, "/projects/long/").links
    assert [at for at in read(client, "/projects/short/").links if at.startswith("#")] == ["#main"]
