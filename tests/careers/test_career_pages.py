import datetime

import pytest
import time_machine
from lxml import html

from careers.models.vacancy import Vacancy
from tests.helpers.factories import make_vacancy
from tests.helpers.pages import read

DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
DAY = datetime.timedelta(days=1)


def test_the_seeded_pages_say_that_nothing_is_open_and_when_the_last_closed(client, seeded):
    page = read(client, "/careers/")
    assert "No jobs are open now" in page
    assert ", grade G4. It closed on 9 January 2021." in page
    assert "IOM never asks for money" in page
    assert {"/careers/forms/", "/careers/closed/"} <= set(page.links)
    page = read(client, "/careers/procurement/")
    assert "We have not published a tender on this site yet." in page
    page = read(client, "/careers/vacancies/project-assistant-migration-health-division/")
    assert "Closed on Saturday 9 January 2021. We no longer accept applications." in page
    assert "End of Saturday 9 January 2021, Vientiane time (UTC+7) Closed" in page
    assert "G4 (General Service)" in page
    assert "On request: +856 21 26 77 30" in read(client, "/careers/forms/")


@pytest.mark.django_db
def test_what_closed_at_the_end_of_december_belongs_to_the_old_year(client):
    make_vacancy(title_en="Driver", closes_at=Vacancy.closing_moment(datetime.date(2020, 12, 31)))
    assert "Closed on 31 December 2020" in read(client, "/careers/closed/2020/")
    for year in ("2021", "0", "99999999999999999999"):
        assert client.get(f"/careers/closed/{year}/").status_code == 404


@pytest.mark.django_db
def test_a_list_of_open_notices_says_how_long_they_are_open_and_not_that_they_are(client):
    make_vacancy(title_en="Driver", closes_at=DEADLINE)
    make_vacancy(title_en="Guard", closes_at=DEADLINE - 8 * DAY)
    with time_machine.travel(DEADLINE - 10 * DAY, tick=False):
        tags = html.fromstring(client.get("/careers/").content).xpath("//*[contains(@class, 'tag')]")
    assert [tag.text_content() for tag in tags] == ["2 days left", "10 days left"]
