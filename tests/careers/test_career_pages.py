import datetime

import pytest
import time_machine

from careers.models import Vacancy
from tests.factories import make_form, make_place, make_vacancy, make_version, upload
from tests.reading import count_queries, read
from tests.uploads import pdf

pytestmark = pytest.mark.django_db

DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)


@pytest.mark.usefixtures("seeded")
def test_careers_says_that_nothing_is_open_when_the_last_closed_and_what_to_do(client):
    page = read(client, "/careers/")
    assert "No positions are open now" in page
    assert "It closed on 9 January 2021." in page
    assert "IOM never asks for money" in page
    assert "/careers/forms/" in page.links
    assert "/careers/closed/" in page.links


@pytest.mark.usefixtures("seeded")
def test_the_seeded_position_reads_as_closed_and_offers_no_way_to_apply(client):
    page = read(client, "/careers/vacancies/project-assistant-migration-health-division/")
    assert "This position is closed." in page
    assert "Closed on End of Saturday 9 January 2021, Vientiane time (UTC+7)" in page
    assert "G4 (General Service)" in page
    assert "Apply before the deadline" not in page


def test_a_vacancy_is_open_until_its_deadline_and_closed_at_it_on_every_page(client):
    make_vacancy(slug="driver", title_en="Driver", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - SECOND, tick=False):
        assert "Open positions" in read(client, "/careers/")
        assert "Closing soon" in read(client, "/careers/vacancies/driver/")
        assert "Driver" not in read(client, "/careers/closed/")
    with time_machine.travel(DEADLINE, tick=False):
        assert "No positions are open now" in read(client, "/careers/")
        assert "This position is closed." in read(client, "/careers/vacancies/driver/")
        assert "Driver" in read(client, "/careers/closed/")
        assert "Driver" in read(client, "/careers/closed/2026/")


def test_deadline_is_said_with_weekday_hour_zone_and_time_left_and_in_utc_for_machines(client):
    make_vacancy(slug="driver", closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - 10 * DAY, tick=False):
        for address in ("/careers/", "/careers/vacancies/driver/"):
            page = read(client, address)
            assert "Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in page
            assert "closes in 10 days" in page
            assert 'datetime="2026-06-10T10:00:00Z"' in client.get(address).content.decode()


def test_a_vacancy_is_not_there_before_its_moment_and_there_at_it(client):
    make_vacancy(slug="driver", title_en="Driver", publish_from=DEADLINE - 2 * DAY, closes_at=DEADLINE)
    with time_machine.travel(DEADLINE - 2 * DAY - SECOND, tick=False):
        assert client.get("/careers/vacancies/driver/").status_code == 404
        assert "Driver" not in read(client, "/careers/")
    with time_machine.travel(DEADLINE - 2 * DAY, tick=False):
        assert client.get("/careers/vacancies/driver/").status_code == 200
        assert "Driver" in read(client, "/careers/")


def test_drafts_and_withdrawn_vacancies_are_in_no_list(client):
    for state, word in (("draft", "Hidden"), ("withdrawn", "Gone"), ("published", "Shown")):
        make_vacancy(title_en=f"{word} open", state=state)
        make_vacancy(title_en=f"{word} closed", state=state, closes_at=DEADLINE)
    with time_machine.travel(DEADLINE + DAY, tick=False):
        for address, shown in (("/careers/", "Shown open"), ("/careers/closed/", "Shown closed")):
            page = read(client, address)
            assert "Hidden" not in page
            assert "Gone" not in page
            assert shown in page
    assert client.get("/careers/vacancies/nothing-here/").status_code == 404


def test_what_closed_at_the_end_of_december_belongs_to_the_old_year(client):
    make_vacancy(title_en="Driver", closes_at=Vacancy.closing_moment(datetime.date(2020, 12, 31)))
    assert "Closed on 31 December 2020" in read(client, "/careers/closed/2020/")
    assert client.get("/careers/closed/2021/").status_code == 404
    assert client.get("/careers/closed/0/").status_code == 404
    assert client.get("/careers/closed/99999999999999999999/").status_code == 404


def test_outcome_is_shown_once_closed(client):
    make_vacancy(slug="driver", closes_at=DEADLINE, outcome="filled")
    with time_machine.travel(DEADLINE + DAY, tick=False):
        assert "Outcome Filled" in read(client, "/careers/vacancies/driver/")


@pytest.mark.usefixtures("seeded")
def test_the_personal_history_form_is_on_request(client):
    page = read(client, "/careers/forms/")
    assert "Personal History Form" in page
    assert "on request: +856.21 26 77 30" in page


def test_a_form_with_a_file_can_be_fetched_while_it_is_live_and_not_after(client):
    form = make_form(title_en="History form")
    version = make_version(form=form, file=upload("form.pdf", pdf()))
    make_vacancy(slug="driver", form=form)
    address = version.get_absolute_url()
    assert address in read(client, "/careers/forms/").links
    assert address in read(client, "/careers/vacancies/driver/").links
    assert client.get(address).status_code == 200
    form.state = "draft"
    form.save()
    assert client.get(address).status_code == 404
    assert "History form" not in read(client, "/careers/forms/")
    assert "History form" not in read(client, "/careers/vacancies/driver/")


@pytest.mark.usefixtures("seeded")
def test_procurement_says_honestly_that_nothing_was_published(client):
    assert "No procurement notice has been published on this site yet." in read(
        client, "/careers/procurement/"
    )


def test_lists_cost_the_same_queries_for_one_row_and_for_fifty(client):
    def add():
        make_vacancy(duty_station=make_place())
        make_vacancy(duty_station=make_place(), closes_at=DEADLINE)
        make_version(form=make_form())

    addresses = ("/careers/", "/careers/closed/", "/careers/closed/2026/", "/careers/forms/")
    with time_machine.travel(DEADLINE + DAY, tick=False):
        add()
        of_one = [count_queries(client, address) for address in addresses]
        for _ in range(49):
            add()
        assert [count_queries(client, address) for address in addresses] == of_one
