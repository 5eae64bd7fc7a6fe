"""The lists of donors, documents and vacancies are exported as XLSX and as CSV."""

import csv
import datetime
import io

import openpyxl

from careers.models.vacancy import Vacancy
from iomlaos.staff.export import as_text, write_xlsx
from tests.helpers.admin import person
from tests.helpers.factories import (
    make_document,
    make_donor,
    make_form,
    make_place,
    make_programme,
    make_project,
    make_vacancy,
)

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


def test_an_export_holds_the_rows_of_the_filtered_list(staff):
    make_donor(slug="italy", name_en="Italy", name_lo="ອີຕາລີ", kind="government")
    make_donor(slug="adb", name_en="Asian Development Bank", abbreviation="ADB", kind="multilateral")
    for ending in ("csv", "xlsx"):
        assert exported(staff, f"{DONORS}?kind__exact=government", ending) == [
            {
                "slug": "italy", "name_en": "Italy", "name_lo": "ອີຕາລີ", "abbreviation": "", "parent_en": "",
                "parent_lo": "", "kind": "government",
            }
        ]  # fmt: skip
        assert [row["slug"] for row in exported(staff, f"{DONORS}?q=asian", ending)] == ["adb"]
        assert len(exported(staff, DONORS, ending)) == 2


def test_the_list_links_to_its_export_with_its_filters_and_unknown_ones_lead_back(staff):
    page = staff.get(f"{DONORS}?kind__exact=fund").content.decode()
    for ending in ("csv", "xlsx"):
        assert f'href="{DONORS}export/{ending}/?kind__exact=fund"' in page
    assert "/counterpart/export/" not in staff.get("/admin/programmes/counterpart/").content.decode()
    assert staff.get(f"{DONORS}export/csv/?no_such_field=1").url == DONORS
    assert staff.get(f"{DONORS}export/pdf/").status_code == 404


def test_an_export_gives_relations_by_slug_and_dates_in_iso_8601(staff):
    programme = make_programme(slug="health")
    projects = [make_project(slug="vaccines"), make_project(slug="clinics")]
    make_document(
        slug="factsheet",
        programme=programme,
        projects=projects,
        information_date="2021-01",
        review_due="2026-07-09",
    )
    [row] = exported(staff, DOCUMENTS)
    assert (row["programme"], row["projects"], row["information_date"], row["review_due"], row["state"]) == (
        "health", "clinics vaccines", "2021-01", "2026-07-09", "published",
    )  # fmt: skip


def test_an_export_gives_a_deadline_as_date_and_hour_in_vientiane(staff):
    closing = Vacancy.closing_moment(datetime.date(2030, 6, 30), datetime.time(17))
    make_vacancy(
        slug="driver",
        closes_at=closing,
        duty_station=make_place(slug="vientiane"),
        form=make_form(slug="phf"),
    )
    make_vacancy(slug="guard")
    driver, guard = sorted(exported(staff, VACANCIES), key=lambda row: row["slug"])
    assert (driver["closing_date"], driver["closing_hour"]) == ("2030-06-30", "17:00")
    assert (guard["closing_date"], guard["closing_hour"]) == ("2030-06-30", "")
    assert (driver["duty_station"], driver["form"]) == ("vientiane", "phf")


TEXTS = [
    (None, ""), (0, "0"), ("a\r\nb", "a\nb"), (datetime.date(2030, 6, 30), "2030-06-30"),
    (datetime.time(9, 0, 30), "09:00:30"), (datetime.time(0), "00:00"),
    (datetime.datetime(2030, 6, 30, 18, tzinfo=datetime.UTC), "2030-07-01T01:00"),
    ("=1+1", "'=1+1"), ("+856 21", "'+856 21"), ("-2", "'-2"), ("@SUM(A1)", "'@SUM(A1)"), ("＝1+1", "'＝1+1"),
    ("\t=1+1", "'\t=1+1"), ("1=1", "1=1"),
]  # fmt: skip


def test_a_value_becomes_a_text_that_no_spreadsheet_runs():
    assert [as_text(value) for value, _text in TEXTS] == [text for _value, text in TEXTS]


def test_a_cell_of_xlsx_is_text_without_what_xml_cannot_hold():
    content = write_xlsx([["name"], [as_text("=1+1\x01\x0b\x1f\ufffe\uffff")]], "Donors")
    cell = openpyxl.load_workbook(io.BytesIO(content)).active["A2"]
    assert (cell.data_type, cell.value, cell.number_format) == ("s", "'=1+1", "@")


def test_xlsx_refuses_a_text_that_excel_would_cut_off(staff):
    make_document(summary_en="a" * 40_000)
    response = staff.get(f"{DOCUMENTS}export/xlsx/", follow=True)
    assert "A text is too long for a cell of XLSX. Export the list as CSV." in response.content.decode()
    assert len(exported(staff, DOCUMENTS)[0]["summary_en"]) == 40_000


def test_an_export_costs_as_many_queries_for_many_rows_as_for_one(staff, count_queries):
    def make(number: int) -> None:
        for _ in range(number):
            make_vacancy(duty_station=make_place(), form=make_form(), readvertised_as=make_vacancy())
            make_document(programme=make_programme(), projects=[make_project(), make_project()])

    def queries() -> list[int]:
        return [
            count_queries(lambda address=address: exported(staff, address))
            for address in (VACANCIES, DOCUMENTS)
        ]

    make(1)
    few = queries()
    make(5)
    assert queries() == few


def test_whoever_sees_a_list_may_export_it(client, db):
    make_donor(slug="italy")
    assert client.get(f"{DONORS}export/csv/").status_code == 302
    contributor, hr = person("noy", "Contributors"), person("dala", "HR")
    assert exported(contributor, DONORS)[0]["slug"] == "italy"
    assert hr.get(f"{DONORS}export/csv/").status_code == 403
    assert hr.get(f"{VACANCIES}export/csv/").status_code == 200
