"""Dates and hours as staff type them: closings, times of publishing, and what is no date."""

import datetime

import pytest

from careers.models import Vacancy
from iomlaos.publishing.dates import VIENTIANE
from tests.factories import make_page, make_programme, make_project, make_vacancy

from .filled import errors, filled

NO_SUCH_DATE = (
    "There is no such date. Write it as 28 February 2026, 28/2/2026 or 2026-02-28: the day before the month."
)


def send(staff, row, **given):
    address = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
    return staff.post(address, filled(staff.get(address), **given))


def closing(row) -> datetime.datetime:
    row.refresh_from_db()
    return row.closes_at


def test_a_closing_date_alone_means_the_end_of_that_day(staff):
    vacancy = make_vacancy(state="draft")
    assert send(staff, vacancy, closing_date="2031-01-09", closing_hour="").status_code == 302
    assert closing(vacancy) == datetime.datetime(2031, 1, 10, tzinfo=VIENTIANE)


def test_a_closing_hour_is_meant_in_vientiane(staff):
    vacancy = make_vacancy(state="draft")
    assert send(staff, vacancy, closing_date="2031-01-09", closing_hour="17:00").status_code == 302
    assert closing(vacancy) == datetime.datetime(2031, 1, 9, 10, tzinfo=datetime.UTC)


def test_the_form_shows_the_closing_as_it_was_typed(staff):
    day = make_vacancy(closes_at=Vacancy.closing_moment(datetime.date(2031, 1, 9)))
    hour = make_vacancy(closes_at=Vacancy.closing_moment(datetime.date(2031, 1, 9), datetime.time(17, 30)))
    for vacancy, shown in ((day, ""), (hour, "17:30")):
        form = filled(staff.get(f"/admin/careers/vacancy/{vacancy.pk}/change/"))
        assert form["closing_date"] == ["2031-01-09"]
        assert form["closing_hour"] == [shown]


def test_midnight_is_no_closing_hour(staff):
    vacancy = make_vacancy()
    before = vacancy.closes_at
    response = send(staff, vacancy, closing_date="2031-01-09", closing_hour="00:00")
    assert list(errors(response)) == ["closing_hour"]
    assert "Leave the hour empty for the end of the day, or give 23:59" in errors(response)["closing_hour"][0]
    assert closing(vacancy) == before


def test_what_is_wrong_with_a_closing_stands_beside_its_date(staff):
    vacancy = make_vacancy()
    assert list(errors(send(staff, vacancy, closing_date=""))) == ["closing_date"]
    response = send(staff, vacancy, posted_on="2031-01-10", closing_date="2031-01-09")
    assert errors(response) == {"closing_date": ["The closing is before the day of posting."]}


def test_a_closing_before_the_office_opens_on_the_day_of_posting_is_taken(staff):
    vacancy = make_vacancy(state="draft")
    response = send(staff, vacancy, posted_on="2031-01-09", closing_date="2031-01-09", closing_hour="00:01")
    assert response.status_code == 302, errors(response)


@pytest.mark.parametrize("typed", ["1700", "17h00", "17H00", "໑໗໐໐", "17:00"])
def test_an_hour_is_understood_as_people_write_it(staff, typed):
    vacancy = make_vacancy(state="draft")
    response = send(staff, vacancy, closing_date="2031-01-09", closing_hour=typed)
    assert response.status_code == 302, errors(response)
    vacancy.refresh_from_db()
    assert vacancy.closing_hour == datetime.time(17)


@pytest.mark.parametrize("typed", ["17", "170000", "2500", "h00"])
def test_what_could_be_another_hour_is_refused(staff, typed):
    response = send(staff, make_vacancy(state="draft"), closing_date="2031-01-09", closing_hour=typed)
    assert list(errors(response)) == ["closing_hour"]


def test_an_open_notice_has_no_outcome(staff):
    response = send(staff, make_vacancy(), outcome="filled")
    assert list(errors(response)) == ["outcome"]


def test_a_notice_cannot_be_given_a_time_at_which_it_is_taken_down(staff):
    vacancy = make_vacancy()
    assert "publish_until" not in filled(staff.get(f"/admin/careers/vacancy/{vacancy.pk}/change/"))
    assert send(staff, vacancy, publish_until="2030-01-01T00:00").status_code == 302
    vacancy.refresh_from_db()
    assert vacancy.publish_until is None


def test_times_of_publishing_are_typed_and_shown_in_vientiane_time(staff):
    page = make_page(state="draft")
    assert send(staff, page, publish_from="2031-01-09T09:30").status_code == 302
    page.refresh_from_db()
    assert page.publish_from == datetime.datetime(2031, 1, 9, 2, 30, tzinfo=datetime.UTC)
    assert filled(staff.get(f"/admin/office/page/{page.pk}/change/"))["publish_from"] == ["2031-01-09T09:30"]


def test_publishing_that_ends_before_it_begins_is_refused(staff):
    page = make_page(state="draft")
    response = send(staff, page, publish_from="2031-01-09T09:30", publish_until="2031-01-08T09:30")
    assert list(errors(response)) == ["publish_until"]


@pytest.mark.parametrize(
    ("make", "field", "typed"),
    [
        (make_vacancy, "closing_date", "2031-02-31"),
        (make_vacancy, "closing_date", "31 February 2031"),
        (make_vacancy, "posted_on", "31/02/2021"),
        (make_page, "review_by", "2031-02-31"),
    ],
)
def test_an_impossible_date_is_refused_beside_its_field_and_what_was_typed_stays(staff, make, field, typed):
    row = make()
    response = send(staff, row, title_en="Another title", **{field: typed})
    assert errors(response) == {field: [NO_SUCH_DATE]}
    again = filled(response)
    assert again[field] == [typed]
    assert again["title_en"] == ["Another title"]
    row.refresh_from_db()
    assert row.title_en != "Another title"


@pytest.mark.parametrize("typed", ["2031-02-31T09:00", "2031-02-31 09:00", "tomorrow"])
def test_an_impossible_moment_is_refused_and_stays_as_it_was_typed(staff, typed):
    page = make_page()
    response = send(staff, page, publish_from=typed)
    assert list(errors(response)) == ["publish_from"]
    assert filled(response)["publish_from"] == [typed]
    # A date input would show nothing in its place.
    assert f'<input type="text" name="publish_from" value="{typed}"' in response.content.decode()


def test_an_impossible_partial_date_is_refused(staff):
    project = make_project()
    response = send(staff, project, starts="31 February 2018")
    assert list(errors(response)) == ["starts"]
    assert "“31 February 2018” is not a date" in errors(response)["starts"][0]
    response = send(staff, project, starts="2019", ends="July 2018")
    assert errors(response) == {"ends": ["The end is before the start."]}


@pytest.mark.parametrize("typed", ["0206-01-09", "9999-12-31"])
def test_a_slip_in_the_year_is_refused(staff, typed):
    for field, value in (("closing_date", typed), ("posted_on", typed), ("publish_from", f"{typed}T23:59")):
        response = send(staff, make_vacancy(), **{field: value})
        assert errors(response)[field] == ["The year must be between 1900 and 2199."]


def test_dates_may_be_written_in_words(staff):
    vacancy = make_vacancy(state="draft")
    assert send(staff, vacancy, closing_date="9 January 2031", posted_on="1/12/2030").status_code == 302
    vacancy.refresh_from_db()
    assert (vacancy.closing_day, vacancy.posted_on) == (datetime.date(2031, 1, 9), datetime.date(2030, 12, 1))


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("28 February 2026", 28), ("28 Feb 2026", 28), ("28/02/2026", 28), ("28/2/2026", 28), ("28.2.2026", 28),
        ("28-2-2026", 28), ("2026-02-28", 28), (" 28  february 2026 ", 28), ("February 28, 2026", 28),
        ("໒໘/໐໒/໒໐໒໖", 28), ("໒໐໒໖-໐໒-໒໘", 28), ("໒໘ February ໒໐໒໖", 28), ("3/2/2026", 3), ("03.02.2026", 3),
    ],
)  # fmt: skip
def test_a_day_is_understood_as_staff_write_it_the_day_before_the_month(staff, written, day):
    page = make_page()
    assert send(staff, page, review_by=written).status_code == 302
    page.refresh_from_db()
    assert page.review_by == datetime.date(2026, 2, day)


@pytest.mark.parametrize(
    ("written", "day", "hour"),
    [
        ("28 February 2026 17:00", 28, 17), ("28 February 2026, 17:00", 28, 17), ("28 Feb 2026 at 17.00", 28, 17),
        ("28/02/2026 17:00", 28, 17), ("28.2.2026 17:00", 28, 17), ("2026-02-28 17:00", 28, 17),
        ("2026-02-28T17:00", 28, 17), ("28/2/2026 5 pm", 28, 17), ("3/2/2026 9:00", 3, 9),
        ("໒໘/໒/໒໐໒໖ ໑໗:໐໐", 28, 17), ("໒໘.໒.໒໐໒໖, ໑໗.໐໐", 28, 17), ("28 February 2026", 28, 0),
    ],
)  # fmt: skip
def test_a_moment_is_understood_as_staff_write_it(staff, written, day, hour):
    page = make_page()
    assert send(staff, page, publish_from=written).status_code == 302
    page.refresh_from_db()
    assert page.publish_from == datetime.datetime(2026, 2, day, hour, tzinfo=VIENTIANE)


@pytest.mark.parametrize(
    "written", ["17:30", "17.30", "17:30:00", "5:30 pm", "5:30PM", "໑໗:໓໐", "໑໗.໓໐", " 17:30 "]
)
def test_an_hour_is_understood_as_staff_write_it(staff, written):
    vacancy = make_vacancy(state="draft")
    assert send(staff, vacancy, closing_date="9 January 2031", closing_hour=written).status_code == 302
    assert closing(vacancy) == datetime.datetime(2031, 1, 9, 17, 30, tzinfo=VIENTIANE)


@pytest.mark.parametrize("written", ["2/28/2026", "31/04/2026", "໓໑/໐໔/໒໐໒໖", "28/2/26", "28", "tomorrow"])
def test_what_is_no_day_is_refused_and_stays_as_it_was_typed(staff, written):
    response = send(staff, make_page(), review_by=written)
    assert errors(response) == {"review_by": [NO_SUCH_DATE]}
    assert filled(response)["review_by"] == [written]


@pytest.mark.parametrize(
    "field", ["title_en", "title_lo", "slug", "summary_en", "body_en", "since", "order", "state", "as_of", "donors",
              "publish_from", "review_by", "figures-0-value", "figures-0-id", "figures-TOTAL_FORMS", "figures-0-as_of"],
)  # fmt: skip
def test_a_nul_in_any_field_is_refused_by_the_form(staff, field):
    programme = make_programme()
    address = f"/admin/programmes/programme/{programme.pk}/change/"
    form = filled(staff.get(address), **{"figures-TOTAL_FORMS": "1", "figures-0-value": "1"})
    response = staff.post(address, form | {field: ["a\0b"]})
    assert response.status_code == 200
    assert "Please correct the error" in response.content.decode()
