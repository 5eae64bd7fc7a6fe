"""Donors, documents and vacancies go out as tables, and come back by a look at what they would change."""

import csv
import datetime
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.contrib.admin import site
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from careers.models import Vacancy
from iomlaos.publishing.admin.exchange.sheet import Moved
from iomlaos.publishing.admin.exchange.tables import Table
from iomlaos.publishing.models import Revision
from programmes.models import Document, Donor
from tests.factories import (
    make_document,
    make_donor,
    make_form,
    make_place,
    make_programme,
    make_project,
    make_vacancy,
    upload,
)
from tests.staff.filled import filled
from tests.uploads import S, office

pytestmark = pytest.mark.django_db

DONORS = "/admin/programmes/donor/"
DOCUMENTS = "/admin/programmes/document/"
VACANCIES = "/admin/careers/vacancy/"


def exported(client, address: str, ending: str = "csv") -> list[dict[str, str]]:
    """The rows of an export, as another program reads them."""
    path, _, query = address.partition("?")
    response = client.get(f"{path}export/{ending}/?{query}")
    assert response.status_code == 200
    if ending == "csv":
        return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    header, *rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    return [dict(zip(header, row, strict=True)) for row in rows]


def as_csv(*rows: dict, delimiter: str = ",", encoding: str = "utf-8"):
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return upload("table.csv", text.getvalue().encode(encoding))


def as_xlsx(*rows: list):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return upload("table.xlsx", content.getvalue())


def looked(client, address: str, table):
    return client.post(f"{address}import/", {"table": table})


def confirmed(client, address: str, response):
    """Press the button of the page that shows what would change."""
    sealed = re.search(r'name="sealed" value="([^"]+)"', response.content.decode())
    assert sealed, text_of(response)
    return client.post(f"{address}import/", {"sealed": sealed[1]}, follow=True)


def imported(client, address: str, *rows: dict):
    response = looked(client, address, as_csv(*rows))
    assert response.status_code == 200, text_of(response)
    return confirmed(client, address, response)


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def kinds(response) -> dict[str, list[str]]:
    """What the page says of each row, by the address of the row."""
    return {
        kind: [row.cells["slug"] for row in rows] for kind, rows in response.context["groups"].items() if rows
    }


def refusals(response) -> list[tuple[int, str, str]]:
    """Number of the row, label of the field, and words, as the page shows them."""
    page = text_of(response)
    found = [
        (row.number, label, message)
        for row in response.context["groups"]["refused"]
        for label, _cell, message in row.errors
    ]
    for _number, label, message in found:
        assert label in page
        assert message.replace('"', "&quot;").replace("'", "&#x27;") in page
    return found


# --- Out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_holds_the_rows_of_the_filtered_list_by_stable_names(staff, ending):
    make_donor(slug="italy", name_en="Italy", name_lo="ອີຕາລີ", kind="government")
    make_donor(slug="adb", name_en="Asian Development Bank", abbreviation="ADB", kind="multilateral")
    rows = exported(staff, f"{DONORS}?kind__exact=government", ending)
    assert rows == [
        {
            "slug": "italy", "name_en": "Italy", "name_lo": "ອີຕາລີ", "abbreviation": "", "parent_en": "",
            "parent_lo": "", "kind": "government",
        }
    ]  # fmt: skip
    assert [row["slug"] for row in exported(staff, f"{DONORS}?q=asian", ending)] == ["adb"]
    assert len(exported(staff, DONORS, ending)) == 2


@pytest.mark.parametrize("character", ["\x01", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_a_character_that_no_sheet_may_hold_is_left_out_of_it(staff, character):
    make_donor(name_en=f"Ita{character}ly")
    assert [row["name_en"] for row in exported(staff, DONORS, "xlsx")] == ["Italy"]


def test_a_table_that_multiplies_when_it_is_read_is_refused(staff):
    """A document type lets a few letters stand for many."""
    strings = f'<!DOCTYPE x [<!ENTITY a "{"A" * 1000}">]><sst {S}><si><t>{"&a;" * 1000}</t></si></sst>'
    for encoding in ("utf-8", "utf-16"):
        table = upload("a.xlsx", office("xlsx", **{"xl/sharedStrings.xml": strings.encode(encoding)}))
        page = staff.post("/admin/programmes/donor/import/", {"table": table})
        assert "This file is damaged or incomplete." in text_of(page)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_writes_dates_by_iso_8601_and_relations_by_their_keys(staff, ending):
    programme = make_programme(slug="health")
    projects = [make_project(slug="vaccines"), make_project(slug="clinics")]
    make_document(
        slug="factsheet", programme=programme, projects=projects, as_of="2021-01", review_by="2026-07-09"
    )
    [row] = exported(staff, DOCUMENTS, ending)
    assert (row["programme"], row["projects"], row["as_of"], row["review_by"], row["state"]) == (
        "health", "clinics vaccines", "2021-01", "2026-07-09", "published",
    )  # fmt: skip
    closing = Vacancy.closing_moment(datetime.date(2030, 6, 30), datetime.time(17))
    make_vacancy(
        slug="driver",
        closes_at=closing,
        duty_station=make_place(slug="vientiane"),
        form=make_form(slug="phf"),
    )
    make_vacancy(slug="guard")
    driver, guard = sorted(exported(staff, VACANCIES, ending), key=lambda row: row["slug"])
    assert (driver["closing_date"], driver["closing_hour"]) == ("2030-06-30", "17:00")
    assert (guard["closing_date"], guard["closing_hour"]) == ("2030-06-30", "")
    assert (driver["duty_station"], driver["form"]) == ("vientiane", "phf")


@pytest.mark.parametrize("name", ["=1+1", "+856 21", "-2", "@SUM(A1)", "'=1+1", "＝1+1"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_a_spreadsheet_would_run_is_neutral_in_an_export_and_is_read_back_the_same(staff, name, ending):
    make_donor(slug="formula", name_en=name)
    content = staff.get(f"{DONORS}export/{ending}/").content
    if ending == "xlsx":
        cell = openpyxl.load_workbook(io.BytesIO(content)).active["B2"]
        assert (cell.data_type, cell.value) == ("s", f"'{name}")
    else:
        assert exported(staff, DONORS)[0]["name_en"] == f"'{name}"
    response = looked(staff, DONORS, upload(f"table.{ending}", content))
    assert kinds(response) == {"unchanged": ["formula"]}
    Donor.objects.update(name_en="Another")
    confirmed(staff, DONORS, looked(staff, DONORS, upload(f"table.{ending}", content)))
    assert Donor.objects.get().name_en == name


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_whole_seeded_content_comes_back_unchanged(seeded, staff, ending):
    for address in (DONORS, DOCUMENTS, VACANCIES):
        content = staff.get(f"{address}export/{ending}/").content
        response = looked(staff, address, upload(f"table.{ending}", content))
        assert list(kinds(response)) == ["unchanged"], refusals(response)
        assert 'name="sealed"' not in response.content.decode()


def test_an_export_costs_as_many_queries_for_many_rows_as_for_one(staff, count_queries):
    def make(number: int) -> None:
        for _ in range(number):
            make_vacancy(duty_station=make_place(), form=make_form(), readvertised_as=None)
            make_document(programme=make_programme(), projects=[make_project(), make_project()])

    make(1)
    few = [
        count_queries(lambda address=address: exported(staff, address)) for address in (VACANCIES, DOCUMENTS)
    ]
    make(20)
    many = [
        count_queries(lambda address=address: exported(staff, address)) for address in (VACANCIES, DOCUMENTS)
    ]
    assert many == few


def test_a_text_that_is_too_long_for_a_cell_of_xlsx_is_not_cut_off(staff):
    make_document(slug="long", summary_en="a" * 40_000, title_en="Long")
    response = staff.get(f"{DOCUMENTS}export/xlsx/", follow=True)
    assert "A text of “long” is too long for a cell of XLSX. Take CSV instead." in text_of(response)
    assert len(exported(staff, DOCUMENTS)[0]["summary_en"]) == 40_000


# --- The look ----------------------------------------------------------------------------------


def test_the_look_says_row_by_row_what_is_new_changed_unchanged_or_refused_and_stores_nothing(staff):
    make_donor(slug="italy", name_en="Italy", kind="government")
    make_donor(slug="canada", name_en="Canada", kind="government")
    response = looked(
        staff,
        DONORS,
        as_csv(
            {"slug": "italy", "name_en": "Italian Republic", "kind": "government"},
            {"slug": "canada", "name_en": "Canada", "kind": "government"},
            {"slug": "norway", "name_en": "Norway", "kind": "government"},
            {"slug": "idf", "name_en": "", "kind": "a purse"},
        ),
    )
    assert kinds(response) == {
        "changed": ["italy"],
        "unchanged": ["canada"],
        "new": ["norway"],
        "refused": ["idf"],
    }
    page = response.content.decode()
    assert "<del>Italy</del>" in page
    assert "<ins>Italian Republic</ins>" in page
    assert refusals(response) == [
        (5, "Name (name_en)", "This field is required."),
        (5, "Kind (kind)", "Write one of: government, multilateral, fund, other."),
    ]
    assert "Nothing can be imported while a row is refused." in text_of(response)
    summary = "1 row is new. 1 row changes something. 1 row says what is there already. 1 row is refused."
    assert summary in text_of(response)
    assert 'name="sealed"' not in page
    assert sorted(Donor.objects.values_list("name_en", flat=True)) == ["Canada", "Italy"]
    assert not Revision.objects.exists()


def test_a_table_is_kept_nowhere_between_the_steps(staff):
    before = set(Path(settings.DATA_DIR).rglob("*"))
    looked(staff, DONORS, as_csv({"slug": "norway", "name_en": "Norway", "kind": "government"}))
    assert set(Path(settings.DATA_DIR).rglob("*")) == before
    assert not any("Norway" in str(value) for value in staff.session.values())


def test_a_column_says_how_it_is_to_be_and_what_has_none_is_left_alone(staff):
    make_donor(slug="adb", name_en="Asian Development Bank", abbreviation="ADB", parent_en="A parent")
    imported(staff, DONORS, {"slug": "adb", "parent_en": ""})
    donor = Donor.objects.get()
    assert (donor.name_en, donor.abbreviation, donor.parent_en or "") == ("Asian Development Bank", "ADB", "")


@pytest.mark.parametrize("address", [DONORS, DOCUMENTS, VACANCIES])
def test_the_page_explains_every_column(staff, address):
    page = staff.get(f"{address}import/")
    for name in staff.get(f"{address}export/csv/").content.decode("utf-8-sig").strip().split(","):
        assert f'<th scope="row">{name}</th>' in page.content.decode()
    assert "an empty cell empties the field" in text_of(page)


# --- The import --------------------------------------------------------------------------------


def test_what_was_shown_is_stored_and_stands_in_the_history_with_the_name_of_who_did_it(staff):
    italy = make_donor(slug="italy", name_en="Italy", kind="government")
    response = imported(
        staff,
        DONORS,
        {"slug": "italy", "name_en": "Italian Republic", "kind": "government"},
        {"slug": "norway", "name_en": "Norway", "kind": "government"},
    )
    assert "Imported. 1 is new. 1 was changed." in text_of(response)
    italy.refresh_from_db()
    norway = Donor.objects.get(slug="norway")
    assert (italy.name_en, norway.name_en, norway.kind) == ("Italian Republic", "Norway", "government")
    for donor, names in ((italy, ["Italian Republic", "Italy"]), (norway, ["Norway"])):
        states = list(Revision.objects.of(donor).states())
        assert [state.data["fields"]["name_en"] for state in states] == names
        assert (states[0].by_name, states[0].note) == ("staff", "Imported from “table.csv”")


def test_what_is_new_is_a_draft_and_no_import_publishes_or_withdraws(staff):
    make_document(slug="there", title_en="There", kind="tool", state="published")
    new = {"slug": "new", "title_en": "New", "kind": "report", "state": ""}
    imported(staff, DOCUMENTS, new)
    assert Document.objects.get(slug="new").state == "draft"
    response = looked(
        staff,
        DOCUMENTS,
        as_csv(
            {"slug": "newer", "title_en": "Newer", "kind": "report", "state": "published"},
            {"slug": "there", "title_en": "There", "kind": "tool", "state": "withdrawn"},
        ),
    )
    words = "An import neither publishes nor withdraws, and what is new is a draft. Leave “{}”."
    assert refusals(response) == [
        (2, "State (state)", words.format("draft")),
        (3, "State (state)", words.format("published")),
    ]
    imported(
        staff, DOCUMENTS, {"slug": "there", "title_en": "Still there", "kind": "tool", "state": "published"}
    )
    assert (Document.objects.get(slug="there").state, Document.objects.get(slug="there").title_en) == (
        "published", "Still there",
    )  # fmt: skip


def test_a_changed_text_is_as_new_as_the_day_of_the_import(clock, staff):
    make_document(slug="one", title_en="One", as_of="2021-01")
    make_document(slug="two", title_en="Two", as_of="2021-01")
    make_document(slug="three", title_en="Three", as_of="2021-01", order=1)
    response = looked(
        staff,
        DOCUMENTS,
        as_csv(
            {"slug": "one", "title_en": "Other words", "order": "0"},
            {"slug": "two", "title_en": "Two", "order": "7"},
        ),
    )
    assert "True as of (as_of)" in text_of(response)
    confirmed(staff, DOCUMENTS, response)
    assert {each.slug: each.as_of.iso for each in Document.objects.all()} == {
        "one": "2026-06-01", "two": "2021-01", "three": "2021-01",
    }  # fmt: skip


def test_relations_are_read_by_their_keys(staff):
    make_programme(slug="health")
    make_project(slug="vaccines"), make_project(slug="clinics")
    row = {
        "slug": "tool",
        "title_en": "A tool",
        "kind": "tool",
        "programme": "health",
        "projects": "clinics vaccines",
    }
    imported(staff, DOCUMENTS, row)
    tool = Document.objects.get(slug="tool")
    assert (tool.programme.slug, {each.slug for each in tool.projects.all()}) == (
        "health",
        {"clinics", "vaccines"},
    )
    imported(staff, DOCUMENTS, row | {"projects": "clinics", "programme": ""})
    tool.refresh_from_db()
    assert (tool.programme, [each.slug for each in tool.projects.all()]) == (None, ["clinics"])
    response = looked(staff, DOCUMENTS, as_csv(row | {"projects": "nowhere", "programme": "nothing"}))
    assert refusals(response) == [
        (2, "Programme (programme)", "There is none with the key “nothing”."),
        (2, "Projects (projects)", "There is none with the key “nowhere”."),
    ]


def test_a_new_vacancy_is_whole_after_an_import(staff):
    make_place(slug="vientiane"), make_form(slug="phf")
    row = {
        "slug": "driver", "title_en": "Driver", "title_lo": "ຄົນຂັບລົດ", "closing_date": "2030-06-30",
        "closing_hour": "17:00", "posted_on": "2030-06-01", "grade": "G2", "duty_station": "vientiane",
        "form": "phf", "contract": "fixed-term", "body_en": "<p>Drive.</p><script>alert(1)</script>",
        "submission_email": "jobs@example.org",
    }  # fmt: skip
    imported(staff, VACANCIES, row)
    vacancy = Vacancy.objects.get()
    assert vacancy.state == "draft"
    assert vacancy.closes_at == Vacancy.closing_moment(datetime.date(2030, 6, 30), datetime.time(17))
    assert (vacancy.duty_station.slug, vacancy.form.slug, vacancy.title_lo) == ("vientiane", "phf", "ຄົນຂັບລົດ")
    assert "script" not in vacancy.body_en
    assert kinds(looked(staff, VACANCIES, as_csv({**row, "body_en": vacancy.body_en}))) == {
        "unchanged": ["driver"]
    }


def test_each_cell_passes_the_rules_of_the_form(clock, staff):
    make_vacancy(slug="there")
    good = {
        "title_en": "Driver",
        "closing_date": "2030-06-30",
        "closing_hour": "",
        "submission_link": "",
        "posted_on": "",
    }
    response = looked(
        staff,
        VACANCIES,
        as_csv(
            {"slug": "one", **good, "closing_date": "31 June 2030"},
            {"slug": "two", **good, "closing_hour": "00:00"},
            {"slug": "three", **good, "submission_link": "ftp://example.org/form"},
            {"slug": "four", **good, "posted_on": "2031-01-01"},
            {"slug": "Five!", **good},
            {"slug": "six", **good, "closing_date": ""},
            {"slug": "seven", **good},
        ),
    )
    assert [(number, label) for number, label, _words in refusals(response)] == [
        (2, "Closing date (closing_date)"), (3, "Closing hour (closing_hour)"), (4, "By link, at (submission_link)"),
        (5, "Closing date (closing_date)"), (6, "Address (slug)"), (7, "Closing date (closing_date)"),
    ]  # fmt: skip
    assert kinds(response)["new"] == ["seven"]


def test_a_deadline_that_visitors_have_seen_changes_with_its_reason_alone(staff):
    vacancy = make_vacancy(slug="driver", title_en="Driver")
    row = {"slug": "driver", "closing_date": "2030-07-31"}
    [(number, label, words)] = refusals(looked(staff, VACANCIES, as_csv(row)))
    assert (number, label) == (2, "Why the deadline changes (deadline_reason)")
    assert "Visitors have seen the deadline" in words
    imported(staff, VACANCIES, row | {"deadline_reason": "Rain."})
    vacancy.refresh_from_db()
    assert vacancy.closing_day == datetime.date(2030, 7, 31)
    assert vacancy.deadline_changes.get().reason == "Rain."


def test_a_part_of_the_deadline_that_has_no_column_stays(staff):
    at_five = Vacancy.closing_moment(datetime.date(2030, 6, 30), datetime.time(17))
    vacancy = make_vacancy(slug="driver", state="draft", closes_at=at_five)
    imported(staff, VACANCIES, {"slug": "driver", "closing_date": "2030-07-01"})
    vacancy.refresh_from_db()
    assert vacancy.closes_at == Vacancy.closing_moment(datetime.date(2030, 7, 1), datetime.time(17))


def test_two_rows_of_one_address_or_one_name_are_refused(staff):
    response = looked(
        staff,
        DONORS,
        as_csv(
            {"slug": "italy", "name_en": "Italy", "kind": "government"},
            {"slug": "italy", "name_en": "Italia", "kind": "government"},
            {"slug": "it", "name_en": "ITALY", "kind": "government"},
        ),
    )
    assert refusals(response) == [
        (3, "Address (slug)", "Row 2 of this table has the same."),
        (4, "Name (name_en)", "Row 2 of this table has the same."),
    ]


# --- Somebody else, meanwhile ------------------------------------------------------------------


@pytest.mark.parametrize("column", ["name_en", "abbreviation"])
def test_what_a_colleague_changed_meanwhile_is_not_overwritten_and_is_shown_anew(staff, column):
    donor = make_donor(slug="italy", name_en="Italy", kind="government")
    response = looked(staff, DONORS, as_csv({"slug": "italy", "name_en": "Italian Republic"}))
    colleague = Client()
    colleague.force_login(User.objects.create_superuser("bounmy", password="a-long-password-7"))
    address = f"{DONORS}{donor.pk}/change/"
    assert colleague.post(address, filled(colleague.get(address), **{column: "By B."})).status_code == 302
    again = confirmed(staff, DONORS, response)
    assert again.status_code == 422
    assert "Nothing was imported: this is how it is now." in text_of(again)
    donor.refresh_from_db()
    assert getattr(donor, column) == "By B."
    if column == "name_en":
        assert "<del>By B.</del>" in again.content.decode()
    confirmed(staff, DONORS, again)
    donor.refresh_from_db()
    assert donor.name_en == "Italian Republic"
    assert column == "name_en" or donor.abbreviation == "By B."


def test_what_somebody_made_or_deleted_meanwhile_is_shown_anew(staff):
    gone = make_donor(slug="italy", name_en="Italy")
    response = looked(
        staff,
        DONORS,
        as_csv(
            {"slug": "italy", "name_en": "Italia", "kind": "fund"},
            {"slug": "x", "name_en": "X", "kind": "fund"},
        ),
    )
    gone.delete()
    make_donor(slug="x", name_en="X")
    again = confirmed(staff, DONORS, response)
    assert again.status_code == 422
    assert kinds(again) == {"new": ["italy"], "changed": ["x"]}
    assert [donor.slug for donor in Donor.objects.all()] == ["x"]


def test_the_same_table_confirmed_twice_is_imported_once(staff):
    response = looked(staff, DONORS, as_csv({"slug": "norway", "name_en": "Norway", "kind": "government"}))
    assert confirmed(staff, DONORS, response).status_code == 200
    assert confirmed(staff, DONORS, response).status_code == 422
    assert Revision.objects.of(Donor.objects.get()).count() == 1


def test_a_live_document_of_which_a_draft_waits_is_not_changed(staff):
    document = make_document(slug="tool", title_en="A tool")
    standing = Revision.objects.standing(document)
    by = User.objects.get(username="staff")
    Revision.objects.keep_draft(standing, document, standing.head.data, by=by, note="")
    response = looked(staff, DOCUMENTS, as_csv({"slug": "tool", "title_en": "Other words"}))
    assert refusals(response) == [(2, "", "A draft of this one waits. Publish it or discard it first.")]
    make_document(slug="another")
    assert kinds(looked(staff, DOCUMENTS, as_csv({"slug": "another", "title_en": "Other words"}))) == {
        "changed": ["another"]
    }


def test_what_was_sealed_for_one_person_is_confirmed_by_no_other_and_not_for_ever(clock, staff):
    response = looked(staff, DONORS, as_csv({"slug": "norway", "name_en": "Norway", "kind": "government"}))
    other = Client()
    other.force_login(User.objects.create_superuser("other", password="a-long-password-7"))
    sealed = re.search(r'name="sealed" value="([^"]+)"', response.content.decode())[1]
    assert other.post(f"{DONORS}import/", {"sealed": sealed}).status_code == 403
    assert staff.post(f"{DOCUMENTS}import/", {"sealed": sealed}).status_code == 403
    assert staff.post(f"{DONORS}import/", {"sealed": sealed[:-1] + "!"}).status_code == 422
    clock.shift(datetime.timedelta(hours=2))
    assert "That was too long ago." in text_of(confirmed(staff, DONORS, response))
    assert not Donor.objects.exists()


def rename(donor: Donor, document: Document) -> None:
    Donor.objects.filter(pk=donor.pk).update(abbreviation="By a command")


def delete(donor: Donor, document: Document) -> None:
    donor.delete()


def name_a_project(donor: Donor, document: Document) -> None:
    document.projects.add(make_project())


def write_a_draft(donor: Donor, document: Document) -> None:
    standing = Revision.objects.standing(document)
    Revision.objects.keep_draft(standing, document, standing.head.data, by=User.objects.get(), note="")


def take_the_address(donor: Donor, document: Document) -> None:
    make_donor(slug="norway"), make_document(slug="norway")


@pytest.mark.parametrize(
    ("model", "meanwhile"),
    [
        (Donor, rename), (Donor, delete), (Donor, take_the_address), (Document, name_a_project),
        (Document, write_a_draft), (Document, take_the_address),
    ],
)  # fmt: skip
def test_who_is_faster_between_the_look_and_the_last_step_is_not_overwritten(staff, rf, model, meanwhile):
    donor = make_donor(slug="italy", name_en="As it was")
    document = make_document(slug="italy", title_en="As it was", projects=[make_project()])
    request = rf.post("/")
    request.user, request.at = User.objects.get(), timezone.now()
    admin = site.get_model_admin(model)
    sheet = admin.sheet(admin, request)
    title, kind = ("name_en", "fund") if model is Donor else ("title_en", "tool")
    columns = ["slug", title, "kind"] + ["projects"] * (model is Document)
    rows = [(2, ["italy", "Other words", kind, ""]), (3, ["norway", "Norway", kind, ""])]
    sheet.look(Table(columns, [(number, cells[: len(columns)]) for number, cells in rows]))
    assert [row.kind for row in sheet.rows] == ["changed", "new"]
    meanwhile(donor, document)
    with pytest.raises(Moved):
        sheet.apply("A note")
    assert not model.objects.filter(**{title: "Other words"}).exists()
    assert not model.objects.filter(**{title: "Norway"}).exists()


# --- Rights ------------------------------------------------------------------------------------


def signed_in(role: str) -> Client:
    person = User.objects.create_user(role.lower(), password="a-long-password-7", is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person)
    return client


def test_who_sees_a_list_may_export_it_and_who_adds_and_changes_may_import(staff):
    make_donor(slug="italy")
    contributor, hr = signed_in("Contributors"), signed_in("HR")
    assert exported(contributor, DONORS)[0]["slug"] == "italy"
    assert contributor.get(f"{DONORS}import/").status_code == 403
    assert contributor.post(f"{DONORS}import/", {"sealed": "x"}).status_code == 403
    assert f"{DONORS}import/" not in contributor.get(DONORS).content.decode()
    assert f"{DONORS}import/" in staff.get(DONORS).content.decode()
    assert hr.get(f"{DONORS}export/csv/").status_code == 403
    assert hr.get(f"{VACANCIES}export/csv/").status_code == 200
    assert Client().get(f"{DONORS}export/csv/").status_code == 302


def test_a_contributor_imports_drafts_and_touches_nothing_that_was_published(staff):
    make_document(slug="draft", state="draft"), make_document(slug="live")
    contributor = signed_in("Contributors")
    response = looked(
        contributor,
        DOCUMENTS,
        as_csv({"slug": "draft", "title_en": "Better"}, {"slug": "live", "title_en": "Better"}),
    )
    assert kinds(response) == {"changed": ["draft"], "refused": ["live"]}
    assert refusals(response) == [(3, "", "You may not change this one: it has been published.")]
    response = looked(contributor, DOCUMENTS, as_csv({"slug": "draft", "title_en": "Better"}))
    Document.objects.filter(slug="draft").update(state="published")
    assert confirmed(contributor, DOCUMENTS, response).status_code == 422
    assert not Document.objects.filter(title_en="Better").exists()


# --- Files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_tables_come_with_commas_semicolons_or_tabs_and_with_or_without_a_mark(staff, delimiter, encoding):
    row = {"slug": "italy", "name_en": "Italy; a, republic", "name_lo": "ອີຕາລີ", "kind": "government"}
    confirmed(staff, DONORS, looked(staff, DONORS, as_csv(row, delimiter=delimiter, encoding=encoding)))
    assert (Donor.objects.get().name_en, Donor.objects.get().name_lo) == ("Italy; a, republic", "ອີຕາລີ")


def test_a_sheet_gives_dates_and_numbers_as_one_would_type_them(staff):
    header = ["slug", "title_en", "closing_date", "closing_hour", "posted_on", "reference"]
    cells = [
        "driver",
        "Driver",
        datetime.date(2030, 6, 30),
        datetime.time(17),
        datetime.datetime(2030, 6, 1),  # noqa: DTZ001  (as a sheet gives it)
        7,
    ]
    confirmed(staff, VACANCIES, looked(staff, VACANCIES, as_xlsx(header, [], cells)))
    vacancy = Vacancy.objects.get()
    assert vacancy.closes_at == Vacancy.closing_moment(datetime.date(2030, 6, 30), datetime.time(17))
    assert (vacancy.posted_on, vacancy.reference) == (datetime.date(2030, 6, 1), "7")


def bomb() -> bytes:
    """A sheet that unpacks to 100 times what it weighs."""
    sheet = io.BytesIO()
    openpyxl.Workbook().save(sheet)
    content = io.BytesIO()
    with zipfile.ZipFile(sheet) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            data = old.read(member)
            if member.filename.endswith("sheet1.xml"):
                data = data.replace(b"<sheetData", b"<!--" + b" " * 120_000_000 + b"--><sheetData")
            new.writestr(member.filename, data)
    return content.getvalue()


NO_TABLE = "This is no table in CSV or XLSX."
REFUSED = {
    "windows-1252": ("t.csv", "slug,name_en\nx,Café".encode("cp1252"), "This table is not written in UTF-8"),
    "utf-16": ("t.csv", "slug,name_en\nx,X".encode("utf-16"), "This table is not written in UTF-8"),
    "binary": ("t.csv", b"slug\0,name\nx,y", NO_TABLE),
    "pdf": ("t.csv", b"%PDF-1.7 ...", NO_TABLE),
    "old excel": ("t.xls", b"\xd0\xcf\x11\xe0 ...", NO_TABLE),
    "no zip": ("t.xlsx", b"PK\x03\x04 and then nothing", "This file is damaged or incomplete."),
    "empty": ("t.csv", b"\n\n", "This table is empty"),
    "header alone": ("t.csv", b"slug,name_en\n", "This table is empty"),
    "no slug": ("t.csv", b"name_en\nItaly", "one of them has to be “slug”"),
    "unknown column": ("t.csv", b"slug,colour\nx,red", "These are no columns of this table: colour."),
    "a column twice": ("t.csv", b"slug,kind,kind\nx,fund,fund", "These columns are there twice: kind."),
    "ragged": ("t.csv", b"slug,kind\nx,fund,more", "Row 2 has more cells than the first row has columns."),
    "too many rows": ("t.csv", b"slug\n" + b"x\n" * 5_001, "This table has more than 5,000 rows."),
    "too large": ("t.csv", b"slug\n" + b"x" * 5 * 1024 * 1024, "a table may have 5.0"),
    "a huge cell": ("t.csv", b"slug,kind\nx," + b"x" * 200_000, "The row after row 1 cannot be read."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_no_table_is_refused_with_the_reason(staff, case):
    name, content, words = REFUSED[case]
    response = looked(staff, DONORS, upload(name, content))
    assert response.status_code == 422
    assert words in text_of(response).replace("\xa0", " ")
    assert not Donor.objects.exists()


def test_a_bomb_is_refused(staff):
    response = looked(staff, DONORS, upload("t.xlsx", bomb()))
    assert response.status_code == 422
    assert "unpacks to far more" in text_of(response)


def test_a_formula_is_refused_and_not_read_as_nothing(staff):
    make_donor(slug="italy", name_en="Italy", abbreviation="IT")
    response = looked(staff, DONORS, as_xlsx(["slug", "abbreviation"], ["italy", "=UPPER(A2)"]))
    assert response.status_code == 422
    assert "Row 2 holds a formula (B2). Replace it with its value." in text_of(response)


def test_a_sheet_that_says_that_it_is_endless_is_read_as_it_is(staff):
    given = as_xlsx(["slug", "name_en", "kind"], ["italy", "Italy", "government"])
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(given.read())) as old,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.infolist():
            data = old.read(member)
            if member.filename.endswith("sheet1.xml"):
                data = re.sub(rb'<dimension ref="[^"]+"', b'<dimension ref="A1:XFD1048576"', data)
            new.writestr(member.filename, data)
    response = looked(staff, DONORS, upload("t.xlsx", content.getvalue()))
    assert kinds(response) == {"new": ["italy"]}


def test_more_than_a_thousand_changes_at_once_are_refused_and_a_thousand_are_not(staff):
    rows = [
        {"slug": f"donor-{number}", "name_en": f"Donor {number}", "kind": "fund"} for number in range(1_001)
    ]
    response = looked(staff, DONORS, as_csv(*rows))
    assert response.status_code == 422
    assert "This would change more than 1,000 rows at once. Import it in parts." in text_of(response)
    assert "Imported. 1000 are new." in text_of(imported(staff, DONORS, *rows[:1_000]))
    assert kinds(looked(staff, DONORS, as_csv(*rows))).keys() == {"unchanged", "new"}


def test_no_file_is_no_fault(staff):
    assert "Choose a file first." in text_of(staff.post(f"{DONORS}import/", {}))
