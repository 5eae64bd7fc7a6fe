"""The date of the information: what staff change is true as of the day of the change."""

import time_machine

from iomlaos.publishing.dates import PartialDate
from tests.helpers.admin import confirm, send, take
from tests.helpers.drafts import publish, save_draft
from tests.helpers.factories import (
    make_document,
    make_document_version,
    make_donor,
    make_figure,
    make_page,
    make_programme,
    make_project,
)
from tests.helpers.forms import errors, fill_form

JANUARY = PartialDate(2021, 1)
# In Vientiane the day after has begun.
EVENING = "2026-05-13T18:00:00Z"
TODAY = PartialDate(2026, 5, 14)


def save(staff, row, **given):
    """Save the row's form with these changes, on the evening of 13 May 2026 in UTC."""
    with time_machine.travel(EVENING, tick=False):
        response = send(staff, row, **given)
    assert response.status_code == 302, errors(response)
    row.refresh_from_db()
    return row.information_date


def test_a_changed_text_is_true_as_of_today_in_vientiane(staff):
    assert save(staff, make_page(information_date=JANUARY), body_en="<p>New.</p>") == TODAY


def test_a_changed_relation_figure_or_file_counts(staff):
    figure = make_figure(programme=make_programme(information_date=JANUARY))
    assert save(staff, figure.programme, **{"figures-0-value_en": "11,098"}) == TODAY
    programme = make_figure(programme=make_programme(information_date=JANUARY)).programme
    assert save(staff, programme) == JANUARY
    assert save(staff, programme, **{"figures-0-DELETE": "on"}) == TODAY
    assert save(staff, make_programme(information_date=JANUARY), donors=[make_donor().pk]) == TODAY
    version = make_document_version(document=make_document(information_date=JANUARY))
    assert save(staff, version.document, **{"versions-0-dated": "2020"}) == TODAY


def test_a_figure_changed_in_its_own_form_counts_for_its_programme(staff):
    figure = make_figure(programme=make_programme(information_date=JANUARY), information_date=JANUARY)
    assert save(staff, figure) == JANUARY
    figure.programme.refresh_from_db()
    assert figure.programme.information_date == JANUARY
    assert save(staff, figure, value_en="11,098") == JANUARY
    figure.programme.refresh_from_db()
    assert figure.programme.information_date == TODAY


def test_a_date_given_by_hand_stays(staff):
    assert save(
        staff, make_page(information_date=JANUARY), body_en="<p>New.</p>", information_date="March 2026"
    ) == PartialDate(2026, 3)
    figure = make_figure(programme=make_programme(information_date=JANUARY))
    given = {"figures-0-value_en": "11,098", "information_date": "2025"}
    assert save(staff, figure.programme, **given) == PartialDate(2025)


def test_what_is_published_withdrawn_or_reviewed_without_another_text_is_no_newer(staff):
    project = make_project(
        information_date=JANUARY, state="draft", summary_en="Two\nlines.", body_en="<p>One\ntwo.</p>\n"
    )
    assert save(staff, project, review_due="2027-01-01") == JANUARY
    with time_machine.travel(EVENING, tick=False):
        assert confirm(staff, project).status_code == 302
        assert take(staff, project, "withdraw", withdrawal_reason_en="It ended.").status_code == 302
        assert publish(staff, project, slug="another-address").status_code == 302
    project.refresh_from_db()
    assert (project.state, project.slug) == ("published", "another-address")
    assert project.information_date == JANUARY


def test_what_was_changed_in_a_draft_is_true_as_of_the_day_of_the_change(staff):
    page = make_page(information_date=JANUARY)
    with time_machine.travel(EVENING, tick=False):
        save_draft(staff, page, body_en="<p>New.</p>")
    page.refresh_from_db()
    assert page.information_date == JANUARY
    with time_machine.travel("2026-05-20T05:00:00Z", tick=False):
        assert confirm(staff, page).status_code == 302
    page.refresh_from_db()
    assert page.information_date == TODAY


def test_what_is_new_is_true_as_of_its_first_day(staff):
    with time_machine.travel(EVENING, tick=False):
        form = fill_form(staff.get("/admin/office/page/add/"), title_en="Feedback", slug="feedback")
        staff.post("/admin/office/page/add/", form)
        page = staff.get("/admin/office/page/").context["cl"].queryset.get()
    assert page.information_date == TODAY
