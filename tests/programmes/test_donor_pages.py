import pytest

from tests.helpers.factories import make_donor, make_programme, make_project
from tests.helpers.pages import count_queries, read

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("seeded")
def test_donors_are_counted_grouped_by_kind_and_alphabetical(client):
    page = read(client, "/donors/")
    text = page.text
    assert "10 donors fund our work in Lao PDR." in text
    order = [
        "Governments",
        "The Government of Canada",
        "The Government of Italy",
        "Swiss Agency for Development and Cooperation (SDC)",
        "Multilateral",
        "Asian Development Bank (ADB)",
        "European Union (EU)",
        "Funds",
        "IOM Development Fund (IDF)",
        "Other",
        "Community Chest of Korea (CCK)",
    ]
    places = [text.rindex(words) for words in order]
    assert places == sorted(places)


@pytest.mark.usefixtures("seeded")
def test_a_donor_shows_what_it_supports_and_no_date_that_is_not_the_projects(client):
    sdc = read(client, "/donors/swiss-agency-for-development-and-cooperation/")
    assert "/projects/promise/" in sdc.links
    assert "/programmes/labour-migration/" in sdc.links
    assert "2007" not in read(client, "/donors/asian-development-bank/")


def test_a_donor_with_nothing_live_is_in_no_list_and_has_no_page(client):
    donor = make_donor(slug="silent", name_en="Silent donor")
    make_programme(state="draft", donors=[donor])
    make_project(programme=make_programme(), state="withdrawn", donors=[donor])
    assert client.get("/donors/silent/").status_code == 404
    assert "Silent donor" not in read(client, "/donors/")
    make_programme(donors=[donor])
    assert client.get("/donors/silent/").status_code == 200
    assert "Silent donor" in read(client, "/donors/")


def test_a_donor_does_not_name_its_drafts(client):
    donor = make_donor(slug="donor")
    make_programme(title_en="Shown programme", donors=[donor])
    make_programme(title_en="Hidden programme", state="draft", donors=[donor])
    make_project(title_en="Hidden project", state="draft", donors=[donor])
    make_project(
        title_en="Shown project",
        programme=make_programme(title_en="Hidden too", state="draft"),
        donors=[donor],
    )
    for address in ("/donors/donor/", "/donors/"):
        page = read(client, address)
        assert "Hidden" not in page
        assert "Shown programme" in page
        assert "Shown project" in page


def test_donors_cost_the_same_queries_for_one_and_for_ten(client):
    def add(donor):
        make_programme(donors=[donor])
        make_project(donors=[donor])

    first = make_donor(slug="first")
    add(first)
    of_one = count_queries(client, "/donors/")
    page_of_one = count_queries(client, "/donors/first/")
    for _ in range(9):
        add(make_donor())
        add(first)
    assert count_queries(client, "/donors/") == of_one
    assert count_queries(client, "/donors/first/") == page_of_one
