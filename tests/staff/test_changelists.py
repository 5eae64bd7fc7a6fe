"""Every list of the admin: search, filters, order, and what its columns say."""

import datetime
import re

from django.contrib.auth.models import User
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from careers.models.notice import Notice
from careers.models.vacancy import Vacancy
from iomlaos.translations.models import Translation
from tests.helpers.admin import person, send, take
from tests.helpers.drafts import save_draft, schedule
from tests.helpers.factories import (
    make_bidding_document,
    make_counterpart,
    make_document,
    make_document_version,
    make_donor,
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
from tests.helpers.forms import fill_form

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
LISTS = {
    "/admin/programmes/programme/": lambda: make_figure(programme=make_programme(donors=[make_donor()])),
    "/admin/programmes/project/": make_project,
    "/admin/programmes/figure/": lambda: make_figure(programme=make_programme()),
    "/admin/programmes/document/": lambda: make_document_version(
        document=make_document(programme=make_programme())
    ),
    "/admin/programmes/donor/": make_donor,
    "/admin/programmes/counterpart/": lambda: make_counterpart(parent=make_counterpart()),
    "/admin/careers/vacancy/": lambda: make_vacancy(duty_station=make_place()),
    "/admin/careers/procurementnotice/": lambda: make_bidding_document(notice=make_procurement_notice()),
    "/admin/careers/applicationform/": make_version,
    "/admin/office/page/": make_page,
    "/admin/office/standardtext/": make_standard_text,
    "/admin/office/place/": make_place,
    "/admin/auth/user/": lambda: None,
    "/admin/accounts/role/": lambda: None,
}


def changelist_of(response, query: str = ""):
    """What the list of this page finds by another query, without its page."""
    request = response.wsgi_request
    request.GET = QueryDict(query.removeprefix("?"))
    return response.context["cl"].model_admin.get_changelist_instance(request)


#: Of a list, with the session and the menu.
QUERIES = 12


def test_every_list_is_searched_filtered_and_ordered_in_as_many_queries_for_more_rows(staff):
    for address, make in LISTS.items():
        make()
        with CaptureQueriesContext(connection) as one:
            staff.get(address)
        make(), make(), make()
        with CaptureQueriesContext(connection) as queries:
            response = staff.get(address, {"o": "1"})
        assert len(queries) == len(one) <= QUERIES, (address, len(queries), len(one))
        changelist = response.context["cl"]
        asked = ["q=Attapeu+ອັດຕະປື", *(f"o={column}" for column in range(len(changelist.list_display)))]
        for spec in changelist.filter_specs:
            asked += [choice["query_string"] for choice in spec.choices(changelist)]
        for query in asked:
            found = changelist_of(response, query).result_list
            assert len(found) <= changelist.result_count, (address, query)


def rows(response, query: str | None = None) -> list[str]:
    changelist = response.context["cl"] if query is None else changelist_of(response, query)
    return [str(row) for row in changelist.queryset]


def test_a_search_finds_by_title_in_either_language(staff):
    make_programme(title_en="Migration Health", title_lo="ສຸຂະພາບ")
    make_programme(title_en="Counter Trafficking")
    found = staff.get("/admin/programmes/programme/?q=health")
    assert rows(found) == rows(found, "q=ສຸຂະພາບ") == ["Migration Health"]


def shown(response, column: str) -> dict[str, str]:
    """What the list shows of each row in a column."""
    page = response.content.decode()
    cells = re.findall(rf'<t[dh] class="field-{column}[^"]*">(.*?)</t[dh]>', page, re.DOTALL)
    words = [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in cells]
    return dict(zip(map(str, response.context["cl"].result_list), words, strict=True))


def test_a_list_says_what_visitors_see_now_and_what_waits(clock, staff):
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    make_page(title_en="Seen")
    make_page(title_en="Over", publish_until=past)
    make_page(title_en="Draft", state="draft")
    save_draft(staff, make_page(title_en="Changed"), lead_en="A draft.")
    schedule(staff, make_page(title_en="To change"), "2026-06-02T10:00", lead_en="Later.")
    make_page(title_en="To come", publish_from=NOW + datetime.timedelta(days=1))
    response = staff.get("/admin/office/page/")
    assert shown(response, "status") == {
        "Seen": "Live", "Over": "Ended", "Draft": "Draft", "Changed": "Live + draft",
        "To change": "Live + scheduled Changes Tuesday 2 June, 10:00",
        "To come": "Scheduled Public Tuesday 2 June, 12:00",
    }  # fmt: skip
    for status, found in (
        ("live", ["Changed", "Seen", "To change"]),
        ("drafts", ["Changed", "Draft"]),
        ("scheduled", ["To change", "To come"]),
        ("withdrawn", ["Over"]),
    ):
        assert sorted(rows(response, f"status={status}")) == found


def chips(response) -> dict[str, int]:
    """What the main filter offers, each with its count."""
    page = response.content.decode()
    found = re.findall(r"<a href[^>]*>([^<]+) <span class=\"count\">(\d+)</span></a>", page)
    return {label: int(count) for label, count in found}


def test_the_chips_of_a_list_count_what_each_finds(clock, staff):
    make_page(title_en="Seen"), make_page(title_en="Draft", state="draft")
    save_draft(staff, make_page(title_en="Changed"), lead_en="A draft.")
    schedule(staff, make_page(title_en="To change"), "2026-06-02T10:00", lead_en="Later.")
    counts = {"All": 4, "Live": 3, "Drafts": 2, "Submitted": 0, "Scheduled": 1, "Withdrawn": 0}
    assert chips(staff.get("/admin/office/page/")) == counts
    # Another status is a click away; what is searched for is kept.
    assert chips(staff.get("/admin/office/page/?status=drafts")) == counts
    counts = {"All": 2, "Live": 2, "Drafts": 1, "Submitted": 0, "Scheduled": 1, "Withdrawn": 0}
    assert chips(staff.get("/admin/office/page/?q=change&status=live")) == counts


def test_a_list_says_when_each_record_was_changed_and_by_whom(clock, staff):
    make_page(title_en="Loaded")
    mine, other = make_page(title_en="Mine"), make_page(title_en="Of another")
    save_draft(staff, other, lead_en="Before.")
    save_draft(person("souk", "Editors"), other, lead_en="A draft.")
    clock.shift(datetime.timedelta(days=1))
    staff.force_login(User.objects.get(username="staff"))
    save_draft(staff, mine, lead_en="A draft.")
    response = staff.get("/admin/office/page/")
    assert shown(response, "last_change") == {
        "Loaded": "Set-up", "Mine": "today 12:00 by you", "Of another": "1 June by souk",
    }  # fmt: skip
    column = response.context["cl"].list_display.index("last_change")
    assert rows(response, f"o=-{column}") == ["Mine", "Of another", "Loaded"]


def test_a_list_tells_files_from_on_request(staff):
    make_document_version(document=make_document(title_en="With a file"))
    make_document(title_en="Without")
    make_version(form=make_form(title_en="With a version"))
    make_form(title_en="No version")
    response = staff.get("/admin/programmes/document/")
    assert ">on request<" in response.content.decode()
    assert rows(response, "file=no") == ["Without"]
    assert rows(response, "file=yes") == ["With a file"]
    assert rows(staff.get("/admin/careers/applicationform/?file=no")) == ["No version"]


def test_a_list_of_notices_says_how_they_stand_and_tells_open_from_closed(clock, staff):
    make_vacancy(title_en="Hidden", closes_at=NOW + datetime.timedelta(hours=101), state="draft")
    make_vacancy(title_en="Far", closes_at=NOW + datetime.timedelta(hours=100))
    make_vacancy(title_en="Near", closes_at=NOW + datetime.timedelta(hours=71))
    make_vacancy(title_en="Over", closes_at=NOW, outcome="cancelled")
    response = staff.get("/admin/careers/vacancy/")
    assert shown(response, "status") == {
        "Hidden": "Draft", "Far": "Live", "Near": "Live Closing soon", "Over": "Closed",
    }  # fmt: skip
    closes = shown(response, "closes")
    assert closes["Over"] == "Monday 1 June 2026, 12:00 closed today · Cancelled"
    assert closes["Near"] == "Thursday 4 June 2026, 11:00 2 days left"
    assert closes["Hidden"] == "Friday 5 June 2026, 17:00"
    assert rows(response, "status=open") == ["Far", "Near"]
    assert rows(response, "status=closed") == ["Over"]


def test_a_list_of_notices_finds_what_is_still_to_be_said(clock, staff):
    yesterday, past = datetime.date(2026, 5, 31), NOW - datetime.timedelta(days=2)
    make_vacancy(title_en="Open", results_expected_by=yesterday)
    make_vacancy(title_en="Silent", closes_at=past)
    make_vacancy(title_en="Late", closes_at=past, outcome="under-review", results_expected_by=yesterday)
    make_vacancy(title_en="In time", closes_at=past, outcome="under-review", results_expected_by=NOW.date())
    make_vacancy(title_en="Decided", closes_at=past, outcome="cancelled", results_expected_by=yesterday)
    make_vacancy(title_en="Hidden", closes_at=past, state="draft", results_expected_by=yesterday)
    send(staff, make_vacancy(title_en="To review", state="draft"), "_submit")
    take(staff, Vacancy.objects.get(title_en="To review"), "submit")
    response = staff.get("/admin/careers/vacancy/?status=todo")
    assert sorted(rows(response)) == ["Late", "Silent", "To review"]


def test_a_list_of_notices_finds_a_deadline_changed_without_a_reason(staff):
    later = Notice.closing_moment(datetime.date(2031, 1, 9))
    for title, reasons in (("Once", [""]), ("Again", ["Rain.", ""]), ("Told", ["Rain."]), ("Same", [])):
        notice = make_vacancy(title_en=title)
        for days, reason in enumerate(reasons):
            notice.closes_at, notice.deadline_reason = later + datetime.timedelta(days=days), reason
            notice.save()
    hidden = make_vacancy(title_en="Withdrawn")
    hidden.closes_at, hidden.state = later, "withdrawn"
    hidden.save()
    assert sorted(rows(staff.get("/admin/careers/vacancy/?status=todo"))) == ["Again", "Once"]


def test_vacancies_are_found_by_the_scale_of_their_grade(staff):
    for grade in ("G4", "NOA", "P3", "UG", "", "g7"):
        make_vacancy(title_en=grade or "none", grade=grade)
    response = staff.get("/admin/careers/vacancy/")
    found = {scale: sorted(rows(response, f"scale={scale}")) for scale in ("G", "NO", "P", "UG")}
    assert found == {"G": ["G4", "g7"], "NO": ["NOA"], "P": ["P3"], "UG": ["UG"]}


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
    pairs = [("Attapeu", "ອັດຕະປື"), ("Privacy", "ຄວາມ")]
    Translation.objects.add_reviewed(pairs, by=None, at=timezone.now())
    make_place(name_en="Attapeu", name_lo="ອັດຕະປື"), make_place(name_en="Boten", name_lo="ບໍ່ເຕັນ")
    make_page(title_en="Privacy", lead_en="Nothing.", title_lo="ຄວາມ")
    make_page(title_en="Feedback")
    places = staff.get("/admin/office/place/").content.decode()
    assert '<td class="field-translation_status">complete</td>' in places
    assert '<td class="field-translation_status">outdated</td>' in places
    response = staff.get("/admin/office/page/")
    pages = response.content.decode()
    assert '<td class="field-translation_status">in part</td>' in pages
    assert '<td class="field-translation_status">none</td>' in pages
    assert rows(response, "lao=no") == ["Feedback"]
    assert rows(response, "lao=yes") == ["Privacy"]


def test_a_form_leads_back_to_the_list_as_it_was_filtered(staff):
    make_page(title_en="Draft", state="draft", slug="a-draft"), make_page(title_en="Seen")
    page = staff.get("/admin/office/page/?status=drafts").content.decode()
    address = re.search(r'href="(/admin/office/page/\d+/change/\?[^"]+)"', page)[1].replace("&amp;", "&")
    saved = staff.post(address, fill_form(staff.get(address), title_en="Later"))
    for form in (address, saved["Location"]):
        assert '<a href="/admin/office/page/?status=drafts">' in staff.get(form).content.decode()
    make_place(name_en="Attapeu"), make_place(name_en="Sekong", name_lo="ເຊກອງ")
    page = staff.get("/admin/office/place/?lao=no").content.decode()
    address = re.search(r'href="(/admin/office/place/[^/]+/change/\?[^"]+)"', page)[1].replace("&amp;", "&")
    response = staff.post(address, fill_form(staff.get(address), name_en="Salavan"), follow=True)
    assert rows(response) == ["Salavan"]
