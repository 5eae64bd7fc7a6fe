"""Vacancies: the deadline and its words, open and closed, and what cannot be stored."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from careers.models import ApplicationForm, Vacancy
from tests.factories import make_form, make_place, make_vacancy

pytestmark = pytest.mark.django_db

LAO_TIME = datetime.timezone(datetime.timedelta(hours=7))
INSTANT = datetime.timedelta(microseconds=1)


def moment(text: str) -> datetime.datetime:
    """A moment in Vientiane, as a person would say it: 2021-01-09 17:00."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=LAO_TIME)


def problems(row) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as error:
        row.full_clean()
    return error.value.message_dict


# --- The closing, as staff give it and as it is written ---------------------------------------


@pytest.mark.parametrize(
    ("day", "hour", "closes_at"),
    [
        ("2021-01-09", None, "2021-01-10 00:00"),
        ("2020-12-31", None, "2021-01-01 00:00"),
        ("2020-02-29", None, "2020-03-01 00:00"),
        ("2021-01-09", "17:00", "2021-01-09 17:00"),
        ("2021-01-09", "23:59", "2021-01-09 23:59"),
    ],
)
def test_a_date_alone_means_the_end_of_that_day(day, hour, closes_at):
    given_hour = hour and datetime.time.fromisoformat(hour)
    closing = Vacancy.closing_moment(datetime.date.fromisoformat(day), given_hour)
    assert closing == moment(closes_at)
    vacancy = make_vacancy(closes_at=closing)
    vacancy.refresh_from_db()
    assert vacancy.closing_day.isoformat() == day
    assert vacancy.closing_hour == given_hour


@pytest.mark.parametrize(
    ("closes_at", "deadline", "for_machines"),
    [
        (
            "2021-01-10 00:00",
            "end of Saturday 9 January 2021, Vientiane time (UTC+7)",
            "2021-01-09T17:00:00Z",
        ),
        (
            "2021-01-09 17:00",
            "Saturday 9 January 2021, 17:00, Vientiane time (UTC+7)",
            "2021-01-09T10:00:00Z",
        ),
        (
            "2021-01-09 09:05",
            "Saturday 9 January 2021, 09:05, Vientiane time (UTC+7)",
            "2021-01-09T02:05:00Z",
        ),
        (
            "2021-01-01 00:00",
            "end of Thursday 31 December 2020, Vientiane time (UTC+7)",
            "2020-12-31T17:00:00Z",
        ),
    ],
)
def test_the_deadline_in_words_and_for_machines(closes_at, deadline, for_machines):
    vacancy = make_vacancy(closes_at=moment(closes_at))
    vacancy.refresh_from_db()
    assert vacancy.deadline == deadline
    assert vacancy.deadline_for_machines == for_machines


def test_the_closing_date_of_what_is_long_closed():
    assert make_vacancy(closes_at=moment("2021-01-10 00:00")).closing_date == "9 January 2021"


# --- Open and closed --------------------------------------------------------------------------

CLOSING = moment("2021-01-10 00:00")


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (CLOSING - datetime.timedelta(days=30), True),
        (CLOSING - INSTANT, True),
        (CLOSING, False),
        (CLOSING + INSTANT, False),
        (CLOSING + datetime.timedelta(days=3000), False),
    ],
)
def test_a_vacancy_is_open_until_and_not_at_its_closing(at, is_open):
    vacancy = make_vacancy(closes_at=CLOSING)
    assert vacancy.is_open(at) is is_open
    assert Vacancy.objects.open(at).exists() is is_open
    assert Vacancy.objects.closed(at).exists() is not is_open
    assert (vacancy.status(at) == "closed") is not is_open


@pytest.mark.parametrize(
    "hidden", [{"state": "draft"}, {"state": "withdrawn"}, {"publish_from": CLOSING + INSTANT}]
)
@pytest.mark.parametrize("at", [CLOSING - INSTANT, CLOSING])
def test_what_is_not_live_is_neither_open_nor_closed(hidden, at):
    make_vacancy(closes_at=CLOSING, **hidden)
    assert not Vacancy.objects.open(at).exists()
    assert not Vacancy.objects.closed(at).exists()


def test_a_vacancy_stays_live_after_it_closed():
    assert make_vacancy(closes_at=CLOSING).is_live(CLOSING + datetime.timedelta(days=3000))


def test_what_closes_first_comes_first_and_what_closed_last_comes_first():
    for slug, day in {"b": 11, "a": 10, "c": 12}.items():
        make_vacancy(slug=slug, closes_at=moment(f"2021-01-{day} 00:00"))
    assert [row.slug for row in Vacancy.objects.open(moment("2021-01-01 00:00"))] == ["a", "b", "c"]
    assert [row.slug for row in Vacancy.objects.closed(moment("2021-02-01 00:00"))] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("left", "status"),
    [
        (datetime.timedelta(hours=72) + INSTANT, "open"),
        (datetime.timedelta(hours=72), "closing"),
        (INSTANT, "closing"),
        (datetime.timedelta(), "closed"),
    ],
)
def test_the_last_three_days_are_closing_soon(left, status):
    vacancy = make_vacancy(closes_at=CLOSING)
    assert vacancy.status(CLOSING - left) == status
    assert vacancy.is_closing_soon(CLOSING - left) is (status == "closing")


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (datetime.timedelta(days=30), "30 days"),
        (datetime.timedelta(days=3, hours=23), "3 days"),
        (datetime.timedelta(days=3), "3 days"),
        (datetime.timedelta(days=3) - INSTANT, "2 days"),
        (datetime.timedelta(days=2), "2 days"),
        (datetime.timedelta(days=2) - INSTANT, "47 hours"),
        (datetime.timedelta(hours=2), "2 hours"),
        (datetime.timedelta(hours=2) - INSTANT, "119 minutes"),
        (datetime.timedelta(minutes=1), "1 minute"),
        (INSTANT, "less than a minute"),
        (datetime.timedelta(), ""),
        (-datetime.timedelta(days=1), ""),
    ],
)
def test_the_time_left_in_words(left, words):
    assert make_vacancy(closes_at=CLOSING).time_left(CLOSING - left) == words


@pytest.mark.parametrize(
    ("closes_at", "year"),
    [
        ("2021-01-01 00:00", 2020),
        ("2021-01-01 00:01", 2021),
        ("2021-06-30 17:00", 2021),
        ("2021-12-31 23:59", 2021),
        ("2022-01-01 00:00", 2021),
    ],
)
def test_the_end_of_31_december_belongs_to_the_year_that_ends(closes_at, year):
    make_vacancy(closes_at=moment(closes_at))
    assert [found for found in range(2019, 2024) if Vacancy.objects.closing_in(found).exists()] == [year]
    assert Vacancy.objects.closing_years() == [year]


def test_the_years_of_closings_stand_once_the_latest_first():
    for day in ("2019-05-01", "2021-05-01", "2021-06-01", "2020-01-01"):
        make_vacancy(closes_at=moment(f"{day} 00:00"))
    assert Vacancy.objects.closing_years() == [2021, 2019]
    assert Vacancy.objects.none().closing_years() == []


def test_the_years_of_closings_cost_the_same_for_few_and_for_many_and_sort_nothing():
    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            Vacancy.objects.closed(moment("2026-01-01 00:00")).closing_years()
        return [query["sql"] for query in queries]

    make_vacancy(closes_at=moment("2021-05-01 00:00"))
    assert len(asked()) == 3
    for year in (2015, 2019, 2025):
        make_vacancy(closes_at=moment(f"{year}-05-01 00:00"))
    assert len(asked()) == 3
    assert not any("DISTINCT" in sql for sql in asked())


@pytest.mark.parametrize("year", [-1, 0, 9999, 10**9])
def test_a_year_that_no_calendar_has_holds_nothing(year):
    make_vacancy()
    assert not Vacancy.objects.closing_in(year).exists()


# --- What cannot be stored --------------------------------------------------------------------


def test_a_closing_before_the_posting_cannot_be_stored():
    vacancy = make_vacancy(posted_on=datetime.date(2021, 1, 9), closes_at=moment("2021-01-09 17:00"))
    vacancy.full_clean()
    vacancy.closes_at = moment("2021-01-08 17:00")
    assert problems(vacancy)["closes_at"] == ["The closing is before the day of posting."]
    with pytest.raises(IntegrityError), transaction.atomic():
        vacancy.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Vacancy.objects.update(closes_at=moment("2021-01-08 17:00"))


def test_a_closing_early_on_the_posting_day_is_stored_and_one_at_its_first_moment_is_not():
    vacancy = make_vacancy(posted_on=datetime.date(2021, 1, 9), closes_at=moment("2021-01-09 00:01"))
    vacancy.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Vacancy.objects.update(closes_at=moment("2021-01-09 00:00"))


def test_a_closing_at_the_end_of_the_posting_day_is_in_order():
    make_vacancy(posted_on=datetime.date(2021, 1, 9), closes_at=moment("2021-01-10 00:00")).full_clean()


def test_a_vacancy_closes_and_is_not_taken_down_at_a_time():
    vacancy = make_vacancy()
    vacancy.publish_until = moment("2031-01-01 00:00")
    assert "A notice closes; it is not taken down at a time." in problems(vacancy)["__all__"]
    with pytest.raises(IntegrityError), transaction.atomic():
        vacancy.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Vacancy.objects.update(publish_until=moment("2031-01-01 00:00"))


def test_an_open_vacancy_has_no_outcome(time_machine):
    time_machine.move_to(CLOSING - INSTANT, tick=False)
    vacancy = make_vacancy(closes_at=CLOSING, outcome=Vacancy.Outcome.CANCELLED)
    assert problems(vacancy) == {"outcome": ["This notice is still open, so it has no outcome yet."]}
    time_machine.move_to(CLOSING, tick=False)
    vacancy.full_clean()


def test_a_vacancy_needs_its_closing():
    assert problems(Vacancy(slug="a", title_en="A")) == {"closes_at": ["This field cannot be null."]}
    with pytest.raises(IntegrityError), transaction.atomic():
        make_vacancy(closes_at=None)


@pytest.mark.parametrize(
    ("grade", "scale"),
    [
        ("G4", "General Service"), ("g7", "General Service"), ("NOA", "National Professional Officer"),
        ("P3", "Professional"), ("UG", "Ungraded"), ("", ""), ("X1", ""),
    ],
)  # fmt: skip
def test_the_letters_of_a_grade_name_its_scale(grade, scale):
    assert make_vacancy(grade=grade).grade_scale == scale


def test_a_place_or_a_form_that_a_vacancy_names_cannot_be_deleted():
    place, form = make_place(), make_form()
    make_vacancy(duty_station=place, form=form)
    for row in (place, form):
        with pytest.raises(models.ProtectedError):
            row.delete()


@pytest.mark.parametrize(("state", "named"), [("published", True), ("draft", False), ("withdrawn", False)])
def test_a_form_is_named_only_where_it_is_live(state, named):
    form = make_form(state=state)
    make_vacancy(form=form)
    vacancy = Vacancy.objects.with_form(CLOSING).get()
    assert vacancy.form == (form if named else None)


@pytest.mark.parametrize(("make", "model"), [(make_vacancy, Vacancy), (make_form, ApplicationForm)])
def test_a_row_is_found_by_its_natural_key(make, model):
    row = make()
    assert model.objects.get_by_natural_key(*row.natural_key()) == row
