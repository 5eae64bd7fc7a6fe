"""The admin's front page: a work list, and what there is to change."""

import datetime
import json
import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.urls import include, path

from iomlaos.publishing.models import Revision, SlugRedirect, Submission
from iomlaos.publishing.serialization import serialize
from tests.helpers.factories import (
    change_deadline,
    make_counterpart,
    make_document,
    make_document_version,
    make_donor,
    make_figure,
    make_form,
    make_office,
    make_page,
    make_place,
    make_procurement_notice,
    make_programme,
    make_project,
    make_site_notice,
    make_standard_text,
    make_vacancy,
)

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


def tasks_of(response) -> dict:
    """Its tasks by their title, but for what is not in Lao: on a new site, everything."""
    parts = [part for part in response.context["task_groups"] if part.name != "lao"]
    return {task.title: task for part in parts for task in part.tasks}


def to_do(response) -> dict[str, list[str]]:
    return {title: [row.label for row in task.rows_shown] for title, task in tasks_of(response).items()}


def notes(response, title: str) -> dict[str, str]:
    return {row.label: row.note for row in tasks_of(response)[title].rows}


def draft_of(record, **given) -> Revision:
    """A change to a live page that waits."""
    head = Revision.objects.sync_state(record)
    values = {
        "model": record._meta.label_lower, "object_key": str(record.pk), "number": head.number + 1,
        "kind": "draft", "base": head, "data": serialize(record), "title": str(record), "at": NOW,
    }  # fmt: skip
    return Revision.objects.create(**values | given)


def person(username: str, *rights: str) -> User:
    user = User.objects.create_user(username, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return user


def health(capsys, *options: str) -> str:
    call_command("content_health", *options)
    return capsys.readouterr().out


def menu(response) -> dict[str, list[str]]:
    groups = response.context["menu"].items()
    return {group: [entry.name for entry in entries] for group, entries in groups}


def test_the_side_bar_lists_what_an_administrator_may_open_in_the_order_of_the_office(staff):
    response = staff.get("/admin/")
    assert menu(response) == {
        "Our work": ["Programmes", "Projects", "Figures", "Documents", "Donors", "Partners"],
        "Jobs and tenders": ["Jobs", "Tenders", "Application forms", "E-mail alerts"],
        "The office": [
            "Contact details", "Pages", "Site-wide notices", "Standard texts", "Places", "Pictures",
        ],
        "Keeping track": ["Export", "Deleted", "Staff guide", "Publishing log"],
        "People": ["Users", "Groups", "Sign-ins"],
    }  # fmt: skip
    for entries in response.context["menu"].values():
        for entry in entries:
            page = staff.get(entry.url, follow=True)
            assert page.status_code == 200
            [current] = re.findall(r'<a href="([^"]+)" aria-current', page.content.decode())
            assert current == entry.url


def test_the_side_bar_lists_only_what_a_role_may_open(client, db):
    client.force_login(person("writer", "view_programme", "change_programme", "add_vacancy", "view_vacancy"))
    assert menu(client.get("/admin/")) == {
        "Our work": ["Programmes"],
        "Jobs and tenders": ["Jobs"],
        "Keeping track": ["Export", "Deleted", "Staff guide"],
    }
    client.force_login(person("reader", "view_programme"))
    assert menu(client.get("/admin/")) == {"Our work": ["Programmes"], "Keeping track": ["Staff guide"]}
    for url in ("/admin/export/", "/admin/deleted/"):
        assert client.get(url).status_code == 200


def test_the_export_page_and_the_page_of_deleted_records_hold_what_a_role_may_see(client, db):
    make_donor(), make_donor()
    driver, programme = make_vacancy(title_en="Driver"), make_programme(title_en="Health")
    key = driver.pk
    for record in (driver, programme):
        Revision.objects.record_deletion(record, by=None)
        record.delete()
    client.force_login(person("hr", "view_donor", "add_vacancy", "view_vacancy", "change_vacancy"))
    tables = client.get("/admin/export/").context["tables"]
    assert [(str(table["name"]), table["count"]) for table in tables] == [("donors", 2), ("jobs", 0)]
    page = client.get("/admin/deleted/")
    assert [str(row[0]) for row in page.context["deletions"]] == ["Driver: 1"]
    [form] = re.findall(r'action="([^"]+deleted/)"', page.content.decode())
    restored = client.post(form, {"revision": page.context["deletions"][0][0].pk}, follow=True)
    assert restored.redirect_chain[-1][0] == f"/admin/careers/vacancy/{key}/change/"
    assert client.get("/admin/deleted/").context["deletions"] == []


# --- Notices ----------------------------------------------------------------------------------


def test_notices_that_wait_for_a_word_are_listed_both_kinds_together(clock, staff):
    promised = (NOW - DAY).date()
    closed = {"closes_at": NOW - 2 * DAY}
    for make, kind in ((make_procurement_notice, "tender"), (make_vacancy, "position")):
        make(title_en=f"Silent {kind}", **closed)
        make(title_en=f"Late {kind}", **closed, outcome="under-review", results_expected_by=promised)
        make(title_en=f"Decided {kind}", **closed, outcome="cancelled", results_expected_by=promised)
        make(title_en=f"Hidden {kind}", **closed, state="draft", results_expected_by=promised)
        make(title_en=f"Open {kind}", results_expected_by=promised)
        told, untold = make(title_en=f"Told {kind}"), make(title_en=f"Untold {kind}")
        change_deadline(told, NOW + 9 * DAY)
        untold.closes_at = NOW + 9 * DAY
        untold.save()
    response = staff.get("/admin/")
    assert to_do(response) == {
        "Results overdue": ["Late tender", "Late position"],
        "Closed without an outcome": ["Silent tender", "Silent position"],
        "Deadline changed without a reason": ["Untold tender", "Untold position"],
        "New texts that are drafts": ["Hidden tender", "Hidden position"],
    }
    assert response.context["task_groups"][0].title == "Urgent"
    assert notes(response, "Results overdue")["Late tender"] == "promised by 31 May 2026"
    assert (
        f'<a href="/admin/careers/vacancy/{untold.pk}/change/">Untold position</a>'
        in response.content.decode()
    )


def test_a_notice_leaves_the_work_list_once_the_word_is_said(clock, staff):
    notice = make_vacancy(title_en="Driver", closes_at=NOW)
    assert to_do(staff.get("/admin/")) == {"Closed without an outcome": ["Driver"]}
    notice.outcome, notice.results_expected_by = "under-review", NOW.date()
    notice.save()
    assert to_do(staff.get("/admin/")) == {}
    # In Vientiane the day ends at 17:00 UTC.
    clock.move_to(NOW.replace(hour=17))
    assert to_do(staff.get("/admin/")) == {"Results overdue": ["Driver"]}


def test_what_closes_in_seven_days_is_listed_by_its_deadline(clock, staff):
    make_vacancy(title_en="In a week", closes_at=NOW + 7 * DAY)
    make_procurement_notice(title_en="Tomorrow", closes_at=NOW + DAY)
    make_vacancy(title_en="Later", closes_at=NOW + 7 * DAY + HOUR)
    make_vacancy(title_en="Hidden", closes_at=NOW + DAY, state="draft")
    response = staff.get("/admin/")
    assert to_do(response)["Closes in the next 7 days"] == ["Tomorrow", "In a week"]
    deadline = "Tuesday 2 June 2026, 12:00, Vientiane time (UTC+7)"
    assert notes(response, "Closes in the next 7 days")["Tomorrow"] == deadline


# --- Drafts, and what comes by itself -----------------------------------------------------------


def test_a_hand_in_is_shown_to_who_may_publish_it_and_a_return_to_who_wrote_it(clock, client, db):
    writer = person("writer", "view_programme", "change_programme")
    editor = person("editor", "view_programme", "change_programme", "publish_programme")
    neighbour = person("neighbour", "view_programme", "view_vacancy", "publish_vacancy")
    first, second = (make_programme(state="draft", title_en=title) for title in ("First", "Second"))
    for programme in (first, second):
        Submission.objects.submit(programme, by=writer, note="Please look.", at=NOW)
    Submission.objects.of(second).update(
        returned_at=NOW, returned_by_name="editor", return_note="Dates are missing."
    )
    client.force_login(editor)
    response = client.get("/admin/")
    assert to_do(response) == {"Handed in, and waiting for you": ["First"]}
    assert response.context["task_groups"][0].title == "For you"
    when = "from writer, Monday 1 June 2026, 12:00, Vientiane time (UTC+7) · Please look."
    assert notes(response, "Handed in, and waiting for you") == {"First": when}
    client.force_login(writer)
    response = client.get("/admin/")
    assert to_do(response) == {"Returned to you": ["Second"], "You handed these in": ["First"]}
    assert notes(response, "Returned to you") == {"Second": "editor: Dates are missing."}
    client.force_login(neighbour)
    assert to_do(client.get("/admin/")) == {}


def test_what_is_scheduled_says_what_happens_and_when(clock, staff):
    make_programme(title_en="Begins", publish_from=NOW + 40 * DAY)
    make_page(title_en="Ends", publish_until=NOW + DAY)
    make_page(title_en="Ends much later", publish_until=NOW + 31 * DAY)
    make_page(title_en="Ended", publish_until=NOW)
    make_page(title_en="Begins as a draft", publish_from=NOW + DAY, state="draft")
    draft_of(make_project(title_en="Changes"), publish_at=NOW + 2 * DAY)
    response = staff.get("/admin/")
    assert notes(response, "Scheduled") == {
        "Ends": "is taken down: Tuesday 2 June 2026, 12:00, Vientiane time (UTC+7)",
        "Changes": "the change: Wednesday 3 June 2026, 12:00, Vientiane time (UTC+7)",
        "Begins": "becomes public: Saturday 11 July 2026, 12:00, Vientiane time (UTC+7)",
    }


def test_what_was_held_is_urgent_and_says_why(clock, staff):
    draft_of(make_programme(title_en="Health"), publish_at=NOW - HOUR, failure_reason="The address is taken.")
    response = staff.get("/admin/")
    assert [part.title for part in response.context["task_groups"]][0] == "Urgent"
    assert notes(response, "Held: a change that did not come true") == {
        "Health": "The address is taken. · due Monday 1 June 2026, 11:00, Vientiane time (UTC+7)"
    }
    assert "Scheduled" not in to_do(response)


def test_drafts_and_what_was_withdrawn_are_listed_apart(clock, staff):
    draft_of(make_page(title_en="Privacy"), by_name="Noy", note="New wording")
    draft_of(make_page(title_en="Once"), closed_at=NOW, ending="published")
    make_programme(title_en="New", state="draft")
    make_programme(title_en="Gone", state="withdrawn", withdrawal_reason_en="It ended.")
    response = staff.get("/admin/")
    assert to_do(response) == {
        "Changes that wait as a draft": ["Privacy"],
        "New texts that are drafts": ["New"],
        "Withdrawn": ["Gone"],
    }
    assert "by Noy" in notes(response, "Changes that wait as a draft")["Privacy"]
    assert "New wording" in notes(response, "Changes that wait as a draft")["Privacy"]
    assert notes(response, "Withdrawn") == {"Gone": "It ended."}


# --- Content ----------------------------------------------------------------------------------


def test_what_is_missing_is_listed_with_a_link_to_its_form(staff):
    figure = make_figure(value="35.6 %", caption_en="", information_date="2020")
    make_figure(value="7", caption_en="people", information_date="2020")
    make_figure(value="8", caption_en="houses", programme=make_programme(title_en="Health"))
    document = make_document(title_en="IBM Factsheet")
    make_document_version()
    form = make_form(title_en="Personal History Form")
    text = make_standard_text(title_en="No fee")
    make_standard_text(is_confirmed=True)
    page = make_page(title_en="Privacy", review_due="2020-01-01")
    make_page(title_en="Gone", review_due="2020-01-01", state="withdrawn")
    response = staff.get("/admin/")
    found = to_do(response)
    assert set(found.pop("Figures without a caption or a date")) == {"35.6 %", "8 houses"}
    assert found == {
        "Documents on request": ["IBM Factsheet"],
        "Application forms on request": ["Personal History Form"],
        "Standard texts to be confirmed": ["No fee"],
        "To be reviewed": ["Privacy"],
        "Withdrawn": ["Gone"],
    }
    assert notes(response, "Figures without a caption or a date") == {
        "35.6 %": "no caption",
        "8 houses": "Health · no date",
    }
    for address in (
        f"/admin/programmes/figure/{figure.pk}/change/",
        f"/admin/programmes/document/{document.pk}/change/",
        f"/admin/careers/applicationform/{form.pk}/change/",
        f"/admin/office/standardtext/{text.pk}/change/",
        f"/admin/office/page/{page.pk}/change/",
    ):
        assert f'href="{address}"' in response.content.decode()


def test_a_note_for_staff_on_a_document_is_in_the_work_list_and_on_no_public_page(staff):
    make_document(title_en="IBM Factsheet", staff_note="What does ACCBP stand for?")
    response = staff.get("/admin/")
    assert notes(response, "Open questions") == {"IBM Factsheet": "What does ACCBP stand for?"}
    assert "IBM Factsheet" in (page := staff.get("/documents/").content.decode())
    assert "ACCBP" not in page


def test_a_long_list_shows_its_beginning_and_how_many_more_there_are(staff):
    for _ in range(23):
        make_document()
    response = staff.get("/admin/")
    assert len(to_do(response)["Documents on request"]) == 20
    assert "And 3 more" in response.content.decode()


def test_what_is_public_in_english_alone_is_counted_by_kind_and_comes_last(clock, staff):
    make_programme(title_en="Health", title_lo="ກ", summary_lo="ກ", body_lo="<p>ກ</p>")
    make_programme(title_en="Borders", title_lo="ກ", summary_lo="ກ")
    make_programme(title_en="Hidden", state="draft")
    make_vacancy(title_en="Driver", closes_at=NOW, outcome="filled")
    make_vacancy(title_en="Nurse")
    make_donor(name_en="A donor of nothing")
    last = staff.get("/admin/").context["task_groups"][-1]
    assert last.title == "Not yet in Lao"
    found = {task.title: [row.label for row in task.rows] for task in last.tasks}
    assert found == {"Programmes": ["Borders"], "Jobs": ["Nurse"]}
    assert last.count == 2


def test_the_seeded_site_asks_for_what_the_source_lacks(staff, seeded):
    tasks = to_do(staff.get("/admin/"))
    assert tasks["Closed without an outcome"] == ["Project Assistant (Migration Health Division)"]
    assert {"7.3 million", "USD 213.4 million", "35.6 %"} <= set(tasks["Figures without a caption or a date"])
    assert len(tasks["Documents on request"]) == 7
    assert tasks["Application forms on request"] == ["Personal History Form"]
    assert tasks["Open questions"] == ["IBM Factsheet"]


def test_nobody_is_shown_tasks_that_are_not_theirs(client, db):
    make_figure(caption_en=""), make_form(), make_vacancy(closes_at=NOW - 365 * DAY)
    client.force_login(person("colleague", "view_applicationform"))
    response = client.get("/admin/")
    assert list(to_do(response)) == ["Application forms on request"]
    assert [task.title for task in response.context["task_groups"][-1].tasks] == ["Application forms"]


def test_the_front_page_runs_as_many_queries_for_many_rows_as_for_few(clock, staff, count_queries):
    writer = person("writer")

    def grow(number: int) -> None:
        for _ in range(number):
            make_figure(programme=make_programme(), caption_en=""), make_document(), make_form()
            make_standard_text(), make_page(review_due="2020-01-01"), make_place(), make_site_notice()
            make_project(donors=[make_donor()], partners=[make_counterpart()])
            make_programme(publish_from=NOW + DAY), make_page(publish_until=NOW + DAY)
            make_programme(state="withdrawn"), make_page(state="draft")
            (
                draft_of(make_project(), by=writer),
                draft_of(make_project(), failure_reason="Why", publish_at=NOW),
            )
            Submission.objects.submit(make_project(state="draft"), by=writer, note="", at=NOW)
            for make in (make_vacancy, make_procurement_notice):
                make(closes_at=NOW - 365 * DAY, results_expected_by=(NOW - 364 * DAY).date())
                make(closes_at=NOW + DAY)
                untold = make()
                untold.closes_at += DAY
                untold.save()

    make_office()
    grow(1)
    few = count_queries(lambda: staff.get("/admin/"))
    grow(3)
    assert count_queries(lambda: staff.get("/admin/")) == few


# --- The same from a command --------------------------------------------------------------------


def test_the_command_prints_the_same_list_with_where_to_go(clock, staff, capsys):
    page = make_page(title_en="Privacy", review_due="2020-01-01")
    make_vacancy(title_en="Driver", closes_at=NOW)
    text = health(capsys)
    assert "To be reviewed (1)" in text
    assert "    - Privacy · to be reviewed by 1 January 2020\n" in text
    assert f"      http://testserver/admin/office/page/{page.pk}/change/\n" in text
    shown = set(to_do(staff.get("/admin/")))
    assert shown == {"To be reviewed", "Closed without an outcome"}
    assert all(title in text for title in shown)


def test_the_command_gives_json_for_programs(clock, staff, capsys):
    notice = make_vacancy(title_en="ຄົນຂັບລົດ", closes_at=NOW + DAY)
    found = json.loads(health(capsys, "--json"))
    assert (found["at"], found["is_urgent"]) == ("2026-06-01T05:00:00Z", False)
    closing = next(task for task in found["tasks"] if task["name"] == "closing")
    assert closing["rows"] == [
        {
            "model": "careers.vacancy",
            "key": str(notice.pk),
            "title": "ຄົນຂັບລົດ",
            "note": "Tuesday 2 June 2026, 12:00, Vientiane time (UTC+7)",
            "at": "2026-06-02T05:00:00Z",
            "address": f"http://testserver/admin/careers/vacancy/{notice.pk}/change/",
        }
    ]
    names = [task["name"] for task in found["tasks"]]
    assert len(set(names)) == len(names)


def test_strict_fails_where_something_is_urgent_and_only_there(clock, db, capsys):
    notice = make_vacancy(closes_at=NOW - 2 * DAY, outcome="under-review")
    make_page(review_due="2020-01-01")
    health(capsys, "--strict")
    type(notice).objects.update(results_expected_by="2026-05-31")
    health(capsys)
    with pytest.raises(SystemExit) as ended:
        health(capsys, "--strict", "--json")
    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)["is_urgent"] is True


def test_where_nothing_waits_the_page_and_the_command_say_so(staff, capsys):
    assert "Nothing waits for you." in staff.get("/admin/").content.decode()
    assert health(capsys) == "There is nothing to do.\n"


class UnknownAdmin(admin.ModelAdmin):
    """As somebody adds it who knows nothing of this portal."""


def test_a_model_that_is_only_registered_stands_last_and_breaks_no_page(staff, settings):
    """With pages of its own: the addresses of the admin are made anew for it."""
    admin.site.register(SlugRedirect, UnknownAdmin)
    try:
        settings.ROOT_URLCONF = type(
            "urls", (), {"urlpatterns": [path("admin/", admin.site.urls), path("", include("iomlaos.urls"))]}
        )
        programme = make_programme(slug="now")
        former = SlugRedirect.objects.create(
            model="programmes.programme", slug="then", object_id=programme.pk
        )
        index = staff.get("/admin/")
        group, entries = list(menu(index).items())[-1]
        assert (group, entries) == ("Publishing", ["Former addresses"])
        for address in (
            f"/admin/programmes/programme/{programme.pk}/change/",
            "/admin/publishing/slugredirect/",
            f"/admin/publishing/slugredirect/{former.pk}/change/",
        ):
            assert staff.get(address).status_code == 200, address
    finally:
        admin.site.unregister(SlugRedirect)
