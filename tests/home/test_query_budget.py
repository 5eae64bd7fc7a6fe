"""What a public page that nobody asked for yet costs the database, while others of its version are known."""

import datetime

import pytest
from django.utils import timezone

from careers.models.vacancy import Vacancy
from iomlaos.delivery.language import in_language
from iomlaos.delivery.validity import ValidityPeriod, within
from programmes.models import Donor, Programme, Project
from tests.helpers.every_notice import make_every_notice
from tests.helpers.factories import make_site_notice
from tests.helpers.pages import count_queries

BUDGET = 6
#: Pages that were asked for before: each reads what others of its kind show, too.
KNOWN = [
    "/", "/careers/?grade=g", "/documents/?kind=tool", "/careers/closed/", "/careers/procurement/closed/",
    "/careers/procurement/awards/", "/careers/vacancies/feed.atom", "/careers/vacancies/closing/",
]  # fmt: skip
PAGES = [
    "/", "/about/", "/contact/", "/privacy/", "/robots.txt",
    "/programmes/", "{programme}", "/projects/", "{project}", "/donors/", "{donor}", "/documents/",
    "/careers/", "/careers/?station={station}&closing=30", "/careers/?candidates=internal", "/careers/procurement/",
    "/careers/vacancies/open/", "/careers/vacancies/filled/", "/careers/vacancies/internal/",
    "/careers/procurement/open-tender/", "/careers/procurement/cancelled/", "/careers/closed/",
    "/careers/procurement/closed/", "/careers/procurement/awards/", "/careers/forms/", "/careers/check/",
    "/careers/alerts/", "/careers/alerts/notice/open/", "/careers/feed.atom", "/careers/vacancies/open/feed.atom",
    "/careers/procurement/open-tender/feed.atom", "/careers/calendar.ics", "/careers/vacancies/open/deadline.ics",
]  # fmt: skip
#: These have no twin in Lao.
ONE_LANGUAGE = ("/robots.txt",)
#: The last one says who won, too, and a sitemap reads every table that has pages.
DEARER = {"/careers/procurement/awarded/": 7, "/sitemap.xml": 11, "/sitemap-{year}.xml": BUDGET}


@pytest.mark.one_database
@pytest.mark.usefixtures("seeded")
def test_a_page_asks_the_database_at_most_six_times(client):
    make_every_notice()
    now = timezone.now()
    make_site_notice(starts_at=now - datetime.timedelta(days=1), ends_at=now + datetime.timedelta(days=1))
    names = {
        "programme": Programme.objects.live(now)[0].get_absolute_url(),
        "project": Project.objects.live(now).exclude(donors=None)[0].get_absolute_url(),
        "donor": Donor.objects.public(now)[0].get_absolute_url(),
        "station": Vacancy.objects.open(now).exclude(duty_station=None)[0].duty_station.slug,
        "year": Vacancy.objects.get(slug="filled").closing_day.year,
    }
    budgets = {
        page.format(**names): budget for page, budget in (dict.fromkeys(PAGES, BUDGET) | DEARER).items()
    }
    known = [*KNOWN, Programme.objects.live(now)[1].get_absolute_url()]
    with within(ValidityPeriod("1", 0, float("inf"))):
        for page in known:
            assert client.get(page).status_code == 200
        costs = {page: count_queries(client, page) for page in budgets}
    with within(ValidityPeriod("1", 0, float("inf"))):
        for page in known:
            assert client.get(in_language(page, "lo")).status_code == 200
        in_lao = [in_language(page.format(**names), "lo") for page in PAGES if page not in ONE_LANGUAGE]
        # It also asks which of its translations are reviewed.
        budgets |= dict.fromkeys(in_lao, BUDGET + 1)
        costs |= {page: count_queries(client, page) for page in in_lao}
    assert {page: cost for page, cost in costs.items() if cost > budgets[page]} == {}
