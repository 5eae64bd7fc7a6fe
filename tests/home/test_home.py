import datetime

import pytest
import time_machine

from tests.helpers.factories import (
    make_figure,
    make_page,
    make_place,
    make_procurement_notice,
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
    assert page.h1 == ["We work on migration with the Lao Government"]
    assert "The International Organization for Migration (IOM) works in Lao PDR on health" in page
    assert "Our five programmes" in page
    assert "/programmes/migration-health/" in page.links


@pytest.mark.usefixtures("seeded")
def test_home_says_honestly_that_nothing_is_open_and_when_the_last_closed(client):
    page = read(client, "/")
    assert "No open jobs or tenders" in page
    assert "The last one closed on 9 January 2021." in page


def test_home_counts_what_is_open_and_names_the_two_next_deadlines(client):
    for days, title in ((1, "Driver"), (2, "Nurse"), (9, "Clerk")):
        make_vacancy(title_en=title, closes_at=NOON + datetime.timedelta(days=days))
    make_procurement_notice(title_en="Chairs", closes_at=NOON + datetime.timedelta(days=1, hours=-2))
    make_vacancy(title_en="Internal post", closes_at=NOON + datetime.timedelta(days=1), tier="internal-only")
    with time_machine.travel(NOON, tick=False):
        page = read(client, "/")
    assert "Open now: 3 jobs, 1 tender" in page
    assert "Tender: Chairs Submit by Tuesday 2 June 2026, 10:00 (Vientiane time) , 22 hours left" in page
    assert "Job: Driver Apply by Tuesday 2 June 2026, 12:00 (Vientiane time) , 24 hours left" in page
    assert "Nurse" not in page
    assert "Internal post" not in page


def test_a_figure_of_the_country_is_on_the_home_page_once_it_has_a_caption(client):
    make_page(slug="about")
    make_figure(value="35.6 %", caption_en="")
    make_figure(value="over 40 %", caption_en="of people")
    page, about = read(client, "/"), read(client, "/about/")
    assert "35.6 %" not in page
    assert "over 40 % of people" in page
    assert "IOM published this figure about the country without saying what it counts: 35.6 %" in about


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
    page = read(client, "/")
    assert "Hidden" not in page
    assert "Gone" not in page
    assert "Shown programme" in page
    assert "Shown vacancy" in page


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
