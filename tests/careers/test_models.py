"""Vacancies: the deadline and its words, open and closed, and what cannot be stored."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from careers.lists.overview import set_live_forms
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from tests.helpers.factories import make_form, make_place, make_vacancy

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


def test_a_closing_is_a_day_or_an_hour_in_vientiane():
    for day, hour, closes_at, words, for_machines in (
        ("2020-12-31", None, "2021-01-01 00:00", "end of Thursday 31 December 2020", "2020-12-31T17:00:00Z"),
        ("2020-02-29", None, "2020-03-01 00:00", "end of Saturday 29 February 2020", "2020-02-29T17:00:00Z"),
        ("2021-01-09", "09:05", "2021-01-09 09:05", "Saturday 9 January 2021, 09:05", "2021-01-09T02:05:00Z"),
        ("2021-01-09", "23:59", "2021-01-09 23:59", "Saturday 9 January 2021, 23:59", "2021-01-09T16:59:00Z"),
    ):
        given_hour = hour and datetime.time.fromisoformat(hour)
        vacancy = Vacancy(closes_at=Vacancy.closing_moment(datetime.date.fromisoformat(day), given_hour))
        assert vacancy.closes_at == moment(closes_at)
        assert vacancy.closing_day.isoformat() == day
        assert vacancy.closing_hour == given_hour
        assert vacancy.deadline == f"{words}, Vientiane time (UTC+7)"
        assert vacancy.deadline_iso == for_machines
        assert f" {vacancy.closing_date}" in f" {words}"


# --- Open and closed --------------------------------------------------------------------------

CLOSING = moment("2021-01-10 00:00")


@pytest.mark.django_db
def test_a_vacancy_is_open_until_and_not_at_its_closing_and_stays_live():
    vacancy = make_vacancy(closes_at=CLOSING)
    years_later = CLOSING + datetime.timedelta(days=3000)
    for at, is_open in ((CLOSING - INSTANT, True), (CLOSING, False), (years_later, False)):
        assert vacancy.is_live(at)
        assert vacancy.is_open(at) is is_open
        assert Vacancy.objects.open(at).exists() is is_open
        assert Vacancy.objects.closed(at).exists() is not is_open
        assert (vacancy.status(at) == "closed") is not is_open


@pytest.mark.django_db
def test_what_is_not_live_is_neither_open_nor_closed():
    for hidden in ({"state": "draft"}, {"state": "withdrawn"}, {"publish_from": CLOSING + INSTANT}):
        make_vacancy(closes_at=CLOSING, **hidden)
    for at in (CLOSING - INSTANT, CLOSING):
        assert not Vacancy.objects.open(at).exists()
        assert not Vacancy.objects.closed(at).exists()


@pytest.mark.django_db
def test_what_closes_first_comes_first_and_what_closed_last_comes_first():
    for slug, day in {"b": 11, "a": 10, "c": 12}.items():
        make_vacancy(slug=slug, closes_at=moment(f"2021-01-{day} 00:00"))
    assert [row.slug for row in Vacancy.objects.open(moment("2021-01-01 00:00"))] == ["a", "b", "c"]
    assert [row.slug for row in Vacancy.objects.closed(moment("2021-02-01 00:00"))] == ["c", "b", "a"]


def test_the_last_three_days_are_closing_soon():
    vacancy, three_days = Vacancy(closes_at=CLOSING), datetime.timedelta(hours=72)
    statuses = [
        vacancy.status(CLOSING - left) for left in (three_days, three_days - INSTANT, INSTANT, 0 * INSTANT)
    ]
    assert statuses == ["open", "closing", "closing", "closed"]


def test_the_time_left_is_said_in_days_hours_then_minutes_and_never_more_than_is_left():
    hour, minute, day = (datetime.timedelta(**{unit: 1}) for unit in ("hours", "minutes", "days"))
    expected = {
        30 * day: "30 days", 3 * day + 23 * hour: "3 days", 3 * day: "3 days", 3 * day - INSTANT: "2 days",
        2 * day: "2 days", 2 * day - INSTANT: "47 hours", 2 * hour: "2 hours", 2 * hour - INSTANT: "119 minutes",
        minute: "1 minute", INSTANT: "less than a minute", 0 * day: "", -day: "",
    }  # fmt: skip
    assert {left: Vacancy(closes_at=CLOSING).time_left(CLOSING - left) for left in expected} == expected


@pytest.mark.django_db
def test_the_end_of_31_december_belongs_to_the_year_that_ends():
    for closes_at, year in {
        "2021-01-01 00:00": 2020, "2021-01-01 00:01": 2021, "2021-12-31 23:59": 2021, "2022-01-01 00:00": 2021
    }.items():  # fmt: skip
        vacancy = make_vacancy(closes_at=moment(closes_at))
        found = [found for found in range(2019, 2024) if Vacancy.objects.closing_in(found).exists()]
        assert found == Vacancy.objects.closing_years() == [year], closes_at
        vacancy.delete()


@pytest.mark.django_db
def test_the_years_of_closings_stand_once_the_latest_first():
    for day in ("2019-05-01", "2021-05-01", "2021-06-01", "2020-01-01"):
        make_vacancy(closes_at=moment(f"{day} 00:00"))
    assert Vacancy.objects.closing_years() == [2021, 2019]
    assert Vacancy.objects.none().closing_years() == []


@pytest.mark.django_db
def test_the_years_of_closings_cost_the_same_for_few_and_for_many_and_sort_nothing():
    def run_queries() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            Vacancy.objects.closed(moment("2026-01-01 00:00")).closing_years()
        return [query["sql"] for query in queries]

    make_vacancy(closes_at=moment("2021-05-01 00:00"))
    assert len(run_queries()) == 3
    for year in (2015, 2019, 2025):
        make_vacancy(closes_at=moment(f"{year}-05-01 00:00"))
    assert len(run_queries()) == 3
    assert not any("DISTINCT" in sql for sql in run_queries())


# --- What cannot be stored --------------------------------------------------------------------


@pytest.mark.django_db
def test_a_closing_before_the_posting_cannot_be_stored():
    vacancy = make_vacancy(posted_on=datetime.date(2021, 1, 9), closes_at=moment("2021-01-09 17:00"))
    vacancy.full_clean()
    vacancy.closes_at = moment("2021-01-08 17:00")
    assert problems(vacancy)["closes_at"] == ["The closing is before the day of posting."]
    with pytest.raises(IntegrityError), transaction.atomic():
        vacancy.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Vacancy.objects.update(closes_at=moment("2021-01-08 17:00"))


@pytest.mark.django_db
def test_a_closing_from_the_first_minute_of_the_posting_day_is_stored():
    posted_on = datetime.date(2021, 1, 9)
    make_vacancy(posted_on=posted_on, closes_at=moment("2021-01-09 00:01")).full_clean()
    make_vacancy(posted_on=posted_on, closes_at=moment("2021-01-10 00:00")).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Vacancy.objects.update(closes_at=moment("2021-01-09 00:00"))


@pytest.mark.django_db
def test_a_vacancy_closes_and_is_not_taken_down_at_a_time():
    vacancy = make_vacancy()
    vacancy.publish_until = moment("2031-01-01 00:00")
    assert "A notice closes; it is not taken down at a time." in problems(vacancy)["__all__"]
    with pytest.raises(IntegrityError), transaction.atomic():
        vacancy.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Vacancy.objects.update(publish_until=moment("2031-01-01 00:00"))


@pytest.mark.django_db
def test_an_open_vacancy_has_no_outcome(time_machine):
    time_machine.move_to(CLOSING - INSTANT, tick=False)
    vacancy = make_vacancy(closes_at=CLOSING, outcome=Vacancy.Outcome.CANCELLED)
    assert problems(vacancy) == {"outcome": ["This notice is still open, so it has no outcome yet."]}
    time_machine.move_to(CLOSING, tick=False)
    vacancy.full_clean()


@pytest.mark.django_db
def test_a_vacancy_needs_its_closing():
    assert problems(Vacancy(slug="a", title_en="A")) == {"closes_at": ["This field cannot be null."]}
    with pytest.raises(IntegrityError), transaction.atomic():
        make_vacancy(closes_at=None)


def test_the_letters_of_a_grade_name_its_scale():
    scales = {
        "General Service": ["G4", "g7", "GS-4"], "National Professional Officer": ["NOA", "NO-A"],
        "Professional": ["P3"], "Ungraded": ["UG", "Ungraded"],
        "": ["", "X1", "None", "Not graded", "No grade", "No", "Project", "Pending", "Good"],
    }  # fmt: skip
    grades = {grade: scale for scale, grades in scales.items() for grade in grades}
    assert {grade: Vacancy(grade=grade).grade_scale_name for grade in grades} == grades


@pytest.mark.django_db
def test_a_place_or_a_form_that_a_vacancy_names_cannot_be_deleted():
    place, form = make_place(), make_form()
    make_vacancy(duty_station=place, form=form)
    for row in (place, form):
        with pytest.raises(models.ProtectedError):
            row.delete()


@pytest.mark.django_db
def test_a_form_is_named_only_where_it_is_live():
    for state, is_named in (("published", True), ("draft", False), ("withdrawn", False)):
        form = make_form(state=state)
        vacancy = make_vacancy(form=form)
        set_live_forms([vacancy], CLOSING)
        assert vacancy.form == (form if is_named else None)


@pytest.mark.django_db
def test_a_row_is_found_by_its_natural_key():
    for row in (make_vacancy(), make_form()):
        assert type(row).objects.get_by_natural_key(*row.natural_key()) == row


def test_a_deadline_is_said_in_words_to_whom_sets_it():
    at = datetime.datetime(2026, 5, 31, 18, tzinfo=datetime.UTC)  # 1 June in Vientiane
    words = {
        ((2026, 6, 2), 17): "Closes Tuesday 2 June 2026 at 17:00. Tomorrow.",
        ((2026, 6, 1), None): "Closes at the end of Monday 1 June 2026. Today.",
        (
            (2026, 6, 7),
            None,
        ): "Closes at the end of Sunday 7 June 2026. In 6 days. Sunday is not a working day.",
        ((2026, 5, 29), 9): "Closes Friday 29 May 2026 at 09:00. This date is past.",
    }
    closings = {
        given: Vacancy.closing_moment(datetime.date(*given[0]), given[1] and datetime.time(given[1]))
        for given in words
    }
    assert {
        given: Vacancy(closes_at=closing).describe_deadline(at) for given, closing in closings.items()
    } == words


def test_what_is_not_known_leaves_no_separator_in_a_list():
    assert Vacancy().summary == ProcurementNotice().summary == []
    assert Vacancy(reference="VN 2026/07").summary == ["VN 2026/07"]
    assert Vacancy(grade="G4", reference="VN 2026/07").summary[0].startswith("Grade G4 (")
    assert ProcurementNotice(method="rfq").summary == ["Request for quotation (RFQ)"]
