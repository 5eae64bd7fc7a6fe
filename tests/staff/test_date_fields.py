"""Dates and hours as staff type them: closings, times of publishing, and what is no date."""

import datetime

from django.core.exceptions import ValidationError
from django.forms import Form

from careers.models.vacancy import Vacancy
from iomlaos.publishing.dates import VIENTIANE
from iomlaos.staff.fields import DateField, DateTimeField, TimeField
from tests.helpers.admin import address_of, confirm, send, take
from tests.helpers.factories import make_page, make_programme, make_vacancy
from tests.helpers.forms import errors, fill_form

# --- The fields -------------------------------------------------------------------------------

DAYS = {
    datetime.date(2026, 2, 28): [
        "28 February 2026", "28 Feb 2026", "28/02/2026", "28/2/2026", "28.2.2026", "28-2-2026", "2026-02-28",
        " 28  february 2026 ", "February 28, 2026", "໒໘/໐໒/໒໐໒໖", "໒໐໒໖-໐໒-໒໘", "໒໘ February ໒໐໒໖",
    ],
    datetime.date(2026, 2, 3): ["3/2/2026", "03.02.2026"],
}  # fmt: skip
HOURS = {
    datetime.time(17): ["1700", "17h00", "17H00", "໑໗໐໐", "17:00", "5 pm"],
    datetime.time(17, 30): [
        "17:30", "17.30", "17:30:00", "5:30 pm", "5:30PM", "໑໗:໓໐", "໑໗.໓໐", " 17:30 ",
    ],
}  # fmt: skip
MOMENTS = {
    datetime.datetime(2026, 2, 28, 17, tzinfo=VIENTIANE): [
        "28 February 2026 17:00", "28 February 2026, 17:00", "28 Feb 2026 at 17.00", "28/02/2026 17:00",
        "28.2.2026 17:00", "2026-02-28 17:00", "2026-02-28T17:00", "28/2/2026 5 pm", "໒໘/໒/໒໐໒໖ ໑໗:໐໐",
        "໒໘.໒.໒໐໒໖, ໑໗.໐໐",
    ],
    datetime.datetime(2026, 2, 3, 9, tzinfo=VIENTIANE): ["3/2/2026 9:00"],
    datetime.datetime(2026, 2, 28, tzinfo=VIENTIANE): ["28 February 2026"],
}  # fmt: skip


def test_a_field_understands_each_written_form_the_day_before_the_month():
    for field, forms in ((DateField(), DAYS), (TimeField(), HOURS), (DateTimeField(), MOMENTS)):
        expected = {typed: value for value, every in forms.items() for typed in every}
        assert {typed: field.clean(typed) for typed in expected} == expected


def refusal(field, typed: str) -> str | None:
    """The code of the error, if the field refuses what was typed."""
    try:
        field.clean(typed)
    except ValidationError as error:
        return error.error_list[0].code
    return None


def test_a_field_refuses_what_does_not_exist_or_could_mean_another():
    for field, every in (
        (
            DateField(),
            ["2/28/2026", "31/04/2026", "໓໑/໐໔/໒໐໒໖", "28/2/26", "28", "tomorrow", "31 February 2031"],
        ),
        (TimeField(), ["17", "170000", "2500", "h00"]),
        (DateTimeField(), ["2031-02-31T09:00", "2031-02-31 09:00", "tomorrow"]),
    ):
        assert {typed: refusal(field, typed) for typed in every} == dict.fromkeys(every, "invalid")


def test_a_field_refuses_a_slip_in_the_year():
    assert {refusal(DateField(), typed) for typed in ("0206-01-09", "1899-12-31", "2200-01-01")} == {"year"}
    assert {refusal(DateTimeField(), typed) for typed in ("0206-01-09T23:59", "9999-12-31T23:59")} == {"year"}
    assert refusal(DateField(), "1900-01-01") is None
    assert refusal(DateField(), "2199-12-31") is None


class Dates(Form):
    day, moment, hour = DateField(), DateTimeField(), TimeField()


def shown(form: Form) -> dict[str, tuple[str, str]]:
    """The type and the value of each box."""
    boxes = {name: form[name].subwidgets[0].data for name in form.fields}
    return {name: (box["type"], box["value"]) for name, box in boxes.items()}


def test_dates_are_text_with_the_month_in_words_and_what_is_refused_stays_as_it_was_typed():
    moment = datetime.datetime(2026, 3, 3, 2, tzinfo=datetime.UTC)
    stored = Dates(initial={"day": datetime.date(2026, 3, 3), "moment": moment, "hour": datetime.time(17)})
    assert shown(stored) == {
        "day": ("text", "3 March 2026"), "moment": ("text", "3 March 2026 09:00"), "hour": ("text", "17:00"),
    }  # fmt: skip
    read_back = {name: field.clean(shown(stored)[name][1]) for name, field in stored.fields.items()}
    assert read_back == stored.initial
    typed = {"day": "2031-02-31", "moment": "tomorrow", "hour": "2500"}
    assert shown(Dates(typed)) == {name: ("text", value) for name, value in typed.items()}


# --- In the forms of the admin ----------------------------------------------------------------


def test_a_closing_without_an_hour_is_the_end_of_that_day_and_an_hour_is_vientiane_time(staff):
    vacancy = make_vacancy(state="draft")
    response = send(staff, vacancy, closing_date="9 January 2031", closing_hour="", posted_on="1/12/2030")
    assert response.status_code == 302, errors(response)
    vacancy.refresh_from_db()
    assert vacancy.closes_at == datetime.datetime(2031, 1, 10, tzinfo=VIENTIANE)
    assert vacancy.posted_on == datetime.date(2030, 12, 1)
    form = fill_form(staff.get(address_of(vacancy)))
    assert (form["closing_date"], form["closing_hour"]) == (["9 January 2031"], [""])
    assert staff.post(address_of(vacancy), form | {"closing_hour": ["17h00"]}).status_code == 302
    vacancy.refresh_from_db()
    assert vacancy.closes_at == datetime.datetime(2031, 1, 9, 10, tzinfo=datetime.UTC)
    assert fill_form(staff.get(address_of(vacancy)))["closing_hour"] == ["17:00"]


def test_what_is_wrong_with_a_closing_is_said_beside_it(staff):
    vacancy = make_vacancy(closes_at=Vacancy.closing_moment(datetime.date(2031, 1, 9)))
    form = fill_form(staff.get(address_of(vacancy)))
    for given, field in (
        ({"closing_hour": "00:00"}, "closing_hour"),
        ({"closing_date": ""}, "closing_date"),
        ({"closing_date": "2031-01-08", "posted_on": "2031-01-10"}, "closing_date"),
        ({"outcome": "filled"}, "outcome"),
    ):
        response = staff.post(address_of(vacancy), form | given)
        assert list(errors(response)) == [field], given
    vacancy.refresh_from_db()
    assert vacancy.closing_day == datetime.date(2031, 1, 9)


def test_times_of_publishing_are_typed_and_shown_in_vientiane_time(staff):
    page = make_page(state="draft")
    assert send(staff, page, review_due="1.2.2031").status_code == 302
    moment = {"when": "later", "date": "9 January 2031", "hour": "9.30"}
    assert confirm(staff, page, **moment).status_code == 302
    page.refresh_from_db()
    assert page.publish_from == datetime.datetime(2031, 1, 9, 2, 30, tzinfo=datetime.UTC)
    assert page.review_due == datetime.date(2031, 2, 1)
    form = fill_form(staff.get(address_of(page, "change-time/")))
    assert (form["date"], form["hour"]) == (["9 January 2031"], ["09:30"])
    response = take(staff, page, "take-down", date="8.1.2031", hour="0930")
    assert response.context["form"].errors
    assert fill_form(response)["date"] == ["8.1.2031"]
    assert take(staff, page, "take-down", date="10.1.2031", hour="0930").status_code == 302
    page.refresh_from_db()
    assert page.publish_until == datetime.datetime(2031, 1, 10, 2, 30, tzinfo=datetime.UTC)


def test_an_impossible_date_is_refused_beside_its_field_and_everything_typed_stays(staff):
    page = make_page()
    typed = {"title_en": "Another title", "review_due": "2031-02-31", "reviewed_on": "tomorrow"}
    response = send(staff, page, **typed)
    assert set(errors(response)) == {"review_due", "reviewed_on"}
    again = fill_form(response)
    assert {name: again[name] for name in typed} == {name: [value] for name, value in typed.items()}
    page.refresh_from_db()
    assert page.title_en != "Another title"


def test_a_nul_in_any_field_is_refused_by_the_form(staff):
    programme = make_programme()
    figure = {"figures-TOTAL_FORMS": "1", "figures-0-value_en": "1"}
    form = fill_form(staff.get(address_of(programme)), **figure)
    for field in ("body_en", "since", "order", "donors", "figures-0-id", "figures-TOTAL_FORMS"):
        response = staff.post(address_of(programme), form | {field: ["a\0b"]})
        assert response.status_code == 200, field
        assert "errornote" in response.content.decode(), field
