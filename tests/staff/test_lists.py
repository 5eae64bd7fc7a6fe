"""Every list of the admin: search, filters, order, and what its columns say."""

import datetime

import pytest

from tests.factories import (
    make_counterpart,
    make_document,
    make_donor,
    make_edition,
    make_figure,
    make_form,
    make_page,
    make_place,
    make_programme,
    make_project,
    make_standard_text,
    make_vacancy,
    make_version,
)

LISTS = {
    "/admin/programmes/programme/": lambda: make_figure(programme=make_programme(donors=[make_donor()])),
    "/admin/programmes/project/": make_project,
    "/admin/programmes/figure/": lambda: make_figure(programme=make_programme()),
    "/admin/programmes/document/": lambda: make_edition(document=make_document(programme=make_programme())),
    "/admin/programmes/donor/": make_donor,
    "/admin/programmes/counterpart/": lambda: make_counterpart(parent=make_counterpart()),
    "/admin/careers/vacancy/": lambda: make_vacancy(duty_station=make_place()),
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
