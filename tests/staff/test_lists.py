"""Every list of the admin: search, filters, order, and what its columns say."""

import datetime
import re

import pytest

from careers.models import Opportunity
from tests.factories import (
    make_bidding_document,
    make_counterpart,
    make_document,
    make_donor,
    make_edition,
    make_figure,
    make_form,
    make_page,
    make_place,
    make_procurement_notice,
    make_programme,
    make_project,
    make_standard_text,
    make_vacancy,
    make_version,
)
from tests.staff.filled import filled

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
NOTICES = (
    (make_vacancy, "/admin/careers/vacancy/"),
    (make_procurement_notice, "/admin/careers/procurementnotice/"),
)
LISTS = {
    "/admin/programmes/programme/": lambda: make_figure(programme=make_programme(donors=[make_donor()])),
    "/admin/programmes/project/": make_project,
    "/admin/programmes/figure/": lambda: make_figure(programme=make_programme()),
    "/admin/programmes/document/": lambda: make_edition(document=make_document(programme=make_programme())),
    "/admin/programmes/donor/": make_donor,
    "/admin/programmes/counterpart/": lambda: make_counterpart(parent=make_counterpart()),
    "/admin/careers/vacancy/": lambda: make_vacancy(duty_station=make_place()),
    "/admin/careers/procurementnotice/": lambda: make_bidding_document(notice=make_procurement_notice()),
    "/admin/careers/applicationform/": make_version,
    "/admin/office/page/": make_page,
    "/admin/office/standardtext/": make_standard_text,
    "/admin/office/place/": make_place,
    "/admin/auth/user/": lambda: None,
    "/admin/auth/group/": lambda: None,
}


@pytest.mark.parametrize("address", LISTS)
def test_a_list_is_searched_filtered_and_ordered(staff, address):
    LISTS[address]()
    response = staff.get(address)
    assert response.status_code == 200
    assert staff.get(address, {"q": "Attapeu ອັດຕະປື"}).status_code == 200
    changelist = response.context["cl"]
    for column in range(len(changelist.list_display)):
        assert staff.get(address, {"o": column}).status_code == 200
    for spec in changelist.filter_specs:
        for choice in spec.choices(changelist):
            assert staff.get(address + choice["query_string"]).status_code == 200, choice


@pytest.mark.parametrize("address", LISTS)
def test_a_list_runs_as_many_queries_for_twenty_rows_as_for_one(staff, address, count_queries):
    LISTS[address]()
    one = count_queries(lambda: staff.get(address))
    for _ in range(19):
        LISTS[address]()
    assert count_queries(lambda: staff.get(address)) == one


def rows(response) -> list[str]:
    return [str(row) for row in response.context["cl"].queryset]


def test_a_search_finds_by_title_in_either_language(staff):
    make_programme(title_en="Migration Health", title_lo="ສຸຂະພາບ")
    make_programme(title_en="Counter Trafficking")
    assert rows(staff.get("/admin/programmes/programme/?q=health")) == ["Migration Health"]
    assert rows(staff.get("/admin/programmes/programme/?q=ສຸຂະພາບ")) == ["Migration Health"]


def test_a_list_says_what_visitors_see_now(staff):
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    make_page(title_en="Seen")
    make_page(title_en="Over", publish_until=past)
    make_page(title_en="Draft", state="draft")
    assert rows(staff.get("/admin/office/page/?live=yes")) == ["Seen"]
    assert rows(staff.get("/admin/office/page/?live=no")) == ["Draft", "Over"]
    assert {row.title: row.is_live_now for row in staff.get("/admin/office/page/").context["cl"].queryset} == {
        "Seen": True, "Over": False, "Draft": False,
    }  # fmt: skip


def test_a_list_tells_files_from_on_request(staff):
    make_edition(document=make_document(title_en="With a file"))
    make_document(title_en="Without")
    make_version(form=make_form(title_en="With a version"))
    make_form(title_en="No version")
    assert rows(staff.get("/admin/programmes/document/?file=no")) == ["Without"]
    assert rows(staff.get("/admin/programmes/document/?file=yes")) == ["With a file"]
    assert rows(staff.get("/admin/careers/applicationform/?file=no")) == ["No version"]
    assert ">on request<" in staff.get("/admin/programmes/document/").content.decode()


def test_vacancies_are_listed_with_their_deadline_in_words_and_told_open_from_closed(staff):
    make_vacancy(title_en="Driver", closes_at=datetime.datetime(2040, 1, 9, 17, tzinfo=datetime.UTC))
    make_vacancy(title_en="Assistant", closes_at=datetime.datetime(2021, 1, 9, 17, tzinfo=datetime.UTC))
    page = staff.get("/admin/careers/vacancy/").content.decode()
    assert "end of Saturday 9 January 2021, Vientiane time (UTC+7)" in page
    assert rows(staff.get("/admin/careers/vacancy/?deadline=open")) == ["Driver"]
    assert rows(staff.get("/admin/careers/vacancy/?deadline=closed")) == ["Assistant"]


def test_a_list_of_notices_says_how_they_stand_by_the_clock(clock, staff):
    for make, address in NOTICES:
        make(title_en="Hidden", closes_at=NOW + datetime.timedelta(hours=101), state="draft")
        make(title_en="Far", closes_at=NOW + datetime.timedelta(hours=100))
        make(title_en="Near", closes_at=NOW + datetime.timedelta(hours=72))
        make(title_en="Over", closes_at=NOW, outcome="cancelled")
        columns = re.findall(
            r"field-(closes|by_the_clock|outcome)[^>]*>(.*?)</td>", staff.get(address).content.decode()
        )
        assert [words for column, words in columns if column == "by_the_clock"] == [
            "–", "Open", "Closing soon", "Closed",
        ]  # fmt: skip
        assert columns[-3:] == [
            ("closes", "Monday 1 June 2026, 12:00, Vientiane time (UTC+7)"),
            ("by_the_clock", "Closed"),
            ("outcome", "Cancelled"),
        ]


def test_lists_of_notices_find_what_is_still_to_be_said(clock, staff):
    yesterday, past = datetime.date(2026, 5, 31), NOW - datetime.timedelta(days=2)
    for make, address in NOTICES:
        make(title_en="Open", results_expected_by=yesterday)
        make(title_en="Silent", closes_at=past)
        make(title_en="Late", closes_at=past, outcome="under-review", results_expected_by=yesterday)
        make(title_en="In time", closes_at=past, outcome="under-review", results_expected_by=NOW.date())
        make(title_en="Decided", closes_at=past, outcome="cancelled", results_expected_by=yesterday)
        make(title_en="Hidden", closes_at=past, state="draft", results_expected_by=yesterday)
        assert rows(staff.get(f"{address}?to-say=outcome")) == ["Silent"]
        assert rows(staff.get(f"{address}?to-say=result")) == ["Late"]


def test_lists_of_notices_find_a_deadline_that_was_changed_without_a_reason(staff):
    later = Opportunity.closing_moment(datetime.date(2031, 1, 9))
    for make, address in NOTICES:
        for title, reasons in (("Once", [""]), ("Again", ["Rain.", ""]), ("Told", ["Rain."]), ("Same", [])):
            notice = make(title_en=title)
            for days, reason in enumerate(reasons):
                notice.closes_at, notice.deadline_reason = later + datetime.timedelta(days=days), reason
                notice.save()
        hidden = make(title_en="Withdrawn")
        hidden.closes_at, hidden.state = later, "withdrawn"
        hidden.save()
        assert sorted(rows(staff.get(f"{address}?to-say=reason"))) == ["Again", "Once"]


def test_vacancies_are_found_by_the_scale_of_their_grade(staff):
    for grade in ("G4", "NOA", "P3", "UG", "", "g7"):
        make_vacancy(title_en=grade or "none", grade=grade)
    found = {
        scale: sorted(rows(staff.get(f"/admin/careers/vacancy/?scale={scale}")))
        for scale in ("G", "NO", "P", "UG")
    }
    assert found == {"G": ["G4", "g7"], "NO": ["NOA"], "P": ["P3"], "UG": ["UG"]}


def test_procurement_notices_are_found_by_their_method(staff):
    make_procurement_notice(title_en="Desks", method="rfq")
    make_procurement_notice(title_en="A road", method="itb")
    assert rows(staff.get("/admin/careers/procurementnotice/?method__exact=itb")) == ["A road"]


def test_lists_mark_what_is_missing(staff):
    make_figure(value="35.6", caption_en="")
    programme = make_programme()
    make_figure(programme=programme), make_figure(programme=programme, caption_en="")
    make_standard_text(), make_standard_text(is_confirmed=True)
    assert "caption to be confirmed" in staff.get("/admin/programmes/figure/").content.decode()
    assert "2, of which 1 without a caption" in staff.get("/admin/programmes/programme/").content.decode()
    texts = staff.get("/admin/office/standardtext/").content.decode()
    assert "to be confirmed by the office" in texts
    assert ">confirmed by the office<" in texts


def test_a_list_says_how_much_is_written_in_lao(staff):
    make_place(name_en="Attapeu", name_lo="ອັດຕະປື")
    make_page(title_en="Privacy", lead_en="Nothing.", title_lo="ຄວາມ")
    make_page(title_en="Feedback")
    assert '<td class="field-in_lao">complete</td>' in staff.get("/admin/office/place/").content.decode()
    pages = staff.get("/admin/office/page/").content.decode()
    assert '<td class="field-in_lao">in part</td>' in pages
    assert '<td class="field-in_lao">none</td>' in pages
    assert rows(staff.get("/admin/office/page/?lao=no")) == ["Feedback"]
    assert rows(staff.get("/admin/office/page/?lao=yes")) == ["Privacy"]


def test_a_save_leads_back_to_the_list_as_it_was_filtered(staff):
    make_page(title_en="Draft", state="draft", slug="a-draft"), make_page(title_en="Seen")
    page = staff.get("/admin/office/page/?live=no").content.decode()
    address = re.search(r'href="(/admin/office/page/\d+/change/\?[^"]+)"', page)[1].replace("&amp;", "&")
    response = staff.post(address, filled(staff.get(address), title_en="Later"), follow=True)
    assert rows(response) == ["Later"]
