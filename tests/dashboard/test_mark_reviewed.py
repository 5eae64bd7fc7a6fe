""" "Still correct": one click of the work list, which the public page says."""

import datetime

from django.contrib.auth.models import Permission

from iomlaos.office.models import Page
from iomlaos.publishing.drafts import merge_draft
from iomlaos.publishing.models import Revision
from iomlaos.publishing.serialization import serialize
from tests.helpers.admin import confirm, make_colleague, send
from tests.helpers.factories import (
    make_document,
    make_form,
    make_page,
    make_procurement_notice,
    make_programme,
    make_project,
    make_vacancy,
)
from tests.helpers.forms import fill_form
from tests.helpers.pages import read

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
DUE = datetime.date(2026, 5, 1)


def button_of(row) -> str:
    return f"/admin/mark-reviewed/{row._meta.label_lower}/{row.pk}/"


def test_one_click_says_so_on_the_public_page_and_asks_again_in_a_year(clock, staff, client):
    row = make_programme(slug="one", title_en="One", review_due=DUE, information_date="2021-01")
    assert "Last checked on" not in read(client, "/programmes/one/")
    assert f'action="{button_of(row)}"' in staff.get("/admin/").content.decode()
    page = staff.post(button_of(row), follow=True)
    words = "“One” is still correct. Checked 1 June 2026, next review by 1 June 2027."
    assert words in page.content.decode()
    assert button_of(row) not in page.content.decode()
    row.refresh_from_db()
    assert (row.reviewed_on, row.review_due) == (NOW.date(), datetime.date(2027, 6, 1))
    assert str(row.information_date) == "January 2021"
    assert "Last checked on 1 June 2026" in read(client, "/programmes/one/")


def test_every_kind_can_be_confirmed_and_its_public_page_says_when_it_was_checked(clock, staff, client):
    for make, where in (
        (make_project, "/projects/one/"), (make_document, "/documents/"), (make_page, "/one/"),
        (make_vacancy, "/careers/vacancies/one/"), (make_form, "/careers/forms/"),
        (make_procurement_notice, "/careers/procurement/one/"),
    ):  # fmt: skip
        assert staff.post(button_of(make(slug="one", review_due=DUE))).status_code == 302
        assert "Last checked on 1 June 2026" in read(client, where), where


def test_the_day_is_that_of_vientiane(clock, staff):
    row = make_page(review_due=DUE)
    clock.move_to(datetime.datetime(2028, 2, 28, 17, 0, tzinfo=datetime.UTC))
    staff.get("/admin/")
    staff.post(button_of(row))
    row.refresh_from_db()
    assert (row.reviewed_on, row.review_due) == (datetime.date(2028, 2, 29), datetime.date(2029, 2, 28))


def test_it_stands_in_the_history_once_however_often_it_is_clicked(clock, staff):
    row = make_page(review_due=DUE)
    for _ in range(3):
        staff.post(button_of(row))
    states = Revision.objects.of(row).states()
    assert [(state.note, state.who) for state in states] == [("Still correct", "staff"), ("", "")]
    assert "Still correct" in staff.get(f"/admin/office/page/{row.pk}/history/").content.decode()


def test_a_form_that_was_open_meanwhile_does_not_take_it_back(clock, staff):
    row = make_page(title_en="Privacy", review_due=DUE)
    address = f"/admin/office/page/{row.pk}/change/"
    form = fill_form(staff.get(address), title_en="Privacy here")
    staff.post(button_of(row))
    asked = staff.post(address, form)
    assert asked.status_code == 409
    assert staff.post(address, fill_form(asked)).status_code == 302
    assert confirm(staff, row).status_code == 302
    row.refresh_from_db()
    assert (row.title_en, row.reviewed_on) == ("Privacy here", NOW.date())


def test_a_draft_that_waits_goes_along(clock, staff):
    row = make_page(title_en="Privacy", review_due=DUE)
    standing = Revision.objects.versions(row)
    data = serialize(row)
    data["fields"]["title_en"] = "Privacy here"
    standing.save_draft(data, by=None, note="")
    staff.post(button_of(row))
    versions = Revision.objects.versions(row)
    fields = merge_draft(Page, versions.draft, versions.current)[0]["fields"]
    assert (fields["title_en"], fields["reviewed_on"], fields["review_due"]) == (
        "Privacy here",
        "2026-06-01",
        "2027-06-01",
    )


def test_only_who_may_publish_it_says_so(clock, client, db):
    row = make_programme(review_due=DUE)
    person = make_colleague("view_programme", "change_programme")
    assert client.post(button_of(row)).headers["Location"].startswith("/admin/login/")
    client.force_login(person)
    page = client.get("/admin/").content.decode()
    assert "review by" not in page
    assert button_of(row) not in page
    assert client.post(button_of(row)).status_code == 403
    row.refresh_from_db()
    assert (row.reviewed_on, row.review_due) == (None, DUE)
    person.user_permissions.add(Permission.objects.get(codename="publish_programme"))
    assert client.post(button_of(row)).status_code == 302


def test_it_is_a_button_and_not_a_link_and_for_pages_alone(clock, staff):
    row = make_page(review_due=DUE)
    assert staff.get(button_of(row)).status_code == 405
    for address in (
        "/admin/mark-reviewed/office.page/999/",
        "/admin/mark-reviewed/office.page/x/",
        "/admin/mark-reviewed/auth.user/1/",
    ):
        assert staff.post(address).status_code == 404
    row.refresh_from_db()
    assert row.reviewed_on is None


def test_the_form_holds_both_dates_and_setting_them_makes_nothing_newer(clock, staff):
    row = make_page(information_date="2021-01")
    assert send(staff, row, reviewed_on="2026-06-01", review_due="2026-12-01").status_code == 302
    row.refresh_from_db()
    assert (row.reviewed_on, row.review_due) == (NOW.date(), datetime.date(2026, 12, 1))
    assert str(row.information_date) == "January 2021"
