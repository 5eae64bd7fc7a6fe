import pytest

from tests.helpers.factories import make_counterpart, make_page, make_programme
from tests.helpers.pages import count_queries, read

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("seeded")
def test_about_holds_the_overview_and_the_counterparts_of_the_office(client):
    page = read(client, "/about/")
    assert "Greater Mekong Subregion" in page
    assert "Lao Women’s Union" in page
    assert "/programmes/migration-health/" in page.links


def test_a_counterpart_of_a_project_alone_is_not_a_counterpart_of_the_office(client):
    make_page(slug="about")
    make_counterpart(name_en="Ministry of Health", is_internal=True)
    make_counterpart(name_en="Department of Immigration")
    page = read(client, "/about/")
    assert "Ministry of Health" in page
    assert "Department of Immigration" not in page


def test_about_costs_the_same_queries_for_one_counterpart_and_for_ten(client):
    make_page(slug="about")
    make_programme(counterparts=[make_counterpart(is_internal=True)])
    of_one = count_queries(client, "/about/")
    for _ in range(9):
        make_programme(counterparts=[make_counterpart(is_internal=True)])
    assert count_queries(client, "/about/") == of_one
