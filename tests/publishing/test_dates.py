"""Dates as they are known: a year, a month or a day."""

import datetime

import hypothesis
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from iomlaos.publishing.dates import (
    PartialDate,
    PartialDateFormField,
    format_deadline,
    local_date,
    max_or_none,
)
from programmes.models import Project
from tests.helpers.factories import make_project

WRITTEN = {
    "2018": "2018",
    "2018-07": "2018-07",
    "2018-07-09": "2018-07-09",
    "july 2018": "2018-07",
    "Jul. 2018": "2018-07",
    "9 July, 2018": "2018-07-09",
    "09 Jul 2018": "2018-07-09",
    "9/7/2018": "2018-07-09",
    "9.7.2018": "2018-07-09",
    "  9   July  2018 ": "2018-07-09",
    "29 February 2020": "2020-02-29",
    "May 2018": "2018-05",
}


def test_a_date_is_read_as_staff_write_it():
    assert {text: PartialDate.parse(text).iso for text in WRITTEN} == WRITTEN


def test_what_is_no_date_is_refused():
    for text in (
        # A year of other than four digits, another form, out of range, a day that never was, other words.
        "", "18", "218", "20188", "0000", "-2018",
        "2018-7", "2018-07-", "2018/07/09", "2018-07-09T10:00",
        "2018-13", "2018-00", "2018-07-00", "0 June 2018", "13/13/2018",
        "2018-02-30", "2021-02-29", "31 June 2018", "31/6/2018",
        "June", "9 June", "Juni 2018", "soon", "July 9 2018", "2018 July",
    ):  # fmt: skip
        with pytest.raises(ValueError):  # noqa: PT011  (its message is the text itself)
            PartialDate.parse(text)


def test_a_date_in_words_is_no_more_exact_than_it_is_known():
    words = {"2018": "2018", "2018-07": "July 2018", "2018-07-09": "9 July 2018"}
    assert {iso: str(PartialDate.parse(iso)) for iso in words} == words


def test_the_day_of_a_moment_is_that_of_vientiane():
    assert PartialDate.of(datetime.datetime(2021, 1, 9, 17, 0, tzinfo=datetime.UTC)).iso == "2021-01-10"
    assert PartialDate.of(datetime.datetime(2021, 1, 9, 16, 59, tzinfo=datetime.UTC)).iso == "2021-01-09"


def test_the_latest_of_some_dates():
    dates = [PartialDate(2018), None, PartialDate(2019, 2), PartialDate(2019)]
    assert max_or_none(dates) == PartialDate(2019, 2)
    assert max_or_none([None]) is None


def cut(day: datetime.date, precision: int) -> PartialDate:
    return PartialDate(*(day.year, day.month, day.day)[:precision])


partial_dates = st.builds(cut, st.dates(), st.integers(1, 3))


few = hypothesis.settings(max_examples=40)


@few
@given(partial_dates)
def test_iso_and_words_are_read_back_as_the_same_date(date):
    assert PartialDate.parse(date.iso) == date
    assert PartialDate.parse(str(date)) == date


@few
@given(st.dates(), st.dates(), st.integers(1, 3))
def test_iso_sorts_by_time_at_one_precision(first, second, precision):
    if first <= second:
        assert cut(first, precision).iso <= cut(second, precision).iso


@few
@given(st.text(max_size=12))
def test_any_other_text_is_refused_and_nothing_worse(text):
    try:
        date = PartialDate.parse(text)
    except ValueError:
        return
    assert 1 <= date.year <= 9999


# --- In forms and in the database -------------------------------------------------------------


def test_a_form_takes_a_date_and_shows_it_in_words():
    field = PartialDateFormField(required=False)
    assert field.clean("9 july 2018") == PartialDate(2018, 7, 9)
    assert field.clean("") is None
    assert field.widget.format_value(PartialDate(2018, 7)) == "July 2018"
    assert not field.has_changed(PartialDate(2018, 7), "2018-07")
    assert field.has_changed(PartialDate(2018, 7), "2018")


def test_the_box_of_a_date_has_room_for_its_words():
    assert "maxlength" not in Project._meta.get_field("starts").formfield().widget.attrs


def test_a_form_refuses_what_is_no_date():
    with pytest.raises(ValidationError) as error:
        PartialDateFormField().clean("31 June 2018")
    assert error.value.code == "invalid"


@pytest.mark.django_db
def test_the_database_keeps_the_precision():
    for written in ("2018", "2018-07", "2018-07-09", None):
        project = make_project(starts=written)
        project.refresh_from_db()
        assert (project.starts and project.starts.iso) == written


@pytest.mark.django_db
def test_the_database_takes_no_impossible_date():
    with pytest.raises(ValidationError, match="2018-02-30"):
        make_project(starts="2018-02-30")


@pytest.mark.django_db
def test_rows_sort_by_date_the_latest_first_and_the_unknown_last():
    for slug, starts in {"a": "2018", "b": None, "c": "2018-07-09", "d": "2019", "e": "2018-07"}.items():
        make_project(slug=slug, starts=starts)
    assert [project.slug for project in Project.objects.by_date()] == ["d", "c", "e", "a", "b"]


# --- Deadlines --------------------------------------------------------------------------------


def test_a_deadline_at_midnight_in_vientiane_is_the_end_of_the_day_before():
    midnight = datetime.datetime(2021, 1, 9, 17, 0, tzinfo=datetime.UTC)
    assert local_date(midnight) == datetime.date(2021, 1, 9)
    assert format_deadline(midnight) == "end of Saturday 9 January 2021, Vientiane time (UTC+7)"
    later = midnight + datetime.timedelta(minutes=90)
    assert local_date(later) == datetime.date(2021, 1, 10)
    assert format_deadline(later) == "Sunday 10 January 2021, 01:30, Vientiane time (UTC+7)"
