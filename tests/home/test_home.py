import datetime

import pytest
import time_machine

from tests.helpers.factories import (
    make_document,
    make_figure,
    make_place,
    make_programme,
    make_project,
    make_vacancy,
)
from tests.helpers.pages import count_queries, read

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)


@pytest.mark.usefixtures("seeded")
def test_home_says_who_and_where_and_leads_to_each_programme(client):
    page = read(client, "/")
    assert page.h1 == ["Migration in the Lao People's Democratic Republic"]
    assert "The International Organization for Migration (IOM) works in Lao PDR on health" in page
    assert "Migration Management: five programmes" in page
    assert "/programmes/migration-health/" in page.links


@pytest.mark.usefixtures("seeded")
def test_home_says_honestly_that_nothing_is_open_and_when_the_last_closed(client):
    page = read(client, "/")
    assert "Nothing is open now." in page
    assert "The last one closed on 9 January 2021." in page


def test_home_names_what_closes_next_until_the_second_that_it_closes(client):
    closing = NOON + datetime.timedelta(hours=1)
    make_vacancy(title_en="Driver", closes_at=closing)
    make_vacancy(title_en="Nurse", closes_at=closing + datetime.timedelta(days=1))
    with time_machine.travel(closing - datetime.timedelta(seconds=1), tick=False):
        assert "Driver" in read(client, "/")
    with time_machine.travel(closing, tick=False):
        page = read(client, "/")
        assert "Driver" not in page
        assert "Nurse" in page


def test_a_figure_of_the_country_without_caption_says_that_it_awaits_one(client):
    make_figure(value="35.6 %", caption_en="")
    page = read(client, "/")
    assert "35.6 % Caption awaiting confirmation by the office" in page


def test_map_names_the_places_of_live_programmes_and_projects_alone(client):
    shown, hidden, of_draft_project = (make_place(name_en=name) for name in ("Attapeu", "Salavan", "Boten"))
    programme = make_programme(places=[shown])
    make_programme(places=[hidden], state="draft")
    make_project(programme=programme, places=[of_draft_project], state="draft")
    page = read(client, "/")
    assert "Attapeu" in page
    assert "Salavan" not in page
    assert "Boten" not in page


def test_drafts_stand_nowhere_on_the_home_page(client):
    for state, word in (("draft", "Hidden"), ("withdrawn", "Gone"), ("published", "Shown")):
        make_programme(state=state, title_en=f"{word} programme")
        make_vacancy(state=state, title_en=f"{word} vacancy")
        make_document(state=state, title_en=f"{word} document")
    page = read(client, "/")
    assert "Hidden" not in page
    assert "Gone" not in page
    assert "Shown programme" in page
    assert "Shown vacancy" in page
    assert "one document" in page


def test_home_costs_the_same_queries_for_one_programme_and_for_ten(client):
    def add():
        programme = make_programme(places=[make_place()])
        make_figure(programme=programme, is_headline=True)
        make_project(programme=programme, places=[make_place()])
        make_vacancy()

    add()
    of_one = count_queries(client, "/")
    for _ in range(9):
        add()
    assert count_queries(client, "/") == of_one
