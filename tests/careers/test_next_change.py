"""The next moment at which the clock alone changes something: a cache lives by it."""

import datetime

import pytest

from careers.models.deadline import next_text_change
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.delivery.next_change import next_change
from iomlaos.office.models import SiteNotice
from programmes.models import Programme
from tests.helpers.factories import make_procurement_notice, make_programme, make_vacancy

CLOSING = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
INSTANT = datetime.timedelta(microseconds=1)
MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


@pytest.mark.django_db
def test_nothing_scheduled_is_no_change():
    make_vacancy(closes_at=CLOSING - 365 * DAY)
    make_vacancy(closes_at=CLOSING, state="draft", publish_from=CLOSING + DAY)
    make_vacancy(closes_at=CLOSING + 9 * DAY, state="withdrawn")
    assert next_change(CLOSING, Vacancy.objects.all()) is None


@pytest.mark.django_db
def test_a_closed_notice_changes_when_it_can_no_longer_be_followed():
    vacancy = make_vacancy(closes_at=CLOSING)
    make_vacancy(closes_at=CLOSING + DAY)
    assert next_change(CLOSING + 2 * DAY, Vacancy.objects.all()) == CLOSING + 365 * DAY
    assert vacancy.is_followed(CLOSING + 365 * DAY - INSTANT)
    assert not vacancy.is_followed(CLOSING + 365 * DAY)


def test_an_open_notice_changes_with_its_words_and_its_status():
    vacancy = Vacancy(closes_at=CLOSING)

    def reading(at):
        return vacancy.status(at), vacancy.time_left(at)

    for left, left_then in (
        (10 * DAY + HOUR, 10 * DAY - INSTANT),
        (10 * DAY, 10 * DAY - INSTANT),
        (3 * DAY + MINUTE, 3 * DAY - INSTANT),
        (3 * DAY, 3 * DAY - INSTANT),
        (47 * HOUR + MINUTE, 47 * HOUR - INSTANT),
        (119 * MINUTE, 119 * MINUTE - INSTANT),
        (MINUTE, MINUTE - INSTANT),
        (MINUTE - INSTANT, 0 * DAY),
        (INSTANT, 0 * DAY),
    ):
        now, then = CLOSING - left, CLOSING - left_then
        assert next_text_change(CLOSING, now) == then, left
        assert reading(then - INSTANT) == reading(now)
        assert reading(then) != reading(now)
    assert next_text_change(CLOSING, CLOSING) is None


def test_walking_from_change_to_change_misses_nothing():
    vacancy, at, readings = Vacancy(closes_at=CLOSING), CLOSING - 5 * DAY, []
    while at is not None:
        readings.append((vacancy.status(at).value, vacancy.time_left(at)))
        at = next_text_change(CLOSING, at)
    assert readings[-1] == ("closed", "")
    assert len(readings) == len(set(readings))
    # 5 to 3 days open, 2 days closing, 47 to 2 hours, 119 to 1 minutes, less than one, closed.
    assert len(readings) == 3 + 1 + 46 + 119 + 1 + 1


@pytest.mark.django_db
def test_what_is_yet_to_be_published_changes_a_list_at_its_moment():
    make_vacancy(closes_at=CLOSING, publish_from=CLOSING - 9 * DAY)
    assert next_change(CLOSING - 20 * DAY, Vacancy.objects.all()) == CLOSING - 9 * DAY
    assert next_change(CLOSING - 20 * DAY, Vacancy.objects.filter(grade="P1")) is None


@pytest.mark.django_db
def test_the_earliest_change_of_several_counts():
    make_vacancy(closes_at=CLOSING)
    make_vacancy(closes_at=CLOSING + 5 * DAY)
    make_vacancy(closes_at=CLOSING, publish_from=CLOSING - 4 * DAY - HOUR)
    assert next_change(CLOSING - 4 * DAY - 2 * HOUR, Vacancy.objects.all()) == CLOSING - 4 * DAY - HOUR


@pytest.mark.django_db
def test_the_end_of_questions_and_the_meeting_change_a_tender():
    ends = CLOSING - 3 * DAY - 5 * HOUR
    make_procurement_notice(closes_at=CLOSING, clarifications_until=ends, pre_bid_at=ends - MINUTE)
    assert next_change(ends - 2 * MINUTE, ProcurementNotice.objects.all()) == ends - MINUTE
    assert next_change(ends - MINUTE, ProcurementNotice.objects.all()) == ends
    assert next_change(ends, ProcurementNotice.objects.all()) == CLOSING - 3 * DAY + INSTANT


@pytest.mark.django_db
def test_other_publishables_change_when_they_begin_and_end():
    make_programme(publish_from=CLOSING, publish_until=CLOSING + DAY)
    assert next_change(CLOSING - INSTANT, Programme.objects.all()) == CLOSING
    assert next_change(CLOSING, Programme.objects.all()) == CLOSING + DAY
    assert next_change(CLOSING + DAY, Programme.objects.all()) is None


@pytest.mark.django_db
def test_a_site_notice_changes_every_page_at_its_beginning_and_its_end():
    SiteNotice.objects.create(text="Closed today.", starts_at=CLOSING, ends_at=CLOSING + DAY)
    assert next_change(CLOSING - DAY) == CLOSING
    assert next_change(CLOSING) == CLOSING + DAY
    assert next_change(CLOSING + DAY) is None


@pytest.mark.django_db
def test_one_query_asks_everything(django_assert_num_queries):
    make_vacancy(closes_at=CLOSING)
    make_programme(publish_until=CLOSING - 10 * DAY)
    with django_assert_num_queries(1):
        assert next_change(CLOSING - 11 * DAY) == CLOSING - 11 * DAY + INSTANT
